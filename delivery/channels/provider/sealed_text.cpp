#include "delivery/channels/provider/sealed_text.hpp"

#include "base/sealed_bytes.hpp"
#include "base/text_codec.hpp"

namespace songda::delivery::provider {

std::string seal_text(std::string_view text, const Private<Bytes>& key, std::string_view about,
                      Random& random) {
    return to_base64(seal_bytes(as_bytes(text), key.reveal(), as_bytes(about), random));
}

std::optional<std::string> open_text(std::string_view sealed, const Private<Bytes>& key,
                                     std::string_view about) {
    const auto bytes = from_base64(sealed);
    const auto text = bytes ? open_bytes(*bytes, key.reveal(), as_bytes(about)) : std::nullopt;
    return text ? std::optional(std::string(as_text(*text))) : std::nullopt;
}

} // namespace songda::delivery::provider
