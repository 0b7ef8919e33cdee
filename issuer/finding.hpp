#pragma once

#include <string>

namespace songda::issuer {

/// One fault of a decision, told to the department that sent it. All faults are told at once.
struct Finding {
    std::string pointer; ///< RFC 6901, into the decision: `/fields/address`
    std::string rule;    ///< stable name: `required`, `unknown`, `max_characters`, `kind`,
                      ///< `choice`, `forbidden_character`, `no_glyph`, `width`, `lines`, `page`, or
                      ///< the id of a rule of the document profile: `remedies.court_term`
    std::string value;      ///< what broke it: a code point, a measure; never the whole value
    std::string message_zh; ///< for the person at the counter
    std::string message_en; ///< for the developer of the calling system
};

} // namespace songda::issuer
