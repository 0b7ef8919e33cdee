#include "printing/ipp_talk.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace songda::printing::detail {

std::optional<Address> parse_address(const std::string& uri) {
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
               ? std::optional(Address{way, host.data(), resource.data(), port})
               : std::nullopt;
}

Talk::Talk(const TalkOptions& options) : options_(options), address_(*parse_address(options.uri)) {
    const auto encryption =
        address_.scheme == "ipps" ? HTTP_ENCRYPTION_ALWAYS : HTTP_ENCRYPTION_IF_REQUESTED;
    connection_.reset(httpConnect2(address_.host.c_str(), address_.port, nullptr, AF_UNSPEC,
                                   encryption, 1, static_cast<int>(options.connect.count()),
                                   nullptr));
    // A device that asks for a password gets none; libcups would ask whoever sits at a terminal.
    cupsSetPasswordCB2([](const char*, http_t*, const char*, const char*,
                          void*) -> const char* { return nullptr; },
                       nullptr);
    if (connection_) { // libcups waits for ever unless it is told
        httpSetTimeout(connection_.get(), std::chrono::duration<double>(options.answer).count(),
                       nullptr, nullptr);
    }
}

Message Talk::ask(ipp_op_t operation) const {
    Message message(ippNewRequest(operation));
    ippAddString(message.get(), IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr,
                 options_.uri.c_str());
    ippAddString(message.get(), IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", nullptr,
                 options_.user);
    return message;
}

Message Talk::send(Message request, ByteView document) const {
    const std::size_t size = ippLength(request.get()) + document.size();
    http_status_t status =
        cupsSendRequest(connection_.get(), request.get(), address_.resource.c_str(), size);
    if (status == HTTP_STATUS_CONTINUE && !document.empty()) {
        status = cupsWriteRequestData(
            connection_.get(), reinterpret_cast<const char*>(document.data()), document.size());
    }
    if (status != HTTP_STATUS_CONTINUE && status != HTTP_STATUS_OK) {
        return nullptr;
    }
    return Message(cupsGetResponse(connection_.get(), address_.resource.c_str()));
}

bool Talk::turned_away() const {
    const int status = connection_ ? httpGetStatus(connection_.get()) : 0;
    return (status >= HTTP_STATUS_UNAUTHORIZED && status <= HTTP_STATUS_NOT_FOUND) ||
           status == HTTP_STATUS_CUPS_AUTHORIZATION_CANCELED; // what libcups makes of 401
}

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

namespace {

struct Listed {
    int id = 0;
    int state = 0; ///< 0: not said
    bool named = false;
};

/// Whether it goes on, and its id; the greatest is the one that is looked for.
using Rank = std::pair<bool, int>;

Rank rank_of(const Listed& job, bool asked_for_open) {
    const bool open = job.state == 0 ? asked_for_open : job.state < IPP_JSTATE_CANCELED;
    return job.named && job.id > 0 ? Rank{open, job.id} : Rank{};
}

/// Jobs stand one after the other, a separator between two; their attributes in any order. A
/// device may list other jobs than it was asked for.
Rank job_named(ipp_t* answer, const std::string& name, NameMatch match, bool asked_for_open) {
    Rank best;
    Listed job;
    for (ipp_attribute_t* each = ippFirstAttribute(answer); each != nullptr;
         each = ippNextAttribute(answer)) {
        const char* const said = ippGetName(each);
        const std::string_view what(said == nullptr ? "" : said);
        if (what.empty()) {
            best = std::max(best, rank_of(job, asked_for_open));
            job = {};
        } else if (what == "job-id") {
            job.id = ippGetInteger(each, 0);
        } else if (what == "job-state") {
            job.state = ippGetInteger(each, 0);
        } else if (what == "job-name") {
            const char* const text = ippGetString(each, 0, nullptr);
            const std::string_view given(text == nullptr ? "" : text);
            job.named = match == NameMatch::whole ? given == name : given.starts_with(name);
        }
    }
    return std::max(best, rank_of(job, asked_for_open));
}

} // namespace

Result<std::optional<int>> find_job(const Talk& talk, const std::string& name, NameMatch match) {
    if (!talk.connected()) {
        return Error{Fault::unavailable, "the printer is not there"};
    }
    Rank best;
    for (const bool open : {true, false}) {
        Message request = talk.ask(IPP_OP_GET_JOBS);
        static constexpr std::array<const char*, 3> wanted = {"job-id", "job-name", "job-state"};
        ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "which-jobs", nullptr,
                     open ? "not-completed" : "completed");
        ippAddStrings(request.get(), IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                      static_cast<int>(wanted.size()), nullptr, wanted.data());
        const Message answer = talk.send(std::move(request));
        if (!is_good(answer)) {
            return Error{talk.turned_away() ? Fault::forbidden : Fault::unavailable,
                         "the printer does not say which jobs it has"};
        }
        best = std::max(best, job_named(answer.get(), name, match, open));
        if (best.first) {
            break;
        }
    }
    return best.second > 0 ? std::optional(best.second) : std::nullopt;
}

void cancel_job(const Talk& talk, int job) {
    Message cancel = talk.ask(IPP_OP_CANCEL_JOB);
    ippAddInteger(cancel.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    (void)talk.send(std::move(cancel));
}

} // namespace songda::printing::detail
