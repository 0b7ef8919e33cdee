// An electronic seal of GB/T 38540 behind a file: before, between and behind the steps of the
// ladder, with whose proof of time it outlives its certificate; other tools read the file as
// before; and a seal that is forged, swapped or moved from another file makes an altered one.
#include "app/file_sealing.hpp"

#include "app/message_keeping.hpp"
#include "base/archive_revision.hpp"
#include "base/electronic_seal.hpp"
#include "base/text_codec.hpp"
#include "signer/cupboard_signer.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "tests/unit/app/ladder_world.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::app {
namespace {

using verifier::Answer;
using verifier::Reason;

const fakes::Sm2Folder& folder() {
    static const fakes::Sm2Folder made;
    return made;
}

class FileSealing : public LadderWorld {
protected:
    FileSealing()
        : both_(verifier::TrustStore::load(
                    std::vector<std::string>{trust_folder(), folder().file("trust")})
                    .value()) {
        std::vector<signer::SealKeys> seals;
        seals.push_back({department_, signer::open_key_file(seal_.key_file, "").value(),
                         seal_.chain_file, signer::open_key_file(seal_.key_file, "").value()});
        seals.back().sm2.emplace(signer::Sm2SealKey{folder().key(), folder().file("seal.pem"),
                                                    folder().file("seal.esl")});
        auto opened =
            signer::open_seal_cupboard(std::move(seals), std::nullopt, false, pki_.clock());
        EXPECT_TRUE(opened.ok()) << opened.error().detail;
        signer_ = signer::make_signer(std::move(opened).value(), false).value();
    }
    [[nodiscard]] Bytes seal(const Bytes& file) {
        const auto added = seal_file(*signer_, {department_, {}}, {file, issued_.size()}, now());
        EXPECT_TRUE(added.ok()) << added.error().detail;
        Bytes grown = file;
        append(grown, ByteView(added.value()));
        return grown;
    }
    [[nodiscard]] verifier::Report check(ByteView file) const {
        return verifier::check_own(file, both_, now()).value();
    }
    /// The issued file with a token that the test makes of what would be sealed.
    using MakeToken = std::function<Bytes(const Digest& hash, TimeMs at)>;
    [[nodiscard]] Bytes forge(const MakeToken& make) const {
        auto draft = add_archive_revision(issued_, issued_.size(), {{}, 6000, now()}).value();
        const ArchiveSeal place = *draft.revision.seal;
        const auto about = archive_ranges(draft.file, place.slot);
        EXPECT_TRUE(draft.put(make(sm3(about), place.at)).ok());
        return draft.file;
    }
    static Bytes own_seal() { return folder().make_seal(folder().seal_info()); }
    static Bytes own_certificate() { return certificate_der(folder().chain().front().get()); }
    static Bytes sign(ByteView seal, TimeMs at, const Digest& hash) {
        const Bytes to_sign = write_seal_to_sign(seal, at, hash);
        return write_seal_signature(to_sign, own_certificate(),
                                    folder().key().sign(to_sign).value());
    }
    void expect_altered(const Bytes& file, Reason reason) const {
        const verifier::Report report = check(file);
        EXPECT_EQ(report.integrity.answer, Answer::no);
        EXPECT_EQ(report.integrity.reason, Reason::altered);
        EXPECT_EQ(report.conclusion->indication, "TOTAL-FAILED");
        ASSERT_TRUE(report.electronic_seal.has_value());
        EXPECT_EQ(verifier::reason_name(report.electronic_seal->integrity.reason),
                  verifier::reason_name(reason));
        EXPECT_EQ(report.electronic_seal->authority.answer, Answer::unknown);
    }

