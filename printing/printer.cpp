#include "printing/printer.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <thread>

#include <cups/cups.h>
#include <cups/ipp.h>

#include "base/deleter.hpp"

namespace songda::printing {
namespace {

using Connection = std::unique_ptr<http_t, Deleter<httpClose>>;
using Message = std::unique_ptr<ipp_t, Deleter<ippDelete>>;
using Kind = PrintOutcome::Kind;

constexpr const char* user = "songda-kiosk";
constexpr const char* a4 = "iso_a4_210x297mm";
constexpr int text_max = 1024;
/// A job whose answer was lost may be there a moment later.
constexpr int lost_looks = 4;
/// So many of its last jobs say whether it counts.
constexpr int counted_jobs = 20;

struct Place {
    std::string scheme, host, resource;
    int port = 0;
};

std::optional<Place> parse(const std::string& uri) {
    std::array<char, 32> scheme{};
    std::array<char, 64> name{};
    std::array<char, 256> host{};
    std::array<char, 256> resource{};
    int port = 0;
    const auto size = [](const auto& text) { return static_cast<int>(text.size()); };
    const bool read = httpSeparateURI(HTTP_URI_CODING_ALL, uri.c_str(), scheme.data(), size(scheme),
                                      name.data(), size(name), host.data(), size(host), &port,
                                      resource.data(), size(resource)) == HTTP_URI_STATUS_OK;
    const std::string way(scheme.data());
    return read && (way == "ipp" || way == "ipps")
               ? std::optional(Place{way, host.data(), resource.data(), port})
               : std::nullopt;
}

/// One conversation with one printer.
class Talk {
public:
    explicit Talk(const Printer::Options& options) : uri_(options.uri), place_(*parse(uri_)) {
        const auto encryption =
            place_.scheme == "ipps" ? HTTP_ENCRYPTION_ALWAYS : HTTP_ENCRYPTION_IF_REQUESTED;
        connection_.reset(httpConnect2(place_.host.c_str(), place_.port, nullptr, AF_UNSPEC,
                                       encryption, 1, static_cast<int>(options.connect.count()),
                                       nullptr));
        if (connection_) { // libcups waits for ever unless it is told
            httpSetTimeout(connection_.get(), std::chrono::duration<double>(options.answer).count(),
                           nullptr, nullptr);
        }
    }
    [[nodiscard]] bool connected() const { return connection_ != nullptr; }

