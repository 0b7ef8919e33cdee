#include "verifier/key_list.hpp"

#include <nlohmann/json.hpp>
#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/json.hpp"
#include "base/text_codec.hpp"

namespace songda::verifier {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error refuse(const char* why) {
    return {Fault::invalid_input, std::string("key list: ") + why};
}

bool is_p256_spki(ByteView spki) {
    const unsigned char* at = spki.data();
    const openssl::Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
    ERR_clear_error();
    return key && at == spki.data() + spki.size() && is_p256(key.get());
}

/// A key of another use must not vouch for a code, and one of another algorithm is for later
/// readers.
bool seals_qr_codes(const json& object) {
    return !object.is_object() ||
           (text_of(object, "use") == "qr" && text_of(object, "algorithm") == "ES256");
}

Result<ListedKey> parse_key(const json& object) {
    if (!object.is_object() || !object.contains("department") ||
        !object["department"].is_object()) {
        return refuse("a key without department");
    }
    ListedKey key;
    const auto kid = parse_key_id(text_of(object, "kid"));
    const auto spki = from_base64(text_of(object, "spki"));
    const auto not_before = parse_rfc3339(text_of(object, "not_before"));
    const auto not_after = parse_rfc3339(text_of(object, "not_after"));
    if (!kid || !spki || !not_before || !not_after) {
        return refuse("a key without kid, spki or times");
    }
    if (key_id_of(*spki) != *kid || !is_p256_spki(*spki)) {
        return refuse("a key that is not what its kid says");
    }
    key.kid = *kid;
    key.spki = *spki;
    key.department_code = text_of(object["department"], "code");
    key.department_name = text_of(object["department"], "name");
    key.not_before = *not_before;
    key.not_after = *not_after;
    key.sample = object.contains("sample") && object["sample"] == true;
    return key;
}

} // namespace

std::string write_key_list(const KeyList& list) {
    json keys = json::array();
    for (const ListedKey& key : list.keys) {
        keys.push_back(
            {{"kid", to_text(key.kid)},
             {"use", "qr"},
             {"algorithm", "ES256"},
             {"department", {{"code", key.department_code}, {"name", key.department_name}}},
             {"spki", to_base64(key.spki)},
             {"not_before", to_rfc3339(key.not_before)},
             {"not_after", to_rfc3339(key.not_after)},
             {"sample", key.sample}});
    }
    const json root = {{"version", 1},
                       {"issued_at", to_rfc3339(list.issued_at)},
                       {"next_update", to_rfc3339(list.next_update)},
                       {"types", list.types},
                       {"keys", keys}};
    return root.dump();
}

Result<KeyList> parse_key_list(std::string_view text) {
    auto parsed = parse_json(text);
    if (!parsed.ok()) {
        return parsed.error();
    }
    const json root = std::move(parsed).value();
    if (!root.is_object() || !root.contains("version") || root["version"] != 1) {
        return refuse("a version that this verifier does not know");
    }
    KeyList list;
    const auto issued_at = parse_rfc3339(text_of(root, "issued_at"));
    const auto next_update = parse_rfc3339(text_of(root, "next_update"));
    if (!issued_at || !next_update || !root.contains("keys") || !root["keys"].is_array() ||
        root["keys"].size() > key_list_keys_max) {
        return refuse("no times or no keys");
    }
    list.issued_at = *issued_at;
    list.next_update = *next_update;
    if (root.contains("types") && root["types"].is_object()) {
        for (const auto& [code, title] : root["types"].items()) {
            list.types[code] = title.is_string() ? title.get<std::string>() : code;
        }
    }
    for (const json& object : root["keys"]) {
        if (!seals_qr_codes(object)) {
            continue;
        }
        auto key = parse_key(object);
        if (!key.ok()) {
            return key.error();
        }
        list.keys.push_back(std::move(key).value());
    }
    return list;
}

} // namespace songda::verifier
