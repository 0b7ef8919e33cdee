#include "app/status_sources.hpp"

#include "app/timestamp_server.hpp"
#include "base/archive_revision.hpp"
#include "base/ocsp.hpp"
#include "base/open_file.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/ssrf_guard.hpp"
#include "http/client.hpp"

namespace songda::app {
namespace {

/// With a chain of certificates in it.
constexpr std::size_t ocsp_bytes_max = 64U << 10U;
constexpr std::size_t list_name_characters_max = 64;
constexpr std::int64_t kept_ms = 600'000;
constexpr std::int64_t rest_ms = 60'000;
constexpr std::size_t kept_answers_max = 16;

/// A name of ours, which cannot lead out of the folder; empty if the address ends in none.
std::string list_name(const std::string& address) {
    static constexpr std::string_view ending = ".crl";
    const std::string name = address.substr(address.rfind('/') + 1);
    const bool ours = name.ends_with(ending) && name.size() <= list_name_characters_max &&
                      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
                          name.size() - ending.size();
    return ours ? name : "";
}

Error none_there(const char* what) {
    return {Fault::not_found, std::string(what)};
}

} // namespace

Result<Bytes> FolderStatusSource::find_answer(const verifier::StatusQuestion& question) {
    const auto id = ocsp::read_request(question.request);
    if (!id.ok()) {
        return id.error();
    }
    auto answer =
        read_whole(folder_ + "/ocsp/" + ocsp::file_name(id.value()) + ".ocsp", ocsp_bytes_max);
    return answer.ok() ? answer : none_there("the publish folder has no OCSP answer about it");
}

Result<Bytes> FolderStatusSource::find_list(const verifier::StatusQuestion& question) {
    for (const std::string& address : question.lists) {
        const std::string name = list_name(address);
        auto list = name.empty() ? none_there("")
                                 : read_whole(folder_ + "/crl/" + name, archive_evidence_bytes_max);
        if (list.ok()) {
            return list;
        }
    }
    return none_there("the publish folder has no revocation list of that name");
}

Result<Bytes> HttpStatusSource::find_answer(const verifier::StatusQuestion& question) {
    if (question.responders.empty()) {
        return none_there("it names no OCSP responder");
    }
    return call_first(question.responders, {"POST", "application/ocsp-response", ocsp_bytes_max,
                                            std::string(as_text(question.request))});
}

Result<Bytes> HttpStatusSource::find_list(const verifier::StatusQuestion& question) {
    if (question.lists.empty()) {
        return none_there("it names no revocation list");
    }
    return call_first(question.lists, {"GET", "", archive_evidence_bytes_max, ""});
}

Result<Bytes> HttpStatusSource::call_first(const std::vector<std::string>& addresses,
                                           const Call& call) {
    Result<Bytes> answer = none_there("");
    for (const std::string& address : addresses) {
        answer = call_kept(address, call);
        if (answer.ok()) {
            break;
        }
    }
    return answer;
}

/// Nothing is locked while the network is waited for.
Result<Bytes> HttpStatusSource::call_kept(const std::string& address, const Call& call) {
    const std::string key = address + '\n' + call.body;
    const TimeMs now = clock_.now();
    {
        const std::scoped_lock lock(mutex_);
        const auto found = kept_.find(key);
        if (found != kept_.end() &&
            now - found->second.at < (found->second.answer.ok() ? kept_ms : rest_ms)) {
            return found->second.answer;
        }
    }
    auto answer = call_now(address, call);
    const std::scoped_lock lock(mutex_);
    if (kept_.size() >= kept_answers_max) {
        kept_.clear();
    }
    kept_.insert_or_assign(key, Kept{answer, now});
    return answer;
}

Result<Bytes> HttpStatusSource::call_now(const std::string& address, const Call& call) const {
    auto url = parse_timestamp_url(address);
    if (!url.ok()) {
        return url.error();
    }
    http::ClientOptions& options = url.value().connection;
    options.time = std::chrono::seconds(config_.timeout_seconds);
    options.body_bytes_max = call.bytes_max;
    options.may_connect = config_.allow_private_addresses ? nullptr : &delivery::is_public_address;
    auto client = http::Client::connect(options);
    if (!client.ok()) {
        return Error{client.error().fault, address + ": " + client.error().detail};
    }
    http::Headers headers = {{"User-Agent", "Songda"}};
    if (!call.body.empty()) {
        headers.emplace_back("Content-Type", "application/ocsp-request");
    }
    const auto answer = client.value().send(call.method, url.value().target, headers, call.body);
    if (!answer.ok()) {
        return Error{answer.error().fault, address + ": " + answer.error().detail};
    }
    const http::Response& response = answer.value();
    if (response.status != 200) {
        return Error{Fault::unavailable,
                     address + ": HTTP status " + std::to_string(response.status)};
    }
    const std::string_view type = response.content_type;
    if (!call.accepts.empty() &&
        !http::same_name(type.substr(0, type.find_first_of("; ")), call.accepts)) {
        return Error{Fault::unavailable, address + ": no " + std::string(call.accepts)};
    }
    const ByteView body = as_bytes(response.body);
    return Bytes(body.begin(), body.end());
}

} // namespace songda::app
