#include "delivery/channels/returned/returned_mail.hpp"

#include <array>
#include <charconv>

#include "base/word_table.hpp"

namespace songda::delivery {
namespace {

constexpr std::string_view head = "songda-returned-mail 1";

using Kind = ReturnedMail::Kind;
constexpr std::array kinds = {
    Word<Kind>{Kind::report, "report"}, Word<Kind>{Kind::complaint, "complaint"},
    Word<Kind>{Kind::automatic_reply, "automatic_reply"}, Word<Kind>{Kind::other, "other"}};
constexpr std::array actions = {Word<ReportAction>{ReportAction::failed, "failed"},
                                Word<ReportAction>{ReportAction::delayed, "delayed"},
                                Word<ReportAction>{ReportAction::delivered, "delivered"},
                                Word<ReportAction>{ReportAction::relayed, "relayed"},
                                Word<ReportAction>{ReportAction::expanded, "expanded"}};

/// One line's worth, whatever it holds.
std::string one_line(std::string_view text) {
    std::string out(text.substr(0, returned_text_bytes_max));
    for (char& c : out) {
        c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out;
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                      : std::nullopt;
}

/// Takes the text before `end`, and `end`, off the front.
std::optional<std::string_view> take(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + 1);
    return taken;
}

/// `ACTION TIME|- STATUS|DIAGNOSTIC`.
std::optional<DeliveryReport> read_report(std::string_view line) {
    const auto action = take(line, ' ');
    const auto time = take(line, ' ');
    const auto status = take(line, '|');
    const auto known = value_of(actions, action.value_or(""));
    if (!known || !time || !status) {
        return std::nullopt;
    }
    DeliveryReport report{*known, std::string(*status), std::string(line), {}};
    if (*time != "-") {
        const auto milliseconds = number_of(*time);
        if (!milliseconds) {
            return std::nullopt;
        }
        report.happened = TimeMs{*milliseconds};
    }
    return report;
}

bool read_line(std::string_view line, ReturnedMail& to) {
    const auto name = take(line, ' ');
    if (line.size() > 2 * returned_text_bytes_max + 64) {
        return false;
    }
    if (name == "addressed" && to.addressed.size() < addressed_max) {
        to.addressed.emplace_back(line);
        return true;
    }
    if (name == "original" && to.original_id.empty()) {
        to.original_id = line;
        return !line.empty();
    }
    auto report =
        name == "report" && to.reports.size() < reports_max ? read_report(line) : std::nullopt;
    if (report) {
        to.reports.push_back(*std::move(report));
    }
    return report.has_value();
}

} // namespace

std::string_view action_name(ReportAction action) {
    return word_of(actions, action);
}

std::string_view kind_name(ReturnedMail::Kind kind) {
    return word_of(kinds, kind);
}

Bytes write_returned(const ReturnedMail& mail) {
    std::string out(head);
    out += ' ';
    out += kind_name(mail.kind);
    out += '\n';
    for (std::size_t i = 0; i < std::min(mail.addressed.size(), addressed_max); ++i) {
        out += "addressed " + one_line(mail.addressed[i]) + '\n';
    }
    if (!mail.original_id.empty()) {
        out += "original " + one_line(mail.original_id) + '\n';
    }
    for (std::size_t i = 0; i < std::min(mail.reports.size(), reports_max); ++i) {
        const DeliveryReport& report = mail.reports[i];
        std::string status = one_line(report.status);
        std::erase(status, '|');
        out += "report ";
        out += action_name(report.action);
        out += ' ' + (report.happened ? std::to_string(report.happened->value) : "-") + ' ' +
               status + '|' + one_line(report.diagnostic) + '\n';
    }
    const ByteView bytes = as_bytes(out);
    return {bytes.begin(), bytes.end()};
}

Result<ReturnedMail> parse_returned(ByteView bytes) {
    const Error strange{Fault::corrupt, "songda-mail-reader answered in another form"};
    std::string_view rest = as_text(bytes);
    const auto first = take(rest, '\n');
    if (bytes.size() > returned_answer_bytes_max || !first || !first->starts_with(head) ||
        first->size() <= head.size()) {
        return strange;
    }
    const auto kind = value_of(kinds, first->substr(head.size() + 1));
    if (!kind) {
        return strange;
    }
    ReturnedMail mail;
    mail.kind = *kind;
    while (!rest.empty()) {
        const auto line = take(rest, '\n');
        if (!line || !read_line(*line, mail)) {
            return strange;
        }
    }
    return (mail.kind == Kind::report) == mail.reports.empty() ? Result<ReturnedMail>(strange)
                                                               : mail;
}

} // namespace songda::delivery
