// The public counter: is this document what it says, and does it hold?

#include "api/answers.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "base/sha256.hpp"
#include "http/form_upload.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/frame.hpp"

namespace songda::api {
namespace {

constexpr std::string_view answer_place = "<!--SONGDA:ANSWER-->";

http::Response json(std::string body) {
    http::Response response;
    response.content_type = "application/json";
    response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
    response.body = std::move(body);
    return response;
}

/// Nothing for an unknown key and for text that is no key: both cost one look-up and look the same
/// (threat T1).
Result<std::optional<verifier::Report>> find_report(const ApiParts& parts, std::string_view text) {
    const DocumentKey key = parse_document_key(text).value_or(DocumentKey{});
    const auto document = parts.store.find_by_key(key);
    if (!document.ok()) {
        return document.error();
    }
    if (!document.value()) {
        return std::optional<verifier::Report>();
    }
    auto report = find_register_report(parts.store, *document.value(), parts.clock.now());
    return report.ok() ? Result(std::optional(std::move(report).value())) : report.error();
}

http::Response verify_by_key(const ApiParts& parts, const http::Request& request) {
    const auto report = find_report(parts, request.path_values.front());
    if (!report.ok()) {
        return problem_response(problem_of(report.error()));
    }
    return report.value() ? json(verifier::report_json(*report.value()))
                          : refusal_response(404, "no document under this key");
}

/// The page with the answer already in it, so that it serves people without JavaScript too.
struct PageHalves {
    std::string before;
    std::string after;
};

http::Response page(const PageHalves& halves, int status, std::string_view answer) {
    http::Response response;
    response.status = status;
    response.content_type = "text/html; charset=utf-8";
    response.headers = page_headers();
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = halves.before + std::string(answer) + halves.after;
    return response;
}

http::Response verify_page(const ApiParts& parts, const PageHalves& halves,
                           const http::Request& request) {
    const auto report = find_report(parts, request.path_values.front());
    if (!report.ok()) {
        return problem_response(problem_of(report.error()));
    }
    return report.value() ? page(halves, 200, answer_html(*report.value()))
                          : page(halves, 404, nothing_html());
}

/// The document whose key the file names, issued here; whether these are its bytes only the hash of
/// the whole file says.
Result<std::optional<store::DocumentRow>> find_named(const ApiParts& parts, ByteView file) {
    const auto key = verifier::read_file_key(file);
    return key ? parts.store.find_by_key(*key) : std::optional<store::DocumentRow>();
}

/// Of a file that names one of our documents and is not it.
verifier::Report altered_report(TimeMs now) {
    using verifier::Answer;
    using verifier::Reason;
    verifier::Report report;
    report.integrity = {Answer::no, Reason::altered, now};
    report.authority = {Answer::unknown, Reason::not_checked, now};
    report.status = {Answer::unknown, Reason::not_in_register, now};
    report.conclusion = verifier::conclude(report.integrity, report.authority, report.revocation);
    return report;
}

/// Exact bytes first: immune to every trick that a parser could fall for (design §7.6, §7.12). Only
/// a file of another origin is looked at itself, and then the register is asked nothing.
Result<verifier::Report> check_upload(const ApiParts& parts, std::string_view file) {
    const TimeMs now = parts.clock.now();
    const verifier::ArchivedFile archived = verifier::split_archived(as_bytes(file));
    const auto found = find_named(parts, archived.issued);
    if (!found.ok()) {
        return found.error();
    }
    if (!found.value()) {
        auto report = verifier::check_pdf(as_bytes(file), parts.trust, now, parts.inspector);
        if (report.ok()) {
            report.value().status.reason = verifier::Reason::not_in_register;
        }
        return report;
    }
    if (found.value()->file_hash != sha256(archived.issued)) {
        return altered_report(now);
    }
    auto report = find_register_report(parts.store, *found.value(), now);
    if (report.ok()) {
        report.value().integrity.reason = verifier::Reason::exact_bytes;
        verifier::note_archive(report.value(), archived, parts.trust, now);
    }
    return report;
}

http::Response verify_upload(const ApiParts& parts, const http::Request& request) {
    const auto report = check_upload(parts, request.body);
    return report.ok() ? json(verifier::report_json(report.value()))
                       : problem_response(problem_of(report.error()));
}

/// The page's form without JavaScript.
http::Response verify_form(const ApiParts& parts, const PageHalves& halves,
                           const http::Request& request) {
    const auto file = http::read_form_upload(request.header("Content-Type"), request.body, "file");
    if (!file.ok()) {
        return refusal_response(400, file.error().detail);
    }
    if (file.value().empty()) {
        return page(halves, 400, no_file_html());
    }
    if (file.value().size() > parts.limits.upload_bytes_max) {
        return refusal_response(413, "the file is too large to be one of ours");
    }
    const auto report = check_upload(parts, file.value());
    return report.ok() ? page(halves, 200, answer_html(report.value()))
                       : problem_response(problem_of(report.error()));
}

/// `key=TEXT` of the look-up form, as people type it: nothing when there is no such field.
std::optional<std::string> typed_key(std::string_view query) {
    static constexpr std::string_view field = "key=";
    if (!query.starts_with(field)) {
        return std::nullopt;
    }
    const auto text = http::percent_decode(query.substr(field.size()), true);
    std::string tidy;
    for (const char letter : text.value_or("")) {
        const char upper =
            letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
        if (upper != ' ' && upper != '-' && upper != '\t') {
            tidy += upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
        }
    }
    return tidy;
}

/// The empty page, which the service worker keeps too; with a typed key, the way to its answer.
http::Response verify_shell(const PageHalves& halves, const std::string& etag,
                            const http::Request& request) {
    if (const auto text = typed_key(request.query)) {
        const auto key = parse_document_key(*text);
        if (!key) {
            return page(halves, 404, nothing_html());
        }
        http::Response response;
        response.status = 303;
        response.headers = {{"Location", "/v/" + to_text(*key)}, {"Cache-Control", "no-store"}};
        return response;
    }
    http::Response response = page(halves, 200, "");
    response.headers.back().second = "no-cache";
    response.headers.emplace_back("ETag", etag);
    if (request.header("If-None-Match") == etag) {
        response.status = 304;
        response.body.clear();
    }
    return response;
}

} // namespace

void add_verify_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    using Caller = ApiRoute::Caller;
    const std::size_t place = std::min(html.find(answer_place), html.size());
    const std::size_t after = std::min(place + answer_place.size(), html.size());
    const PageHalves halves{std::string(html.substr(0, place)), std::string(html.substr(after))};
    to.push_back({"GET", "/verify", Policy::anyone, 0, http::Place::quick,
                  [halves, etag = etag_of(html)](const http::Request& request, const Caller&) {
                      return verify_shell(halves, etag, request);
                  }});
    to.push_back({"POST", "/verify", Policy::anyone,
                  parts.limits.upload_bytes_max + http::form_overhead_bytes_max,
                  http::Place::worker,
                  [&parts, halves](const http::Request& request, const Caller&) {
                      return verify_form(parts, halves, request);
                  },
                  "multipart/form-data"});
    to.push_back({"GET", "/v/{key}", Policy::anyone_document, 0, http::Place::quick,
                  [&parts, halves](const http::Request& request, const Caller&) {
                      return verify_page(parts, halves, request);
                  }});
    to.push_back({"GET", "/api/v1/verify/{key}", Policy::anyone_document, 0, http::Place::quick,
                  [&parts](const http::Request& request, const Caller&) {
                      return verify_by_key(parts, request);
                  }});
    to.push_back({"POST", "/api/v1/verify", Policy::anyone, parts.limits.upload_bytes_max,
                  http::Place::worker,
                  [&parts](const http::Request& request, const Caller&) {
                      return verify_upload(parts, request);
                  },
                  "application/pdf"});
    to.push_back({"GET", "/.well-known/songda-keys.json", Policy::anyone, 0, http::Place::quick,
                  [&parts](const http::Request&, const Caller&) {
                      const auto list = parts.key_list();
                      if (!list.ok()) {
                          return problem_response(problem_of(list.error()));
                      }
                      http::Response response = json(verifier::write_key_list(list.value()));
                      response.headers.front().second = "public, max-age=3600";
                      return response;
                  }});
}

} // namespace songda::api
