// songda-signer: holds the keys of seals and signs for the service that asks over its socket
// (docs/operating/signer.md). Links neither store nor network nor renderer.

#include <csignal>
#include <cstdlib>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "app/signer/cage.hpp"
#include "app/signer/config.hpp"
#include "base/log.hpp"
#include "base/open_file.hpp"
#include "signer/file_signer.hpp"
#include "signer/process/seal_service.hpp"
#include "signer/seals/open_registered.hpp"

namespace {

using namespace songda;

int tell_failure(const Error& error) {
    fmt::print(stderr, "songda-signer: {}\n", error.detail);
    return 1;
}

Result<std::unique_ptr<signer::SealCupboard>> open_seals(const app::SignerProcessConfig& config,
                                                         const Clock& clock) {
    signer::KeyCabinet keys(config.pkcs11);
    std::vector<signer::SealKeys> seals;
    for (const app::SealPlace& place : config.seals) {
        auto key = keys.open(place.key, place.key_passphrase_file);
        if (!key.ok()) {
            return key.error();
        }
        auto qr_key = keys.open(place.qr_key, place.key_passphrase_file);
        if (!qr_key.ok()) {
            return qr_key.error();
        }
        auto sm2_key = keys.open_sm2(place.sm2.key, place.key_passphrase_file);
        if (!sm2_key.ok()) {
            return sm2_key.error();
        }
        seals.push_back({{place.department},
                         std::move(key).value(),
                         place.certificate,
                         std::move(qr_key).value()});
        if (sm2_key.value()) {
            seals.back().sm2.emplace(signer::Sm2SealKey{
                *std::move(sm2_key).value(), place.sm2.certificate, place.sm2.electronic_seal});
        }
    }
    std::optional<signer::StampKey> stamp;
    if (const auto& place = config.timestamp) {
        auto key = keys.open(place->key, place->key_passphrase_file);
        if (!key.ok()) {
            return key.error();
        }
        stamp.emplace(signer::StampKey{std::move(key).value(), place->certificate,
                                       place->tolerance_seconds * 1000});
    }
    auto opened =
        signer::open_seal_cupboard(std::move(seals), std::move(stamp), config.production, clock);
    return !opened.ok() || !config.register_of_seals
               ? std::move(opened)
               : signer::open_registered(std::move(opened).value(),
                                         {config.register_of_seals->folder}, clock);
}

/// systemd's Type=notify (sd_notify(3)), which is one datagram.
void tell_ready() {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    const std::string_view to = path == nullptr ? "" : path;
    if (to.empty() || to.size() >= sizeof address.sun_path) {
        return;
    }
    address.sun_family = AF_UNIX;
    to.copy(address.sun_path, to.size());
    if (to.front() == '@') {
        address.sun_path[0] = '\0';
    }
    const Descriptor out(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + to.size());
    constexpr std::string_view ready = "READY=1";
    (void)!sendto(out.get(), ready.data(), ready.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), size);
}

int serve(const app::SignerProcessConfig& config, const sigset_t& stop_signals) {
    const SystemClock clock;
    auto seals = open_seals(config, clock);
    if (!seals.ok()) {
        return tell_failure(seals.error());
    }
    auto socket = signer::listen_for_seals(config.socket);
    if (!socket.ok()) {
        return tell_failure(socket.error());
    }
    auto service = signer::SealService::start(*seals.value(), std::move(socket).value(),
                                              {config.users, config.threads});
    if (!service.ok()) {
        return tell_failure(service.error());
    }
    log::info("signer_ready", {{"seals", std::uint64_t{config.seals.size()}},
                               {"timestamp", config.timestamp.has_value()},
                               {"book", config.register_of_seals.has_value()},
                               {"cage", config.on_token ? "token" : "files"}});
    tell_ready();
    const auto caged = app::enter_cage(config.on_token ? app::Cage::token : app::Cage::files,
                                       config.register_of_seals.has_value());
    if (!caged.ok()) {
        return tell_failure(caged.error());
    }
    int received = 0;
    sigwait(&stop_signals, &received);
    service = Error{}; // questions on hand are answered, then the keys are wiped
    seals = Error{};
    return 0;
}

} // namespace

int main(int count, char** words) {
    CLI::App options(
        "songda-signer: 持有印章密钥，为 songda 签名 holds the keys of seals and signs "
        "for songda",
        "songda-signer");
    std::string path;
    options.add_option("-c,--config", path, "配置文件 configuration")->required();
    CLI11_PARSE(options, count, words);

    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGINT);
    sigaddset(&stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    const auto config = app::read_signer_config(path);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const auto user = app::become_user(config.value().run_as);
    if (!user.ok()) {
        return tell_failure(user.error());
    }
    if (config.value().production && geteuid() == 0) {
        return tell_failure({Fault::invalid_input, "run_as: in production keys are not root's"});
    }
    const bool locked = app::lock_memory();
    if (!signer::harden_process() && config.value().production) {
        return tell_failure({Fault::unavailable, "no memory may be locked for the keys: "
                                                 "LimitMEMLOCK=64M in the unit, or ulimit -l"});
    }
    if (!locked) {
        log::warning("signer_memory_not_locked", {{"why", "RLIMIT_MEMLOCK is below 64 MiB"}});
    }
    const int status = serve(config.value(), stop_signals);
    std::fflush(nullptr);
    _exit(status); // what libraries do at an end is not wanted, nor allowed in the cage
}
