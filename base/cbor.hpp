#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace songda {

/// Writes deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths. The caller keeps
/// map keys in order.
class CborWriter {
public:
    void integer(std::int64_t value);
    void bytes(ByteView value);
    void text(std::string_view value);
    void array(std::size_t items);
    void map(std::size_t pairs);
    void tag(std::uint64_t number);

    [[nodiscard]] const Bytes& written() const { return to_; }

private:
    void head(std::uint8_t major, std::uint64_t value);
    Bytes to_;
};

/// Reads what CborWriter writes and nothing else: heads that are not shortest, indefinite lengths,
/// floats and simple values are refused. Every function answers nothing when the next item is not
/// what was asked for; the reader must not be used after that. Views point into the input.
class CborReader {
public:
    explicit CborReader(ByteView input) : rest_(input) {}

    [[nodiscard]] std::optional<std::int64_t> integer();
    [[nodiscard]] std::optional<ByteView> bytes();
    [[nodiscard]] std::optional<std::string_view> text(); ///< well-formed UTF-8
    [[nodiscard]] std::optional<std::size_t> array();
    [[nodiscard]] std::optional<std::size_t> map();
    [[nodiscard]] std::optional<std::uint64_t> tag();
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    [[nodiscard]] std::optional<std::uint64_t> head(std::uint8_t major);
    [[nodiscard]] std::optional<ByteView> string(std::uint8_t major);
    ByteView rest_;
};

} // namespace songda
