#include "delivery/collector.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/outage_seal.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "catalogue/mask.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t number_characters_max = 32;
constexpr std::size_t name_characters_max = 100;
constexpr std::size_t place_characters_max = 40;
constexpr std::size_t mandate_characters_max = 64;
constexpr std::size_t person_bytes = 16;

bool is_text(std::string_view text, std::size_t characters_max) {
    if (text.empty() || find_bad_utf8(text)) {
        return false;
    }
    const std::u32string characters = to_code_points(text);
    return characters.size() <= characters_max &&
           std::none_of(characters.begin(), characters.end(), &is_forbidden_in_documents);
}

bool is_number(const std::string& number) {
    const std::string plain = plain_identity_number(number);
    return plain.size() >= 5 && plain.size() <= number_characters_max &&
           std::all_of(plain.begin(), plain.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '(' || c == ')';
           });
}

} // namespace

std::vector<CollectorFault> check_collector(const Collector& collector, Date today) {
    std::vector<CollectorFault> faults;
    const auto refuse_unless = [&](bool good, const CollectorFault& fault) {
        if (!good) {
            faults.push_back(fault);
        }
    };
    refuse_unless(find_word(collector_capacities, collector.capacity) != nullptr,
                  {"collector", "choice",
                   "应为 self（本人）、representative（法定代表人）或 agent（受托人）",
                   "must be self, representative or agent"});
    refuse_unless(find_word(identity_kinds, collector.identity) != nullptr,
                  {"identity", "choice", "应为所列身份证件种类之一，如 id_card",
                   "must be a kind of identity document that is listed, like id_card"});
    refuse_unless(find_word(identity_checks, collector.checked) != nullptr,
                  {"checked", "choice", "应写明如何核验：chip、chip_and_face、sight 或 login",
                   "must say how it was checked: chip, chip_and_face, sight or login"});
    refuse_unless(is_number(collector.number.reveal()),
                  {"number", "kind", "应为证件号码", "must be the identity document's number"});
    refuse_unless(
        is_text(collector.name.reveal(), name_characters_max),
        {"name", "kind", "应为证件上的姓名", "must be the name on the identity document"});
    refuse_unless(
        is_text(collector.place, place_characters_max),
        {"place", "kind", "应写明领取地点，最多40个字", "must say where, up to 40 characters"});
    const bool self = collector.capacity == "self";
    refuse_unless(self || is_number(collector.addressee.reveal()),
                  {"addressee", "required",
                   "不是本人领取的，应写明受送达人的证件号码或统一社会信用代码",
                   "is needed of whoever is not the addressee: the addressee's code"});
    const bool agent = collector.capacity == "agent";
    const bool mandated = is_text(collector.mandate, mandate_characters_max) &&
                          collector.mandate_day && *collector.mandate_day <= today;
    refuse_unless(!agent || mandated,
                  {"mandate", "required",
                   "受托领取须有授权委托书的编号和出具日期（mandate、mandate_day）",
                   "an agent needs number and day of the mandate (mandate, mandate_day)"});
    return faults;
}

std::string addressee_code(const Collector& collector) {
    return plain_identity_number(collector.capacity == "self" ? collector.number.reveal()
                                                              : collector.addressee.reveal());
}

std::string collector_detail(const Collector& collector, const ApplicantKeys& keys) {
    const Digest person =
        keys.person_of(collector.identity, plain_identity_number(collector.number.reveal()));
    std::string to;
    JsonObject object(to);
    object.text("collector", collector.capacity);
    object.text("identity", collector.identity);
    object.text("checked", collector.checked);
    object.text("name", catalogue::mask_person(collector.name.reveal()));
    object.text("person", to_hex(ByteView(person).first(person_bytes)));
    if (collector.capacity == "agent") {
        object.text("mandate", collector.mandate);
        object.text("mandate_day", to_text(*collector.mandate_day));
    }
    if (collector.copy != 0) {
        object.raw("copy", std::to_string(collector.copy));
    }
    object.text("place", collector.place);
    object.text_if("key", collector.key);
    object.end();
    return to;
}

bool has_key(std::string_view detail, std::string_view key) {
    if (!is_collector_detail(detail)) {
        return false;
    }
    const auto parsed = parse_json(detail, 2);
    return parsed.ok() && member_text(parsed.value().root(), "key") == key;
}

} // namespace songda::delivery
