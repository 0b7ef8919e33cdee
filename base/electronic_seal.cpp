#include "base/electronic_seal.hpp"

#include <algorithm>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/sm2.hpp"
#include "base/utf8.hpp"

namespace songda {
namespace {

using namespace der;

constexpr std::size_t text_bytes_max = 255;
constexpr unsigned millimetres_max = 999;
const Bytes version_4 = {tag_integer, 1, 4};
const Bytes one = {tag_integer, 1, 1}; ///< a seal of an organisation; a list of certificates
const Bytes two = {tag_integer, 1, 2}; ///< a list of digests
/// TBS_Sign.propertyInfo: what the hash is about, in the words of the PDF.
constexpr std::string_view property = "/ByteRange";

/// SM2-with-SM3 as a bare OBJECT IDENTIFIER.
ByteView algorithm() {
    return ByteView(sm2_names().sm2_with_sm3).subspan(2);
}

Error not_a_seal(const char* why) {
    return {Fault::corrupt, why};
}

bool is_text(std::string_view text) {
    return !text.empty() && text.size() <= text_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= text_bytes_max && !find_bad_utf8(text);
}

Bytes text_value(std::uint8_t tag, std::string_view text) {
    return tlv(tag, as_bytes(text));
}

Bytes time_value(TimeMs time) {
    return text_value(tag_generalized_time, generalized_time(time));
}

Bytes millimetres(unsigned value) {
    const Bytes two_bytes = {static_cast<std::uint8_t>(value >> 8U),
                             static_cast<std::uint8_t>(value)};
    return tlv(tag_integer, value < 0x80 ? ByteView(two_bytes).last(1) : ByteView(two_bytes));
}

Bytes bits(ByteView whole_bytes) {
    return tlv(tag_bits, join({Bytes{0}, whole_bytes}));
}

std::optional<ByteView> take_bits(ByteView& rest) {
    auto value = take_value(rest, tag_bits);
    return value && !value->empty() && value->front() == 0 ? std::optional(value->subspan(1))
                                                           : std::nullopt;
}

std::optional<TimeMs> take_time(ByteView& rest) {
    const auto value = take_value(rest, tag_generalized_time);
    return value ? read_generalized_time(as_text(*value)) : std::nullopt;
}

bool skip_integer(ByteView& rest) {
    const auto value = take_value(rest, tag_integer);
    return value && is_integer(*value);
}

/// SES_Header of version 4.
bool take_header(ByteView& rest) {
    auto header = take_value(rest, tag_sequence);
    if (!header || !take(*header, text_value(tag_ia5, "ES")) || !take(*header, version_4)) {
        return false;
    }
    return take_value(*header, tag_ia5) && header->empty();
}

/// SES_CertList.
bool take_signers(ByteView& rest, ElectronicSeal& to) {
    to.by_digest = take(rest, two);
    auto list = to.by_digest || take(rest, one) ? take_value(rest, tag_sequence) : std::nullopt;
    while (list && !list->empty() && to.signers.size() < seal_signers_max) {
        ByteView entry = *list;
        if (to.by_digest) {
            auto digest = take_value(*list, tag_sequence);
            if (!digest || !take_value(*digest, tag_printable)) {
                return false;
            }
            entry = *digest;
        }
        ByteView& from = to.by_digest ? entry : *list;
        const auto value = take_value(from, tag_octets);
        if (!value || (to.by_digest && !from.empty())) {
            return false;
        }
        to.signers.push_back(*value);
    }
    return list && list->empty() && !to.signers.empty();
}

/// SES_ESPropertyInfo.
bool take_property(ByteView& rest, ElectronicSeal& to) {
    auto about = take_value(rest, tag_sequence);
    const auto name = about && skip_integer(*about) ? take_value(*about, tag_utf8) : std::nullopt;
    if (!name || !is_name(as_text(*name)) || !take_signers(*about, to)) {
        return false;
    }
    to.name = as_text(*name);
    const auto created = take_time(*about);
    const auto from = created ? take_time(*about) : std::nullopt;
    const auto until = from ? take_time(*about) : std::nullopt;
    if (!until || !about->empty()) {
        return false;
    }
    to.valid_from = *from;
    to.valid_until = *until;
    return true;
}

/// SES_ESPictrueInfo.
bool take_picture(ByteView& rest, ElectronicSeal& to) {
    auto about = take_value(rest, tag_sequence);
    const auto type = about ? take_value(*about, tag_ia5) : std::nullopt;
    const auto data = type ? take_value(*about, tag_octets) : std::nullopt;
    if (!data || !is_text(as_text(*type)) || !skip_integer(*about) || !skip_integer(*about)) {
        return false;
    }
    to.picture_type = as_text(*type);
    to.picture = *data;
    return about->empty();
}

/// ExtensionDatas, which nobody here reads.
bool skip_extensions(ByteView& rest) {
    return rest.empty() ||
           (take_value(rest, rest.front() == tag_sequence ? tag_sequence : tag_context_0) &&
            rest.empty());
}

bool read_info(ByteView rest, ElectronicSeal& to) {
    if (!enter(rest, tag_sequence) || !take_header(rest)) {
        return false;
    }
    const auto id = take_value(rest, tag_ia5);
    if (!id || !is_text(as_text(*id)) || !take_property(rest, to) || !take_picture(rest, to)) {
        return false;
    }
    to.id = as_text(*id);
    return skip_extensions(rest);
}

/// What both a seal and a signature end with: certificate, algorithm, signature.
template <class Signed>
bool take_signer(ByteView& rest, ByteView Signed::*certificate, Signed& to) {
    const auto encoded = take_value(rest, tag_octets);
    const auto signature = encoded && take(rest, algorithm()) ? take_bits(rest) : std::nullopt;
    if (!signature || signature->empty() || signature->size() > sm2_signature_bytes_max) {
        return false;
    }
    to.*certificate = *encoded;
    to.signature = *signature;
    return true;
}

bool read_to_sign(ByteView rest, SealSignature& to) {
    if (!enter(rest, tag_sequence) || !take(rest, version_4)) {
        return false;
    }
    const auto seal = take_whole(rest, tag_sequence);
    const auto at = seal ? take_time(rest) : std::nullopt;
    const auto hash = at ? take_bits(rest) : std::nullopt;
    if (!hash || hash->size() != sizeof(Digest) || !take_value(rest, tag_ia5)) {
        return false;
    }
    to.seal = *seal;
    to.at = *at;
    to.hash = *hash;
    return skip_extensions(rest);
}

bool is_ours(ByteView der, const SealSignature& read) {
    Digest hash{};
    std::copy(read.hash.begin(), read.hash.end(), hash.begin());
    return as_text(write_seal_signature(write_seal_to_sign(read.seal, read.at, hash),
                                        read.certificate, read.signature)) == as_text(der);
}

} // namespace

Result<Bytes> write_seal_info(const SealInfo& info) {
    const bool texts = is_text(info.id) && is_text(info.vendor) && is_name(info.name) &&
                       is_text(info.picture_type);
    const bool sizes = info.width_mm >= 1 && info.width_mm <= millimetres_max &&
                       info.height_mm >= 1 && info.height_mm <= millimetres_max;
    if (!texts || !sizes || info.certificates.empty() ||
        info.certificates.size() > seal_signers_max || info.picture.empty() ||
        info.picture.size() > electronic_seal_bytes_max || info.valid_until < info.valid_from) {
        return Error{Fault::invalid_input,
                     "a seal needs id, vendor, name, picture with its size in millimetres, the "
                     "certificates of those who may use it, and a first and last time in order"};
    }
    Bytes certificates;
    for (const Bytes& each : info.certificates) {
        append_tlv(certificates, tag_octets, each);
    }
    const Bytes header =
        tlv(tag_sequence,
            join({text_value(tag_ia5, "ES"), version_4, text_value(tag_ia5, info.vendor)}));
    const Bytes about =
        tlv(tag_sequence, join({one, text_value(tag_utf8, info.name), one,
                                tlv(tag_sequence, certificates), time_value(info.created),
                                time_value(info.valid_from), time_value(info.valid_until)}));
    const Bytes picture = tlv(
        tag_sequence, join({text_value(tag_ia5, info.picture_type), tlv(tag_octets, info.picture),
                            millimetres(info.width_mm), millimetres(info.height_mm)}));
    return tlv(tag_sequence, join({header, text_value(tag_ia5, info.id), about, picture}));
}

Bytes write_electronic_seal(ByteView info, ByteView maker, ByteView signature) {
    return tlv(tag_sequence, join({info, tlv(tag_octets, maker), algorithm(), bits(signature)}));
}

bool ElectronicSeal::names(ByteView certificate) const {
    const Digest hash = sm3(certificate);
    const ByteView wanted = by_digest ? ByteView(hash) : certificate;
    return std::any_of(signers.begin(), signers.end(),
                       [&](ByteView each) { return as_text(each) == as_text(wanted); });
}

bool ElectronicSeal::fits_maker() const {
    const auto certificate = parse_certificate(maker);
    const auto key = certificate ? Sm2PublicKey::of(X509_get0_pubkey(certificate.get()))
                                 : Result<Sm2PublicKey>(Error{});
    return key.ok() && key.value().fits(info, signature);
}

Result<ElectronicSeal> read_electronic_seal(ByteView der) {
    ElectronicSeal seal;
    ByteView rest = der;
    if (der.size() > electronic_seal_bytes_max || !enter(rest, tag_sequence)) {
        return not_a_seal("not an electronic seal, or too large");
    }
    const auto info = take_whole(rest, tag_sequence);
    if (!info || !read_info(*info, seal)) {
        return not_a_seal("not the SES_SealInfo of GB/T 38540, version 4");
    }
    seal.info = *info;
    if (!take_signer(rest, &ElectronicSeal::maker, seal) || !rest.empty()) {
        return not_a_seal("not signed by SM2 with SM3");
    }
    return seal;
}

Bytes write_seal_to_sign(ByteView seal, TimeMs at, const Digest& hash) {
    return tlv(tag_sequence,
               join({version_4, seal, time_value(at), bits(hash), text_value(tag_ia5, property)}));
}

Bytes write_seal_signature(ByteView to_sign, ByteView certificate, ByteView signature) {
    return tlv(tag_sequence,
               join({to_sign, tlv(tag_octets, certificate), algorithm(), bits(signature)}));
}

std::size_t seal_signature_bytes_max(ByteView seal, ByteView certificate) {
    return write_seal_signature(write_seal_to_sign(seal, {}, {}), certificate,
                                Bytes(sm2_signature_bytes_max))
        .size();
}

Result<SealSignature> read_seal_signature(ByteView der) {
    SealSignature read;
    ByteView rest = der;
    if (!enter(rest, tag_sequence)) {
        return not_a_seal("not a SES_Signature");
    }
    const auto to_sign = take_whole(rest, tag_sequence);
    if (!to_sign || !read_to_sign(*to_sign, read)) {
        return not_a_seal("not the TBS_Sign of GB/T 38540, version 4");
    }
    read.to_sign = *to_sign;
    if (!take_signer(rest, &SealSignature::certificate, read) || !skip_extensions(rest)) {
        return not_a_seal("not signed by SM2 with SM3");
    }
    read.ours = is_ours(der, read);
    return read;
}

} // namespace songda
