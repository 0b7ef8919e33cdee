#pragma once

#include <string>
#include <string_view>

#include "delivery/channel.hpp"

/// What the mail says, in words. Pure. The masked holder is all that it knows of a person, and the
/// collection code is never in it.
namespace songda::delivery {

struct LetterSetting {
    std::string_view public_base; ///< `https://HOST`, of the verify address
    bool attached = true;         ///< the file is in the mail
};

/// `【送达】食品经营许可证 JY13201990000019 已签发`.
[[nodiscard]] std::string letter_subject(const store::DocumentRow& document);

/// Chinese first, English below; lines end with `\n`.
[[nodiscard]] std::string letter_body(const Dispatch& dispatch, const LetterSetting& setting);

/// `食品经营许可证-JY13201990000019.pdf`, without what file systems refuse, at most 200 bytes.
[[nodiscard]] std::string letter_file_name(const store::DocumentRow& document);

} // namespace songda::delivery
