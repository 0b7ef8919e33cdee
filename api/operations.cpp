// For operators: is it alive, does it take work, what are its numbers.

#include "api/problem.hpp"
#include "api/routes.hpp"

namespace songda::api {
namespace {

http::Response word(int status, std::string_view text) {
    http::Response response;
    response.status = status;
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::string(text) + '\n';
    return response;
}

/// It still issues, by what was in force before; somebody should know.
std::string told_templates(const ApiParts& parts) {
    const std::size_t failing = parts.failing_templates ? parts.failing_templates() : 0;
    return failing == 0 ? ""
                        : "; " + std::to_string(failing) +
                              " published templates cannot be used (log: template_unusable)";
}

} // namespace

void add_operation_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    to.push_back({"GET", "/healthz", Policy::anyone, 0, http::Place::quick,
                  [](const http::Request&, const Caller&) { return word(200, "alive"); }});
    to.push_back({"GET", "/readyz", Policy::anyone, 0, http::Place::quick,
                  [&parts](const http::Request&, const Caller&) {
                      if (!parts.ready()) {
                          return word(503, "stopping");
                      }
                      if (!parts.store.writable()) {
                          return word(503, "read-only: no space");
                      }
                      const auto held = parts.store.numbers_held();
                      if (!held.ok()) {
                          return word(503, "the store cannot be read");
                      }
                      if (held.value()) {
                          return word(503, "issues nothing: restored from a backup, numbers to be "
                                           "decided (songda numbers)");
                      }
                      return word(200, "ready" + told_templates(parts));
                  }});
    to.push_back({"GET", "/metrics", Policy::operations, 0, http::Place::worker,
                  [&parts](const http::Request&, const Caller&) {
                      http::Response response;
                      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                      response.body = parts.metrics.text();
                      return response;
                  }});
}

} // namespace songda::api
