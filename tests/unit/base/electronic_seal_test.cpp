// Electronic seals of GB/T 38540: what another writer made is read and written again as the same
// bytes; what departs from it in one byte is refused or no longer what is signed.
#include "base/electronic_seal.hpp"

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/sm2.hpp"
#include "tests/fakes/golden_file.hpp"

namespace songda {
namespace {

Bytes golden(const std::string& name) {
    const std::string text = fakes::golden_file("sm2seal/" + name);
    return {text.begin(), text.end()};
}

Bytes certificate(const std::string& name) {
    const auto read = read_certificates(SONGDA_SOURCE_DIR "/tests/golden/sm2seal/" + name + ".pem");
    return certificate_der(read.value().front().get());
}

bool fits_signer(ByteView message, ByteView signature) {
    const auto read = parse_certificate(certificate("signer"));
    const auto key = Sm2PublicKey::of(X509_get0_pubkey(read.get()));
    return key.value().fits(message, signature);
}

TEST(ElectronicSeal, IsReadAsWhatAnotherWriterMade) {
    const Bytes der = golden("seal.der");
    const auto seal = read_electronic_seal(der);
    ASSERT_TRUE(seal.ok()) << seal.error().detail;
    EXPECT_EQ(seal.value().id, "32019900000001");
    EXPECT_EQ(seal.value().name, "示例市行政审批局电子印章");
    EXPECT_EQ(seal.value().picture_type, "PNG");
    EXPECT_EQ(as_text(seal.value().picture), fakes::golden_file("sm2seal/picture.png"));
    EXPECT_EQ(to_rfc3339(seal.value().valid_from), "2026-09-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(seal.value().valid_until), "2036-12-31T15:59:59.000Z");
    EXPECT_EQ(as_text(seal.value().maker), as_text(certificate("maker")));
    EXPECT_TRUE(seal.value().names(certificate("signer")));
    EXPECT_FALSE(seal.value().names(certificate("maker")));
    EXPECT_TRUE(seal.value().fits_maker())
        << "the maker signs the seal's information and nothing else";
}

TEST(ElectronicSeal, IsWrittenAsTheSameBytes) {
    const Bytes der = golden("seal.der");
    const auto read = read_electronic_seal(der).value();
    const TimeMs from = read.valid_from;
    const Bytes picture(read.picture.begin(), read.picture.end());
    SealInfo info{"32019900000001",
                  "SONGDA",
                  "示例市行政审批局电子印章",
                  {certificate("signer")},
                  from,
                  from,
                  read.valid_until,
                  "PNG",
                  picture,
                  42,
                  42};
    const auto written = write_seal_info(info);
    ASSERT_TRUE(written.ok());
    EXPECT_EQ(as_text(written.value()), as_text(read.info));
    EXPECT_EQ(as_text(write_electronic_seal(written.value(), certificate("maker"), read.signature)),
              as_text(der));
    for (const auto& spoil : std::vector<void (*)(SealInfo&)>{
             [](SealInfo& each) { each.id = "印"; }, [](SealInfo& each) { each.name.clear(); },
             [](SealInfo& each) { each.certificates.clear(); },
             [](SealInfo& each) { each.picture.clear(); },
             [](SealInfo& each) { each.width_mm = 1000; },
             [](SealInfo& each) { each.valid_until = each.valid_from + -1000; }}) {
        SealInfo bad = info;
        spoil(bad);
        EXPECT_EQ(write_seal_info(bad).error().fault, Fault::invalid_input);
    }
}

TEST(ElectronicSeal, ASignatureIsReadAndWrittenAsTheSameBytes) {
    const Bytes der = golden("signature.der");
    const auto read = read_seal_signature(der);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_TRUE(read.value().ours);
    EXPECT_EQ(as_text(read.value().seal), as_text(golden("seal.der")));
    EXPECT_EQ(to_rfc3339(read.value().at), "2026-11-24T01:02:03.000Z");
    const Digest hash = sm3(golden("content"));
    EXPECT_EQ(as_text(read.value().hash), as_text(ByteView(hash)));
    EXPECT_EQ(as_text(read.value().to_sign),
              as_text(write_seal_to_sign(read.value().seal, read.value().at, hash)));
    EXPECT_TRUE(fits_signer(read.value().to_sign, read.value().signature));
    EXPECT_LE(der.size(), seal_signature_bytes_max(read.value().seal, certificate("signer")));
}

TEST(ElectronicSeal, WhatOthersWriteIsReadAndIsNotOurs) {
    for (const char* const name : {"foreign-1.der", "foreign-2.der"}) {
        const Bytes der = golden(name);
        const auto read = read_seal_signature(der);
        ASSERT_TRUE(read.ok()) << name << read.error().detail;
        EXPECT_FALSE(read.value().ours);
        EXPECT_TRUE(fits_signer(read.value().to_sign, read.value().signature)) << name;
        const auto seal = read_electronic_seal(read.value().seal);
        ASSERT_TRUE(seal.ok()) << name << seal.error().detail;
        EXPECT_TRUE(seal.value().by_digest);
        EXPECT_TRUE(seal.value().names(certificate("signer")));
        EXPECT_FALSE(seal.value().names(certificate("maker")));
        EXPECT_TRUE(seal.value().fits_maker()) << name;
    }
}

TEST(ElectronicSeal, NoByteIsChangedUnseen) {
    const Bytes good = golden("signature.der");
    const Bytes signer = certificate("signer");
    const auto holds = [&](ByteView der) {
        const auto read = read_seal_signature(der);
        const auto seal = read.ok() ? read_electronic_seal(read.value().seal)
                                    : Result<ElectronicSeal>(read.error());
        return seal.ok() && read.value().ours && seal.value().names(read.value().certificate) &&
               seal.value().fits_maker() &&
               fits_signer(read.value().to_sign, read.value().signature);
    };
    ASSERT_TRUE(holds(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes changed = good;
        changed[at] ^= 1;
        EXPECT_FALSE(holds(changed)) << at;
        EXPECT_FALSE(read_seal_signature(ByteView(good).first(at)).ok()) << at;
    }
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_FALSE(read_seal_signature(longer).ok());
    EXPECT_FALSE(read_electronic_seal(Bytes(electronic_seal_bytes_max + 1)).ok());
}

} // namespace
} // namespace songda
