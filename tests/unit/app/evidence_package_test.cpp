// A package of evidence is a file that proves itself: the verifier says so, openssl and Python say
// so (tests/oracles/evidence.py), and whatever is changed, taken out, put in another order, sealed
// by somebody else or by a certificate that was revoked is found.
#include <cstdlib>

#include "app/verify/evidence_lines.hpp"
#include "tests/unit/app/evidence_world.hpp"

namespace songda::app {
namespace {

class EvidencePackageTest : public EvidenceWorld {
protected:
    /// The roots, and a list of their authority that names this certificate, made by openssl.
    verifier::TrustStore trust_with_revoked(const std::string& certificate, TimeMs when) {
        const std::string place = lists_.path();
        std::ofstream(place + "/ca.cnf") << "[ca]\ndefault_ca = d\n[d]\ndatabase = " << place
                                         << "/index\ndefault_md = sha256\ndefault_crl_days = 30\n";
        std::string at = to_rfc3339(when).substr(2, 17); // 26-11-30T01:02:03
        std::erase_if(at, [](char c) { return c == '-' || c == ':' || c == 'T'; });
        const std::string command = "printf 'R\\t401231235959Z\\t" + at +
                                    "Z\\t%s\\tunknown\\t/CN=x\\n' $(openssl x509 -in " +
                                    certificate + " -noout -serial | cut -d= -f2) >" + place +
                                    "/index && openssl ca -gencrl -config " + place +
                                    "/ca.cnf -keyfile " + keys + "/issuing.key -cert " + keys +
                                    "/issuing.pem -out " + place + "/issuing.crl 2>/dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0) << command;
        return verifier::TrustStore::load({keys + "/trust", place}).value();
    }
    verifier::EvidenceReport check_with(const verifier::TrustStore& trust, ByteView package) {
        return verifier::check_evidence(package, trust, office_.clock.now());
    }

