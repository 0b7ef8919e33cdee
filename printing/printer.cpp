#include "printing/printer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include "printing/ipp_talk.hpp"

namespace songda::printing {
namespace {

using namespace detail; // NOLINT(google-build-using-namespace): the conversation itself
using Kind = PrintOutcome::Kind;

constexpr const char* a4 = "iso_a4_210x297mm";
constexpr int text_max = 1024;
/// A job whose answer was lost may be there a moment later.
constexpr int lost_looks = 4;
/// So many of its last jobs say whether it counts.
constexpr int counted_jobs = 20;

TalkOptions talk_options(const Printer::Options& options) {
    return {options.uri, "songda-kiosk", options.connect, options.answer};
}

/// delivery.md §9.2.
std::string reason_of(const std::vector<std::string>& printer_reasons) {
    if (any_begins(printer_reasons, "media-jam")) {
        return "printer_jam";
    }
    return any_begins(printer_reasons, "media-") ? "printer_media" : "printer_failed";
}

void describe(ipp_t* request, const PrintOrder& order) {
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", nullptr, order.name.c_str());
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", nullptr,
                 "application/pdf");
    ippAddBoolean(request, IPP_TAG_OPERATION, "ipp-attribute-fidelity", 1);
    // Letter is what a printer takes unless told otherwise.
    ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "media", nullptr, a4);
    ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "sides", nullptr,
                 order.two_sided ? "two-sided-long-edge" : "one-sided");
    ippAddInteger(request, IPP_TAG_JOB, IPP_TAG_INTEGER, "copies", 1);
}

