#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// Electronic seals 电子印章 and what is sealed with them 电子签章 (GB/T 38540-2020, version 4;
/// docs/formats/sm2.md, "In the PDF"): DER, written in one spelling. Who signed it is for the
/// verifier to say. What is read may come from anybody. Pure; safe to call from several threads.
namespace songda {

/// Of a seal with its picture and its maker's certificate.
inline constexpr std::size_t electronic_seal_bytes_max = 48U << 10U;
/// Certificates that one seal may name.
inline constexpr std::size_t seal_signers_max = 64;

/// What a maker 制章人 says that a seal is.
struct SealInfo {
    std::string id;                  ///< of the seal: printable ASCII
    std::string vendor;              ///< whose system made it: printable ASCII
    std::string name;                ///< what is on it; UTF-8
    std::vector<Bytes> certificates; ///< DER: those who may sign with it
    TimeMs created;                  ///< this and the next two: whole seconds
    TimeMs valid_from;
    TimeMs valid_until;
    std::string picture_type; ///< `PNG`
    Bytes picture;
    unsigned width_mm = 0; ///< 1 to 999
    unsigned height_mm = 0;
};
/// SES_SealInfo: these bytes the maker signs. Fault invalid_input: a value that it cannot have.
[[nodiscard]] Result<Bytes> write_seal_info(const SealInfo& info);
/// SESeal. `signature`: SEQUENCE { r, s }, as everywhere here.
[[nodiscard]] Bytes write_electronic_seal(ByteView info, ByteView maker, ByteView signature);

/// A seal taken apart. Views point into it.
struct ElectronicSeal {
    ByteView info; ///< whole: what its maker signed
    std::string_view id;
    std::string_view name;
    std::vector<ByteView> signers; ///< certificates, or their digests
    bool by_digest = false;
    TimeMs valid_from;
    TimeMs valid_until;
    std::string_view picture_type;
    ByteView picture;
    ByteView maker; ///< certificate
    ByteView signature;

    /// May who has this certificate sign with it? Byte for byte, or by its SM3 value.
    [[nodiscard]] bool names(ByteView certificate) const;
    [[nodiscard]] bool is_valid_at(TimeMs when) const {
        return valid_from <= when && when <= valid_until;
    }
    /// Did the key of the maker's certificate sign it? Whose that is, is another question.
    [[nodiscard]] bool fits_maker() const;
};
/// Also takes what others write: a list of digests, extensions with or without a tag. Fault
/// corrupt.
[[nodiscard]] Result<ElectronicSeal> read_electronic_seal(ByteView der);

/// TBS_Sign: these bytes are signed. `hash`: SM3 of what is sealed.
[[nodiscard]] Bytes write_seal_to_sign(ByteView seal, TimeMs at, const Digest& hash);
/// SES_Signature.
[[nodiscard]] Bytes write_seal_signature(ByteView to_sign, ByteView certificate,
                                         ByteView signature);
/// Of the longest one with this seal and this certificate.
[[nodiscard]] std::size_t seal_signature_bytes_max(ByteView seal, ByteView certificate);

/// The same taken apart. Views point into it.
struct SealSignature {
    ByteView to_sign; ///< whole
    ByteView seal;    ///< whole
    TimeMs at;        ///< by the signer's own clock
    ByteView hash;    ///< 32 bytes
    ByteView certificate;
    ByteView signature;
    bool ours = false; ///< it is, byte for byte, what `write_seal_signature` writes
};
/// Also takes what others write: a property of their own, extensions, a time-stamp. Fault corrupt.
[[nodiscard]] Result<SealSignature> read_seal_signature(ByteView der);

} // namespace songda
