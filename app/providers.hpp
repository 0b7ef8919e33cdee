#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/desk.hpp"
#include "app/paced_thread.hpp"
#include "app/provider_config.hpp"
#include "delivery/channels/provider/provider_channel.hpp"
#include "delivery/channels/provider/report_desk.hpp"
#include "delivery/courier.hpp"
#include "http/message.hpp"

namespace songda::app {

/// The providers of SMS, WeChat messages and calls, wired: a channel a provider, its book, and the
/// desk where its reports come in, with a thread that understands them.
class Providers {
public:
    /// Faults name the file or key at fault. `desk` outlives them.
    [[nodiscard]] static Result<std::unique_ptr<Providers>> open(const DeliveryConfig& config,
                                                                 Desk& desk);
    ~Providers();
    Providers(const Providers&) = delete;
    Providers& operator=(const Providers&) = delete;

    /// One lane a provider; its channel lives as long as this object.
    [[nodiscard]] std::vector<delivery::Lane> lanes() const;
    /// From now on reports are understood, not kept only.
    void start();

    /// A report, or WeChat's question whether the address is ours. 404 where nobody reports, and to
    /// whoever is not the provider. From any thread.
    [[nodiscard]] http::Response answer(std::string_view name, std::string_view token,
                                        const http::Request& request);

private:
    struct One;
    Providers();
    [[nodiscard]] static Result<std::unique_ptr<One>>
    open_one(const ProviderConfig& config, const std::string& folder, Desk& desk);

    std::vector<std::unique_ptr<One>> all_;
};

/// The secrets of a provider, read. Faults as read_secret_line.
[[nodiscard]] Result<delivery::provider::Secrets>
read_provider_secrets(const std::map<std::string, std::string>& files);

} // namespace songda::app
