// sources: signer/timestamp_request.cpp signer/timestamp_token.cpp
// The reader of time-stamp requests on any bytes. What it accepts OpenSSL reads as the same request
// and writes as the same bytes; the TSTInfo made for it carries its imprint and nonce unchanged;
// and each refusal is a response that OpenSSL reads as a rejection with that failure.
#include <memory>

#include <openssl/ts.h>

#include "base/check.hpp"
#include "base/deleter.hpp"
#include "base/text_codec.hpp"
#include "signer/timestamp_token.hpp"

namespace songda {
namespace {

using signer::TimestampRefusal;
using signer::TimestampRequest;

template <class Object, int Encode(const Object*, unsigned char**)>
Bytes encoded(const Object* object) {
    Bytes der(static_cast<std::size_t>(Encode(object, nullptr)));
    unsigned char* at = der.data();
    Encode(object, &at);
    return der;
}

void openssl_agrees(ByteView der, const TimestampRequest& request) {
    const unsigned char* at = der.data();
    const std::unique_ptr<TS_REQ, Deleter<TS_REQ_free>> read(
        d2i_TS_REQ(nullptr, &at, static_cast<long>(der.size())));
    SONGDA_CHECK(read && at == der.data() + der.size());
    SONGDA_CHECK(as_text(encoded<TS_REQ, i2d_TS_REQ>(read.get())) == as_text(der));
    SONGDA_CHECK(TS_REQ_get_version(read.get()) == 1);
    const Bytes imprint =
        encoded<TS_MSG_IMPRINT, i2d_TS_MSG_IMPRINT>(TS_REQ_get_msg_imprint(read.get()));
    SONGDA_CHECK(as_text(imprint) == as_text(request.imprint));
    SONGDA_CHECK((TS_REQ_get_nonce(read.get()) != nullptr) == !request.nonce.empty());
    SONGDA_CHECK((TS_REQ_get_policy_id(read.get()) != nullptr) == !request.policy.empty());
    SONGDA_CHECK((TS_REQ_get_cert_req(read.get()) != 0) == request.certificates_wanted);
    SONGDA_CHECK(TS_REQ_get_exts(read.get()) == nullptr);
}

void its_info_is_read(const TimestampRequest& request) {
    const Bytes policy = *from_hex("06032a0304");
    const Bytes info =
        signer::write_timestamp_info({request.policy.empty() ? ByteView(policy) : request.policy,
                                      request.imprint,
                                      signer::make_serial({}),
                                      {1'700'000'000'120},
                                      signer::write_accuracy(1500),
                                      request.nonce});
    const unsigned char* at = info.data();
    const std::unique_ptr<TS_TST_INFO, Deleter<TS_TST_INFO_free>> read(
        d2i_TS_TST_INFO(nullptr, &at, static_cast<long>(info.size())));
    SONGDA_CHECK(read && at == info.data() + info.size());
    SONGDA_CHECK(as_text(encoded<TS_TST_INFO, i2d_TS_TST_INFO>(read.get())) == as_text(info));
}

void is_a_rejection(const TimestampRefusal& refusal) {
    const Bytes response = signer::write_refused(refusal);
    const unsigned char* at = response.data();
    const std::unique_ptr<TS_RESP, Deleter<TS_RESP_free>> read(
        d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
    SONGDA_CHECK(read && at == response.data() + response.size());
    const TS_STATUS_INFO* const status = TS_RESP_get_status_info(read.get());
    SONGDA_CHECK(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)) == TS_STATUS_REJECTION);
    SONGDA_CHECK(ASN1_BIT_STRING_get_bit(TS_STATUS_INFO_get0_failure_info(status),
                                         static_cast<int>(refusal.failure)) == 1);
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView der(data, size);
    const auto parsed = signer::parse_timestamp_request(der);
    if (const auto* const refusal = std::get_if<signer::TimestampRefusal>(&parsed)) {
        is_a_rejection(*refusal);
        return 0;
    }
    const auto& request = *std::get_if<signer::TimestampRequest>(&parsed);
    openssl_agrees(der, request);
    its_info_is_read(request);
    return 0;
}
