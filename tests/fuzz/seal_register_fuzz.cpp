// sources: signer/seals/register_fold.cpp signer/seals/registered_seal.cpp base/journal.cpp
// sources: base/chain_file.cpp base/folder.cpp base/open_file.cpp base/json.cpp
// The register of seals on any lines of JSON, as if somebody had chained them. Whatever is taken
// in: what gives power was confirmed by another person, or says that it was not; one certificate
// seals for one seal; a line that is refused changes nothing.
#include <algorithm>
#include <map>

#include "base/check.hpp"
#include "signer/seals/register_fold.hpp"

namespace songda {
namespace {

bool gives_power(const signer::SealStep& step) {
    return step.event == "activated" || step.event == "resumed" || step.event == "widened";
}

void check(const signer::RegisteredSeals& seals) {
    std::map<std::string, int> in_use;
    for (const signer::Seal& seal : seals.seals) {
        SONGDA_CHECK(!seal.steps.empty() && seal.steps.front().event == "made");
        for (const signer::SealStep& step : seal.steps) {
            SONGDA_CHECK(!gives_power(step) || step.alone || step.by != seal.maker());
        }
        const bool used =
            seal.state == signer::SealState::active || seal.state == signer::SealState::suspended;
        SONGDA_CHECK(!used || ++in_use[seal.certificate.hash] == 1);
        SONGDA_CHECK(seal.terms.first_day <= seal.terms.last_day);
        const auto again = signer::read_seal_fields(signer::seal_fields(seal));
        SONGDA_CHECK(seal.shape != signer::seal_shape ||
                     (again && *again == static_cast<const signer::NewSeal&>(seal)));
    }
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    std::string_view text = as_text({data, size});
    signer::RegisteredSeals seals;
    for (int lines = 0; !text.empty() && lines < 64; ++lines) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const signer::RegisteredSeals before = seals;
        if (!signer::enter_json(seals, text.substr(0, end)).ok()) {
            SONGDA_CHECK(seals == before);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    check(seals);
    return 0;
}
