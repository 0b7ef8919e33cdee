#include "issuer/render/detail/colour_profile.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace songda::issuer::detail {
namespace {

void put(Bytes& to, std::uint32_t value, int width) {
    for (int shift = width * 8 - 8; shift >= 0; shift -= 8) {
        to.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void put_tag(Bytes& to, std::string_view tag) {
    append(to, tag);
}

void put_s15(Bytes& to, double value) {
    put(to, static_cast<std::uint32_t>(std::lround(value * 65536)), 4);
}

Bytes xyz(double x, double y, double z) {
    Bytes made;
    put_tag(made, "XYZ ");
    put(made, 0, 4);
    put_s15(made, x);
    put_s15(made, y);
    put_s15(made, z);
    return made;
}

Bytes description(std::string_view text) {
    Bytes made;
    put_tag(made, "desc");
    put(made, 0, 4);
    put(made, static_cast<std::uint32_t>(text.size() + 1), 4);
    append(made, text);
    made.resize(made.size() + 1 + 4 + 4 + 2 + 1 + 67, 0); // no Unicode, no script code text
    return made;
}

Bytes text(std::string_view words) {
    Bytes made;
    put_tag(made, "text");
    put(made, 0, 4);
    append(made, words);
    made.push_back(0);
    return made;
}

Bytes gamma_2_2() {
    Bytes made;
    put_tag(made, "curv");
    put(made, 0, 4);
    put(made, 1, 4);
    put(made, 0x0233, 2);
    return made;
}

} // namespace

Bytes make_colour_profile() {
    struct Tag {
        std::string_view name;
        Bytes data;
    };
    const std::array<Tag, 9> tags = {{{"desc", description("sRGB")},
                                      {"cprt", text("CC0")},
                                      {"wtpt", xyz(0.9642, 1, 0.8249)},
                                      {"rXYZ", xyz(0.4360, 0.2225, 0.0139)},
                                      {"gXYZ", xyz(0.3851, 0.7169, 0.0971)},
                                      {"bXYZ", xyz(0.1431, 0.0606, 0.7139)},
                                      {"rTRC", gamma_2_2()},
                                      {"gTRC", {}},
                                      {"bTRC", {}}}};
    Bytes directory;
    Bytes data;
    const std::size_t data_at = 128 + 4 + tags.size() * 12;
    std::size_t offset = 0;
    std::size_t size = 0;
    put(directory, static_cast<std::uint32_t>(tags.size()), 4);
    for (const Tag& tag : tags) {
        if (!tag.data.empty()) { // the three curves share one
            offset = data_at + data.size();
            size = tag.data.size();
            append(data, tag.data);
            data.resize((data.size() + 3) / 4 * 4, 0);
        }
        put_tag(directory, tag.name);
        put(directory, static_cast<std::uint32_t>(offset), 4);
        put(directory, static_cast<std::uint32_t>(size), 4);
    }
    Bytes profile;
    put(profile, static_cast<std::uint32_t>(data_at + data.size()), 4);
    put(profile, 0, 4);
    put(profile, 0x02100000, 4);
    put_tag(profile, "mntrRGB XYZ ");
    for (const std::uint32_t part : {2026U, 1U, 1U, 0U, 0U, 0U}) {
        put(profile, part, 2);
    }
    put_tag(profile, "acsp");
    profile.resize(68, 0);
    put_s15(profile, 0.9642);
    put_s15(profile, 1);
    put_s15(profile, 0.8249);
    profile.resize(128, 0);
    append(profile, directory);
    append(profile, data);
    return profile;
}

} // namespace songda::issuer::detail
