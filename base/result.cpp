#include "base/result.hpp"

namespace songda {

std::string_view fault_name(Fault fault) {
    switch (fault) {
    case Fault::invalid_input: return "invalid_input";
    case Fault::not_found: return "not_found";
    case Fault::conflict: return "conflict";
    case Fault::forbidden: return "forbidden";
    case Fault::overloaded: return "overloaded";
    case Fault::unavailable: return "unavailable";
    case Fault::no_space: return "no_space";
    case Fault::held: return "held";
    case Fault::exhausted: return "exhausted";
    case Fault::corrupt: return "corrupt";
    case Fault::internal: return "internal";
    }
    return "internal";
}

} // namespace songda
