#include "printing/fax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "printing/ipp_talk.hpp"

namespace songda::printing {
namespace {

using namespace detail; // NOLINT(google-build-using-namespace): the conversation itself
using Kind = FaxOutcome::Kind;

/// A job whose answer was lost may be there a moment later.
constexpr int lost_looks = 4;
/// PWG 5100.15 transmission-status, as job-state.
constexpr int transmitted = 9;

/// Words of job-state-reasons (PWG 5100.15); the first that is there decides.
struct Word {
    std::string_view reason;
    Kind kind;
};
constexpr std::array words = {
    Word{"fax-modem-line-busy", Kind::busy},
    Word{"fax-modem-no-answer", Kind::no_answer},
    Word{"fax-modem-voice-detected", Kind::no_fax},
    Word{"fax-modem-no-dial-tone", Kind::broken},
    Word{"fax-modem-carrier-lost", Kind::broken},
    Word{"fax-modem-training-failure", Kind::broken},
    Word{"fax-modem-protocol-error", Kind::broken},
    Word{"fax-modem-inactivity-timeout", Kind::broken},
    Word{"fax-modem-equipment-failure", Kind::broken},
};

/// Answers that mean that this order will never be taken.
constexpr std::array refusals = {
    IPP_STATUS_ERROR_BAD_REQUEST,          IPP_STATUS_ERROR_REQUEST_ENTITY,
    IPP_STATUS_ERROR_REQUEST_VALUE,        IPP_STATUS_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED,
    IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES, IPP_STATUS_ERROR_URI_SCHEME,
    IPP_STATUS_ERROR_CONFLICTING,          IPP_STATUS_ERROR_DOCUMENT_FORMAT_ERROR,
};
/// That somebody has to set something right, here or there.
constexpr std::array misfits = {
    IPP_STATUS_ERROR_FORBIDDEN,
    IPP_STATUS_ERROR_NOT_AUTHENTICATED,
    IPP_STATUS_ERROR_NOT_AUTHORIZED,
    IPP_STATUS_ERROR_NOT_FOUND,
};

constexpr std::size_t word_max = 64;

/// A keyword of RFC 8011; what a device says instead may be anything, a number too.
std::string clean(const std::string& word) {
    const bool fits = word.size() <= word_max && std::all_of(word.begin(), word.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                      });
    return fits ? word : "other";
}

/// job-name: with the pages in it whoever finds the job knows whether they are all.
std::string job_name(const FaxOrder& order) {
    return order.name + '-' + std::to_string(order.pages);
}

/// 0: it is no job_name.
std::uint32_t pages_in(const std::string& job_name) {
    const char* const end = job_name.data() + job_name.size();
    std::uint32_t pages = 0;
    const auto read = std::from_chars(job_name.data() + job_name.rfind('-') + 1, end, pages);
    return read.ec == std::errc() && read.ptr == end ? pages : 0;
}

TalkOptions talk_options(const FaxLine::Options& options) {
    return {options.uri, "songda-fax", options.connect, options.answer};
}

struct Job {
    std::string name;
    int state = 0;
    std::vector<std::string> reasons;
    std::optional<std::uint32_t> pages; ///< absent: the device counts none
    std::optional<int> transmission;    ///< of its one destination
    std::optional<TimeMs> completed;
};

std::optional<int> integer_of(ipp_t* group, const char* name) {
    ipp_attribute_t* const attribute = ippFindAttribute(group, name, IPP_TAG_ZERO);
    const auto tag = attribute == nullptr ? IPP_TAG_NOVALUE : ippGetValueTag(attribute);
    return tag == IPP_TAG_INTEGER || tag == IPP_TAG_ENUM
               ? std::optional(ippGetInteger(attribute, 0))
               : std::nullopt;
}

/// date-time-at-completed (RFC 8011 §5.3.14.10), in whole seconds; a job that goes on has no value.
std::optional<TimeMs> completed_in(ipp_t* group) {
    ipp_attribute_t* const attribute =
        ippFindAttribute(group, "date-time-at-completed", IPP_TAG_DATE);
    const std::int64_t seconds =
        attribute == nullptr ? 0 : std::int64_t{ippDateToTime(ippGetDate(attribute, 0))};
    return seconds > 0 ? std::optional(TimeMs{seconds * 1000}) : std::nullopt;
}

std::optional<Job> look_at(const Talk& talk, int id) {
    Message request = talk.ask(IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddInteger(request.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", id);
    const Message answer = talk.send(std::move(request));
    if (!is_good(answer)) {
        return std::nullopt;
    }
    Job job;
    const auto names = texts(answer, "job-name");
    job.name = names.empty() ? "" : names.front();
    job.state = number(answer, "job-state");
    job.reasons = texts(answer, "job-state-reasons");
    job.completed = completed_in(answer.get());
    auto pages = integer_of(answer.get(), "job-impressions-completed");
    if (pages == 0) { // of a device that counts none
        pages.reset();
    }
    ipp_attribute_t* const each =
        ippFindAttribute(answer.get(), "destination-statuses", IPP_TAG_BEGIN_COLLECTION);
    ipp_t* const destination = each == nullptr ? nullptr : ippGetCollection(each, 0);
    if (destination != nullptr) {
        job.transmission = integer_of(destination, "transmission-status");
        const auto images = integer_of(destination, "images-completed");
        pages = images ? images : pages;
    }
    if (pages && *pages >= 0) {
        job.pages = static_cast<std::uint32_t>(*pages);
    }
    return job;
}

/// How it ended, when it has.
std::optional<FaxOutcome> ended(const Job& job, int id, std::uint32_t wanted) {
    if (job.state < IPP_JSTATE_CANCELED) {
        return std::nullopt;
    }
    FaxOutcome outcome{Kind::broken, id, job.pages.value_or(0), {}, false, job.completed};
    const auto word = std::find_if(words.begin(), words.end(),
                                   [&](const Word& each) { return has(job.reasons, each.reason); });
    const bool good = word == words.end() && job.state == IPP_JSTATE_COMPLETED &&
                      job.transmission.value_or(transmitted) == transmitted &&
                      !has(job.reasons, "destination-uri-failed");
    if (!good) {
        const bool all_went = job.pages && *job.pages >= wanted;
        outcome.kind = all_went              ? Kind::unconfirmed
                       : word != words.end() ? word->kind
                                             : Kind::broken;
        outcome.reason = word != words.end()   ? std::string(word->reason)
                         : job.reasons.empty() ? std::string()
                                               : clean(job.reasons.front());
        return outcome;
    }
    outcome.kind = !job.pages || *job.pages > wanted ? Kind::unconfirmed
                   : *job.pages < wanted             ? Kind::short_of
                                                     : Kind::confirmed;
    return outcome;
}

/// Until the job is over. Past its time it is cancelled, and looked at until that has come true.
FaxOutcome follow(const FaxLine::Options& options, int id, const FaxOrder& order,
                  const std::atomic<bool>& stop) {
    auto end = std::chrono::steady_clock::now() + options.call;
    bool cancelled = false;
    FaxOutcome open{Kind::unknown, id, 0, {}, false};
    while (true) {
        const Talk talk(talk_options(options));
        const auto job = talk.connected() ? look_at(talk, id) : std::nullopt;
        if (job) {
            open.pages = job->pages.value_or(0);
            if (const auto outcome = ended(*job, id, order.pages)) {
                return *outcome;
            }
        }
        if (stop) {
            open.kind = Kind::left_alone;
            return open;
        }
        if (std::chrono::steady_clock::now() >= end) {
            if (!job || cancelled) {
                return open;
            }
            cancelled = true;
            cancel_job(talk, id);
            end = std::chrono::steady_clock::now() + options.cancel;
        }
        std::this_thread::sleep_for(options.between);
    }
}

FaxOutcome refused(const Message& answer) {
    const ipp_status_t status = ippGetStatusCode(answer.get());
    const auto among = [&](const auto& all) {
        return std::find(all.begin(), all.end(), status) != all.end();
    };
    const Kind kind = among(refusals)  ? Kind::refused
                      : among(misfits) ? Kind::forbidden
                                       : Kind::away;
    return {kind, 0, 0, clean(ippErrorString(status)), false};
}

Message create(const Talk& talk, const FaxOrder& order) {
    Message request = talk.ask(IPP_OP_CREATE_JOB);
    ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", nullptr,
                 job_name(order).c_str());
    ippAddBoolean(request.get(), IPP_TAG_OPERATION, "ipp-attribute-fidelity", 1);
    const Message destination(ippNew());
    ippAddString(destination.get(), IPP_TAG_JOB, IPP_TAG_URI, "destination-uri", nullptr,
                 order.to.c_str());
    ippAddCollection(request.get(), IPP_TAG_JOB, "destination-uris", destination.get());
    return talk.send(std::move(request));
}

Message send_document(const Talk& talk, int id, const FaxOrder& order) {
    Message request = talk.ask(IPP_OP_SEND_DOCUMENT);
    ippAddInteger(request.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", id);
    ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", nullptr,
                 "application/pdf");
    ippAddBoolean(request.get(), IPP_TAG_OPERATION, "last-document", 1);
    return talk.send(std::move(request), order.pdf);
}

/// A job that goes on, was confirmed, or may have been unless whoever looked says that it was not;
/// one that came to nothing is no reason not to call again.
/// Fault unavailable: nobody can say.
Result<std::optional<int>> find_living(const Talk& talk, const FaxOrder& order) {
    const auto known = find_job(talk, job_name(order));
    if (!known.ok() || !known.value()) {
        return known;
    }
    const auto job = look_at(talk, *known.value());
    if (!job) {
        return Error{Fault::unavailable, "the fax device does not answer"};
    }
    const auto outcome = ended(*job, *known.value(), order.pages);
    const bool lives = !outcome || outcome->kind == Kind::confirmed ||
                       (outcome->kind == Kind::unconfirmed && !order.anew);
    return lives ? known : Result(std::optional<int>());
}

} // namespace

Result<FaxLine> FaxLine::make(Options options) {
    if (!parse_address(options.uri)) {
        return Error{Fault::invalid_input,
                     options.uri + ": is no address of a fax device, like ipp://host/ipp/faxout"};
    }
    return FaxLine(std::move(options));
}

FaxOutcome FaxLine::send(const FaxOrder& order, const std::atomic<bool>& stop) const {
    const Talk talk(talk_options(options_));
    const auto known = find_living(talk, order);
    if (!known.ok()) {
        const bool forbidden = known.error().fault == Fault::forbidden;
        return {forbidden ? Kind::forbidden : Kind::away, 0, 0, {}, false};
    }
    if (known.value()) {
        FaxOutcome outcome = follow(options_, *known.value(), order, stop);
        outcome.found_again = true;
        return outcome;
    }
    if (stop) {
        return {Kind::not_begun, 0, 0, {}, false};
    }
    const Message created = create(talk, order);
    if (created && !is_good(created)) {
        return refused(created);
    }
    std::optional<int> id = created ? std::optional(number(created, "job-id")) : std::nullopt;
    for (int looks = 0; !id && looks < lost_looks; ++looks) { // its answer was lost
        std::this_thread::sleep_for(options_.between);
        const Talk again(talk_options(options_));
        const auto found = find_living(again, order);
        id = found.ok() ? found.value() : std::nullopt;
    }
    if (!id || *id <= 0) {
        return {Kind::away, 0, 0, {}, false}; // without a document nothing is sent
    }
    const Talk sending(talk_options(options_));
    const Message sent = sending.connected() ? send_document(sending, *id, order) : Message();
    if (sent && !is_good(sent)) {
        cancel_job(sending, *id);
        return refused(sent);
    }
    return follow(options_, *id, order, stop);
}

FaxOutcome FaxLine::find(const std::string& name) const {
    FaxOutcome open{Kind::unknown, 0, 0, {}, true};
    const Talk talk(talk_options(options_));
    const auto known = find_job(talk, name + '-', NameMatch::begins);
    const auto job =
        known.ok() && known.value() ? look_at(talk, *known.value()) : std::optional<Job>();
    const std::uint32_t wanted = job ? pages_in(job->name) : 0;
    if (wanted == 0) {
        return open;
    }
    open.job = *known.value();
    open.pages = job->pages.value_or(0);
    FaxOutcome outcome = ended(*job, open.job, wanted).value_or(open);
    outcome.found_again = true;
    return outcome;
}

} // namespace songda::printing
