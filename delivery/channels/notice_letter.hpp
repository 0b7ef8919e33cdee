#pragma once

#include <string>

#include "delivery/channel.hpp"

/// What a mail says that tells of a change of status (告知), or goes to who supervises (抄送).
/// Pure; for dispatches with a notice. It serves nothing and says so: no file, no link, no code;
/// the masked holder, to the recipient alone, is all that it knows of a person.
namespace songda::delivery {

/// `【告知】食品经营许可证 JY13201990000019 已被撤销`.
[[nodiscard]] std::string notice_subject(const Dispatch& dispatch);

/// Chinese first, English below; lines end with `\n`.
[[nodiscard]] std::string notice_body(const Dispatch& dispatch);

} // namespace songda::delivery
