// sources: signer/seals/use_line.cpp base/json.cpp
// A line of the book of uses as any bytes: what is accepted is written again as the very same text.
#include "base/check.hpp"
#include "signer/seals/use_line.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const std::string_view json = as_text({data, size});
    const auto line = signer::read_use_line(json);
    SONGDA_CHECK(!line.ok() || signer::write_use_line(line.value()) == json);
    return 0;
}
