#include "verifier/face.hpp"

#include "base/certificate.hpp"
#include "verifier/visible_text.hpp"

namespace songda::verifier {

DocumentFace face_of(const X509* certificate) {
    DocumentFace face;
    face.issuer_name = visible_text(subject_text(certificate, "CN"));
    face.issuer_code = visible_text(subject_text(certificate, "organizationIdentifier"));
    face.sample = is_sample_certificate(certificate);
    return face;
}

} // namespace songda::verifier
