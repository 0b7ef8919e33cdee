#pragma once

#include "app/evidence_keeping.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "base/stored_zip.hpp"
#include "base/text_codec.hpp"
#include "delivery/evidence_package.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/evidence_package.hpp"
#include "tests/fakes/sample_authority.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/delivery/office.hpp"
#include "verifier/evidence_package.hpp"
#include "verifier/timestamp.hpp"

/// An office whose evidence is sealed with the sample keys, time-stamped by the built-in authority
/// and packed.
namespace songda::app {

using delivery::ChannelKind;
using std::chrono::milliseconds;
using verifier::Answer;

inline const DepartmentCode department{"11320199014138860W"};
inline const std::string keys = fakes::sample_keys_folder();

/// The built-in authority, which may be away.
class Server final : public signer::TimestampServer {
public:
    Server(fakes::SampleAuthority& authority, const verifier::TrustStore& trust)
        : authority_(authority), trust_(trust) {}
    const std::string& name() const override { return name_; }
    const std::string& policy() const override { return policy_; }
    Result<Bytes> ask(ByteView request) override {
        ++asked;
        return away ? Result<Bytes>(Error{Fault::unavailable, "away"})
                    : authority_.authority->answer(request).response;
    }
    Result<TimestampProof> check(ByteView request, ByteView reply) const override {
        return verifier::check_timestamp_reply(reply, {request, authority_.clock.now(), 60'000},
                                               trust_);
    }
    bool away = false;
    int asked = 0;

private:
    const std::string name_ = "sample";
    const std::string policy_;
    fakes::SampleAuthority& authority_;
    const verifier::TrustStore& trust_;
};

class EvidenceWorld : public testing::Test {
protected:
    EvidenceWorld()
        : trust_(verifier::TrustStore::load(keys + "/trust").value()),
          seal_(signer::EvidenceSeal::open(
                    {signer::open_key_file(keys + "/evidence/seal.key", "").value(),
                     keys + "/evidence/seal.pem"},
                    false, office_.clock)
                    .value()),
          client_({&server_}, {1000, 1000}, office_.clock, office_.random) {
        office_.clock.set(authority_.clock.now());
        office_.consent = store::ConsentEntry{true,          "送达地址确认书",    "2026-1",
                                              {2026, 11, 1}, office_.clock.now(), "decision"};
    }
    DocumentId serve() {
        const DocumentId document = office_.issue(department, {ChannelKind::portal});
        delivery::Courier(office_.parts()).run_once();
        return document;
    }
    void advance(std::int64_t ms) {
        office_.clock.advance(ms);
        authority_.clock.advance(ms);
        authority_.boot.advance(ms);
    }
    /// The first look begins the wait, the second seals.
    void seal_all() {
        (void)keeping_.step();
        advance(60'000);
        (void)keeping_.step();
    }
    Bytes pack_by(const DocumentId& document, const signer::EvidenceSeal* seal) {
        delivery::EvidenceDesk desk{office_.store, office_.clock};
        if (seal != nullptr) {
            desk.seal = [seal](std::string_view text) { return seal->seal(text); };
        }
        desk.find_trace = [this](const Digest& hash) {
            return hash == sha256(trace_) ? std::optional(trace_) : std::nullopt;
        };
        return delivery::make_evidence_package(desk, *office_.store.find_document(document).value())
            .value();
    }
    Bytes pack(const DocumentId& document, bool sealed = true) {
        return pack_by(document, sealed ? &seal_ : nullptr);
    }
    /// By whoever knows the service's seal.
    verifier::EvidenceReport check(ByteView package) {
        return verifier::check_evidence(package, trust_, office_.clock.now(), own_seal_);
    }
    static std::string told(const verifier::EvidenceReport& report) {
        std::string text;
        for (const auto& each : report.findings) {
            text += std::string(each.answer == Answer::yes  ? "yes "
                                : each.answer == Answer::no ? "no "
                                                            : "unknown ") +
                    each.en + '\n';
        }
        return text;
    }
    /// Somebody changes members, and everything that needs no key with them.
    static Bytes forge(ByteView package,
                       const std::function<void(std::map<std::string, std::string>&)>& change) {
        const auto read = read_zip(package).value();
        std::map<std::string, std::string> texts;
        for (const ZipMember& member : read.members) {
            texts[member.name] = as_text(member.bytes);
        }
        change(texts);
        auto manifest = ledger::read_manifest(texts["manifest.json"]).value();
        const auto lines = texts["records.jsonl"];
        manifest.records = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
        const std::size_t begin = lines.rfind('\n', lines.size() - 2);
        const std::string last = lines.substr(begin + 1, lines.size() - begin - 2);
        manifest.head = sha256(as_bytes(last));
        for (auto& file : manifest.files) {
            file.hash = sha256(as_bytes(texts[file.name]));
        }
        texts["manifest.json"] = ledger::write_manifest(manifest);
        std::vector<ZipMember> members;
        for (const ZipMember& member : read.members) {
            members.push_back({member.name, as_bytes(texts[member.name])});
        }
        return write_zip(members).value();
    }

    fakes::SampleAuthority authority_;
    delivery::office::Office office_;
    verifier::TrustStore trust_;
    verifier::Certificates own_seal_ = read_certificates(keys + "/evidence/seal-leaf.pem").value();
    signer::EvidenceSeal seal_;
    Server server_{authority_, trust_};
    signer::TimestampClient client_;
    Bytes trace_ = {'r', 'a', 'w'};
    EvidenceKeeping keeping_{{office_.store, seal_, &client_, office_.clock, office_.registry}};
};

} // namespace songda::app
