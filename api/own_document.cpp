#include "api/own_document.hpp"

#include "api/problem.hpp"

namespace songda::api {

ApiRoute own_document_route(const ApiParts& parts, ApiRoute route, OwnHandler handle) {
    route.handle = [&parts, handle](const http::Request& request, const ApiRoute::Caller& caller) {
        const auto id = parse_document_id(request.path_values.front());
        const auto found = id ? parts.store.find_document_for(caller.principal.department, *id)
                              : Result<std::optional<store::DocumentRow>>(std::nullopt);
        if (!found.ok()) {
            return problem_response(problem_of(found.error()));
        }
        return found.value() ? handle(parts, *found.value(), request, caller.principal)
                             : refusal_response(404, "no such document");
    };
    return route;
}

} // namespace songda::api
