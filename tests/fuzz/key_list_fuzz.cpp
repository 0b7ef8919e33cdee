// sources: verifier/key_list.cpp base/certificate.cpp base/json.cpp
// The key list reader on any text: what it accepts is written and read again as the same list.
#include "base/check.hpp"
#include "verifier/key_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const auto list = verifier::parse_key_list(as_text({data, size}));
    if (!list.ok()) {
        SONGDA_CHECK(list.error().fault == Fault::invalid_input);
        return 0;
    }
    const std::string once = verifier::write_key_list(list.value());
    const auto again = verifier::parse_key_list(once);
    SONGDA_CHECK(again.ok());
    SONGDA_CHECK(again.value().keys.size() == list.value().keys.size());
    SONGDA_CHECK(verifier::write_key_list(again.value()) == once);
    return 0;
}
