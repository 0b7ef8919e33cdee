#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.hpp"
#include "api/halls.hpp"
#include "api/rate_limit.hpp"
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "catalogue/profile.hpp"
#include "catalogue/register.hpp"
#include "catalogue/working_days.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/collecting.hpp"
#include "http/message.hpp"
#include "issuer/issuer.hpp"
#include "store/store.hpp"
#include "verifier/inspector.hpp"
#include "verifier/key_list.hpp"
#include "verifier/trust.hpp"

namespace songda::api {

/// Bounds of what callers may send; docs/formats/api.md tells them.
struct ApiLimits {
    /// A photo of 50 KB is 67 KiB in base64; the rest is a decision's.
    std::size_t decision_bytes_max = 128U << 10U;
    std::size_t batch_bytes_max = 16U << 20U;
    std::size_t batch_rows_max = 5000;
    std::size_t timestamp_bytes_max = 4096;   ///< a request of an authority
    std::size_t report_bytes_max = 1U << 20U; ///< what a provider reports at once
    /// A document with its revisions may be as long (base/archive_writer.hpp); as it was issued it
    /// has 8 MiB at most (rule 1 of the strict frame, pdf.md §7.3).
    std::size_t upload_bytes_max = 10'000'000;
    Rate per_address{600, 200};
    Rate per_document{120, 60};
};

/// What the counters work with; all outlive the routes.
struct ApiParts {
    store::Store& store;
    issuer::Issuer& issuer;
    const Clock& clock;
    Random& random;
    metrics::Registry& metrics;
    const Gatekeeper& gatekeeper;
    delivery::Collecting& collecting;
    const delivery::ApplicantKeys& applicant_keys;
    const verifier::TrustStore& trust;
    const verifier::Inspector& inspector; ///< of files that were not made here
    const catalogue::WorkingDays& calendar;
    const catalogue::Register& known;
    const catalogue::Profiles& profiles;
    std::function<Result<verifier::KeyList>()> key_list;
    std::function<bool()> ready; ///< may new work come in?
    /// What a change of a document's status brings to its deliveries.
    store::Follow follow_status;
    std::string web_folder;
    std::string public_base;                   ///< `https://HOST`, for addresses in answers
    std::vector<std::string> operations_peers; ///< numeric addresses that may read /metrics
    ApiLimits limits;
    /// What `songda pki publish` writes; empty: nothing about certificates is served.
    std::string publish_folder{};
    /// How many published templates cannot be used; empty: none is looked for.
    std::function<std::size_t()> failing_templates{};
    /// What a browser subscribes to that wants to be told of its inbox; empty: nothing is offered.
    std::string push_key{};
    /// Can a message be sent to such a browser? Set with push_key.
    std::function<bool(const store::PushSubscription&)> is_push_subscription{};
    /// The built-in time-stamp authority: TimeStampReq in, TimeStampResp out, whatever comes in.
    /// Empty: there is none.
    std::function<std::string(std::string_view)> timestamp{};
    /// What providers report, by the provider's name and the secret of the path; 200, or a status
    /// that tells a stranger nothing. Empty: nobody reports here.
    std::function<http::Response(std::string_view name, std::string_view token,
                                 const http::Request&)>
        provider_report{};
    /// All evidence of a document's delivery as a ZIP. Empty: there is none.
    std::function<Result<Bytes>(const store::DocumentRow&)> evidence_package{};
    std::vector<Hall> halls{}; ///< whose screens are let in
};

/// What follows it in a path is one value: an OCSP request in base64, slashes and all.
inline constexpr std::string_view ocsp_path = "/pki/ocsp/";

/// A route with the policy that guards it.
struct ApiRoute {
    std::string method;
    std::string pattern;
    Policy policy;
    std::size_t body_bytes_max;
    http::Place place;
    /// The principal is set for policies `issue`, `approve`, `status` and `read`, the inbox
    /// for `applicant`.
    struct Caller {
        Principal principal;
        store::InboxId inbox;
    };
    std::function<http::Response(const http::Request&, const Caller&)> handle;
    /// Media type of the body; a request that names another is told 415, one that names none is
    /// taken at its route's word. Empty: the route takes no body.
    std::string accepts = {};
};

/// A route that takes a body of any media type: others write what comes here, and not always what
/// it is.
inline constexpr std::string_view any_type = "*/*";

/// All routes, unguarded; for the guard below and for the test that lists them.
/// Faults: not_found (a page of the web folder).
[[nodiscard]] Result<std::vector<ApiRoute>> make_api_routes(const ApiParts& parts);

/// Puts each route behind its policy. `parts` must outlive the routes.
[[nodiscard]] std::vector<http::Route> guard_routes(std::vector<ApiRoute> routes,
                                                    const ApiParts& parts);

// The counters, one file each.
void add_document_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_collection_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_service_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_tracking_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_dead_letter_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_evidence_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_case_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_draft_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_paper_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_status_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_verify_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view page);
void add_inbox_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view page);
void add_rating_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_hall_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view page);
void add_inbox_event_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_event_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_push_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_guide_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view page);
void add_catalogue_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view page);
void add_deadline_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_timestamp_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_pki_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_provider_routes(std::vector<ApiRoute>& to, const ApiParts& parts);
void add_operation_routes(std::vector<ApiRoute>& to, const ApiParts& parts);

} // namespace songda::api
