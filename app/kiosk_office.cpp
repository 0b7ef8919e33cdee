#include "app/kiosk_office.hpp"

#include "api/problem.hpp"
#include "base/log.hpp"
#include "base/text_codec.hpp"
#include "delivery/kiosk/register.hpp"

namespace songda::app {
namespace {

using delivery::KioskStanding;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::chrono::seconds between_looks{15};

std::vector<DepartmentCode> codes_of(const Config& config) {
    std::vector<DepartmentCode> codes;
    for (const DepartmentConfig& department : config.departments) {
        codes.push_back({department.code});
    }
    return codes;
}

} // namespace

std::size_t KioskWatch::look() {
    const auto kiosks = store_.kiosks();
    const auto seen = store_.kiosks_seen();
    if (!kiosks.ok() || !seen.ok()) {
        return silent_.size();
    }
    std::map<store::KioskId, TimeMs> heard;
    for (const store::KioskSeen& each : seen.value()) {
        heard[each.kiosk] = each.at;
    }
    const TimeMs now = clock_.now();
    std::size_t working = 0;
    for (const store::KioskRow& kiosk : kiosks.value()) {
        const auto at = heard.find(kiosk.id);
        const auto standing = delivery::standing_of(
            kiosk, at == heard.end() ? std::nullopt : std::optional(at->second), now);
        if (standing == KioskStanding::revoked || standing == KioskStanding::enrolling) {
            silent_.erase(kiosk.id);
            continue;
        }
        ++working;
        const bool silent = delivery::is_silent(standing);
        if (silent && silent_.insert(kiosk.id).second) {
            log::warning("kiosk_silent",
                         {{"kiosk", to_hex(kiosk.id.view())}, {"site", kiosk.site}});
        } else if (!silent && silent_.erase(kiosk.id) == 1) {
            log::info("kiosk_back", {{"kiosk", to_hex(kiosk.id.view())}, {"site", kiosk.site}});
        }
    }
    registry_.gauge("songda_kiosks", "Kiosks that are enrolled and not revoked.", {})
        .set(static_cast<double>(working));
    registry_.gauge("songda_kiosks_silent", "Of these, without a heartbeat for 90 seconds.", {})
        .set(static_cast<double>(silent_.size()));
    return silent_.size();
}

KioskOffice::KioskOffice(const KioskConfig& config, std::vector<DepartmentCode> departments,
                         Desk& desk, signer::ClientAuthority authority)
    : config_(config), songda_(desk), authority_(std::move(authority)),
      desk_(desk.store(), desk.applicant_keys(), desk.clock(), desk.random(),
            std::move(departments)),
      parts_{desk.store(),
             desk_,
             desk.issuer(),
             desk.clock(),
             desk.metrics(),
             [this](std::string_view request, const store::KioskId& kiosk) {
                 return certify(request, kiosk);
             }},
      watch_(desk.store(), desk.clock(), desk.metrics()) {}

Result<std::unique_ptr<KioskOffice>> KioskOffice::open(const Config& config, Desk& desk) {
    auto authority = signer::ClientAuthority::open(config.kiosk->authority_key,
                                                   config.kiosk->authority_certificate);
    if (!authority.ok()) {
        return authority.error();
    }
    return std::unique_ptr<KioskOffice>(
        new KioskOffice(*config.kiosk, codes_of(config), desk, std::move(authority).value()));
}

Result<api::KioskCertified> KioskOffice::certify(std::string_view request,
                                                 const store::KioskId& kiosk) const {
    const TimeMs now = songda_.clock().now();
    auto issued = authority_.issue(request,
                                   {to_hex(kiosk.view()), delivery::kiosk_uri(kiosk), now,
                                    now + config_.certificate_days * day_ms},
                                   songda_.random());
    if (!issued.ok()) {
        return issued.error();
    }
    return api::KioskCertified{std::move(issued.value().pem), issued.value().digest,
                               issued.value().expires};
}

Result<void> KioskOffice::start() {
    http::ServerOptions options;
    options.address = config_.address;
    options.port = config_.port;
    options.io_threads = 1;
    options.worker_threads = 2;
    // Asked for and not demanded: who enrols has none yet.
    options.tls = {config_.tls_certificate, config_.tls_key, config_.authority_certificate, 0};
    auto server = http::Server::start(std::move(options), api::make_kiosk_routes(parts_),
                                      &api::refusal_response, connections_);
    if (!server.ok()) {
        return server.error();
    }
    server_ = std::move(server).value();
    thread_.start([this] {
        watch_.look();
        return between_looks;
    });
    return {};
}

void KioskOffice::stop() {
    if (server_) {
        server_->stop();
    }
}

} // namespace songda::app
