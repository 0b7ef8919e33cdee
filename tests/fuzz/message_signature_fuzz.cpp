// sources: http/message_signature.cpp http/message.cpp base/sign_bytes.cpp
// Signature headers of any bytes: read or refused, never believed, and a base is one line a part.
#include <algorithm>

#include "base/check.hpp"
#include "http/message_signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const std::string_view text = as_text({data, size});
    const std::size_t cut = std::min(text.find('\n'), text.size());
    http::Request request;
    request.method = "POST";
    request.path = "/a";
    request.body = "b";
    request.headers = {{"Host", "h"},
                       {"Content-Type", "t"},
                       {"Content-Digest", std::string(text.substr(cut))},
                       {"Signature-Input", std::string(text.substr(0, cut))},
                       {"Signature", "sig1=:AAAA:"}};
    const auto read = http::read_signatures(request);
    for (const auto& each : read.ok() ? read.value() : std::vector<http::MessageSignature>()) {
        const auto base = http::signature_base(request, each);
        SONGDA_CHECK(!base || static_cast<std::size_t>(std::count(base->begin(), base->end(),
                                                                  '\n')) >= each.components.size());
    }
    SONGDA_CHECK(!http::verify_request(
                      request, [](std::string_view) { return http::Ed25519Key{}; }, TimeMs{0})
                      .ok());
    return 0;
}
