#include "signer/pkcs11_objects.hpp"

#include <array>

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/openssl_handles.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

/// prime256v1 as CKA_EC_PARAMS has it, and a SubjectPublicKeyInfo of it up to the point.
const Bytes p256_parameters = *from_hex("06082a8648ce3d030107");
const Bytes p256_info_head = *from_hex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
constexpr std::size_t point_bytes = 65;

CK_ATTRIBUTE number_attribute(CK_ATTRIBUTE_TYPE type, CK_ULONG& value) {
    return {type, &value, sizeof value};
}

/// PKCS#11 takes everything by pointers that it does not write through here.
CK_ATTRIBUTE bytes_attribute(CK_ATTRIBUTE_TYPE type, ByteView value) {
    return {type, const_cast<std::uint8_t*>(value.data()), value.size()};
}

bool is_true(const Bytes& value) {
    return value.size() == 1 && value[0] != CK_FALSE;
}
bool is_false(const Bytes& value) {
    return value.size() == 1 && value[0] == CK_FALSE;
}

Error away(const std::string& what, CK_RV result) {
    return {Fault::unavailable, what + ": " + pkcs11_result_name(result)};
}

/// The DER of a point on the curve; empty when `value` is none. The standard wraps it into an OCTET
/// STRING; some libraries do not.
Bytes info_of_point(ByteView value) {
    if (value.size() == point_bytes + 2 && value[0] == 0x04 && value[1] == point_bytes) {
        value = value.subspan(2);
    }
    if (value.size() != point_bytes) {
        return {};
    }
    Bytes info = p256_info_head;
    append(info, value);
    const unsigned char* at = info.data();
    const openssl::Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(info.size())));
    ERR_clear_error();
    return key && is_p256(key.get()) ? info : Bytes();
}

Bytes info_of_certificate(ByteView der) {
    const openssl::Certificate certificate = parse_certificate(der);
    const EVP_PKEY* const key = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
    const bool fits = key != nullptr && is_p256(key);
    ERR_clear_error();
    return fits ? public_key_der(key) : Bytes();
}

/// The public half of the key of that CKA_ID; empty when the token has neither public key nor
/// certificate.
Bytes find_public_key(const Pkcs11Module& module, CK_SESSION_HANDLE session, ByteView id) {
    using Read = Bytes (*)(ByteView);
    struct Place {
        CK_OBJECT_CLASS kind;
        CK_ATTRIBUTE_TYPE value;
        Read read;
    };
    for (Place place : {Place{CKO_PUBLIC_KEY, CKA_EC_POINT, &info_of_point},
                        Place{CKO_CERTIFICATE, CKA_VALUE, &info_of_certificate}}) {
        std::vector<CK_OBJECT_HANDLE> found;
        const CK_RV result = module.find(
            session, {number_attribute(CKA_CLASS, place.kind), bytes_attribute(CKA_ID, id)}, 1,
            found);
        if (result == CKR_OK && !found.empty()) {
            Bytes info = place.read(module.attribute(session, found.front(), place.value));
            if (!info.empty()) {
                return info;
            }
        }
    }
    return {};
}

/// What must hold of a key before anything is signed with it.
Result<void> check_key(const Pkcs11Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
                       bool require_unextractable) {
    const auto attribute = [&](CK_ATTRIBUTE_TYPE type) {
        return module.attribute(session, key, type);
    };
    if (attribute(CKA_EC_PARAMS) != p256_parameters) {
        return Error{Fault::invalid_input, "not a P-256 key"};
    }
    if (is_false(attribute(CKA_SIGN))) {
        return Error{Fault::invalid_input, "the key is not meant for signing (CKA_SIGN)"};
    }
    if (is_true(attribute(CKA_ALWAYS_AUTHENTICATE))) {
        return Error{Fault::invalid_input,
                     "the key asks for the PIN at each use (CKA_ALWAYS_AUTHENTICATE), which no "
                     "service can answer"};
    }
    if (require_unextractable &&
        !(is_false(attribute(CKA_EXTRACTABLE)) && is_true(attribute(CKA_SENSITIVE)))) {
        return Error{Fault::invalid_input,
                     "the key may leave the token (CKA_EXTRACTABLE, or not CKA_SENSITIVE): make "
                     "one on the token, or say require_unextractable = false"};
    }
    return {};
}

Error pin_refused(const std::string& why) {
    return {Fault::forbidden, why};
}

} // namespace

Result<void> log_in(const Pkcs11Module& module, CK_SESSION_HANDLE session, CK_SLOT_ID slot,
                    const Secret& pin, bool proven) {
    CK_TOKEN_INFO info{};
    const CK_RV told = module->C_GetTokenInfo(slot, &info);
    if (told != CKR_OK) {
        return away("the token", told);
    }
    if ((info.flags & CKF_USER_PIN_LOCKED) != 0) {
        return pin_refused("its PIN is locked: unlock it with the security officer's PIN");
    }
    if ((info.flags & CKF_USER_PIN_FINAL_TRY) != 0 ||
        ((info.flags & CKF_USER_PIN_COUNT_LOW) != 0 && !proven)) {
        return pin_refused("the last PIN that it was given was wrong, so ours was not tried: put "
                           "the right one into pin_file, and log in once by hand (pkcs11-tool "
                           "--login --list-objects)");
    }
    // The library does not write to it, though the standard's header would let it.
    auto* const text = reinterpret_cast<unsigned char*>(const_cast<char*>(pin.reveal().data()));
    const CK_RV result = module->C_Login(session, CKU_USER, text, pin.reveal().size());
    switch (result) {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN: return {};
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
    case CKR_PIN_EXPIRED:
    case CKR_PIN_LOCKED:
    case CKR_USER_PIN_NOT_INITIALIZED:
        return pin_refused("it refused the PIN (" + pkcs11_result_name(result) +
                           "), which is not tried again: put the right one into pin_file");
    default: return away("the login", result);
    }
}

Result<FoundKey> find_key(const Pkcs11Module& module, CK_SESSION_HANDLE session,
                          const Pkcs11Uri& uri, bool require_unextractable) {
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    CK_KEY_TYPE type = CKK_EC;
    std::vector<CK_ATTRIBUTE> wanted = {number_attribute(CKA_CLASS, kind),
                                        number_attribute(CKA_KEY_TYPE, type)};
    if (!uri.object.empty()) {
        wanted.push_back(bytes_attribute(CKA_LABEL, as_bytes(uri.object)));
    }
    if (!uri.id.empty()) {
        wanted.push_back(bytes_attribute(CKA_ID, uri.id));
    }
    std::vector<CK_OBJECT_HANDLE> found;
    const CK_RV result = module.find(session, wanted, 2, found);
    if (result != CKR_OK) {
        return away("looking for the key", result);
    }
    if (found.empty()) {
        return Error{Fault::not_found, "no private EC key of that object= and id= is on the token"};
    }
    if (found.size() > 1) {
        return Error{Fault::invalid_input, "two keys fit: name both object= and id="};
    }
    const auto checked = check_key(module, session, found.front(), require_unextractable);
    if (!checked.ok()) {
        return checked.error();
    }
    const Bytes id = module.attribute(session, found.front(), CKA_ID);
    Bytes public_key = id.empty() ? Bytes() : find_public_key(module, session, id);
    if (public_key.empty()) {
        return Error{Fault::not_found, "neither a public key nor a certificate with the CKA_ID of "
                                       "the private key is on the token: write one there"};
    }
    return FoundKey{found.front(), std::move(public_key)};
}

} // namespace songda::signer
