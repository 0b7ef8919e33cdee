#pragma once

#include <string>
#include <string_view>

/// Names and numbers as a stranger may see them (threat T2): enough to compare with the paper in
/// hand, not enough to learn a name from the code alone. Work on characters, not bytes.
namespace songda::catalogue {

/// `张三丰` → `张**`, `欧阳娜娜` → `欧阳**`: a compound surname 复姓 stays whole, as nobody called
/// 欧阳 knows themselves as 欧. Always two stars, so that the length is not told.
[[nodiscard]] std::string mask_person(std::string_view name);

/// `示例市鑫源餐饮管理有限公司` → `示例市********公司`: first three and last two characters; always
/// eight stars, so that the length is not told either. Names of up to six characters keep one at
/// each end. A remark in brackets at the end is no part of what is kept:
/// `示例市甲乙丙中心（有限合伙）` → `示例市********中心`.
[[nodiscard]] std::string mask_organisation(std::string_view name);

/// `138****5678`; of shorter numbers a third at each end stays. What is no number is hidden whole.
[[nodiscard]] std::string mask_phone(std::string_view phone);

} // namespace songda::catalogue
