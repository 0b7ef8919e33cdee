#include "app/verify/evidence_lines.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "verifier/report.hpp"
#include "verifier/visible_text.hpp"

namespace songda::app {
namespace {

using verifier::Answer;
using verifier::visible_text;

std::string_view mark(Answer answer) {
    return answer == Answer::yes ? "✓" : answer == Answer::no ? "✗" : "?";
}

std::string_view conclusion(Answer answer) {
    switch (answer) {
    case Answer::yes: return "证据完整，可信 the evidence is whole and proven";
    case Answer::no: return "证据不可信 the evidence is not what it should be";
    case Answer::unknown: break;
    }
    return "证据未见破坏，但有事项无法判断 nothing is broken, and something is not known";
}

/// Anybody may have written it.
std::string record_line(const ledger::EvidenceRecord& record) {
    std::string line = fmt::format("    {:>3} {} {}", record.position,
                                   to_china_time(record.happened), visible_text(record.code));
    if (record.way) {
        line += fmt::format(" {}", visible_text(record.way->channel));
    }
    if (!record.rule.empty()) {
        line += fmt::format(" · {}（{}）", visible_text(record.rule), visible_text(record.rules));
    }
    if (!record.reason.empty()) {
        line += fmt::format(" · {}", visible_text(record.reason));
    }
    return line +
           (record.event.empty() ? "\n" : fmt::format(" [{}]\n", visible_text(record.event)));
}

} // namespace

std::string evidence_lines(std::string_view subject, const verifier::EvidenceReport& report) {
    std::string text = fmt::format("{}\n  {} {}\n", visible_text(subject), mark(report.answer()),
                                   conclusion(report.answer()));
    if (report.as_of) {
        text += fmt::format("    截至 {} 的全部记录 all records until then\n",
                            to_china_time(*report.as_of));
    }
    for (const verifier::EvidenceFinding& each : report.findings) {
        text += fmt::format("  {} {}\n      {}\n", mark(each.answer), each.zh, each.en);
    }
    for (const ledger::EvidenceRecord& record : report.records) {
        text += record_line(record);
    }
    return text;
}

std::string evidence_line(std::string_view subject, const verifier::EvidenceReport& report) {
    std::string text;
    JsonObject object(text);
    object.text("file", visible_text(subject));
    object.text("answer", verifier::answer_name(report.answer()));
    if (report.as_of) {
        object.text("as_of", to_rfc3339(*report.as_of));
    }
    object.begin("findings");
    append_json_array(text, report.findings, [&](const verifier::EvidenceFinding& each) {
        JsonObject finding(text);
        finding.text("answer", verifier::answer_name(each.answer));
        finding.text("zh", each.zh);
        finding.text("en", each.en);
        finding.end();
    });
    object.raw("records", std::to_string(report.records.size()));
    object.end();
    return text + "\n";
}

} // namespace songda::app
