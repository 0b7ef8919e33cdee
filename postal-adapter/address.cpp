#include "postal-adapter/address.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/utf8.hpp"

namespace songda::postal {
namespace {

/// Full-width ASCII as ASCII, any run of blanks as one, none at the ends.
std::string tidy(std::string_view text) {
    constexpr char32_t first_wide = 0xFF01;
    constexpr char32_t last_wide = 0xFF5E;
    constexpr char32_t wide_blank = 0x3000;
    std::string tidied;
    bool blank = false;
    while (!text.empty()) {
        char32_t c = take_code_point(text);
        c = c >= first_wide && c <= last_wide ? c - first_wide + '!' : c;
        if (c == wide_blank || c <= ' ') {
            blank = !tidied.empty();
            continue;
        }
        if (blank) {
            tidied += ' ';
            blank = false;
        }
        append_utf8(tidied, c);
    }
    return tidied;
}

void skip_marks(std::string_view& rest) {
    for (bool more = true; more;) {
        more = false;
        for (const std::string_view mark : {" ", ",", "，", "、", "-", "/"}) {
            if (rest.starts_with(mark)) {
                rest.remove_prefix(mark.size());
                more = true;
            }
        }
    }
}

bool take(std::string_view& rest, std::string_view name) {
    std::string_view behind = rest;
    skip_marks(behind);
    if (name.empty() || !behind.starts_with(name)) {
        return false;
    }
    behind.remove_prefix(name.size());
    rest = behind;
    return true;
}

/// As people say it: 江苏, 内蒙古, 南京. Empty: there is none.
std::string_view short_name(std::string_view name) {
    constexpr std::array<std::string_view, 5> autonomous = {
        "内蒙古自治区", "广西壮族自治区", "宁夏回族自治区", "新疆维吾尔自治区", "西藏自治区"};
    constexpr std::size_t character = 3; // bytes in UTF-8
    if (std::find(autonomous.begin(), autonomous.end(), name) != autonomous.end()) {
        return name.substr(0, (name.starts_with("内") ? 3 : 2) * character);
    }
    for (const std::string_view end : {"特别行政区", "地区", "省", "市"}) {
        if (name.ends_with(end) && name.size() >= end.size() + 2 * character) {
            return name.substr(0, name.size() - end.size());
        }
    }
    return {};
}

/// 西区大道 is a street, and 东区 is what people call many a place.
bool may_be_street(const PostalArea& county, std::string_view behind) {
    constexpr std::size_t two_characters = 6; // bytes in UTF-8
    constexpr std::array<std::string_view, 5> roads = {"路", "街", "大道", "巷", "道"};
    return county.name.size() <= two_characters ||
           std::any_of(roads.begin(), roads.end(),
                       [&](std::string_view road) { return behind.starts_with(road); });
}

/// One way to read the beginning of the text.
struct Chain {
    PostalArea province;
    PostalArea city;
    PostalArea county;
    std::string_view rest;
    /// The smallest area that the text itself names, 0 to 3; the more the better, then the more of
    /// the text is used.
    int depth = 0;
};

/// All ways, of which the best is kept, and whether another area is as good.
class Readings {
public:
    Readings(const PostalAreas& areas, std::string_view text) : areas_(areas), text_(text) {
        for (const PostalArea& province : areas.provinces()) {
            look_in(province);
        }
    }
    [[nodiscard]] std::optional<Chain> only() const {
        return tied_ || best_.depth == 0 ? std::nullopt : std::optional(best_);
    }

private:
    void look_in(const PostalArea& province) {
        const Chain start{province, {}, {}, text_};
        Chain named = start;
        if (take(named.rest, province.name)) {
            named.depth = 1;
            offer(named);
            look_for_city(named);
        } else if (take(named.rest, short_name(province.name))) {
            look_for_city(named); // 江苏路: a street, unless a city follows
        }
        look_for_city(start);
    }

    void look_for_city(const Chain& chain) {
        for (const PostalArea& city : areas_.cities(chain.province)) {
            Chain named = chain;
            named.city = city;
            const std::vector<PostalArea>& counties = areas_.counties(city);
            if (take(named.rest, city.name)) {
                named.depth = 2;
                offer(named);
                look_for_county(named, counties);
            } else if (take(named.rest, short_name(city.name))) {
                look_for_county(named, counties);
            }
            Chain silent = chain;
            silent.city = city;
            look_for_county(silent, counties);
        }
        Chain direct = chain;
        for (const std::string_view between :
             {std::string_view(chain.province.name), std::string_view("市辖区"),
              std::string_view("省直辖县级行政区划"), std::string_view("自治区直辖县级行政区划")}) {
            take(direct.rest, between);
        }
        look_for_county(direct, areas_.counties(chain.province));
    }

