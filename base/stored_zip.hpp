#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// ZIP files with one spelling: members are stored, not compressed, their times are all 1980-01-01,
/// nothing is optional. Every unpacker reads them; our own reader reads nothing else, so that no
/// bit of a file can change unseen. Pure.
namespace songda {

inline constexpr std::size_t zip_members_max = 20'000;
inline constexpr std::size_t zip_name_bytes_max = 200;
inline constexpr std::size_t zip_bytes_max = std::size_t{1} << 30U;

struct ZipMember {
    std::string name; ///< printable ASCII, `/` between folders; is_zip_name
    ByteView bytes;
};

/// May a member be called so?
[[nodiscard]] bool is_zip_name(std::string_view name);

/// Fault invalid_input: a bound is passed, or a name is none.
[[nodiscard]] Result<Bytes> write_zip(const std::vector<ZipMember>& members);

struct ReadZip {
    std::vector<ZipMember> members;   ///< views of what was read
    std::vector<std::string> damaged; ///< names whose bytes do not fit their checksum
};
/// For bytes from anybody. Fault corrupt: not that spelling; `detail` says where.
[[nodiscard]] Result<ReadZip> read_zip(ByteView file);

} // namespace songda
