// Wherever seals are, in this process or in the signer's, and however their keys are kept, they are
// held to the same contract: each request gets what OpenSSL verifies under the seal's certificate
// or QR key, or the same fault; nothing is signed but what its purpose says; any number of threads
// ask.
#include "signer/seal_cupboard.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "base/der.hpp"
#include "base/electronic_seal.hpp"
#include "base/open_file.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "signer/cupboard_signer.hpp"
#include "signer/process/seal_client.hpp"
#include "signer/seals/open_registered.hpp"
#include "signer/sm2_cms.hpp"
#include "signer/timestamp_token.hpp"
#include "tests/fakes/sample_authority.hpp"
#include "tests/fakes/sample_register.hpp"
#include "tests/fakes/signer_process.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "tests/fakes/soft_token.hpp"
#include "tests/unit/signer/custody.hpp"

namespace songda::signer {
namespace {

/// The SM2 seal of the sample department, made once.
const fakes::Sm2Folder& sm2_folder() {
    static const fakes::Sm2Folder made;
    return made;
}

std::string sm2_lines() {
    return "sm2_key = \"" + sm2_folder().file("seal.key") + "\"\nsm2_certificate = \"" +
           sm2_folder().file("seal.pem") + "\"\nsm2_electronic_seal = \"" +
           sm2_folder().file("seal.esl") + "\"\n";
}

/// A cupboard with the sample department's seals of both suites and the sample time-stamp key.
struct SealsSomewhere {
    std::unique_ptr<fakes::SoftToken> token;
    std::unique_ptr<fakes::SignerProcess> process;
    std::shared_ptr<Pkcs11Token> opened;
    fakes::TemporaryFolder folder;
    SystemClock clock;
    std::unique_ptr<SealCupboard> cupboard; ///< first to go
};

struct SealsKind {
    std::string name;
    bool on_token;
    bool in_process;
    bool in_register; ///< with a book of uses around it
};

fakes::SignerPlaces token_places() {
    return {"pkcs11:token=songda-test;object=seal",
            "pkcs11:token=songda-test;object=qr",
            "pkcs11:token=songda-test;object=tsa",
            sm2_lines() + "[pkcs11]\nmodule = \"" + std::string(fakes::SoftToken::module) +
                "\"\npin_file = \"token.pin\"\n",
            {},
            false};
}

std::unique_ptr<const SigningKey> key_at(const SealsSomewhere& made, const std::string& file,
                                         const std::string& object) {
    return made.opened ? made.opened->open_key({made.token->label(), "", object, {}}).value()
                       : open_key_file(file, "").value();
}

std::unique_ptr<SealsSomewhere> make_seals(const SealsKind& kind) {
    auto made = std::make_unique<SealsSomewhere>();
    const auto files = fakes::sample_seal();
    const std::string stamp = fakes::sample_keys_folder() + "/tsa/tsa";
    if (kind.on_token) {
        made->token = std::make_unique<fakes::SoftToken>();
        made->token->import(files.seal_key, "seal", "01");
        made->token->import(files.qr_key, "qr", "02");
        made->token->import(stamp + ".key", "tsa", "03");
    }
    if (kind.in_process) {
        fakes::SignerPlaces places = kind.on_token ? token_places() : fakes::SignerPlaces();
        places.more = kind.on_token ? places.more : sm2_lines();
        if (kind.in_register) {
            fakes::register_sample_seal(made->folder.path());
            places.more += "[seals]\nfolder = \"" + made->folder.path().string() + "\"\n";
        }
        made->process = std::make_unique<fakes::SignerProcess>(places);
        std::ofstream(made->process->folder() / "token.pin") << fakes::SoftToken::pin << '\n';
        EXPECT_TRUE(made->process->start()) << made->process->complaint();
        SealClientOptions options;
        options.socket = made->process->socket();
        options.wait_at_start = std::chrono::milliseconds(0);
        auto client = open_seal_client(std::move(options));
        EXPECT_TRUE(client.ok()) << client.error().detail << made->process->complaint();
        made->cupboard = std::move(client).value();
        return made;
    }
    if (kind.on_token) {
        made->opened = Pkcs11Token::open(made->token->options()).value();
    }
    std::vector<SealKeys> seals;
    seals.push_back({fakes::department, key_at(*made, files.seal_key, "seal"),
                     files.seal_certificate, key_at(*made, files.qr_key, "qr")});
    seals.back().sm2.emplace(Sm2SealKey{sm2_folder().key(), sm2_folder().file("seal.pem"),
                                        sm2_folder().file("seal.esl")});
    made->cupboard =
        open_seal_cupboard(std::move(seals),
                           StampKey{key_at(*made, stamp + ".key", "tsa"), stamp + ".pem", 60'000},
                           false, made->clock)
            .value();
    if (kind.in_register) {
        fakes::register_sample_seal(made->folder.path());
        made->cupboard =
            open_registered(std::move(made->cupboard), {made->folder.path()}, made->clock).value();
    }
    return made;
}

class SealCupboardContract : public ::testing::TestWithParam<SealsKind> {
protected:
    void SetUp() override {
        seals_ = make_seals(GetParam());
        for (const SealFace& face : seals_->cupboard->faces()) {
            forms_.push_back(SealForm::make(face).value());
        }
        ASSERT_EQ(forms_.size(), 2U);
    }

    static SealUse use() { return {"key:TEST", "SPJY", "food-business-licence@1", {}}; }
    static SealRequest document(int number) {
        const Digest digest = sha256(as_bytes(std::to_string(number)));
        return {SealPurpose::document, fakes::department, use(),
                Bytes(digest.begin(), digest.end())};
    }
    static SealRequest code(int number) {
        const Bytes claims =
            encode_qr_claims({"张**", 2, 1, "SPJY", "JY" + std::to_string(number), Digest{7}});
        return {SealPurpose::qr, fakes::department, use(), qr_content(DocumentKey{}, claims)};
    }
    static SealRequest record(int number) {
        return {SealPurpose::record, fakes::department, use(),
                record_content(number % 2 == 0 ? Sm2Shape::cades : Sm2Shape::gbt_35275,
                               sm3(as_bytes(std::to_string(number))))};
    }
    static SealRequest sealed(int number, TimeMs at) {
        return {SealPurpose::electronic_seal, fakes::department, use(),
                sealed_content(at, sm3(as_bytes(std::to_string(number))))};
    }
    static SealRequest stamp(TimeMs time) {
        static const Bytes policy = policy_der(fakes::sample_policy);
        static const Bytes imprint = {0x30, 0x00};
        const Bytes accuracy = write_accuracy(1000);
        return {SealPurpose::timestamp,
                {},
                {},
                write_timestamp_info(
                    {policy, imprint, make_serial(TimestampSerial{1}), time, accuracy, {}})};
    }
    /// Under the certificate of the request's seal, or its QR key.
    [[nodiscard]] bool fits(const SealRequest& request, const EcdsaSignature& signature) const {
        const SealForm& form = forms_[forms_[0].face().department == request.department ? 0U : 1U];
        if (request.purpose == SealPurpose::record) {
            return fits_record(request, signature);
        }
        if (request.purpose == SealPurpose::electronic_seal) {
            return fits_sealed(form.seal_signature(request, signature), request);
        }
        const Bytes key = request.purpose == SealPurpose::qr
                              ? form.face().qr_public_key
                              : public_key_der(X509_get0_pubkey(form.certificate()));
        return verifies(key, form.value_to_sign(request).value(), signature) &&
               has_low_s(signature);
    }
    /// What the message says is signed, under the key of the certificate file.
    [[nodiscard]] static bool fits_record(const SealRequest& request,
                                          const EcdsaSignature& signature) {
        Digest digest{};
        std::copy(request.content.begin() + 1, request.content.end(), digest.begin());
        const Sm2Shape shape = request.content[0] == 2 ? Sm2Shape::cades : Sm2Shape::gbt_35275;
        const auto chain = sm2_folder().chain();
        const auto builder = Sm2CmsBuilder::make(chain, shape).value();
        const auto key = Sm2PublicKey::of(X509_get0_pubkey(chain.front().get())).value();
        return key.fits(builder.to_sign(digest), write_ecdsa_der(signature));
    }
    /// It is over the request's time and digest, with the seal of the file and no other.
    [[nodiscard]] static bool fits_sealed(ByteView der, const SealRequest& request) {
        const auto read = read_seal_signature(der).value();
        const auto chain = sm2_folder().chain();
        const auto key = Sm2PublicKey::of(X509_get0_pubkey(chain.front().get())).value();
        const Bytes seal = read_whole(sm2_folder().file("seal.esl"), 1U << 20U).value();
        const std::string time = der::generalized_time(read.at);
        return read.ours && as_text(read.seal) == as_text(seal) &&
               as_text(read.certificate) == as_text(certificate_der(chain.front().get())) &&
               time + std::string(as_text(read.hash)) == as_text(request.content) &&
               key.fits(read.to_sign, read.signature);
    }
    [[nodiscard]] Result<EcdsaSignature> sign(const SealRequest& request) const {
        return seals_->cupboard->sign({&request, 1}).front();
    }

    std::unique_ptr<SealsSomewhere> seals_;
    std::vector<SealForm> forms_;
};

TEST_P(SealCupboardContract, ShowsCertificatesAndPublicKeysAndNothingElse) {
    const auto chain = read_certificates(fakes::sample_seal().seal_certificate);
    const auto& faces = seals_->cupboard->faces();
    const auto& face = faces[faces[0].department == fakes::department ? 0U : 1U];
    EXPECT_EQ(face.chain.front(), certificate_der(chain.value().front().get()));
    EXPECT_EQ(face.chain.size(), chain.value().size());
    ASSERT_EQ(face.sm2_chain.size(), 1U);
    EXPECT_EQ(face.sm2_chain.front(), certificate_der(sm2_folder().chain().front().get()));
    EXPECT_EQ(face.qr_public_key,
              open_key_file(fakes::sample_seal().qr_key, "").value()->public_key());
}

TEST_P(SealCupboardContract, EachRequestOfABatchGetsItsOwnSignature) {
    std::vector<SealRequest> requests;
    for (int i = 0; i < 300; ++i) { // more than one question holds
        requests.push_back(i % 4 == 0   ? code(i)
                           : i % 4 == 1 ? document(i)
                           : i % 4 == 2 ? record(i)
                                        : sealed(i, SystemClock().now()));
    }
    requests.push_back(stamp(SystemClock().now()));
    const auto made = seals_->cupboard->sign(requests);
    ASSERT_EQ(made.size(), requests.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        ASSERT_TRUE(made[i].ok()) << i << made[i].error().detail;
        ASSERT_TRUE(fits(requests[i], made[i].value())) << i;
    }
    EXPECT_FALSE(fits(document(1000), made[1].value()));
}

TEST_P(SealCupboardContract, WhatIsRefusedIsRefusedAloneAndAlike) {
    SealRequest stranger = document(1);
    stranger.department = fakes::other_department;
    SealRequest short_digest = document(2);
    short_digest.content.pop_back();
    SealRequest no_claims = code(3);
    no_claims.content.push_back(0);
    SealRequest stamp_by_seal = stamp(SystemClock().now());
    stamp_by_seal.department = fakes::department;
    SealRequest seal_by_stamp = document(4);
    seal_by_stamp.department = {};
    SealRequest bare_digest = record(5); // as it would be without its shape
    bare_digest.content.erase(bare_digest.content.begin());
    SealRequest unknown_shape = record(5);
    unknown_shape.content[0] = 3;
    SealRequest record_by_stamp = record(5);
    record_by_stamp.department = {};
    SealRequest untimed = sealed(6, SystemClock().now());
    untimed.content.erase(untimed.content.begin(), untimed.content.begin() + 15);
    const std::vector<SealRequest> requests = {document(0),
                                               stranger,
                                               short_digest,
                                               no_claims,
                                               stamp_by_seal,
                                               seal_by_stamp,
                                               stamp(SystemClock().now() + -3'600'000),
                                               document(6),
                                               bare_digest,
                                               unknown_shape,
                                               record_by_stamp,
                                               untimed,
                                               sealed(7, SystemClock().now() + -3'600'000)};
    const auto made = seals_->cupboard->sign(requests);
    EXPECT_TRUE(made[0].ok());
    // A register forbids what it does not have.
    EXPECT_EQ(made[1].error().fault, GetParam().in_register ? Fault::forbidden : Fault::not_found);
    for (const std::size_t i : {2U, 3U, 4U, 5U, 8U, 9U, 10U, 11U}) {
        EXPECT_EQ(made[i].error().fault, Fault::invalid_input) << i;
    }
    EXPECT_EQ(made[6].error().fault, Fault::forbidden);
    EXPECT_EQ(made[12].error().fault, Fault::forbidden) << "nobody seals with an earlier day";
    EXPECT_TRUE(fits(requests[7], made[7].value()));
}

/// Whoever may ask for seals still cannot have a value of another kind signed: what a document's
/// key signs is a set of attributes with this certificate's hash in it, whatever digest is asked
/// for.
TEST_P(SealCupboardContract, NoBareValueIsEverSigned) {
    const SealRequest wanted = document(1);
    Digest bare{};
    std::copy(wanted.content.begin(), wanted.content.end(), bare.begin());
    const auto made = sign(wanted);
    const Bytes key = public_key_der(X509_get0_pubkey(
        forms_[forms_[0].face().department == fakes::department ? 0U : 1U].certificate()));
    EXPECT_FALSE(verifies(key, bare, made.value()));
    const SealRequest record_wanted = record(1);
    std::copy(record_wanted.content.begin() + 1, record_wanted.content.end(), bare.begin());
    const auto record_made = sign(record_wanted);
    ASSERT_TRUE(record_made.ok()) << record_made.error().detail;
    EXPECT_FALSE(verifies(sm2_folder().key().public_key(), bare, record_made.value()));
}

TEST_P(SealCupboardContract, ItsBookIsOneLongerWhereThereIsOneAndItsRegisterIsAsked) {
    const SealQuestion question{SealPurpose::document, fakes::department, use()};
    const auto rulings = seals_->cupboard->permits({&question, 1});
    ASSERT_TRUE(rulings.ok()) << rulings.error().detail;
    const SealRuling allowed{GetParam().in_register ? fakes::department.text + "-1" : "", {}};
    EXPECT_EQ(rulings.value(), std::vector<SealRuling>{allowed});
    const BookHead before = seals_->cupboard->book_head().value();
    ASSERT_TRUE(sign(document(1)).ok());
    const BookHead after = seals_->cupboard->book_head().value();
    EXPECT_EQ(after.lines, GetParam().in_register ? before.lines + 2 : 0);
    EXPECT_EQ(after == before, !GetParam().in_register);
}

TEST_P(SealCupboardContract, FourThreadsAskAtOnce) {
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 50; ++i) {
                const SealRequest wanted = document(1000 * thread + i);
                const auto made = sign(wanted);
                good += made.ok() && fits(wanted, made.value()) ? 1 : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 200);
}

TEST_P(SealCupboardContract, ASignerOverItSignsWithTickets) {
    const std::shared_ptr<SealCupboard> shared(std::move(seals_->cupboard));
    const auto signer = make_signer(shared, false);
    EXPECT_FALSE(make_signer(shared, true).ok()) << "a sample in production";
    const auto cms = signer.value()->sign_document(fakes::department,
                                                   store::TicketMint::mint({}, Digest{1}), use());
    ASSERT_TRUE(cms.ok()) << cms.error().detail;
    EXPECT_LE(cms.value().size(), signer.value()->cms_bytes_reserved(fakes::department).value());
    const Bytes claims = encode_qr_claims({"张**", 2, 1, "SPJY", "JY1", Digest{7}});
    EXPECT_TRUE(signer.value()->seal_qr(fakes::department, DocumentKey{}, claims).ok());
    EXPECT_TRUE(signer.value()->is_sample(fakes::department));
    EXPECT_TRUE(signer.value()->has_sm2_seal(fakes::department));
    EXPECT_FALSE(signer.value()->has_sm2_seal(fakes::other_department));
    const RecordOrder order{sm3(as_bytes("{}")), use()};
    EXPECT_TRUE(signer.value()->seal_records(fakes::department, {&order, 1}, {}).front().ok());
    const FileOrder file{sm3(as_bytes("%PDF")), SystemClock().now(), use()};
    const auto sealed = signer.value()->seal_file(fakes::department, file);
    ASSERT_TRUE(sealed.ok()) << sealed.error().detail;
    const auto room = signer.value()->seal_room(fakes::department);
    EXPECT_LE(sealed.value().size(), room->bytes);
    EXPECT_GE(sealed.value().size() + 8, room->bytes);
    EXPECT_FALSE(signer.value()->seal_room(fakes::other_department).has_value());
    EXPECT_EQ(signer.value()->seal_file(fakes::other_department, file).error().fault,
              Fault::not_found);
    EXPECT_EQ(signer.value()
                  ->seal_records(fakes::other_department, {&order, 1}, {})
                  .front()
                  .error()
                  .fault,
              Fault::not_found);
    seals_->cupboard = nullptr;
}

/// Seals in this process, with an SM2 seal that the test names.
Result<std::unique_ptr<SealCupboard>> open_with_sm2(std::optional<Sm2SealKey> sm2, bool production,
                                                    const fakes::Sm2Folder& folder) {
    static const SystemClock clock;
    std::vector<SealKeys> seals;
    const auto files = fakes::sample_seal();
    seals.push_back({fakes::department, open_key_file(folder.file("p256.key"), "").value(),
                     folder.file("p256.pem"), open_key_file(files.qr_key, "").value(),
                     std::move(sm2)});
    return open_seal_cupboard(std::move(seals), std::nullopt, production, clock);
}

TEST(Sm2Seal, WithoutOneRecordsAreNotFound) {
    const fakes::Sm2Folder folder;
    const auto seals = open_with_sm2(std::nullopt, true, folder);
    ASSERT_TRUE(seals.ok()) << seals.error().detail;
    EXPECT_TRUE(seals.value()->faces().front().sm2_chain.empty());
    const SealRequest request{
        SealPurpose::record, fakes::department, {}, record_content(Sm2Shape::cades, Digest{})};
    EXPECT_EQ(seals.value()->sign({&request, 1}).front().error().fault, Fault::not_found);
}

/// As the last test but with what stands in the file of the electronic seal.
Result<std::unique_ptr<SealCupboard>> open_with_electronic(const fakes::Sm2Folder& folder,
                                                           ByteView seal, bool production = false) {
    std::ofstream(folder.file("given.esl"), std::ios::binary) << as_text(seal);
    return open_with_sm2(
        Sm2SealKey{folder.key(), folder.file("seal.pem"), folder.file("given.esl")}, production,
        folder);
}

TEST(ElectronicSealOfADepartment, IsHeldAgainstTheCertificateThatSignsWithIt) {
    const fakes::Sm2Folder folder;
    const Bytes good = folder.make_seal(folder.seal_info());
    EXPECT_TRUE(open_with_electronic(folder, good, true).ok());
    SealInfo info = folder.seal_info();
    info.certificates = {certificate_der(folder.twin().get())};
    const auto twin = open_with_electronic(folder, folder.make_seal(info));
    EXPECT_EQ(twin.error().fault, Fault::invalid_input);
    EXPECT_NE(twin.error().detail.find("given.esl: the electronic seal does not name"),
              std::string::npos)
        << twin.error().detail;
    info = folder.seal_info();
    info.valid_until = info.valid_from + 1000;
    EXPECT_EQ(open_with_electronic(folder, folder.make_seal(info)).error().fault, Fault::forbidden);
    Bytes changed = good;
    changed[changed.size() / 4] ^= 1;
    EXPECT_EQ(open_with_electronic(folder, changed).error().fault, Fault::invalid_input);
    EXPECT_EQ(open_with_electronic(folder, as_bytes("PNG")).error().fault, Fault::invalid_input);
}

TEST(ElectronicSealOfADepartment, IsNotMadeByWhoUsesIt) {
    const fakes::Sm2Folder folder;
    const auto made =
        make_electronic_seal(folder.seal_info(), folder.key(), folder.chain().front().get());
    EXPECT_EQ(made.error().fault, Fault::invalid_input);
    EXPECT_FALSE(make_electronic_seal(folder.seal_info(), folder.key(), folder.maker().get()).ok())
        << "the certificate of another key";
    SealInfo large = folder.seal_info();
    large.picture.resize(electronic_seal_bytes_max);
    const auto key = Sm2Key::read(folder.file("maker.key"), "").value();
    EXPECT_NE(make_electronic_seal(large, key, folder.maker().get())
                  .error()
                  .detail.find("a smaller picture"),
              std::string::npos);
}

TEST(Sm2Seal, ASampleNeverSignsInProductionThoughTheOtherSealIsNone) {
    const fakes::Sm2Folder sample("SONGDA SAMPLE");
    const fakes::Sm2Folder real;
    for (const auto* folder : {&real, &sample}) {
        const auto seals =
            open_with_sm2(Sm2SealKey{folder->key(), folder->file("seal.pem")}, true, *folder);
        EXPECT_EQ(seals.ok(), folder == &real);
        if (!seals.ok()) {
            EXPECT_NE(seals.error().detail.find("seal.pem: a sample key never signs in production"),
                      std::string::npos)
                << seals.error().detail;
        }
    }
    EXPECT_TRUE(
        open_with_sm2(Sm2SealKey{sample.key(), sample.file("seal.pem")}, false, sample).ok());
}

TEST(Sm2Seal, KeyAndCertificateBelongTogetherAndAreOfTheSuite) {
    const fakes::Sm2Folder folder;
    const fakes::Sm2Folder other;
    const auto refusal = [&](const std::string& certificate) {
        return open_with_sm2(Sm2SealKey{folder.key(), certificate}, true, folder).error();
    };
    for (const auto& certificate : {other.file("seal.pem"), folder.file("p256.pem")}) {
        EXPECT_EQ(refusal(certificate).fault, Fault::invalid_input);
        EXPECT_TRUE(refusal(certificate).detail.starts_with(certificate))
            << refusal(certificate).detail;
    }
    EXPECT_EQ(refusal(folder.file("nowhere")).fault, Fault::not_found);
}

INSTANTIATE_TEST_SUITE_P(All, SealCupboardContract,
                         ::testing::Values(SealsKind{"Files", false, false, false},
                                           SealsKind{"Token", true, false, false},
                                           SealsKind{"ProcessWithFiles", false, true, false},
                                           SealsKind{"ProcessWithToken", true, true, false},
                                           SealsKind{"FilesWithBook", false, false, true},
                                           SealsKind{"ProcessWithFilesAndBook", false, true, true},
                                           SealsKind{"ProcessWithTokenAndBook", true, true, true}),
                         [](const auto& kind) { return kind.param.name; });

} // namespace
} // namespace songda::signer
