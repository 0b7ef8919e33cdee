#pragma once

#include <utility>

namespace songda {

/// Personal data. It has no output operator and no formatter, so that it cannot reach a log by
/// accident: whoever needs the value says `reveal()`, and a reviewer can search for that word.
template <class T>
class Private {
public:
    Private() = default;
    explicit Private(T value) : value_(std::move(value)) {}
    [[nodiscard]] const T& reveal() const { return value_; }
    bool operator==(const Private&) const = default;

private:
    T value_{};
};

} // namespace songda
