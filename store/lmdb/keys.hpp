#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "store/rows.hpp"

/// How keys are put together: big-endian integers, texts ended by a zero byte (so that the order of
/// keys is the order of texts), the department first wherever it owns the row.
namespace songda::store {

/// Builds one key piece by piece.
class Key {
public:
    Key& text(std::string_view value) {
        append(bytes_, value);
        bytes_.push_back(0);
        return *this;
    }
    Key& raw(ByteView value) {
        append(bytes_, value);
        return *this;
    }
    Key& number(std::uint32_t value) { return integer(value, 4); }
    Key& number(std::uint64_t value) { return integer(value, 8); }
    /// Days from year 0 on.
    Key& day(Date value) {
        return integer(static_cast<std::uint64_t>(value.year), 4)
            .integer(value.month, 1)
            .integer(value.day, 1);
    }
    /// The sign bit is flipped so that times before 1970 come first.
    Key& time(TimeMs value) {
        return number(static_cast<std::uint64_t>(value.value) ^ (std::uint64_t{1} << 63U));
    }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    operator ByteView() const { return bytes_; } // NOLINT(google-explicit-constructor)

private:
    Key& integer(std::uint64_t value, int width) {
        for (int shift = width * 8 - 8; shift >= 0; shift -= 8) {
            bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
        }
        return *this;
    }
    Bytes bytes_;
};

[[nodiscard]] inline std::uint64_t read_number(ByteView bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) {
        value = (value << 8U) | byte;
    }
    return value;
}

/// A key that ends in an id: the id. Keys come from our own table; a short one is damage.
template <class AnyId>
[[nodiscard]] std::optional<AnyId> last_id(ByteView key) {
    AnyId id;
    if (key.size() < id.bytes.size()) {
        return std::nullopt;
    }
    const ByteView tail = key.last(id.bytes.size());
    std::copy(tail.begin(), tail.end(), id.bytes.begin());
    return id;
}

[[nodiscard]] inline bool starts_with(ByteView bytes, ByteView prefix) {
    return bytes.size() >= prefix.size() && as_text(bytes).starts_with(as_text(prefix));
}

/// The channel comes first: a slow channel's backlog is never in the way of another's claim.
[[nodiscard]] inline Key due_key(const LegRow& leg) {
    Key key;
    key.raw({&leg.channel, 1}).text(leg.department.text).time(*leg.due).raw(leg.id.view());
    return key;
}

/// The department comes first: each looks at its own.
[[nodiscard]] inline Key dead_letter_key(const DepartmentCode& department, const DeadLetter& dead) {
    Key key;
    key.text(department.text).time(dead.since).raw(dead.leg.view());
    return key;
}

/// How it stands comes first: those that are out, and those in conflict, lie together.
[[nodiscard]] inline Key outage_place(OutageState state) {
    const std::uint8_t place = is_out(state) ? 0 : state == OutageState::conflict ? 2 : 1;
    return Key().raw({&place, 1});
}
[[nodiscard]] inline Key outage_key(OutageState state, const KioskId& kiosk, std::string_view id) {
    return outage_place(state).raw(kiosk.view()).text(id);
}
[[nodiscard]] inline Key outage_key(const OutagePackage& package) {
    return outage_key(package.state, package.kiosk, package.id);
}

/// The case comes first: its documents of all departments lie together.
[[nodiscard]] inline Key case_key(const DepartmentCode& department,
                                  std::string_view template_version, std::string_view case_number) {
    Key key;
    key.text(case_number).text(department.text).text(template_version);
    return key;
}

} // namespace songda::store