    fakes::TemporaryFolder lists_;
};

TEST_F(EvidencePackageTest, ASealThatWasRevokedBeforeItsTimestampSealsNothing) {
    const DocumentId document = serve();
    seal_all();
    constexpr std::int64_t hour = 3'600'000;
    const std::string seal = keys + "/evidence/seal-leaf.pem";
    const auto before = trust_with_revoked(seal, office_.clock.now() + -hour);
    const auto refused = check_with(before, pack(document, false));
    EXPECT_EQ(refused.answer(), Answer::no) << told(refused);
    EXPECT_NE(told(refused).find("no the seal of batch 1"), std::string::npos) << told(refused);

    const auto after = trust_with_revoked(seal, office_.clock.now() + hour);
    const auto batch = check_with(after, pack(document, false));
    EXPECT_NE(told(batch).find("yes batch 1 is sealed by"), std::string::npos) << told(batch);
    EXPECT_NE(batch.answer(), Answer::no) << "the token proves that it was before";
    const auto manifest = check_with(after, pack(document));
    EXPECT_NE(told(manifest).find("no the seal of the manifest"), std::string::npos)
        << "nothing proves when it was made\n"
        << told(manifest);
}

TEST_F(EvidencePackageTest, AnAuthorityThatWasRevokedProvesNoTime) {
    const DocumentId document = serve();
    seal_all();
    const auto trust = trust_with_revoked(keys + "/tsa/tsa-leaf.pem", office_.clock.now() + -1000);
    const auto report = check_with(trust, pack(document));
    EXPECT_NE(told(report).find("no the time-stamp of batch 1"), std::string::npos) << told(report);
}

TEST_F(EvidencePackageTest, TheManifestIsJudgedNowAndNotWhenItSays) {
    const DocumentId document = serve();
    seal_all();
    const Bytes package = pack(document);
    constexpr std::int64_t years = 6LL * 366 * 86'400'000;
    const auto late = verifier::check_evidence(package, trust_, office_.clock.now() + years);
    EXPECT_NE(told(late).find("unknown the seal of the manifest"), std::string::npos) << told(late);
}

TEST_F(EvidencePackageTest, WhoseSealItIsMustBeKnown) {
    const DocumentId document = serve();
    seal_all();
    const Bytes package = pack(document);
    const auto unknown = check_with(trust_, package);
    EXPECT_EQ(unknown.answer(), Answer::unknown) << told(unknown);
    const std::string fingerprint = to_hex(sha256(certificate_der(own_seal_.front().get())));
    EXPECT_NE(told(unknown).find(fingerprint + ": that this is the service's"), std::string::npos)
        << told(unknown);
    EXPECT_EQ(check(package).answer(), Answer::yes);

    // A department's seal leads to the same root, and its manifest could leave records out.
    const std::string folder = keys + '/' + department.text;
    const auto other =
        signer::EvidenceSeal::open(
            {signer::open_key_file(folder + "/seal.key", "").value(), folder + "/seal.pem"}, false,
            office_.clock)
            .value();
    const Bytes foreign = pack_by(document, &other);
    const auto changed = check_with(trust_, foreign);
    EXPECT_EQ(changed.answer(), Answer::unknown) << told(changed);
    EXPECT_NE(told(changed).find("unknown the signer changes"), std::string::npos) << told(changed);
    const auto refused = check(foreign);
    EXPECT_EQ(refused.answer(), Answer::no) << told(refused);
    EXPECT_NE(told(refused).find("no sealed by another certificate"), std::string::npos)
        << told(refused);
}

TEST_F(EvidencePackageTest, ItSaysAsOfWhen) {
    const DocumentId document = serve();
    seal_all();
    const auto report = check(pack(document));
    ASSERT_EQ(report.as_of, office_.clock.now());
    EXPECT_NE(evidence_lines("x", report).find("截至 " + to_china_time(*report.as_of)),
              std::string::npos);
    EXPECT_NE(evidence_line("x", report).find("\"as_of\":\"" + to_rfc3339(*report.as_of) + '"'),
              std::string::npos);
}

TEST_F(EvidencePackageTest, NoRecordWasLearnedAfterItsBatchWasSealed) {
    office_.clock.advance(3'600'000); // the authority's clock stands
    const DocumentId document = serve();
    seal_all();
    const auto report = check(pack(document));
    EXPECT_EQ(report.answer(), Answer::no) << told(report);
    EXPECT_NE(told(report).find("no record 3 says that it was learned after batch 1"),
              std::string::npos)
        << told(report);
}

TEST_F(EvidencePackageTest, BatchesSideBySideFollowOneAnother) {
    const DocumentId document = serve();
    seal_all();
    const auto leg = office_.leg(document);
    const auto add_report = [&] {
        store::LegUpdate update;
        update.state = leg.state;
        update.events = {
            {"mail_report", office_.clock.now(), office_.clock.now(), leg.state, "raw"}};
        ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, update).value());
    };
    add_report();
    seal_all();
    const auto good = check(pack(document));
    EXPECT_EQ(good.answer(), Answer::yes) << told(good);

    add_report();
    const auto before = office_.store.last_evidence_batch().value().value();
    const auto record = office_.store.list_evidence(before.last, 1).value().front();
    store::EvidenceBatchRow batch{
        before.number + 1, before.last + 1, before.last + 1, office_.clock.now(), "", {}, {}};
    const std::vector<Digest> leaves = {ledger::leaf_hash(hash_of(record))};
    batch.statement = ledger::write_statement(
        {batch.number, batch.first, 1, ledger::tree_hash(leaves), Digest{}, batch.at});
    batch.seal = seal_.seal(batch.statement).value();
    ASSERT_TRUE(office_.store.put_evidence_batch(batch).ok());
    const auto report = check(pack(document));
    EXPECT_NE(told(report).find("no batch 3 does not follow batch 2"), std::string::npos)
        << told(report);
}

TEST_F(EvidencePackageTest, WhatHappensWhileItIsMadeBreaksNothing) {
    for (int read = 1; read <= 3; ++read) {
        office_.wanted = SignatureLevel::b_lt;
        const DocumentId document = office_.issue(department, {ChannelKind::portal});
        int reads = 0;
        office_.store.after_read = [&] {
            if (++reads == read) {
                office_.reach(document, SignatureLevel::b_lt);
                delivery::Courier(office_.parts()).run_once();
            }
        };
        const Bytes package = pack(document);
        ASSERT_GE(reads, read);
        office_.store.after_read = nullptr;
        const auto report = check(package);
        EXPECT_NE(report.answer(), Answer::no) << read << '\n' << told(report);
        EXPECT_EQ(check(pack(document)).document.size(), 6U) << "the revision is there by now";
    }
}

