// sources: issuer/templates/template_files.cpp base/json.cpp base/toml_reader.cpp
// Bytes that say they are a published template are read or refused; what is read is written as the same bytes.
#include "issuer/templates/template_files.hpp"

using namespace songda;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto files = issuer::TemplateFiles::read_published({data, size}, "edition");
    if (files.ok() && files.value().published() != as_text({data, size})) {
        __builtin_trap();
    }
    return 0;
}