    void look_for_county(const Chain& chain, const std::vector<PostalArea>& counties) {
        const bool alone = chain.rest.size() == text_.size(); // nothing above it is named
        for (const PostalArea& county : counties) {
            Chain named = chain;
            if (take(named.rest, county.name) && !(alone && may_be_street(county, named.rest))) {
                named.county = county;
                named.depth = 3;
                if (named.city.code.empty()) { // directly under the province
                    named.city = areas_.cities(named.province).empty() ? named.province : county;
                }
                offer(named);
            }
        }
    }

    void offer(const Chain& chain) {
        const auto rank = [](const Chain& each) {
            return std::tuple(each.depth, -static_cast<std::ptrdiff_t>(each.rest.size()));
        };
        if (rank(chain) > rank(best_) || best_.depth == 0) {
            best_ = chain;
            tied_ = false;
        } else if (rank(chain) == rank(best_)) {
            const bool same = chain.province == best_.province && chain.city == best_.city &&
                              chain.county == best_.county;
            tied_ = tied_ || !same;
        }
    }

    const PostalAreas& areas_;
    std::string_view text_;
    Chain best_;
    bool tied_ = false;
};

bool has_number(std::string_view street) {
    constexpr std::array<std::string_view, 7> marks = {"号", "栋", "幢", "室", "组", "村", "信箱"};
    return std::any_of(street.begin(), street.end(), [](char c) { return c >= '0' && c <= '9'; }) ||
           std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) {
               return street.find(mark) != std::string_view::npos;
           });
}

struct FaultWords {
    AddressFault fault;
    std::string_view name;
    std::string_view zh;
    std::string_view en;
};
constexpr std::array fault_words = {
    FaultWords{AddressFault::too_long, "too_long", "地址超过 120 个字",
               "the address has more than 120 characters"},
    FaultWords{AddressFault::province_unknown, "province_unknown",
               "看不出是哪个省（自治区、直辖市），请写明",
               "which province it is in cannot be told; name it"},
    FaultWords{AddressFault::city_unknown, "city_unknown", "该省没有这个市，请核对",
               "the province has no such city"},
    FaultWords{AddressFault::county_unknown, "county_unknown", "该市没有这个区（县），请核对",
               "the city has no such district or county"},
    FaultWords{AddressFault::street_missing, "street_missing", "没有写街道、门牌",
               "there is no street and number"},
    FaultWords{AddressFault::street_without_number, "street_without_number",
               "没有门牌号，可能无法投递", "there is no number; it may not be found"},
};

static_assert(fault_words.back().fault == AddressFault::street_without_number &&
              fault_words.size() ==
                  static_cast<std::size_t>(AddressFault::street_without_number) + 1);

const FaultWords& words_of(AddressFault fault) {
    return fault_words[static_cast<std::size_t>(fault)];
}

} // namespace

const std::string& PostalAddress::area_code() const {
    return !county.code.empty() ? county.code : !city.code.empty() ? city.code : province.code;
}

AddressReading read_address(const PostalAreas& areas, std::string_view text) {
    const std::string tidied = tidy(text);
    AddressReading reading;
    if (count_code_points(tidied) > address_characters_max) {
        reading.findings.push_back({AddressFault::too_long, true, {}});
        return reading;
    }
    std::string_view street = tidied;
    const auto add = [&](AddressFault fault, bool stops) {
        reading.findings.push_back({fault, stops, std::string(street)});
    };
    if (const auto chain = Readings(areas, tidied).only()) {
        street = chain->rest;
        skip_marks(street);
        reading.address = {chain->province, chain->city, chain->county, {}};
        if (chain->city.code.empty() && areas.cities(chain->province).empty()) {
            reading.address.city = chain->province; // a municipality; 香港, 澳门 and 台湾
            if (!areas.counties(chain->province).empty()) {
                add(AddressFault::county_unknown, true);
            }
        } else if (chain->city.code.empty()) {
            add(AddressFault::city_unknown, true);
        } else if (chain->county.code.empty() && !areas.counties(chain->city).empty()) {
            add(AddressFault::county_unknown, true);
        }
    } else {
        add(AddressFault::province_unknown, true);
    }
    reading.address.street = street;
    if (street.empty()) {
        add(AddressFault::street_missing, true);
    } else if (!has_number(street)) {
        add(AddressFault::street_without_number, false);
    }
    return reading;
}

std::string_view address_fault_name(AddressFault fault) {
    return words_of(fault).name;
}
std::string_view address_fault_zh(AddressFault fault) {
    return words_of(fault).zh;
}
std::string_view address_fault_en(AddressFault fault) {
    return words_of(fault).en;
}

} // namespace songda::postal
