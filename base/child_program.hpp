#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda {

/// A program of the system or of ours that works on bytes for us: what it is given on standard
/// input, it answers on standard output. No shell, no environment but a path and a UTF-8 locale, no
/// files of ours: everything but these three streams is closed in it.
struct ChildProgram {
    std::vector<std::string>
        words; ///< its words; the first is its whole path, or its name in /usr/bin and /bin
    std::size_t output_bytes_max = 0;                     ///< it is ended when it writes more
    std::chrono::seconds limit{20};                       ///< of the clock on the wall
    std::chrono::seconds processor_limit{20};             ///< of processor time
    std::size_t memory_bytes_max = std::size_t{2} << 30U; ///< of its address space
};

/// Runs it and waits for its end. Takes some milliseconds; not for the path of a request. Safe to
/// call from several threads. Faults: not_found (no such program), unavailable (it took too long),
/// overloaded (the system could not start it now), invalid_input (it refused its input; `detail` is
/// the first line of what it complained of).
[[nodiscard]] Result<Bytes> run_child(const ChildProgram& program, ByteView input);

/// Path of the program of that name that stands beside the one that runs.
[[nodiscard]] std::string beside_this_program(std::string_view name);

} // namespace songda
