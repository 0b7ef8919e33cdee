// sources: base/outage_log.cpp base/outage_seal.cpp base/chain_file.cpp base/certificate.cpp base/json.cpp base/open_file.cpp base/folder.cpp base/sealed_bytes.cpp base/sign_bytes.cpp
// The reader of kiosks' logs on any bytes: behind a right hash, which is made here, stands whatever
// came. Nobody's certificate is known, so that no line is ever heard; packages and codes of anybody
// open nothing.
#include "base/outage_log.hpp"

#include <algorithm>

#include "base/chain_file.hpp"
#include "base/check.hpp"
#include "base/outage_seal.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto nobody = [](const Digest&) { return Result<bool>(false); };
    const auto never = [](const OutageLine&, std::string_view) { SONGDA_CHECK(false); };
    const OutageLogEnd start{chain_start(), {}, 0};
    const auto raw = read_outage_log(text, start, nobody, never);
    SONGDA_CHECK(!raw.ok() || text.empty());
    std::string line = text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    const std::string hash = to_hex(sha256(as_bytes(chain_start() + line)));
    const auto read = read_outage_log(hash + ' ' + line + '\n', start, nobody, never);
    SONGDA_CHECK(!read.ok() &&
                 (read.error().fault == Fault::corrupt || read.error().fault == Fault::forbidden));
    (void)outage_package_end({data, size});
    SONGDA_CHECK(!open_outage_package({data, size}, OutageKey{}, text));
    SONGDA_CHECK(!open_outage_text({data, size}, Digest{}));
    if (is_outage_package_id(text)) {
        SONGDA_CHECK(text.find('/') == std::string::npos && text.size() <= 42);
    }
    return 0;
}
