#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ecdsa_signature.hpp"
#include "base/time.hpp"
#include "signer/seal_form.hpp"
#include "signer/seal_request.hpp"
#include "signer/seals/book_head.hpp"
#include "signer/seals/seal_rules.hpp"
#include "signer/signing_key.hpp"
#include "signer/sm2_key.hpp"

namespace songda::signer {

/// Where seals are: in this process, or in the signer process behind its socket
/// (process/seal_client.hpp). Safe to call from several threads.
/// tests/unit/signer/seal_cupboard_test.cpp runs on every kind.
class SealCupboard {
public:
    SealCupboard() = default;
    SealCupboard(const SealCupboard&) = delete;
    SealCupboard& operator=(const SealCupboard&) = delete;
    virtual ~SealCupboard() = default;

    /// Every seal that is in it; the same as long as it lives.
    [[nodiscard]] virtual const std::vector<SealFace>& faces() const = 0;

    /// One answer each, in order. Faults: not_found (no such seal), forbidden (its certificate is
    /// not valid now, a time-stamp or electronic seal of another time, or the rules forbid it:
    /// `permits` says which),
    /// invalid_input (a content that is not what the
    /// purpose says), unavailable (the key is away, retry later), internal.
    [[nodiscard]] virtual std::vector<Result<EcdsaSignature>>
    sign(std::span<const SealRequest> requests) = 0;

    /// What the register of seals says to such uses now, one answer each, in order: for whoever
    /// wants to know before something is drawn that only a document should use up. `sign` asks
    /// again. A refusal is written into the book of uses as one of a question. Without a register
    /// everything is allowed. Fault unavailable (retry later).
    [[nodiscard]] virtual Result<std::vector<SealRuling>>
    permits(std::span<const SealQuestion> questions) {
        return std::vector<SealRuling>(questions.size());
    }

    /// How far the book of uses goes; no lines where there is none. Fault unavailable.
    [[nodiscard]] virtual Result<BookHead> book_head() { return BookHead(); }
};

/// A department's SM2 seal. Its key is a file: no token known here signs SM2.
struct Sm2SealKey {
    Sm2Key key;
    std::string certificate;       ///< PEM: the seal certificate first, then its issuers
    std::string electronic_seal{}; ///< DER, SESeal, as its maker gave it; empty: it has none
};

/// One department's seal: its keys, wherever they are kept, and the file of its certificate.
struct SealKeys {
    DepartmentCode department;
    std::unique_ptr<const SigningKey> document_key;
    std::string certificate; ///< PEM: the seal certificate first, then its issuers
    std::unique_ptr<const SigningKey> qr_key;
    std::optional<Sm2SealKey> sm2{};
};

/// The key of the time-stamp authority.
struct StampKey {
    std::unique_ptr<const SigningKey> key;
    std::string certificate; ///< PEM: the authority's certificate first, then its issuers
    /// A TSTInfo of a time further from the clock than this is not signed; none: whoever asks keeps
    /// the time (marked_time.hpp).
    std::optional<std::int64_t> tolerance_ms{};
};

/// Seals that are in this process, with whatever keys it is given. Production refuses sample keys
/// here, at start (design §7.11), of either suite. The clock outlives it.
/// Faults: not_found (file), invalid_input (key and certificate differ, not a seal certificate,
/// another department's, a department twice, sample key in production, an electronic seal that is
/// none of this certificate's), forbidden (certificate or electronic seal not valid now).
[[nodiscard]] Result<std::unique_ptr<SealCupboard>>
open_seal_cupboard(std::vector<SealKeys> seals, std::optional<StampKey> stamp, bool production,
                   const Clock& clock);

} // namespace songda::signer
