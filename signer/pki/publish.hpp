#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "signer/pki/status.hpp"

namespace songda::signer {

struct PublishOrder {
    std::string folder; ///< made where there is none; the service reads it (docs/formats/pki.md)
    Passphrase issuing;
    /// With it and the key in the folder, the root's list is signed anew when its time has come.
    std::optional<Passphrase> root;
    int ocsp_hours = 72; ///< at most 240: as long as every OCSP signer in use still lives
    int crl_hours = 168;
};

struct PublishReport {
    std::uint64_t crl_number = 0;
    ocsp::Times crl;
    ocsp::Times answers;
    std::size_t answers_written = 0; ///< files: two a certificate
    std::size_t revoked = 0;
    ocsp::Times root_list;
    bool root_list_new = false;
    std::string new_responder; ///< serial of the OCSP signer that was issued; empty: none was
    bool clock_behind = false; ///< the clock stands before what was published last
};

/// Writes certificates, revocation lists and an answer about every certificate that was issued. The
/// list's number and the times are in the journal before anything is signed with them; each file is
/// replaced whole; numbers and thisUpdate never go back, neither behind the journal nor behind what
/// is in the folder (an older copy of the authority may have been brought back). Issues a new OCSP
/// signer when the present one has less than 10 of its 30 days left. Faults: forbidden
/// (passphrase), unavailable (the root's list is needed and its key is away), conflict (the clock),
/// as file_error.
[[nodiscard]] Result<PublishReport> publish(Authority& authority, const PublishOrder& order);

/// Signs the root's list and keeps it in the authority's folder.
[[nodiscard]] Result<void> publish_root_list(Authority& authority, EVP_PKEY* root_key);

} // namespace songda::signer
