#include "issuer/fonts/font_program.hpp"

#include <algorithm>
#include <map>

namespace songda::issuer {
namespace {

template <class To>
void put(To& to, std::uint32_t value, int width) {
    for (int shift = width * 8 - 8; shift >= 0; shift -= 8) {
        to.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void put_bytes(ByteBuffer& to, std::initializer_list<std::uint8_t> bytes) {
    to.append({bytes.begin(), bytes.size()});
}

template <class To>
void put_at(To& to, std::size_t at, std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) {
        to[at + static_cast<std::size_t>(i)] =
            static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
    }
}

std::uint32_t get(ByteView from, std::size_t at, int width) {
    std::uint32_t value = 0;
    for (int i = 0; i < width; ++i) {
        value = (value << 8U) | from[at + static_cast<std::size_t>(i)];
    }
    return value;
}

template <class To>
void pad_to_4(To& to, std::size_t start) {
    while ((to.size() - start) % 4 != 0) {
        to.push_back(0);
    }
}

/// Sum of the table's words, the last filled up with zeros.
std::uint32_t checksum(ByteView table) {
    std::uint32_t sum = 0;
    for (; table.size() >= 4; table = table.subspan(4)) {
        sum += get(table, 0, 4);
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
        sum += std::uint32_t{table[i]} << (24 - 8 * i);
    }
    return sum;
}

// CFF

/// An operand as a 5-byte integer, so that DICTs have the same length whatever the numbers.
void put_operand(ByteBuffer& to, std::uint32_t value) {
    to.push_back(29);
    put(to, value, 4);
}

/// Private DICTs in order of first use, and each glyph's number among them.
struct UsedDicts {
    std::vector<std::uint8_t> original;
    std::vector<std::uint8_t> of_glyph;

    void use(std::uint8_t dict) {
        const auto found = std::find(original.begin(), original.end(), dict);
        of_glyph.push_back(static_cast<std::uint8_t>(found - original.begin()));
        if (found == original.end()) {
            original.push_back(dict);
        }
    }
};

constexpr std::size_t top_dict_size = 17 + 7 + 6 + 7 + 6 + 7;
constexpr std::size_t font_dict_size = 11;

} // namespace

void append_cff_program(std::string_view name, const Glyph& notdef,
                        std::span<const Glyph* const> glyphs, std::span<const Bytes> private_dicts,
                        ByteBuffer& to) {
    const std::size_t start = to.size();
    const auto count = static_cast<std::uint32_t>(glyphs.size() + 1);
    UsedDicts dicts;
    std::size_t programs = notdef.program.size();
    dicts.use(notdef.font_dict);
    for (const Glyph* const glyph : glyphs) {
        dicts.use(glyph->font_dict);
        programs += glyph->program.size();
    }
    put_bytes(to, {1, 0, 4, 2, 0, 1, 1, 1});
    put(to, static_cast<std::uint32_t>(1 + name.size()), 1);
    to.append(name);
    put_bytes(to, {0, 1, 1, 1, static_cast<std::uint8_t>(1 + top_dict_size)});
    const std::size_t strings = to.size() - start + top_dict_size;
    const std::size_t charset = strings + 3 + 3 + 13 + 2;
    const std::size_t fd_select = charset + 5;
    const std::size_t charstrings = fd_select + 1 + count;
    const std::size_t fd_array = charstrings + 3 + (count + 1) * 3 + programs;
    const std::size_t fds = dicts.original.size();
    std::size_t private_at = fd_array + 3 + (fds + 1) * 2 + fds * font_dict_size;
    const auto operand = [&](std::size_t value) {
        put_operand(to, static_cast<std::uint32_t>(value));
    };
    operand(391);
    operand(392);
    operand(0);
    put_bytes(to, {12, 30});
    operand(count);
    put_bytes(to, {12, 34});
    operand(charset);
    to.push_back(15);
    operand(fd_select);
    put_bytes(to, {12, 37});
    operand(charstrings);
    to.push_back(17);
    operand(fd_array);
    put_bytes(to, {12, 36});
    put_bytes(to, {0, 2, 1, 1, 6, 14});
    to.append(std::string_view("AdobeIdentity"));
    put_bytes(to, {0, 0});
    to.push_back(2); // charset: one range from 1
    put(to, 1, 2);
    put(to, count - 2, 2);
    to.push_back(0); // FDSelect format 0
    to.append(dicts.of_glyph);
    put(to, count, 2);
    to.push_back(3);
    put(to, 1, 3);
    std::size_t offset_at = to.size();
    static_cast<void>(to.extend(std::size_t{count} * 3));
    auto offset = static_cast<std::uint32_t>(1 + notdef.program.size());
    put_at(to, offset_at, offset, 3);
    for (const Glyph* const glyph : glyphs) {
        offset += static_cast<std::uint32_t>(glyph->program.size());
        put_at(to, offset_at += 3, offset, 3);
    }
    to.append(notdef.program);
    for (const Glyph* const glyph : glyphs) {
        to.append(glyph->program);
    }
    put(to, static_cast<std::uint32_t>(fds), 2);
    to.push_back(2);
    for (std::size_t i = 0; i <= fds; ++i) {
        put(to, static_cast<std::uint32_t>(1 + i * font_dict_size), 2);
    }
    for (const std::uint8_t dict : dicts.original) {
        operand(private_dicts[dict].size());
        operand(private_at);
        to.push_back(18);
        private_at += private_dicts[dict].size();
    }
    for (const std::uint8_t dict : dicts.original) {
        to.append(private_dicts[dict]);
    }
}

std::optional<std::vector<GlyfEntry>> read_glyf(ByteView glyf, ByteView loca, ByteView head) {
    if (head.size() < 54) {
        return std::nullopt;
    }
    const bool is_long = get(head, 50, 2) == 1;
    const std::size_t width = is_long ? 4 : 2;
    std::vector<GlyfEntry> entries;
    for (std::size_t i = 0; (i + 2) * width <= loca.size(); ++i) {
        const std::size_t scale = is_long ? 1 : 2;
        const std::size_t begin = get(loca, i * width, static_cast<int>(width)) * scale;
        const std::size_t end = get(loca, (i + 1) * width, static_cast<int>(width)) * scale;
        if (begin > end || end > glyf.size()) {
            return std::nullopt;
        }
        GlyfEntry& entry = entries.emplace_back();
        const ByteView bytes = glyf.subspan(begin, end - begin);
        entry.bytes.assign(bytes.begin(), bytes.end());
        const bool composite = bytes.size() >= 10 && get(bytes, 0, 2) >= 0x8000;
        for (std::size_t at = 10; composite;) {
            if (at + 4 > bytes.size()) {
                return std::nullopt;
            }
            const std::uint32_t flags = get(bytes, at, 2);
            entry.components.emplace_back(static_cast<std::uint32_t>(at + 2),
                                          get(bytes, at + 2, 2));
            at += 4 + ((flags & 1U) != 0 ? 4 : 2); // ARG_1_AND_2_ARE_WORDS
            at += (flags & 8U) != 0 ? 2 : (flags & 0x40U) != 0 ? 4 : (flags & 0x80U) != 0 ? 8 : 0;
            if ((flags & 0x20U) == 0) { // MORE_COMPONENTS
                break;
            }
        }
        pad_to_4(entry.bytes, 0);
    }
    return entries;
}

void append_glyf_program(const Bytes& head, const Bytes& hhea, const Bytes& maxp,
                         const Glyph& notdef, std::span<const Glyph* const> glyphs,
                         ByteBuffer& to) {
    std::vector<const Glyph*> all = {&notdef};
    std::map<const Glyph*, std::uint32_t> number;
    all.insert(all.end(), glyphs.begin(), glyphs.end());
    for (std::size_t i = 0; i < all.size(); ++i) { // grows by the components of composites
        for (const GlyphComponent& component : all[i]->components) {
            if (number.emplace(component.glyph, static_cast<std::uint32_t>(all.size())).second) {
                all.push_back(component.glyph);
            }
        }
    }
    const auto count = static_cast<std::uint32_t>(all.size());
    Bytes glyf;
    Bytes loca;
    Bytes hmtx;
    for (const Glyph* const glyph : all) {
        put(loca, static_cast<std::uint32_t>(glyf.size()), 4);
        put(hmtx, glyph->advance_units, 2);
        put(hmtx, static_cast<std::uint16_t>(glyph->left_bearing), 2);
        const std::size_t at = glyf.size();
        append(glyf, glyph->program);
        for (const GlyphComponent& component : glyph->components) {
            put_at(glyf, at + component.offset, number.at(component.glyph), 2);
        }
    }
    put(loca, static_cast<std::uint32_t>(glyf.size()), 4);
    Bytes new_head = head;
    put_at(new_head, 8, 0, 4);
    put_at(new_head, 50, 1, 2);
    Bytes new_hhea = hhea;
    put_at(new_hhea, 34, count, 2);
    Bytes new_maxp = maxp;
    put_at(new_maxp, 4, count, 2);
    const std::array<std::pair<std::string_view, const Bytes*>, 6> tables = {{{"glyf", &glyf},
                                                                              {"head", &new_head},
                                                                              {"hhea", &new_hhea},
                                                                              {"hmtx", &hmtx},
                                                                              {"loca", &loca},
                                                                              {"maxp", &new_maxp}}};
    const std::size_t start = to.size();
    put_bytes(to, {0, 1, 0, 0, 0, 6, 0, 64, 0, 2, 0, 32});
    std::size_t offset = 12 + 16 * tables.size();
    for (const auto& [tag, table] : tables) {
        to.append(tag);
        put(to, checksum(*table), 4);
        put(to, static_cast<std::uint32_t>(offset), 4);
        put(to, static_cast<std::uint32_t>(table->size()), 4);
        offset += (table->size() + 3) / 4 * 4;
    }
    for (const auto& [tag, table] : tables) {
        to.append(*table);
        pad_to_4(to, start);
    }
}

} // namespace songda::issuer
