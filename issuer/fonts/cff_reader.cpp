#include "issuer/fonts/cff_reader.hpp"

#include <algorithm>
#include <map>

namespace songda::issuer {
namespace {

// DICT operators; 12 xx are written as 1200 + xx.
constexpr int op_charstrings = 17;
constexpr int op_private = 18;
constexpr int op_subrs = 19;
constexpr int op_default_width = 20;
constexpr int op_nominal_width = 21;
constexpr int op_fd_array = 1236;
constexpr int op_fd_select = 1237;

std::optional<std::uint32_t> number_at(ByteView bytes, std::size_t at, std::size_t width) {
    if (at + width > bytes.size()) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        value = (value << 8U) | bytes[at + i];
    }
    return value;
}

struct Index {
    std::vector<ByteView> items;
    std::size_t end = 0;
};

std::optional<Index> read_index(ByteView table, std::size_t at) {
    const auto count = number_at(table, at, 2);
    if (!count) {
        return std::nullopt;
    }
    Index index;
    if (*count == 0) {
        index.end = at + 2;
        return index;
    }
    const auto width = number_at(table, at + 2, 1);
    if (!width || *width < 1 || *width > 4) {
        return std::nullopt;
    }
    const std::size_t offsets = at + 3;
    const std::size_t data = offsets + (*count + 1) * *width - 1; // offsets count from 1
    std::uint32_t begin = 1;
    for (std::uint32_t i = 0; i <= *count; ++i) {
        const auto offset = number_at(table, offsets + i * *width, *width);
        if (!offset || *offset < begin || data + *offset > table.size()) {
            return std::nullopt;
        }
        if (i > 0) {
            index.items.push_back(table.subspan(data + begin, *offset - begin));
        }
        begin = *offset;
    }
    index.end = data + begin;
    return index;
}

using Dict = std::map<int, std::vector<std::int32_t>>;

/// Integers only; a real number (30) is passed over, since none of the operators that matter has
/// one.
std::optional<Dict> read_dict(ByteView bytes) {
    Dict dict;
    std::vector<std::int32_t> operands;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::uint8_t b = bytes[at++];
        if (b <= 21) {
            const int op = b == 12 && at < bytes.size() ? 1200 + bytes[at++] : b;
            dict[op] = std::move(operands);
            operands = {};
        } else if (b >= 32 && b <= 246) {
            operands.push_back(b - 139);
        } else if (b >= 247 && b <= 254 && at < bytes.size()) {
            const int low = bytes[at++];
            operands.push_back(b <= 250 ? (b - 247) * 256 + low + 108
                                        : -(b - 251) * 256 - low - 108);
        } else if (b == 28 || b == 29) {
            const std::size_t width = b == 28 ? 2 : 4;
            const auto value = number_at(bytes, at, width);
            if (!value) {
                return std::nullopt;
            }
            operands.push_back(width == 2 ? static_cast<std::int16_t>(*value)
                                          : static_cast<std::int32_t>(*value));
            at += width;
        } else if (b == 30) {
            while (at < bytes.size() && (bytes[at] & 0x0FU) != 0x0F && bytes[at] >> 4U != 0x0F) {
                ++at;
            }
            ++at;
            operands.push_back(0);
        } else {
            return std::nullopt;
        }
    }
    return dict;
}

std::optional<std::size_t> offset_of(const Dict& dict, int op, std::size_t operand = 0) {
    const auto found = dict.find(op);
    if (found == dict.end() || found->second.size() <= operand || found->second[operand] < 0) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found->second[operand]);
}

void append_integer(Bytes& to, std::int32_t value) {
    to.push_back(29);
    for (int shift = 24; shift >= 0; shift -= 8) {
        to.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> shift));
    }
}

/// Keeps the two widths that charstrings count from. Nothing if subroutines are left.
std::optional<Bytes> reduce_private(ByteView table, const Dict& owner) {
    const auto size = offset_of(owner, op_private, 0);
    const auto at = offset_of(owner, op_private, 1);
    if (!size || !at || *at + *size > table.size()) {
        return std::nullopt;
    }
    const auto dict = read_dict(table.subspan(*at, *size));
    if (!dict || dict->count(op_subrs) > 0) {
        return std::nullopt;
    }
    Bytes reduced;
    for (const int op : {op_default_width, op_nominal_width}) {
        const auto found = dict->find(op);
        if (found != dict->end() && !found->second.empty()) {
            append_integer(reduced, found->second.front());
            reduced.push_back(static_cast<std::uint8_t>(op));
        }
    }
    return reduced;
}

bool read_fd_select(ByteView table, std::size_t at, CffParts& parts) {
    const std::size_t count = parts.charstrings.size();
    const auto format = number_at(table, at, 1);
    if (format == 0U && at + 1 + count <= table.size()) {
        parts.font_dict_of.assign(table.begin() + static_cast<std::ptrdiff_t>(at + 1),
                                  table.begin() + static_cast<std::ptrdiff_t>(at + 1 + count));
        return true;
    }
    const auto ranges = number_at(table, at + 1, 2);
    if (format != 3U || !ranges) {
        return false;
    }
    parts.font_dict_of.resize(count);
    for (std::size_t i = 0; i < *ranges; ++i) {
        const auto first = number_at(table, at + 3 + i * 3, 2);
        const auto dict = number_at(table, at + 5 + i * 3, 1);
        const auto next = number_at(table, at + 6 + i * 3, 2);
        if (!first || !dict || !next || *next > count || *first > *next) {
            return false;
        }
        std::fill(parts.font_dict_of.begin() + *first, parts.font_dict_of.begin() + *next,
                  static_cast<std::uint8_t>(*dict));
    }
    return true;
}

bool read_font_dicts(ByteView table, const Dict& top, CffParts& parts) {
    const auto array_at = offset_of(top, op_fd_array);
    if (!array_at) { // not CID-keyed: one Private DICT for all
        auto only = reduce_private(table, top);
        parts.font_dict_of.assign(parts.charstrings.size(), 0);
        if (only) {
            parts.private_dicts.push_back(std::move(*only));
        }
        return !parts.private_dicts.empty();
    }
    const auto array = read_index(table, *array_at);
    const auto select_at = offset_of(top, op_fd_select);
    if (!array || !select_at) {
        return false;
    }
    for (const ByteView item : array->items) {
        const auto dict = read_dict(item);
        auto reduced = dict ? reduce_private(table, *dict) : std::nullopt;
        if (!reduced) {
            return false;
        }
        parts.private_dicts.push_back(std::move(*reduced));
    }
    return read_fd_select(table, *select_at, parts);
}

} // namespace

std::optional<CffParts> read_cff(ByteView table) {
    const auto header = number_at(table, 2, 1);
    const auto names = header ? read_index(table, *header) : std::nullopt;
    const auto tops = names ? read_index(table, names->end) : std::nullopt;
    if (!tops || tops->items.size() != 1) {
        return std::nullopt;
    }
    const auto top = read_dict(tops->items.front());
    const auto charstrings_at = top ? offset_of(*top, op_charstrings) : std::nullopt;
    const auto charstrings = charstrings_at ? read_index(table, *charstrings_at) : std::nullopt;
    if (!charstrings) {
        return std::nullopt;
    }
    CffParts parts;
    parts.charstrings = charstrings->items;
    if (!read_font_dicts(table, *top, parts)) {
        return std::nullopt;
    }
    for (const std::uint8_t dict : parts.font_dict_of) {
        if (dict >= parts.private_dicts.size()) {
            return std::nullopt;
        }
    }
    return parts;
}

} // namespace songda::issuer
