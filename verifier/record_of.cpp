#include "verifier/record_of.hpp"

#include <charconv>
#include <string_view>

#include "base/own_pdf.hpp"

namespace songda::verifier {
namespace {

/// The number right behind the first `word` of `text`.
std::optional<std::size_t> number_behind(std::string_view text, std::string_view word) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const char* const begin = text.data() + at + word.size();
    std::size_t value = 0;
    const auto [end, failure] = std::from_chars(begin, text.data() + text.size(), value);
    return failure == std::errc() && end != begin ? std::optional(value) : std::nullopt;
}

/// The object of the embedded file that is called `record.json`.
std::string_view embedded(const OwnPdf& pdf) {
    for (std::size_t number = 1; number < pdf.size(); ++number) {
        const std::string_view body = pdf.body(number);
        if (body.starts_with("<</Type/Filespec/F(record.json)")) {
            const auto place = number_behind(body, "/EF<</F ");
            return place ? pdf.body(*place) : std::string_view();
        }
    }
    return {};
}

} // namespace

std::optional<ByteView> record_of(ByteView issued) {
    static constexpr std::string_view begin = "stream\n";
    const auto pdf = OwnPdf::read(as_text(issued));
    const std::string_view body = pdf.ok() ? embedded(pdf.value()) : std::string_view();
    const std::size_t at = body.find(begin);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto bytes = number_behind(body.substr(0, at), "/Length ");
    const std::string_view content = body.substr(at + begin.size());
    if (!bytes || *bytes > content.size()) {
        return std::nullopt;
    }
    return as_bytes(content.substr(0, *bytes));
}

} // namespace songda::verifier
