#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "delivery/channels/provider/request.hpp"
#include "delivery/channels/provider/spec.hpp"
#include "delivery/settle_report.hpp"

/// Reports of a provider, from the bytes that came in to what they mean. Pure; reads outside bytes.
namespace songda::delivery::provider {

/// What came in at the counter.
struct ReportCall {
    std::string_view path_token; ///< last part of the path; empty: none
    std::string_view query;      ///< not decoded
    std::string_view body;
    std::string_view peer; ///< numeric address
    std::function<std::string_view(std::string_view name)> header;
};

/// Does it come from the provider? Nothing of the body is read before. Secrets are compared in
/// constant time, signed times may be five minutes away.
[[nodiscard]] bool is_genuine(const Callback& callback, const Secrets& secrets,
                              const ReportCall& call, TimeMs now);

/// WeChat asks an address before it uses it: its query's `echostr`, to be sent back if the query is
/// signed. Nothing if it is not, or the callback is of another kind.
[[nodiscard]] std::optional<std::string> echo_of(const Callback& callback, const Secrets& secrets,
                                                 std::string_view query);

/// One report of a body.
struct Report {
    std::optional<LegId> leg; ///< of ours, if it names one
    std::string ref;          ///< the provider's own id; may be empty
    LegReport what;
    bool unknown_code = false; ///< the file does not say what its code means
    bool understood = false;   ///< `what` holds
};

/// What a body holds; one bad element never stops the others.
struct ReportBody {
    std::vector<Report> reports;
    std::size_t malformed = 0; ///< elements that name no message, or the whole body
    std::size_t others = 0;    ///< that are no reports (Callback::only)
};
[[nodiscard]] ReportBody read_reports(const Callback& callback, std::string_view body, TimeMs now);

} // namespace songda::delivery::provider
