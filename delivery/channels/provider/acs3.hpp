#pragma once

#include <string>
#include <utility>
#include <vector>

namespace songda::delivery::provider {

/// A request as Aliyun's signature version 3 sees it (help.aliyun.com: V3 版本请求体 & 签名机制).
struct Acs3Request {
    std::string method;
    std::string host;
    std::string path;                                       ///< encoded
    std::vector<std::pair<std::string, std::string>> query; ///< not encoded
    /// `x-acs-…` and `content-type`; names in lower case.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

struct Acs3Stamp {
    std::string date; ///< `2023-10-26T10:22:32Z`
    std::string nonce;
};

/// The headers that sign the request: `x-acs-date`, `x-acs-signature-nonce`,
/// `x-acs-content-sha256` and `Authorization` (ACS3-HMAC-SHA256). Pure.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
acs3_headers(const Acs3Request& request, const Acs3Stamp& stamp, const std::string& key_id,
             const std::string& key);

} // namespace songda::delivery::provider
