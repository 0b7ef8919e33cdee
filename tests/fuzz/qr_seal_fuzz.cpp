// sources:
// The small codecs on any bytes: each has one spelling, so whatever is read is written again as the
// same bytes; and all bytes survive the way there and back.
#include "base/check.hpp"
#include "base/qr_claims.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

void one_spelling(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    if (const auto read = from_base41(text)) {
        SONGDA_CHECK(to_base41(*read) == text);
    }
    if (const auto read = from_base64(text)) {
        SONGDA_CHECK(to_base64(*read) == text);
    }
    if (const auto claims = decode_qr_claims(bytes)) {
        SONGDA_CHECK(as_text(encode_qr_claims(*claims)) == text);
    }
    if (const auto seal = read_qr_seal(bytes)) {
        SONGDA_CHECK(as_text(qr_protected_header(seal->key_id)) == as_text(seal->protected_header));
        const Bytes again = write_qr_seal(seal->protected_header, seal->claims, seal->signature);
        SONGDA_CHECK(as_text(again) == text);
    }
}

void there_and_back(ByteView bytes) {
    const Bytes same(bytes.begin(), bytes.end());
    SONGDA_CHECK(from_base41(to_base41(bytes)) == same);
    SONGDA_CHECK(from_base64(to_base64(bytes)) == same);
    SONGDA_CHECK(from_hex(to_hex(bytes)) == same);
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    songda::one_spelling({data, size});
    songda::there_and_back({data, size});
    return 0;
}
