#include "app/evidence_office.hpp"

#include <algorithm>

#include "app/maildir.hpp"
#include "app/timestamp_server.hpp"
#include "signer/key_cabinet.hpp"

namespace songda::app {

Result<signer::EvidenceSeal> open_evidence_seal(const EvidenceConfig& config, bool production,
                                                const Clock& clock) {
    signer::KeyCabinet keys(std::nullopt);
    auto key = keys.open(config.key, config.key_passphrase_file);
    return key.ok() ? signer::EvidenceSeal::open({std::move(key).value(), config.certificate},
                                                 production, clock)
                    : Result<signer::EvidenceSeal>(key.error());
}

delivery::EvidenceDesk evidence_desk(const Config& config, store::Store& store, const Clock& clock,
                                     const signer::EvidenceSeal* seal) {
    delivery::EvidenceDesk desk{store, clock};
    if (seal != nullptr) {
        desk.seal = [seal](std::string_view text) { return seal->seal(text); };
    }
    if (!config.delivery.email.bounces_folder.empty()) {
        desk.find_trace = [folder = config.delivery.email.bounces_folder](const Digest& hash) {
            return find_kept_mail(folder, hash);
        };
    }
    return desk;
}

Result<std::unique_ptr<EvidenceOffice>> EvidenceOffice::open(const Config& config, Desk& desk,
                                                             Timestamping* built_in) {
    std::unique_ptr<EvidenceOffice> office(new EvidenceOffice());
    const EvidenceConfig& evidence = *config.evidence;
    auto seal = open_evidence_seal(evidence, config.production, desk.clock());
    if (!seal.ok()) {
        return Error{seal.error().fault, "evidence: " + seal.error().detail};
    }
    office->seal_.emplace(std::move(seal).value());
    std::vector<signer::TimestampServer*> asked;
    for (const std::string& name : evidence.authorities) {
        auto server = open_named_server(
            name, {config.timestamp, built_in, desk.trust(), desk.clock(), desk.metrics()});
        if (!server.ok()) {
            return server.error();
        }
        office->servers_.push_back(std::move(server).value());
        asked.push_back(office->servers_.back().get());
    }
    if (!asked.empty()) {
        office->client_ = std::make_unique<signer::TimestampClient>(
            std::move(asked), signer::TimestampBackOff(), desk.clock(), desk.random());
    }
    EvidenceKeeping::Options options;
    options.seal_ms = evidence.seal_seconds * 1000;
    options.late_ms = evidence.late_minutes * 60'000;
    options.poll = std::chrono::milliseconds(std::min<std::int64_t>(options.seal_ms, 1000));
    office->keeping_ = std::make_unique<EvidenceKeeping>(
        EvidenceKeeping::Parts{desk.store(), *office->seal_, office->client_.get(), desk.clock(),
                               desk.metrics()},
        options);
    return office;
}

} // namespace songda::app
