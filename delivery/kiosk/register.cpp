#include "delivery/kiosk/register.hpp"

#include <algorithm>
#include <array>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t code_bytes = 20; ///< whole groups of base32
constexpr std::size_t place_characters_max = 40;
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t types_max = 64;
constexpr std::uint16_t enrolments_max = 5; ///< tries a serial, each quarter of an hour

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.' || c == '_';
           });
}

std::string draw_code(store::KioskRow& row, TimeMs now, Random& random) {
    std::array<std::uint8_t, code_bytes> bytes{};
    random.fill(bytes);
    row.code = sha256(bytes);
    row.code_until = now + enrolment_ms;
    return to_base32(bytes);
}

} // namespace

KioskStanding standing_of(const store::KioskRow& kiosk, std::optional<TimeMs> heard, TimeMs now) {
    if (kiosk.revoked) {
        return KioskStanding::revoked;
    }
    if (!heard) {
        return kiosk.code_until ? KioskStanding::enrolling : KioskStanding::never_heard;
    }
    return *heard + silent_after_ms < now ? KioskStanding::silent : KioskStanding::heard;
}

std::string_view check_order_zh(const KioskOrder& order) {
    const auto place = to_code_points(order.place);
    if (!is_name(order.site)) {
        return "网点（SITE）应为字母、数字、连字符组成的名称";
    }
    if (!is_name(order.serial)) {
        return "序列号（SERIAL）应为字母、数字、连字符组成";
    }
    if (place.empty() || place.size() > place_characters_max ||
        std::any_of(place.begin(), place.end(), &is_forbidden_in_documents)) {
        return "须写明安放地点（--place），最多40个字";
    }
    if (order.types.size() > types_max ||
        !std::all_of(order.types.begin(), order.types.end(), is_name)) {
        return "文书类型（--type）应为类型代码，最多64个";
    }
    return {};
}

NewKiosk make_kiosk(const KioskOrder& order, TimeMs now, Random& random) {
    NewKiosk made;
    random.fill(made.row.id.bytes);
    made.row.site = order.site;
    made.row.serial = order.serial;
    made.row.place = order.place;
    made.row.types = order.types;
    made.row.created = now;
    made.row.actor = order.actor;
    made.code = draw_code(made.row, now, random);
    return made;
}

NewKiosk renew_code(const store::KioskRow& row, TimeMs now, Random& random) {
    NewKiosk made{row, {}};
    made.code = draw_code(made.row, now, random);
    return made;
}

std::string kiosk_uri(const store::KioskId& id) {
    return "urn:songda:kiosk:" + to_hex(id.view());
}

Result<std::optional<store::KioskRow>> find_enrolling(store::Store& store,
                                                      const KioskTokens& tokens,
                                                      std::string_view serial,
                                                      std::string_view code, TimeMs now) {
    const auto kiosks = store.kiosks();
    if (!kiosks.ok()) {
        return kiosks.error();
    }
    // Serials that nobody registered share one counter, so that inventing them fills no disk.
    const bool known =
        std::any_of(kiosks.value().begin(), kiosks.value().end(),
                    [&](const store::KioskRow& each) { return each.serial == serial; });
    const std::array tries = {store::TryLimit{tokens.counted("enrolment", known ? serial : ""),
                                              enrolments_max, enrolment_ms}};
    const auto counted = store.count_tries(tries, now);
    if (!counted.ok()) {
        return counted.error();
    }
    const auto bytes = from_base32(code);
    const Digest given = sha256(bytes.value_or(Bytes()));
    for (const store::KioskRow& each : kiosks.value()) {
        const bool right = equal_constant_time(each.code, given);
        if (right && counted.value()[0] && each.serial == serial && !each.revoked &&
            each.code_until && now < *each.code_until) {
            return std::optional(each);
        }
    }
    return std::optional<store::KioskRow>();
}

Result<std::optional<store::KioskRow>> find_by_certificate(store::Store& store,
                                                           const Digest& certificate, TimeMs now) {
    const auto known = store.find_kiosk_certificate(certificate);
    if (!known.ok()) {
        return known.error();
    }
    if (!known.value() || known.value()->expires <= now) {
        return std::optional<store::KioskRow>();
    }
    auto kiosk = store.find_kiosk(known.value()->kiosk);
    if (kiosk.ok() && kiosk.value() && kiosk.value()->revoked) {
        return std::optional<store::KioskRow>();
    }
    return kiosk;
}

} // namespace songda::delivery
