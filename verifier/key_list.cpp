#include "verifier/key_list.hpp"

#include <openssl/err.h>
#include <rapidjson/document.h>

#include "base/certificate.hpp"
#include "base/json.hpp"
#include "base/text_codec.hpp"

namespace songda::verifier {
namespace {

using rapidjson::Value;

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
bool seals_qr_codes(const Value& object) {
    return !object.IsObject() ||
           (member_text(object, "use") == "qr" && member_text(object, "algorithm") == "ES256");
}

Result<ListedKey> parse_key(const Value& object) {
    const Value* const department = find_member(object, "department");
    if (department == nullptr || !department->IsObject()) {
        return refuse("a key without department");
    }
    ListedKey key;
    const auto kid = parse_key_id(member_text(object, "kid"));
    const auto spki = from_base64(member_text(object, "spki"));
    const auto not_before = parse_rfc3339(member_text(object, "not_before"));
    const auto not_after = parse_rfc3339(member_text(object, "not_after"));
    if (!kid || !spki || !not_before || !not_after) {
        return refuse("a key without kid, spki or times");
    }
    if (key_id_of(*spki) != *kid || !is_p256_spki(*spki)) {
        return refuse("a key that is not what its kid says");
    }
    key.kid = *kid;
    key.spki = *spki;
    key.department_code = member_text(*department, "code");
    key.department_name = member_text(*department, "name");
    key.not_before = *not_before;
    key.not_after = *not_after;
    const Value* const sample = find_member(object, "sample");
    key.sample = sample != nullptr && sample->IsTrue();
    key.compromised_since = parse_rfc3339(member_text(object, "compromised_since"));
    return key;
}

/// Keys of one of the list's two arrays. Those that vouch for nothing are in one of their own, so
/// that a reader who does not know of it misses them.
Result<void> parse_keys(const Value& array, bool compromised, std::vector<ListedKey>& to) {
    if (!array.IsArray() || array.Size() > key_list_keys_max) {
        return refuse("no array of keys, or too many");
    }
    for (const Value& object : array.GetArray()) {
        if (!seals_qr_codes(object)) {
            continue;
        }
        auto key = parse_key(object);
        if (!key.ok()) {
            return key.error();
        }
        if (compromised && !key.value().compromised_since) {
            return refuse("a compromised key that does not say since when");
        }
        to.push_back(std::move(key).value());
    }
    return {};
}

void write_key(std::string& to, const ListedKey& key) {
    JsonObject object(to);
    object.text("kid", to_text(key.kid));
    object.text("use", "qr");
    object.text("algorithm", "ES256");
    object.begin("department");
    JsonObject department(to);
    department.text("code", key.department_code);
    department.text("name", key.department_name);
    department.end();
    object.text("spki", to_base64(key.spki));
    object.text("not_before", to_rfc3339(key.not_before));
    object.text("not_after", to_rfc3339(key.not_after));
    object.raw("sample", key.sample ? "true" : "false");
    if (key.compromised_since) {
        object.text("compromised_since", to_rfc3339(*key.compromised_since));
    }
    object.end();
}

void write_keys(std::string& to, const std::vector<ListedKey>& keys, bool compromised) {
    std::vector<const ListedKey*> some;
    for (const ListedKey& key : keys) {
        if (key.compromised_since.has_value() == compromised) {
            some.push_back(&key);
        }
    }
    append_json_array(to, some, [&to](const ListedKey* key) { write_key(to, *key); });
}

} // namespace

std::string write_key_list(const KeyList& list) {
    std::string to;
    JsonObject root(to);
    root.raw("version", "1");
    root.text("issued_at", to_rfc3339(list.issued_at));
    root.text("next_update", to_rfc3339(list.next_update));
    root.begin("types");
    JsonObject types(to);
    for (const auto& [code, title] : list.types) {
        types.text(code, title);
    }
    types.end();
    root.begin("keys");
    write_keys(to, list.keys, false);
    root.begin("compromised_keys");
    write_keys(to, list.keys, true);
    root.end();
    return to;
}

Result<KeyList> parse_key_list(std::string_view text) {
    auto parsed = parse_json(text);
    if (!parsed.ok()) {
        return parsed.error();
    }
    const Value& root = parsed.value().root();
    const Value* const version = find_member(root, "version");
    if (version == nullptr || !version->IsInt() || version->GetInt() != 1) {
        return refuse("a version that this verifier does not know");
    }
    KeyList list;
    const auto issued_at = parse_rfc3339(member_text(root, "issued_at"));
    const auto next_update = parse_rfc3339(member_text(root, "next_update"));
    const Value* const keys = find_member(root, "keys");
    if (!issued_at || !next_update || keys == nullptr) {
        return refuse("no times or no keys");
    }
    list.issued_at = *issued_at;
    list.next_update = *next_update;
    const Value* const types = find_member(root, "types");
    if (types != nullptr && types->IsObject()) {
        for (const auto& type : types->GetObject()) {
            const std::string code(text_of(type.name));
            list.types[code] = type.value.IsString() ? text_of(type.value) : code;
        }
    }
    auto parsed_keys = parse_keys(*keys, false, list.keys);
    const Value* const compromised = find_member(root, "compromised_keys");
    if (parsed_keys.ok() && compromised != nullptr) {
        parsed_keys = parse_keys(*compromised, true, list.keys);
    }
    if (!parsed_keys.ok()) {
        return parsed_keys.error();
    }
    return list;
}

} // namespace songda::verifier
