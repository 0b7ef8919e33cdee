#include "base/own_pdf.hpp"

#include <charconv>
#include <optional>
#include <string>

namespace songda {
namespace {

constexpr std::size_t xref_entry_bytes = 20;

Error not_ours() {
    return {Fault::corrupt, "the file is not as this program writes them"};
}

std::optional<std::size_t> read_number_at(std::string_view text, std::size_t at) {
    std::size_t value = 0;
    if (at >= text.size()) {
        return std::nullopt;
    }
    const char* const begin = text.data() + at;
    const auto [end, failure] = std::from_chars(begin, text.data() + text.size(), value);
    return failure == std::errc() && end != begin ? std::optional(value) : std::nullopt;
}

} // namespace

Result<OwnPdf> OwnPdf::read(std::string_view file) {
    static constexpr std::string_view start = "startxref\n";
    static constexpr std::string_view head = "xref\n0 ";
    const std::size_t start_at = file.rfind(start);
    const auto table = start_at == std::string_view::npos
                           ? std::nullopt
                           : read_number_at(file, start_at + start.size());
    if (!table || *table >= file.size() || file.substr(*table, head.size()) != head) {
        return not_ours();
    }
    const auto count = read_number_at(file, *table + head.size());
    const std::size_t line_end = file.find('\n', *table + head.size());
    if (!count || line_end == std::string_view::npos ||
        *count > (file.size() - line_end - 1) / xref_entry_bytes) {
        return not_ours();
    }
    OwnPdf found(file);
    found.table_ = *table;
    for (std::size_t number = 0; number < *count; ++number) {
        const std::size_t row = line_end + 1 + number * xref_entry_bytes;
        const bool used = file[row + 17] == 'n';
        const auto offset = used ? read_number_at(file, row) : std::optional<std::size_t>(0);
        if (!offset || *offset >= file.size()) {
            return not_ours();
        }
        found.offsets_.push_back(*offset);
    }
    return found;
}

std::string_view OwnPdf::body(std::size_t number) const {
    if (number >= offsets_.size() || offsets_[number] == 0) {
        return {};
    }
    const std::string head = std::to_string(number) + " 0 obj\n";
    const std::size_t at = offsets_[number];
    if (file_.substr(at, head.size()) != head) {
        return {};
    }
    const std::size_t begin = at + head.size();
    const std::size_t end = file_.find("\nendobj\n", begin);
    return end == std::string_view::npos ? std::string_view() : file_.substr(begin, end - begin);
}

std::string_view OwnPdf::id() const {
    const std::size_t id = file_.find("/ID[", table_);
    const std::size_t end = file_.find(']', id);
    return id == std::string_view::npos || end == std::string_view::npos
               ? std::string_view()
               : file_.substr(id, end + 1 - id);
}

} // namespace songda
