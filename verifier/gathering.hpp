#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/evidence.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "verifier/trust.hpp"

/// Gathers what proves later that certificates were good: OCSP answers, else revocation lists, each
/// verified before it is believed (ETSI EN 319 142-1 §5.4.2, RFC 6960, RFC 5280).
namespace songda::verifier {

/// Addresses of one kind in a certificate that are looked at; http and https only.
inline constexpr std::size_t status_addresses_max = 2;

/// How one certificate stands.
struct StatusQuestion {
    Bytes request;                       ///< OCSPRequest, DER: SHA-1, no nonce (RFC 5019 §2.1)
    std::vector<std::string> responders; ///< that the certificate names, in its order
    std::vector<std::string> lists;      ///< its distribution points
};
[[nodiscard]] StatusQuestion status_question(const X509* certificate, const X509* issuer);

/// Where answers come from: a folder, the network. What it gives need not be right, it is verified.
/// Safe to call from several threads.
class StatusSource {
public:
    StatusSource() = default;
    StatusSource(const StatusSource&) = delete;
    StatusSource& operator=(const StatusSource&) = delete;
    virtual ~StatusSource() = default;

    /// OCSPResponse, DER. Faults: not_found (none there), unavailable (nobody answers).
    [[nodiscard]] virtual Result<Bytes> find_answer(const StatusQuestion& question) = 0;
    /// CertificateList, DER. The same faults.
    [[nodiscard]] virtual Result<Bytes> find_list(const StatusQuestion& question) = 0;
};

/// What is to be gathered.
struct GatheringOrder {
    const Certificates& chain; ///< from the signer's certificate to a root of `trust`
    TimeMs when;               ///< what is gathered must hold then
    TimeMs now;
    std::span<const Evidence> known; ///< what is known already is not asked for again
};

/// For every certificate of the chain but the root: nothing where the evidence known, or the
/// certificate, which names no place to ask, leaves nothing to ask for; else the first answer that
/// its sources give and that holds. The sources are asked in their order. Faults: forbidden (one
/// was revoked by then), unavailable (no answer that holds); `detail` says which and why.
[[nodiscard]] Result<std::vector<Evidence>> gather_evidence(const GatheringOrder& order,
                                                            std::span<StatusSource* const> sources,
                                                            const TrustStore& trust);

} // namespace songda::verifier
