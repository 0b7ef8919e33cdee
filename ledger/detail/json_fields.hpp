#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

#include "base/bytes.hpp"
#include "base/json.hpp"
#include "base/text_codec.hpp"
#include "base/time.hpp"

/// The members of the room's JSON texts. What is read is written again and compared, so reading
/// need not be strict about what nobody writes.
namespace songda::ledger::detail {

inline void put(JsonObject& json, std::string_view name, const Digest& digest) {
    json.text(name, to_hex(digest));
}
inline void put(JsonObject& json, std::string_view name, TimeMs time) {
    json.text(name, to_rfc3339(time));
}

/// After the first member that does not fit everything is empty and `ok()` stays false.
class FieldReader {
public:
    explicit FieldReader(const rapidjson::Value& object) : object_(object) {}
    [[nodiscard]] bool ok() const { return ok_; }

    [[nodiscard]] std::string text(std::string_view name) const {
        return std::string(member_text(object_, name));
    }
    [[nodiscard]] std::uint64_t number(std::string_view name) {
        const auto* const found = find_member(object_, name);
        return fits(found != nullptr && found->IsUint64()) ? found->GetUint64() : 0;
    }
    [[nodiscard]] bool flag(std::string_view name) {
        const auto* const found = find_member(object_, name);
        return fits(found != nullptr && found->IsBool()) && found->GetBool();
    }
    [[nodiscard]] Digest digest(std::string_view name) {
        Digest digest{};
        const auto bytes = from_hex(text(name));
        if (fits(bytes && bytes->size() == digest.size())) {
            std::copy(bytes->begin(), bytes->end(), digest.begin());
        }
        return digest;
    }
    [[nodiscard]] std::optional<Digest> digest_if(std::string_view name) {
        return has(name) ? std::optional(digest(name)) : std::nullopt;
    }
    [[nodiscard]] TimeMs time(std::string_view name) {
        const auto time = parse_rfc3339(text(name));
        return fits(time.has_value()) ? *time : TimeMs{};
    }
    [[nodiscard]] bool has(std::string_view name) const {
        return find_member(object_, name) != nullptr;
    }
    /// Empty if it is none.
    [[nodiscard]] FieldReader object(std::string_view name) const {
        static const rapidjson::Value none(rapidjson::kObjectType);
        const auto* const found = find_member(object_, name);
        return FieldReader(found != nullptr ? *found : none);
    }
    bool fits(bool holds) {
        ok_ = ok_ && holds;
        return ok_;
    }

private:
    const rapidjson::Value& object_;
    bool ok_ = true;
};

} // namespace songda::ledger::detail
