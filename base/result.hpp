#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace songda {

/// What the caller may do about a failure. `api/problem.cpp` is the only place that turns it into
/// HTTP.
enum class Fault {
    invalid_input, ///< the input must change
    not_found,     ///< there is no such thing, or the caller may not know that there is
    conflict,      ///< contradicts what is already recorded
    forbidden,     ///< the credential does not allow it
    overloaded,    ///< try again later, the service is full
    unavailable,   ///< try again later, something that the service needs is away
    no_space,      ///< nothing can be written until the disk has room; nothing was
    held,          ///< waits for a decision of the operator; nothing was done
    exhausted,     ///< a range of values is used up until the operator widens it
    corrupt,       ///< stored or received bytes are not what they must be
    internal,      ///< a defect of ours
};

[[nodiscard]] std::string_view fault_name(Fault fault);

/// A failure that can happen. `detail` names what and where for the log; it never holds personal
/// data and never leaves the house.
struct Error {
    Fault fault = Fault::internal;
    std::string detail;
};

/// Either a value or an Error. Check `ok()` before `value()`; the wrong one aborts.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    [[nodiscard]] T& value() & {
        SONGDA_CHECK(ok());
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] const T& value() const& {
        SONGDA_CHECK(ok());
        return *std::get_if<0>(&state_);
    }
    /// By value, so that a loop over `make().value()` does not look at a destroyed temporary.
    [[nodiscard]] T value() && {
        SONGDA_CHECK(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    [[nodiscard]] const Error& error() const {
        SONGDA_CHECK(!ok());
        return *std::get_if<1>(&state_);
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : failed_(true), error_(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !failed_; }
    [[nodiscard]] const Error& error() const {
        SONGDA_CHECK(failed_);
        return error_;
    }

private:
    bool failed_ = false;
    Error error_;
};

} // namespace songda
