// sources: base/ocsp.cpp
// The OCSP request reader on any bytes. What it accepts OpenSSL reads as the same request, for the
// same certificate; the readers of times never run past their bytes.
#include "base/ocsp.hpp"

#include <algorithm>
#include <memory>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "base/check.hpp"
#include "base/deleter.hpp"

namespace songda {
namespace {

using Request = std::unique_ptr<OCSP_REQUEST, Deleter<OCSP_REQUEST_free>>;

bool same(const ASN1_STRING* read, const Bytes& own) {
    const unsigned char* const data = ASN1_STRING_get0_data(read);
    return std::equal(own.begin(), own.end(), data, data + ASN1_STRING_length(read));
}

void openssl_agrees(ByteView der, const ocsp::CertId& id) {
    const unsigned char* at = der.data();
    const Request request(d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(der.size())));
    SONGDA_CHECK(request && at == der.data() + der.size());
    SONGDA_CHECK(OCSP_request_onereq_count(request.get()) == 1);
    OCSP_CERTID* const asked = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request.get(), 0));
    ASN1_OCTET_STRING* name_hash = nullptr;
    ASN1_OCTET_STRING* key_hash = nullptr;
    ASN1_OBJECT* hash = nullptr;
    SONGDA_CHECK(OCSP_id_get0_info(&name_hash, &hash, &key_hash, nullptr, asked) == 1);
    SONGDA_CHECK(OBJ_obj2nid(hash) == (id.hash == ocsp::HashKind::sha1 ? NID_sha1 : NID_sha256));
    SONGDA_CHECK(same(name_hash, id.name_hash) && same(key_hash, id.key_hash));
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView der(data, size);
    (void)ocsp::response_times(der);
    (void)ocsp::crl_times(der);
    const auto id = ocsp::read_request(der);
    if (!id.ok()) {
        SONGDA_CHECK(id.error().fault == Fault::invalid_input ||
                     id.error().fault == Fault::not_found);
        return 0;
    }
    SONGDA_CHECK(ocsp::file_name(id.value()).size() == 64);
    openssl_agrees(der, id.value());
    ERR_clear_error();
    return 0;
}
