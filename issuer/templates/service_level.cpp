#include "issuer/templates/service_level.hpp"

namespace songda::issuer {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t hours_max = 24 * 366;

} // namespace

ServiceLevel read_service_level(TomlTable& root) {
    ServiceLevel level;
    const auto wanted = find_level(root.text_or("signature_level", level_name(level.wanted)));
    if (!wanted) {
        root.refuse("signature_level", "must be B-B, B-T, B-LT or B-LTA");
    }
    level.wanted = wanted.value_or(level.wanted);
    level.within_ms =
        root.integer_or("level_within_hours", ServiceLevel::within_hours_default, 1, hours_max) *
        hour_ms;
    if (root.has("level_within_hours") && level.wanted == SignatureLevel::b_b) {
        root.refuse("level_within_hours", "needs a signature_level above B-B");
    }
    return level;
}

} // namespace songda::issuer
