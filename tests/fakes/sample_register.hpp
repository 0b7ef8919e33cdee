#pragma once

#include <string>

#include "signer/file_signer.hpp"
#include "signer/seals/seal_register.hpp"
#include "signer/seals/seal_source.hpp"
#include "tests/fakes/sample_keys.hpp"

namespace songda::fakes {

/// A register in the folder with the sample department's seal, active for documents of every type,
/// by one operator; its id.
inline std::string register_sample_seal(const std::string& folder) {
    static const SystemClock clock;
    const auto files = sample_seal();
    const auto certificate =
        signer::read_seal_certificate(files.seal_certificate, department).value().certificate;
    const Date day = china_date(clock.now());
    const signer::NewSeal seal{
        department,
        "示例市行政审批局",
        signer::SealKind::approval,
        "示例市行政审批局",
        certificate,
        signer::key_hash(signer::open_key_file(files.qr_key, "").value()->public_key()),
        {{"*"}, {"*"}, day, china_date(certificate.not_after + -86'400'000)}};
    auto book = signer::SealRegister::open({folder, "operator:zhang", false}, clock).value();
    const std::string id = book.make(seal, "试用").value().seal;
    for (int person = 0; person < 2; ++person) {
        SONGDA_CHECK(!book.activate(id, "试用").value().refused);
    }
    return id;
}

} // namespace songda::fakes
