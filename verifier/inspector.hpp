#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "verifier/inspection.hpp"

namespace songda::verifier {

/// How much of the machine strangers' files may take at one time.
struct InspectorLimits {
    unsigned running_max = 1; ///< processes
    unsigned waiting_max = 1; ///< callers that wait for one of them to end
    std::chrono::milliseconds wait{1000};
};

/// Asks songda-inspector about a file: a new process for each, in a cage (verifier/inspector), with
/// 384 MiB of address space, two seconds of processor time and five of the clock. Safe to call from
/// several threads. Costs about 10 ms.
class Inspector {
public:
    explicit Inspector(std::string program, InspectorLimits limits = {});
    Inspector(Inspector&&) noexcept;
    ~Inspector();
    /// The program that stands beside the one that runs.
    [[nodiscard]] static Inspector beside_this_program(InspectorLimits limits = {});

    /// A file that ends the inspector, by its limits or otherwise, is an answer too: `costly`.
    /// Faults: overloaded (others are being looked at), internal (the program is not there, or the
    /// kernel grants no cage), corrupt (it answered in another form).
    [[nodiscard]] Result<Inspection> inspect(ByteView file) const;

private:
    struct Queue;
    std::string program_;
    std::unique_ptr<Queue> queue_;
};

} // namespace songda::verifier
