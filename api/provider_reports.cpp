// Where providers of SMS, WeChat messages and calls report what became of a message. Who may is
// decided by the provider's own signature or secret (docs/formats/provider.md); here are only the
// addresses.

#include "api/problem.hpp"
#include "api/routes.hpp"

namespace songda::api {
namespace {

http::Response answer(const ApiParts& parts, const http::Request& request) {
    const std::string& name = request.path_values.front();
    const std::string token = request.path_values.size() > 1 ? request.path_values[1] : "";
    http::Response response;
    response.status = 404;
    if (parts.provider_report) {
        response = parts.provider_report(name, token, request);
    }
    if (response.status != 200) {
        return refusal_response(response.status, "no such path");
    }
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

} // namespace

void add_provider_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    const auto handle = [&parts](const http::Request& request, const ApiRoute::Caller&) {
        return answer(parts, request);
    };
    constexpr const char* address = "/api/v1/providers/{name}/reports";
    to.push_back({"GET", address, Policy::provider, 0, http::Place::quick, handle});
    for (const std::string& pattern : {std::string(address), std::string(address) + "/{token}"}) {
        to.push_back({"POST", pattern, Policy::provider, parts.limits.report_bytes_max,
                      http::Place::worker, handle, std::string(any_type)});
    }
}

} // namespace songda::api
