#pragma once

#include <string_view>

/// Why a leg stands where it stands, in plain words. For people; machines take the reason's name.
namespace songda::delivery {

/// 邮箱已满. Empty for an unknown name and for none.
[[nodiscard]] std::string_view reason_words_zh(std::string_view reason_name);
/// `the mailbox is full`.
[[nodiscard]] std::string_view reason_words(std::string_view reason_name);

} // namespace songda::delivery
