// One thread signs documents' messages of GB/T 35275 with an SM2 key file, by its CPU time: hash,
// signature and message.
//   sm2_bench KEY CERTIFICATE SECONDS
// Prints messages a CPU second.
#include <cstdio>
#include <cstdlib>

#include "base/certificate.hpp"
#include "base/check.hpp"
#include "bench/cpu_time.hpp"
#include "signer/sm2_cms.hpp"
#include "signer/sm2_key.hpp"

int main(int count, char** words) {
    using namespace songda;
    if (count != 4) {
        std::fprintf(stderr, "sm2_bench KEY CERTIFICATE SECONDS\n");
        return 2;
    }
    const auto key = signer::Sm2Key::read(words[1], "");
    const auto chain = read_certificates(words[2]);
    SONGDA_CHECK(key.ok() && chain.ok());
    const auto builder = signer::Sm2CmsBuilder::make(chain.value(), Sm2Shape::gbt_35275).value();
    const Bytes record(800, 'r'); // as long as a licence's
    const double begun = cpu_seconds();
    double made = 0;
    while (cpu_seconds() - begun < std::atof(words[3])) {
        for (int i = 0; i < 50; ++i, ++made) {
            const Digest content = sm3(record);
            const auto signature = key.value().sign(builder.to_sign(content));
            SONGDA_CHECK(signature.ok() && !builder.build(content, signature.value()).empty());
        }
    }
    std::printf("%.0f\n", made / (cpu_seconds() - begun));
    return 0;
}
