#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/private.hpp"
#include "base/time.hpp"
#include "delivery/applicant_keys.hpp"

/// Who collects a document in person (领取人), what they showed, and how that was looked at.
namespace songda::delivery {

/// A word of the API and the command line, and what people read.
struct CollectorWord {
    std::string_view name;
    std::string_view zh;
};
/// As whom somebody comes. Others than the addressee say whose document it is; an agent brings a
/// mandate (授权委托书).
inline constexpr std::array collector_capacities = {
    CollectorWord{"self", "本人"},
    CollectorWord{"representative", "法定代表人或负责人"},
    CollectorWord{"agent", "受托人"},
};
inline constexpr std::array identity_kinds = {
    CollectorWord{"id_card", "居民身份证"},
    CollectorWord{"temporary_id_card", "临时居民身份证"},
    CollectorWord{"hk_macao_taiwan_residence", "港澳台居民居住证"},
    CollectorWord{"hk_macao_permit", "港澳居民来往内地通行证"},
    CollectorWord{"taiwan_permit", "台湾居民来往大陆通行证"},
    CollectorWord{"foreigner_id", "外国人永久居留身份证"},
    CollectorWord{"passport", "护照"},
};
/// How the identity was checked.
inline constexpr std::array identity_checks = {
    CollectorWord{"chip", "读取证件芯片"},
    CollectorWord{"chip_and_face", "读取证件芯片并人证比对"},
    CollectorWord{"sight", "工作人员核对证件与本人"},
    CollectorWord{"login", "统一身份认证扫码登录"},
};
/// May a device say so by itself? Nobody stands beside it who looks.
[[nodiscard]] constexpr bool is_check_of_device(std::string_view checked) {
    return checked == "chip" || checked == "chip_and_face" || checked == "login";
}
/// Null for a word that is not in the table.
template <std::size_t N>
[[nodiscard]] const CollectorWord* find_word(const std::array<CollectorWord, N>& words,
                                             std::string_view name) {
    for (const CollectorWord& each : words) {
        if (each.name == name) {
            return &each;
        }
    }
    return nullptr;
}

struct Collector {
    std::string capacity;
    std::string identity;
    std::string checked;
    Private<std::string> number; ///< of the identity document, as it shows it
    Private<std::string> name;   ///< as it shows it
    /// Code of the addressee, by whoever is not the addressee.
    Private<std::string> addressee;
    std::string mandate; ///< number of the mandate, of an agent
    std::optional<Date> mandate_day;
    std::uint32_t copy = 0; ///< number of the paper copy handed over; 0: none was
    std::string place;
    std::string key; ///< idempotency key of its department
};

/// What is wrong with it before anybody looks at a document, by member.
struct CollectorFault {
    std::string_view member;
    std::string_view rule;
    std::string_view zh;
    std::string_view en;
};
[[nodiscard]] std::vector<CollectorFault> check_collector(const Collector& collector, Date today);

/// The code by which the addressee is known: an identity number as decisions have it.
[[nodiscard]] std::string addressee_code(const Collector& collector);

/// JSON for the event that ends a leg, at most 1 KiB: what was shown and how it was checked, the
/// number only as a keyed hash (the same person is recognised again), the name masked.
[[nodiscard]] std::string collector_detail(const Collector& collector, const ApplicantKeys& keys);
/// Is the detail of an event one of these? Events of operators have other words.
[[nodiscard]] inline bool is_collector_detail(std::string_view detail) {
    return detail.starts_with('{');
}
/// Was it written under this idempotency key?
[[nodiscard]] bool has_key(std::string_view detail, std::string_view key);

} // namespace songda::delivery
