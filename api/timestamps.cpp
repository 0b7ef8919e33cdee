// The built-in time-stamp authority at the counter (RFC 3161 §3.4). It answers in its own words, a
// refusal too; here are only the address and the media types.

#include "api/problem.hpp"
#include "api/routes.hpp"

namespace songda::api {

void add_timestamp_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back({"POST", "/tsa", Policy::anyone, parts.limits.timestamp_bytes_max,
                  http::Place::worker,
                  [&parts](const http::Request& request, const ApiRoute::Caller&) {
                      if (!parts.timestamp) {
                          return refusal_response(404, "no time-stamp authority here");
                      }
                      http::Response response;
                      response.content_type = "application/timestamp-reply";
                      response.headers.emplace_back("Cache-Control", "no-store");
                      response.body = parts.timestamp(request.body);
                      return response;
                  },
                  "application/timestamp-query"});
}

} // namespace songda::api