    const DepartmentCode department_{"11320199014138860W"};
    const verifier::TrustStore both_;
    std::unique_ptr<signer::Signer> signer_;
};

TEST_F(FileSealing, StandsBeforeBetweenAndBehindTheStepsOfTheLadder) {
    const auto lta = SignatureLevel::b_lta;
    const std::vector<Bytes> files = {seal(issued_), raise(seal(issued_), lta),
                                      seal(raise(issued_, lta)),
                                      raise(seal(raise(issued_, SignatureLevel::b_t)), lta),
                                      raise(raise(seal(issued_), lta), lta)};
    for (const Bytes& file : files) {
        SCOPED_TRACE(file.size());
        const bool first = &file == &files.front();
        const verifier::Report report = check(file);
        EXPECT_EQ(report.conclusion, check(first ? issued_ : raise(issued_, lta)).conclusion);
        EXPECT_EQ(report.integrity.reason, Reason::archived);
        EXPECT_EQ(report.level, first ? SignatureLevel::b_b : lta);
        ASSERT_TRUE(report.electronic_seal.has_value());
        EXPECT_EQ(report.electronic_seal->integrity.answer, Answer::yes);
        EXPECT_EQ(report.electronic_seal->integrity.reason, Reason::signature_fits);
        EXPECT_EQ(report.electronic_seal->authority.answer, Answer::yes);
        EXPECT_EQ(report.electronic_seal->name, "示例市行政审批局电子印章");
        EXPECT_EQ(report.electronic_seal->maker, "示例市电子印章系统");
        EXPECT_EQ(report.electronic_seal->sealed_at.value, now().value / 1000 * 1000);
        EXPECT_EQ(seal(file), file) << "one is enough";
    }
}

TEST_F(FileSealing, OtherToolsReadTheFileAndOtherLibrariesTheSeal) {
    const Bytes file = raise(seal(issued_), SignatureLevel::b_t);
    const std::string path = pki_.file("sealed.pdf");
    std::ofstream(path, std::ios::binary) << as_text(file);
    const std::string told = fakes::shell("pdfsig -nocert " + path + " 2>&1; mutool show " + path +
                                          " trailer/Root/AcroForm/Fields/2/V | head -20 2>&1");
    EXPECT_NE(told.find("Signature #3"), std::string::npos) << told;
    EXPECT_NE(told.find("Signature is Valid"), std::string::npos) << told;
    EXPECT_NE(told.find("sm2seal"), std::string::npos) << told;
    EXPECT_NE(told.find("/SubFilter /GM.sm2seal"), std::string::npos) << told;

    const auto revisions = read_archive(file, issued_.size()).value();
    const ArchiveSlot& slot = revisions.front().seal->slot;
    const auto read = read_seal_signature(slot.token).value();
    // The hash by openssl, over the ranges that the file itself names.
    std::ofstream about(pki_.file("about"), std::ios::binary);
    for (const ByteView range : archive_ranges(file, slot)) {
        about << as_text(range);
    }
    about.close();
    const std::string hash =
        fakes::shell("openssl dgst -sm3 -r " + pki_.file("about") + " | cut -d ' ' -f 1");
    EXPECT_EQ(hash, to_hex(read.hash) + '\n');
    Bytes message(read.to_sign.begin(), read.to_sign.end());
    for (const auto* const expected : {"true", "false"}) {
        const std::string words = "verify " + fakes::point_of(folder().key()) + ' ' +
                                  to_hex(message) + ' ' + to_hex(read.signature);
        EXPECT_EQ(fakes::sm2_oracle("botan", words), expected);
        EXPECT_EQ(fakes::sm2_oracle("sm-crypto-v2", words), expected);
        message.back() ^= 1;
    }
}

/// In one commit, for the file as the store has it.
TEST_F(FileSealing, ComesIntoTheStoredFileWithTheMessage) {
    fakes::MemoryStore store;
    store::IssueWrite write = store::samples::issue(1, issued_);
    write.document.department = department_;
    write.document.issued_at = now();
    write.record_sm3 = sm3(as_bytes("{}"));
    ASSERT_TRUE(store::samples::put(store, write));
    metrics::Registry metrics;
    MessageKeeping keeping({store, *signer_, pki_.clock(), metrics, {}});
    keeping.step();
    EXPECT_TRUE(store.find_message(write.document.id).value()->made);
    const Bytes file = store.read_file(write.document).value();
    EXPECT_TRUE(as_text(file).starts_with(as_text(issued_)));
    EXPECT_EQ(check(file).electronic_seal->authority.answer, Answer::yes);
    keeping.step();
    EXPECT_EQ(store.read_file(write.document).value(), file) << "once";
}

TEST_F(FileSealing, NoByteOfItIsChangedUnseen) {
    const std::size_t end = seal(issued_).size();
    const Bytes good = raise(seal(issued_), SignatureLevel::b_t);
    for (std::size_t at = issued_.size(); at < good.size(); at += 7) {
        Bytes changed = good;
        changed[at] ^= 1;
        const auto report = verifier::check_own(changed, both_, now());
        // What is changed in a time-stamp beside what it signs makes one of somebody unknown.
        EXPECT_TRUE(!report || report->integrity.answer == Answer::no || at >= end)
            << at - issued_.size();
    }
}

TEST_F(FileSealing, AForgedSealMakesAnAlteredFile) {
    const auto with = [&](const MakeToken& make) { return forge(make); };
    ASSERT_EQ(check(with([](const Digest& hash, TimeMs at) {
                  return sign(own_seal(), at, hash);
              })).integrity.answer,
              Answer::yes);
    expect_altered(with([](const Digest&, TimeMs at) {
                       return sign(own_seal(), at, sm3(as_bytes("another file")));
                   }),
                   Reason::altered);
    expect_altered(with([&](const Digest&, TimeMs at) {
                       return sign(own_seal(), at, sm3(issued_)); // a range that ends before
                   }),
                   Reason::altered);
    expect_altered(with([](const Digest& hash, TimeMs at) {
                       SealInfo other = folder().seal_info();
                       other.certificates = {certificate_der(folder().twin().get())};
                       return sign(folder().make_seal(other), at, hash);
                   }),
                   Reason::signer_not_in_seal);
    expect_altered(with([](const Digest& hash, TimeMs at) {
                       Bytes seal = own_seal();
                       seal[as_text(seal).find("3201990000")] ^= 1;
                       return sign(seal, at, hash);
                   }),
                   Reason::seal_not_as_made);
    expect_altered(with([](const Digest& hash, TimeMs at) {
                       const Bytes to_sign = write_seal_to_sign(own_seal(), at, hash);
                       return write_seal_signature(to_sign, certificate_der(folder().twin().get()),
                                                   folder().key().sign(to_sign).value());
                   }),
                   Reason::signer_not_in_seal);
    expect_altered(with([](const Digest& hash, TimeMs at) {
                       const Bytes to_sign = write_seal_to_sign(own_seal(), at, hash);
                       return write_seal_signature(to_sign, own_certificate(),
                                                   folder().key().sign(own_seal()).value());
                   }),
                   Reason::signature_wrong);
    expect_altered(with([](const Digest& hash, TimeMs at) {
                       return sign(own_seal(), at + -60'000, hash); // not what /M says
                   }),
                   Reason::signature_form_wrong);
    expect_altered(with([](const Digest&, TimeMs) {
                       return Bytes{0x30, 0x00};
                   }),
                   Reason::signature_unreadable);
}

TEST_F(FileSealing, ASealMovedFromAnotherFileOrFollowedByBytesMakesAnAlteredFile) {
    const Bytes sealed = seal(issued_);
    const Bytes other = sealed_file(seal_); // the same text, another signature
    ASSERT_NE(other, issued_);
    Bytes moved = other;
    append(moved, ByteView(sealed).subspan(issued_.size()));
    ASSERT_EQ(other.size(), issued_.size());
    expect_altered(moved, Reason::altered);
    Bytes longer = sealed;
    append(longer, as_bytes("\n"));
    EXPECT_NE(
        verifier::check_own(longer, both_, now()).value_or(verifier::Report()).integrity.answer,
        Answer::yes);
}

TEST_F(FileSealing, WhatSpeaksAgainstItsSignerTakesNothingFromTheFile) {
    const Bytes expired = forge([](const Digest& hash, TimeMs at) {
        SealInfo info = folder().seal_info();
        info.valid_until = info.valid_from + 1000;
        return sign(folder().make_seal(info), at, hash);
    });
    const verifier::Report report = check(expired);
    EXPECT_EQ(report.conclusion, check(issued_).conclusion);
    EXPECT_EQ(report.electronic_seal->integrity.answer, Answer::yes);
    EXPECT_EQ(report.electronic_seal->authority.answer, Answer::no);
    EXPECT_EQ(report.electronic_seal->authority.reason, Reason::outside_seal_validity);

    const auto alone = verifier::check_own(seal(issued_), trust_, now()).value();
    EXPECT_EQ(alone.conclusion, check(issued_).conclusion);
    EXPECT_EQ(alone.electronic_seal->integrity.answer, Answer::yes);
    EXPECT_EQ(alone.electronic_seal->authority.answer, Answer::unknown) << "no root of SM2";
    EXPECT_EQ(alone.electronic_seal->authority.reason, Reason::no_trust_list);
}

TEST_F(FileSealing, ALaterTimeStampProvesThatItWasThereWhileItsCertificateWasGood) {
    const Bytes bare = seal(issued_);
    const Bytes before = seal(raise(issued_, SignatureLevel::b_t));
    const Bytes stamped = raise(bare, SignatureLevel::b_t);
    pass(366 * day_ms); // longer than the SM2 certificates
    for (const Bytes& file : {bare, before}) {
        const auto seal = check(file).electronic_seal;
        EXPECT_EQ(seal->integrity.answer, Answer::yes);
        EXPECT_EQ(seal->authority.answer, Answer::unknown);
        EXPECT_EQ(seal->authority.reason, Reason::certificate_expired);
    }
    EXPECT_EQ(check(stamped).electronic_seal->authority.answer, Answer::yes);
}

} // namespace
} // namespace songda::app
