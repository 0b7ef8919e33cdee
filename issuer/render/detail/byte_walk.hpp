#pragma once

#include <string>

#include "base/bytes.hpp"

namespace songda::issuer::detail {

/// Reads big-endian; after the first refusal everything is empty.
class ByteWalk {
public:
    explicit ByteWalk(ByteView bytes) : rest_(bytes) {}

    ByteView take(std::size_t count) {
        if (rest_.size() < count) {
            refuse("ends too early");
            return {};
        }
        const ByteView taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    unsigned number(std::size_t bytes) {
        unsigned value = 0;
        for (const std::uint8_t byte : take(bytes)) {
            value = value << 8U | byte;
        }
        return value;
    }
    void refuse(const std::string& why) {
        refusal = refusal.empty() ? why : refusal;
        rest_ = {};
    }
    [[nodiscard]] bool ok() const { return refusal.empty(); }
    [[nodiscard]] ByteView rest() const { return rest_; }

    std::string refusal;

private:
    ByteView rest_;
};

} // namespace songda::issuer::detail
