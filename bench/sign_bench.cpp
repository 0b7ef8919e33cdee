// One thread signs by its CPU time, slices taken in turn: C_SignInit and C_Sign alone on a token of
// SoftHSM, documents' CMS through the same token, documents' CMS with a key file.
//   sign_bench KEY CERTIFICATE SECONDS
// Prints per CPU second: C_Sign alone, CMS through the token, CMS with the file.
#include <cstdio>
#include <cstdlib>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "bench/cpu_time.hpp"
#include "signer/cms.hpp"
#include "signer/file_signer.hpp"
#include "signer/pkcs11_objects.hpp"
#include "tests/fakes/soft_token.hpp"

namespace {

using namespace songda;

struct Rate {
    double made = 0;
    double seconds = 0;
    template <class Sign>
    void slice(Sign sign) {
        const double begun = cpu_seconds();
        for (int i = 0; i < 500; ++i, ++made) {
            sign();
        }
        seconds += cpu_seconds() - begun;
    }
    [[nodiscard]] double per_second() const { return made / seconds; }
};

/// A session of the bench's own beside those of the token.
struct Raw {
    explicit Raw(const fakes::SoftToken& soft)
        : module(signer::Pkcs11Module::load(fakes::SoftToken::module).value()) {
        const CK_SLOT_ID slot = module->find_token(soft.label(), "").value();
        SONGDA_CHECK((*module)->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr,
                                              &session) == CKR_OK);
        key =
            signer::find_key(*module, session, {soft.label(), "", "seal", {}}, true).value().handle;
    }
    void sign(Digest digest) const {
        CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
        std::array<std::uint8_t, 64> made{};
        CK_ULONG size = made.size();
        SONGDA_CHECK((*module)->C_SignInit(session, &mechanism, key) == CKR_OK);
        SONGDA_CHECK((*module)->C_Sign(session, digest.data(), digest.size(), made.data(), &size) ==
                     CKR_OK);
    }
    std::unique_ptr<signer::Pkcs11Module> module;
    CK_SESSION_HANDLE session = 0;
    CK_OBJECT_HANDLE key = 0;
};

} // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::fprintf(stderr, "sign_bench KEY CERTIFICATE SECONDS\n");
        return 2;
    }
    const fakes::SoftToken soft;
    soft.import(words[1], "seal", "01");
    const auto token = signer::Pkcs11Token::open(soft.options());
    SONGDA_CHECK(token.ok());
    const auto on_token = token.value()->open_key({soft.label(), "", "seal", {}});
    const auto in_file = signer::open_key_file(words[1], "");
    const auto chain = read_certificates(words[2]);
    SONGDA_CHECK(on_token.ok() && in_file.ok() && chain.ok());
    const auto cms = signer::CmsBuilder::make(chain.value()).value();
    const Raw raw(soft);
    const auto seal = [&](const signer::SigningKey& key) {
        const Digest digest = sha256(as_bytes("准予行政许可决定书"));
        const auto signature = key.sign(sha256(cms.signed_attributes(digest)));
        SONGDA_CHECK(signature.ok());
        SONGDA_CHECK(!cms.build(digest, write_ecdsa_der(signature.value())).empty());
    };
    Rate alone;
    Rate through_token;
    Rate with_file;
    const double seconds = std::atof(words[3]);
    while (alone.seconds < seconds) {
        alone.slice([&] { raw.sign(Digest{1}); });
        through_token.slice([&] { seal(*on_token.value()); });
        with_file.slice([&] { seal(*in_file.value()); });
    }
    std::printf("%.0f %.0f %.0f\n", alone.per_second(), through_token.per_second(),
                with_file.per_second());
    return 0;
}
