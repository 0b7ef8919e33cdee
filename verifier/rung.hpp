#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/signature_level.hpp"
#include "verifier/archive.hpp"
#include "verifier/gathering.hpp"
#include "verifier/issued_file.hpp"

namespace songda::verifier {

/// Where one of our files stands on the ladder of EN 319 142-1, and what it lacks. Keeps a view of
/// the file and the roots, which outlive it; of one thread.
class Rung {
public:
    /// Faults: corrupt (not one of ours, or changed behind what was issued), forbidden (its seal is
    /// not trusted, or was revoked).
    [[nodiscard]] static Result<Rung> find(ByteView file, std::size_t issued_bytes,
                                           const Roots& roots, TimeMs at);

    [[nodiscard]] SignatureLevel level() const { return level_; }
    /// End of the certificate behind the newest time-stamp that is trusted.
    [[nodiscard]] std::optional<TimeMs> proven_until() const;

    /// What the file lacks to be checked without asking anybody: certificates of the chains of its
    /// seal and of its trusted time-stamps, and how those stood. Faults as gather_evidence.
    [[nodiscard]] Result<std::vector<Evidence>>
    gather(std::span<StatusSource* const> sources) const;

private:
    Rung(const Roots& roots, TimeMs at) : roots_(roots), at_(at) {}
    [[nodiscard]] Result<void> judge_seal(const IssuedFile& issued);
    /// Of the trusted ones; null: none is.
    [[nodiscard]] const ProvenStamp* newest() const;
    [[nodiscard]] Result<void> gather_for(const SignatureChain& signer, TimeMs when,
                                          const TrustStore& trust,
                                          std::span<StatusSource* const> sources,
                                          std::vector<Evidence>& to) const;

    Roots roots_;
    TimeMs at_;
    ArchivedFile archived_;
    ArchiveProof proof_;
    SignatureChain seal_;
    SignatureLevel level_ = SignatureLevel::b_b;
};

} // namespace songda::verifier
