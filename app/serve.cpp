// songda serve: the building with its doors open until it is told to stop.

#include <atomic>
#include <csignal>

#include <fmt/core.h>

#include "api/problem.hpp"
#include "api/problem_page.hpp"
#include "api/routes.hpp"
#include "app/book_anchor.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/evidence_office.hpp"
#include "app/housekeeping.hpp"
#include "app/kiosk_office.hpp"
#include "app/level_office.hpp"
#include "app/message_keeping.hpp"
#include "app/office.hpp"
#include "app/service_clock.hpp"
#include "app/terminal.hpp"
#include "app/timestamping.hpp"
#include "base/certificate.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "delivery/evidence_package.hpp"
#include "http/server.hpp"

namespace songda::app {
namespace {

std::vector<DepartmentCode> department_codes(const Config& config) {
    std::vector<DepartmentCode> codes;
    for (const DepartmentConfig& department : config.departments) {
        codes.push_back({department.code});
    }
    return codes;
}

/// Blocks SIGINT and SIGTERM in every thread made after it, so that `wait` is the only one to get
/// them.
class StopSignals {
public:
    StopSignals() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGINT);
        sigaddset(&set_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }
    void wait() const {
        int received = 0;
        sigwait(&set_, &received);
    }

private:
    sigset_t set_{};
};

/// SHA-256 of each department's client certificates → the department.
Result<std::map<Digest, DepartmentCode>> read_client_certificates(const Config& config) {
    std::map<Digest, DepartmentCode> known;
    for (const DepartmentConfig& department : config.departments) {
        for (const std::string& path : department.client_certificates) {
            const auto certificates = read_certificates(path);
            if (!certificates.ok()) {
                return certificates.error();
            }
            known[sha256(certificate_der(certificates.value().front().get()))] = {department.code};
        }
    }
    return known;
}

/// The pages outlive the server.
http::ServerOptions server_options(const HttpConfig& config, const api::ProblemPages& pages) {
    http::ServerOptions options;
    options.address = config.address;
    options.port = config.port;
    options.hosts = config.hosts;
    options.gate.opaque_prefix = api::ocsp_path;
    options.io_threads = config.io_threads;
    options.worker_threads = config.worker_threads;
    options.tls = {config.tls_certificate, config.tls_key, config.tls_client_authority,
                   config.tls_hsts_seconds};
    options.last_look = [&pages](const http::Request& request, http::Response& response) {
        pages.present(request, response);
    };
    return options;
}

/// What `run_serve` made for the counters; outlives them.
struct Counters {
    const api::Gatekeeper& gatekeeper;
    delivery::Collecting& collecting;
    const std::atomic<bool>& ready;
    Timestamping* timestamping; ///< null: no authority here
    Office& office;
    const verifier::Inspector& inspector;
    EvidenceOffice* evidence; ///< null: nothing is sealed
    std::vector<api::Hall> halls;
};

/// Null without the table in the configuration.
Result<std::unique_ptr<EvidenceOffice>> open_evidence(const Config& config, Desk& desk,
                                                      Timestamping* built_in) {
    if (!config.evidence) {
        return std::unique_ptr<EvidenceOffice>();
    }
    return EvidenceOffice::open(config, desk, built_in);
}

/// Null without the table in the configuration.
Result<std::unique_ptr<Timestamping>> open_timestamping(const Config& config, Desk& desk) {
    if (!config.timestamp.authority) {
        return std::unique_ptr<Timestamping>();
    }
    return Timestamping::open(*config.timestamp.authority,
                              {desk.clock(), desk.random(), desk.metrics(), desk.seals()});
}

/// Null without the table in the configuration.
Result<std::unique_ptr<LevelOffice>> open_levels(const Config& config, Desk& desk,
                                                 Timestamping* built_in) {
    if (!config.augmentation) {
        return std::unique_ptr<LevelOffice>();
    }
    return LevelOffice::open(config, desk, built_in);
}

/// Null without the table in the configuration.
Result<std::unique_ptr<KioskOffice>> open_kiosks(const Config& config, Desk& desk) {
    return config.kiosk ? KioskOffice::open(config, desk) : std::unique_ptr<KioskOffice>();
}

api::ApiParts make_parts(const Config& config, Desk& desk, const Counters& made) {
    api::ApiLimits limits;
    limits.per_address = {config.http.requests_per_minute, config.http.requests_per_minute / 3};
    limits.per_document = {config.http.requests_per_minute_document,
                           config.http.requests_per_minute_document / 2};
    return {
        .store = desk.store(),
        .issuer = desk.issuer(),
        .clock = desk.clock(),
        .random = desk.random(),
        .metrics = desk.metrics(),
        .gatekeeper = made.gatekeeper,
        .collecting = made.collecting,
        .applicant_keys = desk.applicant_keys(),
        .trust = desk.trust(),
        .inspector = made.inspector,
        .calendar = desk.calendar(),
        .known = desk.known(),
        .profiles = desk.profiles(),
        .key_list = [&desk] { return desk.key_list(); },
        .ready = [&ready = made.ready] { return ready.load(); },
        .follow_status = desk.follow_status(),
        .web_folder = config.web_folder,
        .public_base = config.http.public_base,
        .operations_peers = config.http.operations_peers,
        .limits = limits,
        .publish_folder = config.pki.publish_folder,
        .failing_templates = [&desk] { return desk.failing_templates().size(); },
        .push_key = made.office.push_key(),
        .is_push_subscription = &delivery::push::is_subscription,
        .timestamp = made.timestamping == nullptr
                         ? nullptr
                         : std::function<std::string(std::string_view)>(
                               [&authority = *made.timestamping](std::string_view request) {
                                   return authority.answer(request);
                               }),
        .provider_report =
            [&providers = made.office.providers()](std::string_view name, std::string_view token,
                                                   const http::Request& request) {
                return providers.answer(name, token, request);
            },
        .evidence_package =
            [parts = evidence_desk(config, desk.store(), desk.clock(),
                                   made.evidence ? &made.evidence->seal() : nullptr)](
                const store::DocumentRow& document) {
                return delivery::make_evidence_package(parts, document);
            },
        .halls = made.halls,
    };
}

void tell_open(const Config& config, const Desk& desk, std::uint16_t port) {
    fmt::print("送达 Songda · {} ({}:{})\n", config.http.public_base, config.http.address, port);
    if (!config.production) {
        fmt::print("  样本模式，签发的文书不具法律效力 sample mode: nothing issued here has legal "
                   "effect\n");
    }
    for (const std::string& line : desk.failing_templates()) {
        fmt::print(stderr, "  已公布的模板不能使用 a published template cannot be used: {}\n",
                   line);
    }
    if (desk.recovered() > 0) {
        fmt::print("  已关闭上次中断的签发意向 closed {} intents that were interrupted\n",
                   desk.recovered());
    }
    if (desk.numbers_held()) {
        const std::string since = to_china_time(*desk.numbers_held());
        log::warning("numbers_held", {{"backup", to_rfc3339(*desk.numbers_held())}});
        fmt::print("  由 {0} 的备份恢复：编号未定，暂不签发，核验照常；请用 songda numbers\n"
                   "  restored from the backup of {0}: nothing is issued until the numbers are "
                   "decided (songda numbers); verification goes on\n",
                   since);
    }
    std::fflush(stdout);
}

} // namespace

