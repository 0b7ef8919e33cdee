#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace songda::issuer {

struct Recipient;
namespace detail {
class Members;
}

/// 送达地址确认书 or another form in which the recipient agreed to electronic service (民事诉讼法
/// 第九十条, 司法解释 第136条) and confirmed the addresses that the decision names.
struct Consent {
    std::string form;    ///< 送达地址确认书
    std::string version; ///< of the form
    Date given_on;
};

/// How the recipient chose to be reached (S13: 由申请人自主选择). Names of channels.
struct Ways {
    std::vector<std::string> delivery; ///< 送达, all at once
    /// 送达, one after another: each when those before have not served.
    std::vector<std::string> fallback;
    std::vector<std::string> notices; ///< 告知, beside the service
    std::optional<Consent> consent;
};

/// Names of the channels that this house has; another is a finding: nobody would ever send it.
using WaysOffered = std::vector<std::string>;
/// Whatever there is a word for: where nothing is sent.
[[nodiscard]] const WaysOffered& every_way();

/// The members `delivery`, `fallback`, `notices` and `consent`. What is wrong is a finding.
[[nodiscard]] Ways read_ways(detail::Members& members, const Recipient& recipient, Date today,
                             const WaysOffered& offered);

} // namespace songda::issuer
