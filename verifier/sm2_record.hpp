#pragma once

#include "verifier/sm2_cms.hpp"

namespace songda::verifier {

/// What an SM2 message says of a record (docs/formats/record.md). As check_sm2_cms; besides, a
/// certificate that names another department than the record's issuer may not sign it
/// (`certificate_purpose`). Pure; for bytes from anybody.
[[nodiscard]] Sm2Finding check_sm2_record(ByteView der, ByteView record, const TrustStore& trust,
                                          TimeMs at);

/// Does that certificate's department (empty: it names none) stand for the record's issuer?
[[nodiscard]] bool may_sign_record(std::string_view department, ByteView record);

} // namespace songda::verifier