Result<PrinterState> state_of(const Talk& talk) {
    Message request = talk.ask(IPP_OP_GET_PRINTER_ATTRIBUTES);
    static constexpr std::array<const char*, 4> wanted = {"printer-state", "printer-state-reasons",
                                                          "printer-is-accepting-jobs",
                                                          "document-format-supported"};
    ippAddStrings(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  static_cast<int>(wanted.size()), nullptr, wanted.data());
    const Message answer = talk.send(std::move(request));
    if (!is_good(answer)) {
        return Error{Fault::unavailable, "the printer does not answer"};
    }
    PrinterState state;
    const int at = number(answer, "printer-state");
    state.state = at == IPP_PSTATE_IDLE         ? "idle"
                  : at == IPP_PSTATE_PROCESSING ? "processing"
                                                : "stopped";
    state.reasons = texts(answer, "printer-state-reasons");
    std::erase(state.reasons, "none");
    ipp_attribute_t* const accepting =
        ippFindAttribute(answer.get(), "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
    state.accepting = accepting != nullptr && ippGetBoolean(accepting, 0) != 0;
    state.takes_pdf = has(texts(answer, "document-format-supported"), "application/pdf");
    return state;
}

struct JobState {
    int state = 0;
    std::uint32_t sheets = 0;
};

std::optional<JobState> job_state(const Talk& talk, int job) {
    Message request = talk.ask(IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddInteger(request.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    const Message answer = talk.send(std::move(request));
    if (!is_good(answer)) {
        return std::nullopt;
    }
    return JobState{
        number(answer, "job-state"),
        static_cast<std::uint32_t>(std::max(number(answer, "job-impressions-completed"), 0))};
}

/// Of the jobs that it completed lately; one that was cancelled may have none for good reason.
std::optional<bool> counts_sides(const Talk& talk) {
    Message request = talk.ask(IPP_OP_GET_JOBS);
    static constexpr std::array<const char*, 2> wanted = {"job-state", "job-impressions-completed"};
    ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "which-jobs", nullptr,
                 "completed");
    ippAddInteger(request.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "limit", counted_jobs);
    ippAddStrings(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  static_cast<int>(wanted.size()), nullptr, wanted.data());
    const Message answer = talk.send(std::move(request));
    bool any = false;
    for (ipp_attribute_t* each = is_good(answer) ? ippFirstAttribute(answer.get()) : nullptr;
         each != nullptr; each = ippNextAttribute(answer.get())) {
        const char* const said = ippGetName(each);
        const std::string_view what(said == nullptr ? "" : said);
        if (what.ends_with("-completed") && ippGetInteger(each, 0) > 0) {
            return true;
        }
        any = any || (what == "job-state" && ippGetInteger(each, 0) == IPP_JSTATE_COMPLETED);
    }
    return any ? std::optional(false) : std::nullopt;
}

std::string present_reason(const Talk& talk) {
    const auto state = state_of(talk);
    return state.ok() ? reason_of(state.value().reasons) : "printer_failed";
}

/// How it ended; nothing: it goes on.
std::optional<PrintOutcome> ended(const Talk& talk, const JobState& job, const std::string& why) {
    if (job.state == IPP_JSTATE_COMPLETED) {
        return job.sheets > 0 ? PrintOutcome{Kind::printed, job.sheets, {}, false}
                              : PrintOutcome{Kind::failed, 0, "no_sheet", false};
    }
    if (job.state >= IPP_JSTATE_CANCELED) {
        return PrintOutcome{Kind::failed, job.sheets, why.empty() ? present_reason(talk) : why,
                            false};
    }
    return std::nullopt;
}

/// Until the job is over. When its time is, it is cancelled, and looked at until that has come
/// true.
PrintOutcome follow(const Printer::Options& options, int job,
                    std::chrono::steady_clock::time_point end) {
    PrintOutcome unknown{Kind::unknown, 0, "printer_gone", false};
    std::string why; // it was cancelled
    while (true) {
        const Talk talk(talk_options(options));
        const auto state = talk.connected() ? job_state(talk, job) : std::nullopt;
        if (state) {
            unknown.sheets = state->sheets;
            if (const auto outcome = ended(talk, *state, why)) {
                return *outcome;
            }
        }
        if (std::chrono::steady_clock::now() >= end) {
            if (!state || !why.empty()) {
                return unknown;
            }
            why = present_reason(talk);
            cancel_job(talk, job);
            end = std::chrono::steady_clock::now() + options.cancel;
        }
        std::this_thread::sleep_for(options.between);
    }
}

/// The answer was lost: the job may be printing, or come a moment later.
PrintOutcome find_lost(const Printer::Options& options, const std::string& name,
                       std::chrono::steady_clock::time_point end) {
    for (int looks = 0; looks < lost_looks; ++looks) {
        const Talk talk(talk_options(options));
        const auto job = find_job(talk, name);
        if (!job.ok()) {
            return {Kind::unknown, 0, "printer_gone", false};
        }
        if (job.value()) {
            PrintOutcome outcome = follow(options, *job.value(), end);
            outcome.found_again = true;
            return outcome;
        }
        std::this_thread::sleep_for(options.between);
    }
    return {Kind::failed, 0, "printer_gone", false};
}

PrintOutcome refused(const Message& answer) {
    const ipp_status_t status = ippGetStatusCode(answer.get());
    if (status == IPP_STATUS_ERROR_BUSY || status == IPP_STATUS_ERROR_TEMPORARY ||
        status == IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS) {
        return {Kind::busy, 0, "printer_busy", false};
    }
    return {Kind::failed, 0, std::string("printer_refused ") + ippErrorString(status), false};
}

} // namespace

std::string PrinterState::words() const {
    std::string words = state + (accepting ? "" : " not-accepting");
    for (const std::string& reason : reasons) {
        words += ' ' + reason;
    }
    words += counts == false ? " no-page-count" : "";
    return words.substr(0, text_max);
}

Result<Printer> Printer::make(Options options) {
    if (!parse_address(options.uri)) {
        return Error{Fault::invalid_input,
                     options.uri + ": is no address of a printer, like ipp://localhost/ipp/print"};
    }
    return Printer(std::move(options));
}

Result<PrinterState> Printer::look() const {
    const Talk talk(talk_options(options_));
    auto state = talk.connected()
                     ? state_of(talk)
                     : Result<PrinterState>(Error{Fault::unavailable, "the printer is not there"});
    if (state.ok()) {
        state.value().counts = counts_sides(talk);
    }
    return state;
}

PrintOutcome Printer::print(const PrintOrder& order) const {
    const auto end = std::chrono::steady_clock::now() + options_.print;
    std::optional<int> job;
    {
        const Talk talk(talk_options(options_));
        const auto known = find_job(talk, order.name);
        if (!known.ok()) {
            return {Kind::failed, 0, "printer_gone", false};
        }
        if (known.value()) {
            PrintOutcome outcome = follow(options_, *known.value(), end);
            outcome.found_again = true;
            return outcome;
        }
        Message check = talk.ask(IPP_OP_VALIDATE_JOB);
        describe(check.get(), order);
        const Message valid = talk.send(std::move(check));
        if (!is_good(valid)) {
            return valid ? refused(valid) : PrintOutcome{Kind::failed, 0, "printer_gone", false};
        }
        Message request = talk.ask(IPP_OP_PRINT_JOB);
        describe(request.get(), order);
        const Message answer = talk.send(std::move(request), order.pdf);
        if (answer && !is_good(answer)) {
            return refused(answer);
        }
        job = answer && number(answer, "job-id") > 0 ? std::optional(number(answer, "job-id"))
                                                     : std::nullopt;
    }
    return job ? follow(options_, *job, end) : find_lost(options_, order.name, end);
}

PrintOutcome Printer::look_for(const std::string& name) const {
    return find_lost(options_, name, std::chrono::steady_clock::now());
}

} // namespace songda::printing
