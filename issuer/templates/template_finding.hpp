#pragma once

#include <cstdint>
#include <string>

namespace songda::issuer {

/// Something about a template that its designer is told; all of it at once.
struct TemplateFinding {
    enum class Weight : std::uint8_t {
        refusal, ///< no document can be issued by it, or not the right one
        warning, ///< it can be used; some decisions will be refused
    };
    Weight weight = Weight::refusal;
    std::string where; ///< file and key: `template.toml:12: text[3]`, `emblem.png`
    std::string rule;  ///< stable name: `key`, `style`, `fact`, `no_glyph`, `artwork`, `width`…
    std::string value; ///< what broke it: a code point, a measure; may be empty
    std::string message_zh; ///< what is wrong and what is expected
    std::string message_en;
};

} // namespace songda::issuer