    [[nodiscard]] Message ask(ipp_op_t operation) const {
        Message message(ippNewRequest(operation));
        ippAddString(message.get(), IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr,
                     uri_.c_str());
        ippAddString(message.get(), IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name",
                     nullptr, user);
        return message;
    }
    /// Null: no answer came. The request is libcups' from here on.
    [[nodiscard]] Message send(Message request, ByteView document = {}) const {
        const std::size_t size = ippLength(request.get()) + document.size();
        http_status_t status =
            cupsSendRequest(connection_.get(), request.get(), place_.resource.c_str(), size);
        if (status == HTTP_STATUS_CONTINUE && !document.empty()) {
            status = cupsWriteRequestData(
                connection_.get(), reinterpret_cast<const char*>(document.data()), document.size());
        }
        if (status != HTTP_STATUS_CONTINUE && status != HTTP_STATUS_OK) {
            return nullptr;
        }
        return Message(cupsGetResponse(connection_.get(), place_.resource.c_str()));
    }

private:
    std::string uri_;
    Place place_;
    Connection connection_;
};

bool is_good(const Message& answer) {
    return answer && ippGetStatusCode(answer.get()) < IPP_STATUS_REDIRECTION_OTHER_SITE;
}

std::vector<std::string> texts(const Message& answer, const char* name) {
    std::vector<std::string> found;
    ipp_attribute_t* const attribute = ippFindAttribute(answer.get(), name, IPP_TAG_ZERO);
    for (int at = 0; attribute != nullptr && at < ippGetCount(attribute); ++at) {
        const char* const text = ippGetString(attribute, at, nullptr);
        found.emplace_back(text == nullptr ? "" : text);
    }
    return found;
}

int number(const Message& answer, const char* name) {
    ipp_attribute_t* const attribute = ippFindAttribute(answer.get(), name, IPP_TAG_ZERO);
    return attribute == nullptr ? 0 : ippGetInteger(attribute, 0);
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool any_begins(const std::vector<std::string>& texts, std::string_view begin) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& each) { return each.starts_with(begin); });
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

/// Jobs stand one after the other, a separator between two; their attributes in any order.
std::optional<int> job_named(ipp_t* answer, const std::string& name) {
    int id = 0;
    bool named = false;
    for (ipp_attribute_t* each = ippFirstAttribute(answer); each != nullptr;
         each = ippNextAttribute(answer)) {
        const char* const said = ippGetName(each);
        const std::string_view what(said == nullptr ? "" : said);
        if (what.empty()) {
            id = 0;
            named = false;
        } else if (what == "job-id") {
            id = ippGetInteger(each, 0);
        } else if (what == "job-name") {
            const char* const given = ippGetString(each, 0, nullptr);
            named = given != nullptr && name == given;
        }
        if (named && id > 0) {
            return id;
        }
    }
    return std::nullopt;
}

/// The newest job of that name, whatever became of it. Fault unavailable: the printer did not
/// answer, so there may be one.
Result<std::optional<int>> find_job(const Talk& talk, const std::string& name) {
    if (!talk.connected()) {
        return Error{Fault::unavailable, "the printer is not there"};
    }
    for (const char* const which : {"not-completed", "completed"}) {
        Message request = talk.ask(IPP_OP_GET_JOBS);
        static constexpr std::array<const char*, 2> wanted = {"job-id", "job-name"};
        ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "which-jobs", nullptr,
                     which);
        ippAddStrings(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                      static_cast<int>(wanted.size()), nullptr, wanted.data());
        const Message answer = talk.send(std::move(request));
        if (!answer) {
            return Error{Fault::unavailable, "the printer does not answer"};
        }
        const auto id = is_good(answer) ? job_named(answer.get(), name) : std::nullopt;
        if (id) {
            return id;
        }
    }
    return std::optional<int>();
}

struct JobState {
    int state = 0;
    std::uint32_t sheets = 0;
};

/// Some count sides alone, some sheets of paper alone.
std::uint32_t sides_of(int impressions, int papers, bool two_sided) {
    const int sides = impressions > 0 ? impressions : papers * (two_sided ? 2 : 1);
    return static_cast<std::uint32_t>(std::max(sides, 0));
}

std::optional<JobState> job_state(const Talk& talk, int job) {
    Message request = talk.ask(IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddInteger(request.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    const Message answer = talk.send(std::move(request));
    if (!is_good(answer)) {
        return std::nullopt;
    }
    return JobState{number(answer, "job-state"),
                    sides_of(number(answer, "job-impressions-completed"),
                             number(answer, "job-media-sheets-completed"),
                             any_begins(texts(answer, "sides"), "two-sided"))};
}

/// Of the jobs that it completed lately; one that was cancelled may have none for good reason.
std::optional<bool> counts_sides(const Talk& talk) {
    Message request = talk.ask(IPP_OP_GET_JOBS);
    static constexpr std::array<const char*, 3> wanted = {"job-state", "job-impressions-completed",
                                                          "job-media-sheets-completed"};
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

void cancel_job(const Talk& talk, int job) {
    Message cancel = talk.ask(IPP_OP_CANCEL_JOB);
    ippAddInteger(cancel.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    (void)talk.send(std::move(cancel));
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
        const Talk talk(options);
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
        const Talk talk(options);
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
    if (!parse(options.uri)) {
        return Error{Fault::invalid_input,
                     options.uri + ": is no address of a printer, like ipp://localhost/ipp/print"};
    }
    return Printer(std::move(options));
}

Result<PrinterState> Printer::look() const {
    const Talk talk(options_);
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
        const Talk talk(options_);
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
