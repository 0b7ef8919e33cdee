#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// What people read on a terminal.
namespace songda::app {

/// Prints `songda: what went wrong` on standard error and returns 2.
int tell_failure(const Error& error);
int tell_failure(std::string_view zh, std::string_view en);

/// A line that is drawn over while work goes on; silent when standard output is no terminal.
class Progress {
public:
    Progress(std::string label, std::size_t total);
    void set(std::size_t done);
    /// Ends the line.
    void finish();

private:
    std::string label_;
    std::size_t total_;
    bool terminal_;
};

} // namespace songda::app
