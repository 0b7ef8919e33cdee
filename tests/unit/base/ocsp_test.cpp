// Requests in the shape that openssl writes, every cut of them, and what is not DER or not answered
// here.
#include "base/ocsp.hpp"

#include <gtest/gtest.h>

#include "base/der.hpp"
#include "base/text_codec.hpp"

namespace songda::ocsp {
namespace {

const std::string name_hash(40, 'a');
const std::string key_hash(40, 'b');

Bytes hex(const std::string& text) {
    return from_hex(text).value();
}

Bytes sequence(std::initializer_list<ByteView> parts) {
    return der::tlv(der::tag_sequence, der::join(parts));
}

/// CertID of SHA-1 with NULL, as openssl writes it.
Bytes cert_id(const std::string& serial = "41") {
    return sequence({hex("300906052b0e03021a0500"), hex("0414" + name_hash), hex("0414" + key_hash),
                     der::tlv(der::tag_integer, hex(serial))});
}

Bytes request(std::initializer_list<ByteView> ids, ByteView extensions = {}) {
    Bytes list;
    for (const ByteView id : ids) {
        append(list, sequence({id}));
    }
    return sequence({sequence({der::tlv(der::tag_sequence, list), extensions})});
}

TEST(OcspRequest, IsReadWithAndWithoutNonce) {
    const Bytes extension = sequence({hex("06092b0601050507300102"), hex("040404020102")});
    const Bytes tagged = der::tlv(0xA2, sequence({extension}));
    for (const Bytes& bytes : {request({cert_id()}), request({cert_id()}, tagged)}) {
        const auto id = read_request(bytes);
        ASSERT_TRUE(id.ok());
        EXPECT_EQ(id.value().hash, HashKind::sha1);
        EXPECT_EQ(to_hex(id.value().name_hash), name_hash);
        EXPECT_EQ(to_hex(id.value().key_hash), key_hash);
        EXPECT_EQ(to_hex(id.value().serial), "41");
    }
}

TEST(OcspRequest, EveryCutAndEveryTailIsMalformed) {
    const Bytes whole = request({cert_id()});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto id = read_request(ByteView(whole).first(size));
        ASSERT_FALSE(id.ok()) << size;
        ASSERT_EQ(id.error().fault, Fault::invalid_input) << size;
    }
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_EQ(read_request(longer).error().fault, Fault::invalid_input);
}

TEST(OcspRequest, WhatIsNotAnsweredIsToldApart) {
    const Bytes two = request({cert_id("41"), cert_id("42")});
    EXPECT_EQ(read_request(two).error().fault, Fault::not_found);
    const Bytes md5 =
        sequence({hex("300c06082a864886f70d02050500"), hex("0410" + std::string(32, 'a')),
                  hex("0410" + std::string(32, 'b')), hex("020141")});
    EXPECT_EQ(read_request(request({md5})).error().fault, Fault::not_found);
    const Bytes list = sequence({sequence({cert_id()})});
    const Bytes signature = der::tlv(der::tag_context_0, sequence({}));
    EXPECT_EQ(read_request(sequence({sequence({list}), signature})).error().fault,
              Fault::not_found);
    EXPECT_EQ(read_request(sequence({sequence({der::tlv(0xA1, hex("8100")), list})})).error().fault,
              Fault::not_found);
    EXPECT_EQ(read_request(sequence({sequence({hex("a003020100"), list})})).error().fault,
              Fault::invalid_input)
        << "version 1 is the default, which DER leaves out";
    EXPECT_EQ(read_request(request({})).error().fault, Fault::invalid_input);
    EXPECT_EQ(read_request(request({cert_id("0041")})).error().fault, Fault::invalid_input)
        << "an INTEGER in its shortest form";
}

TEST(OcspFileName, DependsOnEveryPart) {
    const auto name = [](const CertId& id) { return file_name(id); };
    const CertId id{HashKind::sha1, hex(name_hash), hex(key_hash), hex("41")};
    EXPECT_EQ(name(id).size(), 64U);
    for (const auto& change : std::vector<void (*)(CertId&)>{
             [](CertId& c) { c.hash = HashKind::sha256; }, [](CertId& c) { c.name_hash[0] ^= 1; },
             [](CertId& c) { c.key_hash[19] ^= 1; }, [](CertId& c) { c.serial[0] ^= 1; }}) {
        CertId other = id;
        change(other);
        EXPECT_NE(name(other), name(id));
    }
}

TEST(OcspRefusal, IsFiveBytes) {
    EXPECT_EQ(to_hex(refusal(ResponseStatus::unauthorized)), "30030a0106");
    EXPECT_FALSE(response_times(refusal(ResponseStatus::try_later)));
}

} // namespace
} // namespace songda::ocsp