int run_serve(const std::string& path) {
    const auto config = read_config(path, Files::present);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const StopSignals signals;
    const auto log = log::open(config.value().log_file, config.value().log_level);
    if (!log.ok()) {
        return tell_failure(log.error());
    }
    auto opened = Desk::open(config.value());
    if (!opened.ok()) {
        return tell_failure(opened.error());
    }
    Desk& desk = *opened.value();
    const auto certificates = read_client_certificates(config.value());
    if (!certificates.ok()) {
        return tell_failure(certificates.error());
    }
    auto office = Office::open(config.value().delivery, desk);
    if (!office.ok()) {
        return tell_failure(office.error());
    }
    const auto timestamping = open_timestamping(config.value(), desk);
    if (!timestamping.ok()) {
        return tell_failure(timestamping.error());
    }
    const auto levels = open_levels(config.value(), desk, timestamping.value().get());
    if (!levels.ok()) {
        return tell_failure(levels.error());
    }
    const auto evidence = open_evidence(config.value(), desk, timestamping.value().get());
    if (!evidence.ok()) {
        return tell_failure(evidence.error());
    }
    auto halls = open_halls(config.value().halls, department_codes(config.value()));
    if (!halls.ok()) {
        return tell_failure(halls.error());
    }
    delivery::Collecting collecting(desk.store(), desk.applicant_keys(), desk.clock(),
                                    desk.link_ms());
    const api::Gatekeeper gatekeeper(desk.store(), certificates.value());
    std::atomic<bool> ready{true};
    // A stranger's file may not take the workers that issue.
    const auto inspector = verifier::Inspector::beside_this_program(
        {.running_max = std::clamp(config.value().http.worker_threads / 4, 1U, 4U)});
    const api::ApiParts parts =
        make_parts(config.value(), desk,
                   {gatekeeper, collecting, ready, timestamping.value().get(), *office.value(),
                    inspector, evidence.value().get(), std::move(halls).value()});
    auto routes = api::make_api_routes(parts);
    if (!routes.ok()) {
        return tell_failure(routes.error());
    }
    office.value()->start();
    if (levels.value()) {
        levels.value()->start([&couriers = *office.value()] { couriers.wake(); });
    }
    desk.watch_templates();
    const auto problem_pages = api::ProblemPages::load(config.value().web_folder);
    if (!problem_pages.ok()) {
        return tell_failure(problem_pages.error());
    }
    auto server = http::Server::start(server_options(config.value().http, problem_pages.value()),
                                      api::guard_routes(std::move(routes).value(), parts),
                                      &api::refusal_response, desk.metrics());
    if (!server.ok()) {
        return tell_failure(server.error());
    }
    auto kiosks = open_kiosks(config.value(), desk);
    const auto kiosk_door =
        kiosks.ok() && kiosks.value() ? kiosks.value()->start() : Result<void>();
    if (!kiosks.ok() || !kiosk_door.ok()) {
        return tell_failure(kiosks.ok() ? kiosk_door.error() : kiosks.error());
    }
    Housekeeping housekeeping({desk.store(), desk.clock(), desk.metrics(), desk.follow_status()});
    housekeeping.start();
    ServiceClock service_clock({desk.store(), desk.clock(), desk.metrics(), desk.calendar(),
                                department_codes(config.value())});
    service_clock.start();
    BookAnchor anchor({desk.store(), desk.seals(), desk.clock()});
    anchor.start();
    std::optional<MessageKeeping> messages(
        std::in_place, MessageKeeping::Parts{desk.store(), desk.signer(), desk.clock(),
                                             desk.metrics(), config.value().sm2});
    messages->start();
    if (evidence.value()) {
        evidence.value()->start();
    }
    tell_open(config.value(), desk, server.value()->port());
    signals.wait();
    // Doors first, then the work that is still on the desks, then the levels and the couriers that
    // they wake; the store closes last.
    ready = false;
    server.value()->stop();
    if (kiosks.value()) {
        kiosks.value()->stop();
    }
    if (levels.value()) {
        levels.value()->stop();
    }
    office.value()->stop();
    messages.reset();
    if (evidence.value()) {
        evidence.value()->stop();
    }
    anchor.stop(); // behind everybody who uses seals
    fmt::print("已停止，没有遗失 stopped, nothing lost\n");
    return 0;
}

} // namespace songda::app
