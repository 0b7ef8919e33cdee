#include "app/seals.hpp"

#include <map>

#include "base/log.hpp"
#include "signer/key_cabinet.hpp"
#include "signer/process/seal_client.hpp"
#include "signer/seals/open_registered.hpp"

namespace songda::app {
namespace {

using SharedCupboard = Result<std::shared_ptr<signer::SealCupboard>>;

SharedCupboard share(Result<std::unique_ptr<signer::SealCupboard>> opened) {
    return opened.ok() ? SharedCupboard(std::move(opened).value()) : SharedCupboard(opened.error());
}

Result<signer::SealKeys> open_seal(const DepartmentConfig& department, signer::KeyCabinet& keys) {
    auto document_key = keys.open(department.seal_key, department.key_passphrase_file);
    if (!document_key.ok()) {
        return document_key.error();
    }
    auto qr_key = keys.open(department.qr_key, department.key_passphrase_file);
    if (!qr_key.ok()) {
        return qr_key.error();
    }
    auto sm2_key = keys.open_sm2(department.sm2_key, department.key_passphrase_file);
    if (!sm2_key.ok()) {
        return sm2_key.error();
    }
    signer::SealKeys seal{{department.code},
                          std::move(document_key).value(),
                          department.seal_certificate,
                          std::move(qr_key).value()};
    if (sm2_key.value()) {
        seal.sm2.emplace(signer::Sm2SealKey{*std::move(sm2_key).value(), department.sm2_certificate,
                                            department.electronic_seal});
    }
    return seal;
}

/// By what they were for and what became of them.
std::function<void(signer::SealPurpose, signer::UseOutcome)>
count_uses(metrics::Registry& metrics) {
    using signer::SealPurpose;
    using signer::UseOutcome;
    std::map<std::pair<SealPurpose, UseOutcome>, metrics::Counter> counters;
    for (const auto purpose : {SealPurpose::document, SealPurpose::qr, SealPurpose::timestamp,
                               SealPurpose::record, SealPurpose::electronic_seal}) {
        for (const auto outcome : {UseOutcome::made, UseOutcome::refused, UseOutcome::failed}) {
            counters[{purpose, outcome}] =
                metrics.counter("songda_seal_uses_total", "Uses of seals, by what became of them",
                                {{"purpose", std::string(signer::purpose_name(purpose))},
                                 {"outcome", std::string(signer::outcome_name(outcome))}});
        }
    }
    return [counters = std::move(counters)](SealPurpose purpose, UseOutcome outcome) {
        const auto found = counters.find({purpose, outcome});
        if (found != counters.end()) {
            found->second.add();
        }
    };
}

SharedCupboard open_here(const Config& config, metrics::Registry& metrics, const Clock& clock) {
    std::function<void(bool)> told;
    if (config.pkcs11) {
        told = [away = metrics.gauge("songda_token_away", "1: the token with the keys is away")](
                   bool is_away) { away.set(is_away ? 1 : 0); };
    }
    signer::KeyCabinet keys(config.pkcs11, std::move(told));
    std::vector<signer::SealKeys> seals;
    for (const DepartmentConfig& department : config.departments) {
        auto seal = open_seal(department, keys);
        if (!seal.ok()) {
            return seal.error();
        }
        seals.push_back(std::move(seal).value());
    }
    std::optional<signer::StampKey> stamp;
    if (const auto& authority = config.timestamp.authority) {
        auto key = keys.open(authority->key, authority->key_passphrase_file);
        if (!key.ok()) {
            return key.error();
        }
        stamp.emplace(signer::StampKey{std::move(key).value(), authority->certificate});
    }
    auto opened =
        signer::open_seal_cupboard(std::move(seals), std::move(stamp), config.production, clock);
    if (!opened.ok() || !config.seals) {
        return share(std::move(opened));
    }
    return share(signer::open_registered(std::move(opened).value(),
                                         {config.seals->folder, count_uses(metrics)}, clock));
}

SharedCupboard open_there(const SignerConfig& config, metrics::Registry& metrics) {
    signer::SealClientOptions options;
    options.socket = config.socket;
    options.wait = std::chrono::milliseconds(config.wait_ms);
    options.told = [gauge = metrics.gauge("songda_signer_away",
                                          "1: the signer process does not answer")](
                       const std::optional<Error>& away) {
        gauge.set(away ? 1 : 0);
        if (away) {
            log::error("signer_away", {{"fault", fault_name(away->fault)}, {"why", away->detail}});
        } else {
            log::info("signer_back", {});
        }
    };
    return share(signer::open_seal_client(std::move(options)));
}

} // namespace

SharedCupboard open_seal_cupboard(const Config& config, metrics::Registry& metrics,
                                  const Clock& clock) {
    return config.signer ? open_there(*config.signer, metrics) : open_here(config, metrics, clock);
}

} // namespace songda::app