TEST_F(EvidencePackageTest, ASealThatIsAwayLeavesTheManifestWithoutOne) {
    const DocumentId document = serve();
    seal_all();
    delivery::EvidenceDesk desk{office_.store, office_.clock};
    desk.seal = [](std::string_view) -> Result<Bytes> { return Error{Fault::unavailable, "away"}; };
    const auto package =
        delivery::make_evidence_package(desk, *office_.store.find_document(document).value());
    ASSERT_TRUE(package.ok());
    const auto report = check(package.value());
    EXPECT_EQ(report.answer(), Answer::unknown) << told(report);
    EXPECT_NE(told(report).find("the manifest has no seal"), std::string::npos) << told(report);
}

TEST_F(EvidencePackageTest, LengthsOfTheDocumentGrowToItsOwn) {
    const DocumentId document = serve();
    seal_all();
    const Bytes package = pack(document);
    const auto with = [&](const std::string& sizes, const std::string& more) {
        return told(check(forge(package, [&](std::map<std::string, std::string>& texts) {
            std::string& text = texts["manifest.json"];
            const std::size_t at = text.find("\"sizes\":[3]");
            text.replace(at, 11, "\"sizes\":" + sizes);
            texts["document.pdf"] += more;
        })));
    };
    EXPECT_EQ(with("[3]", "").find("no the document"), std::string::npos);
    for (const char* const sizes : {"[2]", "[3]", "[3,5]"}) {
        EXPECT_NE(with(sizes, "x").find("no the document has another length"), std::string::npos)
            << sizes;
    }
    for (const char* const sizes : {"[0,3]", "[3,3]", "[4,3]", "[3,2,3]"}) {
        EXPECT_NE(with(sizes, "").find("no the document's lengths"), std::string::npos) << sizes;
    }
    std::string many = "[1";
    for (int size = 2; size <= 1001; ++size) {
        many += ',' + std::to_string(size);
    }
    EXPECT_NE(with(many + ']', std::string(998, 'x')).find("no the document has"),
              std::string::npos);
}

TEST_F(EvidencePackageTest, AForeignPackageDoesNotReachTheTerminal) {
    const DocumentId document = serve();
    const std::string escape = "\x1b]0;\x07\x1b[2J";
    const std::string turned = "\u202e";
    auto report = check(pack(document));
    ledger::EvidenceRecord& record = report.records.back();
    record.code = record.rule = record.rules = record.reason = record.event = escape + turned;
    record.way.emplace().channel = escape + turned;
    for (const std::string& shown :
         {evidence_lines("x" + escape + turned, report), evidence_line(escape + turned, report)}) {
        EXPECT_EQ(shown.find_first_of("\x1b\x07"), std::string::npos) << shown;
        EXPECT_EQ(shown.find(turned), std::string::npos) << shown;
    }
    ledger::Manifest manifest;
    manifest.files = {{"README.txt", Digest{}}};
    EXPECT_TRUE(ledger::read_manifest(ledger::write_manifest(manifest)).ok());
    for (const std::string& name : {"a" + escape, std::string("../a"), std::string("文书")}) {
        manifest.files.front().name = name;
        EXPECT_FALSE(ledger::read_manifest(ledger::write_manifest(manifest)).ok()) << name;
    }
}

TEST_F(EvidencePackageTest, ThePackageProvesItself) {
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
    EXPECT_NE(told(report).find("yes 1 of 1 raw reports"), std::string::npos) << told(report);
    EXPECT_EQ(check(pack(other)).answer(), Answer::yes);
    trace_.push_back('!'); // it is not at hand any more
    const auto without = check(pack(document));
    EXPECT_EQ(without.answer(), Answer::unknown);
    EXPECT_NE(told(without).find("unknown 0 of 1 raw reports are in the package"),
              std::string::npos)
        << told(without);
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

TEST_F(EvidencePackageTest, WhatIsNotSealedIsNotKnown) {
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

TEST_F(EvidencePackageTest, EveryFlippedBitIsFound) {
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

TEST_F(EvidencePackageTest, WhatSomebodyForgesIsFoundAndNamed) {
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
