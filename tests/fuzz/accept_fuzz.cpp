// sources: api/accept.cpp http/message.cpp
// Accept of any bytes: an answer, and JSON wherever HTML is not named.
#include <cstdint>

#include "api/accept.hpp"
#include "base/bytes.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view accept = songda::as_text({data, size});
    SONGDA_CHECK(!songda::api::prefers_html(accept) || accept.find('/') != accept.npos);
    return 0;
}
