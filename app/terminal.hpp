#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

/// What people read on a terminal.
namespace songda::app {

/// Prints `songda: what went wrong` on standard error and returns 2.
int tell_failure(const Error& error);
int tell_failure(std::string_view zh, std::string_view en);

/// How far long work has come: on a terminal a line that is drawn over, elsewhere (a log, a job's
/// mail) a line every ten seconds. The clock outlives it.
class Progress {
public:
    Progress(std::string label, std::size_t total, const Clock& clock);
    void set(std::size_t done);
    /// Ends the line.
    void finish();
    /// Since it was made.
    [[nodiscard]] double seconds() const;

private:
    void draw(std::size_t done) const;
    [[nodiscard]] std::string time_left(std::size_t done) const;

    std::string label_;
    std::size_t total_;
    const Clock& clock_;
    bool terminal_;
    TimeMs begun_;
    TimeMs told_;
};

} // namespace songda::app
