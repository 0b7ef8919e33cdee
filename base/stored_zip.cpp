#include "base/stored_zip.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace songda {
namespace {

constexpr std::size_t local_bytes = 30;
constexpr std::uint32_t local_mark = 0x04034b50;
constexpr std::uint32_t central_mark = 0x02014b50;
constexpr std::uint32_t end_mark = 0x06054b50;
constexpr std::uint16_t version = 20;
constexpr std::uint16_t first_day = 0x21; // 1980-01-01

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t at = 0; at < table.size(); ++at) {
        std::uint32_t value = at;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1U) != 0 ? 0xEDB88320U ^ (value >> 1U) : value >> 1U;
        }
        table[at] = value;
    }
    return table;
}

std::uint32_t crc32(ByteView bytes) {
    static constexpr auto table = make_crc_table();
    std::uint32_t value = 0xFFFFFFFFU;
    for (const std::uint8_t byte : bytes) {
        value = table[(value ^ byte) & 0xFFU] ^ (value >> 8U);
    }
    return ~value;
}

void put16(Bytes& to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value));
    to.push_back(static_cast<std::uint8_t>(value >> 8U));
}
void put32(Bytes& to, std::size_t value) {
    put16(to, value & 0xFFFFU);
    put16(to, (value >> 16U) & 0xFFFFU);
}
std::size_t get16(ByteView from) {
    return std::size_t{from[0]} | (std::size_t{from[1]} << 8U);
}
std::size_t get32(ByteView from) {
    return get16(from) | (get16(from.subspan(2)) << 16U);
}

/// A member and where it begins.
struct Placed {
    const ZipMember* member;
    std::uint32_t crc;
    std::size_t offset;
};

/// What local header and directory have in common.
void put_facts(Bytes& to, const Placed& placed) {
    put16(to, version);
    put16(to, 0); // flags
    put16(to, 0); // stored
    put16(to, 0); // midnight
    put16(to, first_day);
    put32(to, placed.crc);
    put32(to, placed.member->bytes.size());
    put32(to, placed.member->bytes.size());
    put16(to, placed.member->name.size());
    put16(to, 0); // extra
}

void put_local(Bytes& to, const Placed& placed) {
    put32(to, local_mark);
    put_facts(to, placed);
    append(to, placed.member->name);
}

Bytes write_directory(const std::vector<Placed>& all, std::size_t offset) {
    Bytes to;
    for (const Placed& placed : all) {
        put32(to, central_mark);
        put16(to, version);
        put_facts(to, placed);
        put16(to, 0); // comment
        put16(to, 0); // disk
        put16(to, 0); // internal attributes
        put32(to, 0); // external attributes
        put32(to, placed.offset);
        append(to, placed.member->name);
    }
    const std::size_t size = to.size();
    put32(to, end_mark);
    put32(to, 0); // disks
    put16(to, all.size());
    put16(to, all.size());
    put32(to, size);
    put32(to, offset);
    put16(to, 0); // comment
    return to;
}

Error broken(std::size_t at) {
    return {Fault::corrupt, "the package's structure is broken at byte " + std::to_string(at)};
}

/// The member that begins there; its end is behind its bytes.
Result<ZipMember> read_member(ByteView file, std::size_t at, std::uint32_t& crc) {
    if (file.size() - at < local_bytes) {
        return broken(at);
    }
    const ByteView head = file.subspan(at);
    crc = static_cast<std::uint32_t>(get32(head.subspan(14)));
    const std::size_t size = get32(head.subspan(18));
    const std::size_t name_size = get16(head.subspan(26));
    if (head.size() - local_bytes < name_size || head.size() - local_bytes - name_size < size) {
        return broken(at);
    }
    ZipMember member{std::string(as_text(head.subspan(local_bytes, name_size))),
                     head.subspan(local_bytes + name_size, size)};
    Bytes expected;
    put_local(expected, {&member, crc, at});
    if (!is_zip_name(member.name) || as_text(head.first(expected.size())) != as_text(expected)) {
        return broken(at);
    }
    return member;
}

} // namespace

bool is_zip_name(std::string_view name) {
    return !name.empty() && name.size() <= zip_name_bytes_max && name.front() != '/' &&
           name.find("..") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
}

Result<Bytes> write_zip(const std::vector<ZipMember>& members) {
    std::size_t total = 0;
    for (const ZipMember& member : members) {
        total += member.bytes.size() + 2 * zip_name_bytes_max;
        if (!is_zip_name(member.name)) {
            return Error{Fault::invalid_input, "a member's name does not fit a package"};
        }
    }
    if (members.size() > zip_members_max || total > zip_bytes_max) {
        return Error{Fault::invalid_input, "too much for one package"};
    }
    Bytes file;
    std::vector<Placed> placed;
    for (const ZipMember& member : members) {
        placed.push_back({&member, crc32(member.bytes), file.size()});
        put_local(file, placed.back());
        append(file, member.bytes);
    }
    const Bytes directory = write_directory(placed, file.size());
    append(file, ByteView(directory));
    return file;
}

Result<ReadZip> read_zip(ByteView file) {
    if (file.size() > zip_bytes_max) {
        return Error{Fault::corrupt, "too large for a package"};
    }
    ReadZip read;
    std::vector<std::uint32_t> crcs;
    std::vector<std::size_t> offsets;
    std::size_t at = 0;
    while (file.size() - at >= 4 && get32(file.subspan(at)) == local_mark) {
        std::uint32_t crc = 0;
        auto member = read_member(file, at, crc);
        if (!member.ok() || read.members.size() == zip_members_max) {
            return member.ok() ? broken(at) : member.error();
        }
        offsets.push_back(at);
        crcs.push_back(crc);
        at += local_bytes + member.value().name.size() + member.value().bytes.size();
        if (crc32(member.value().bytes) != crc) {
            read.damaged.push_back(member.value().name);
        }
        read.members.push_back(std::move(member).value());
    }
    std::vector<Placed> placed;
    for (std::size_t each = 0; each < read.members.size(); ++each) {
        placed.push_back({&read.members[each], crcs[each], offsets[each]});
    }
    const Bytes directory = write_directory(placed, at);
    if (as_text(directory) != as_text(file.subspan(at))) {
        return broken(at);
    }
    return read;
}

} // namespace songda
