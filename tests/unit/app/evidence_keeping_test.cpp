// Evidence is sealed behind what it tells of, time-stamped when somebody answers, and packed into a
// file that proves itself: the verifier says so, openssl and Python say so
// (tests/oracles/evidence.py), and whatever is changed, taken out or put in another order is found.
#include "app/evidence_keeping.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

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

namespace songda::app {
namespace {

using delivery::ChannelKind;
using std::chrono::milliseconds;
using verifier::Answer;

const DepartmentCode department{"11320199014138860W"};
const std::string keys = fakes::sample_keys_folder();

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

class EvidenceKeepingTest : public testing::Test {
protected:
    EvidenceKeepingTest()
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
    Bytes pack(const DocumentId& document, bool sealed = true) {
        delivery::EvidenceDesk desk{office_.store, office_.clock};
        if (sealed) {
            desk.seal = [this](std::string_view text) { return seal_.seal(text); };
        }
        desk.find_trace = [this](const Digest& hash) {
            return hash == sha256(trace_) ? std::optional(trace_) : std::nullopt;
        };
        return delivery::make_evidence_package(desk, *office_.store.find_document(document).value())
            .value();
    }
    verifier::EvidenceReport check(ByteView package) {
        return verifier::check_evidence(package, trust_, office_.clock.now());
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
    signer::EvidenceSeal seal_;
    Server server_{authority_, trust_};
    signer::TimestampClient client_;
    Bytes trace_ = {'r', 'a', 'w'};
    EvidenceKeeping keeping_{{office_.store, seal_, &client_, office_.clock, office_.registry}};
};

TEST_F(EvidenceKeepingTest, SealsBehindAndStampsTheSeal) {
    serve();
    const auto records = office_.store.list_evidence(0, 100).value();
    EXPECT_EQ(keeping_.step(), milliseconds(1000));
    EXPECT_FALSE(office_.store.last_evidence_batch().value());
    seal_all();
    const auto batch = office_.store.last_evidence_batch().value();
    ASSERT_TRUE(batch);
    const auto statement = ledger::read_statement(batch->statement).value();
    std::vector<Digest> leaves;
    for (const auto& record : records) {
        leaves.push_back(ledger::leaf_hash(hash_of(record)));
    }
    EXPECT_EQ(statement.root, ledger::tree_hash(leaves));
    EXPECT_EQ(statement.records, records.size());
    EXPECT_EQ(statement.previous, Digest{});
    EXPECT_FALSE(batch->token.empty());
    seal_all();
    EXPECT_EQ(office_.store.count_evidence().value().batches, 1U) << "nothing new, no batch";
    serve();
    seal_all();
    const auto next = office_.store.last_evidence_batch().value();
    EXPECT_EQ(next->first, batch->last + 1);
    EXPECT_EQ(ledger::read_statement(next->statement).value().previous,
              sha256(as_bytes(batch->statement)));
}

TEST_F(EvidenceKeepingTest, AFullBatchIsSealedAtOnce) {
    EvidenceKeeping::Options options;
    options.records_max = 3;
    EvidenceKeeping keeping({office_.store, seal_, nullptr, office_.clock, office_.registry},
                            options);
    serve();
    EXPECT_EQ(keeping.step(), milliseconds(0));
    EXPECT_EQ(office_.store.count_evidence().value().sealed, 3U);
    EXPECT_EQ(keeping.step(), milliseconds(1000));
    advance(60'000);
    EXPECT_EQ(keeping.step(), milliseconds(1000));
    EXPECT_EQ(office_.store.count_evidence().value().sealed, 4U);
}

TEST_F(EvidenceKeepingTest, AnAuthorityThatIsAwayDelaysTheTokenAlone) {
    server_.away = true;
    serve();
    seal_all();
    serve();
    seal_all();
    EXPECT_EQ(office_.store.count_evidence().value().without_token, 2U);
    EXPECT_EQ(office_.store.count_evidence().value().batches, 2U);
    advance(2 * 3'600'000);
    (void)keeping_.step();
    EXPECT_NE(office_.registry.text().find("songda_evidence_batches_without_token 2"),
              std::string::npos);
    server_.away = false;
    advance(5000);
    (void)keeping_.step();
    EXPECT_EQ(office_.store.count_evidence().value().without_token, 0U);
}

TEST_F(EvidenceKeepingTest, ThePackageProvesItself) {
    const DocumentId document = serve();
    const auto other = serve();
    // A report with its raw body.
    const auto leg = office_.leg(document);
    store::LegUpdate update;
    update.state = leg.state;
    update.events = {{"mail_report", office_.clock.now(), office_.clock.now(), leg.state, "raw",
                      sha256(trace_)}};
    ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, update).value());
    seal_all();
    const Bytes package = pack(document);
    const auto report = check(package);
    EXPECT_EQ(report.answer(), Answer::yes) << told(report);
    EXPECT_EQ(report.records.size(), 5U);
    EXPECT_EQ(report.document.size(), 3U);
    EXPECT_EQ(check(pack(other)).answer(), Answer::yes);
    // Whoever knows none of the roots learns that nothing is broken.
    EXPECT_EQ(verifier::check_evidence(package, {}, office_.clock.now()).answer(), Answer::unknown);
    for (const std::string_view personal :
         {"someone@example.org", "91320199MA5JMH929H", "13800138000"}) {
        EXPECT_EQ(as_text(package).find(personal), std::string_view::npos) << personal;
    }

    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "evidence.zip";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(package.data()), static_cast<long>(package.size()));
    const std::string oracle = "python3 " SONGDA_SOURCE_DIR "/tests/oracles/evidence.py " + path +
                               ' ' + keys + "/trust/root.pem";
    EXPECT_EQ(std::system(oracle.c_str()), 0);
}

TEST_F(EvidenceKeepingTest, WhatIsNotSealedIsNotKnown) {
    const DocumentId document = serve();
    EXPECT_EQ(check(pack(document)).answer(), Answer::unknown) << "records without a batch";
    server_.away = true;
    seal_all();
    EXPECT_EQ(check(pack(document)).answer(), Answer::unknown) << "no token";
    server_.away = false;
    advance(5000);
    (void)keeping_.step();
    EXPECT_EQ(check(pack(document)).answer(), Answer::yes);
    EXPECT_EQ(check(pack(document, false)).answer(), Answer::unknown) << "manifest without a seal";
}

TEST_F(EvidenceKeepingTest, EveryFlippedBitIsFound) {
    const DocumentId document = serve();
    seal_all();
    const Bytes package = pack(document);
    ASSERT_EQ(check(package).answer(), Answer::yes);
    for (std::size_t bit = 0; bit < package.size() * 8; bit += 61) {
        Bytes changed = package;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
        const auto report = check(changed);
        ASSERT_EQ(report.answer(), Answer::no) << bit << '\n' << told(report);
    }
}

TEST_F(EvidenceKeepingTest, WhatSomebodyForgesIsFoundAndNamed) {
    const DocumentId document = serve();
    seal_all();
    const Bytes package = pack(document);
    using Texts = std::map<std::string, std::string>;
    const auto lines_of = [](const std::string& text) {
        std::vector<std::string> lines;
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            lines.push_back(text.substr(at, text.find('\n', at) - at + 1));
        }
        return lines;
    };
    const auto join = [](const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines) {
            text += line;
        }
        return text;
    };
    const std::vector<std::pair<const char*, std::function<void(Texts&)>>> attempts = {
        {"another document", [](Texts& texts) { texts["document.pdf"] = "abc"; }},
        {"a record less at the end",
         [&](Texts& texts) {
             auto lines = lines_of(texts["records.jsonl"]);
             lines.pop_back();
             texts["records.jsonl"] = join(lines);
             auto proofs = lines_of(texts["proofs.jsonl"]);
             proofs.pop_back();
             texts["proofs.jsonl"] = join(proofs);
         }},
        {"a record less in the middle",
         [&](Texts& texts) {
             auto lines = lines_of(texts["records.jsonl"]);
             lines.erase(lines.begin() + 1);
             texts["records.jsonl"] = join(lines);
         }},
        {"two records in another order",
         [&](Texts& texts) {
             auto lines = lines_of(texts["records.jsonl"]);
             std::swap(lines[1], lines[2]);
             texts["records.jsonl"] = join(lines);
         }},
        {"another day",
         [](Texts& texts) {
             std::string& text = texts["records.jsonl"];
             const std::size_t at = text.rfind("\"happened\":\"20") + 14;
             text[at] = text[at] == '2' ? '3' : '2';
         }},
        {"another statement",
         [](Texts& texts) {
             auto statement = ledger::read_statement(texts["batches/1/statement.json"]).value();
             statement.at = statement.at + 1;
             texts["batches/1/statement.json"] = ledger::write_statement(statement);
         }},
        {"a token of something else",
         [](Texts& texts) { texts["batches/1/timestamp.tst"] = texts["batches/1/seal.p7s"]; }},
        {"another readme", [](Texts& texts) { texts["README.txt"] += "trust us\n"; }},
    };
    for (const auto& [what, change] : attempts) {
        const auto report = check(forge(package, change));
        EXPECT_EQ(report.answer(), Answer::no) << what << '\n' << told(report);
    }
    const auto same = check(forge(package, [](Texts&) {}));
    EXPECT_EQ(same.answer(), Answer::yes) << told(same);
}

} // namespace
} // namespace songda::app
