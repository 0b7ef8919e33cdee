#include "verifier/inspector.hpp"

#include <condition_variable>
#include <mutex>

#include "base/child_program.hpp"
#include "base/reader_cage.hpp"

namespace songda::verifier {
namespace {

constexpr std::string_view program_name = "songda-inspector";

} // namespace

/// Who may run a process now.
struct Inspector::Queue {
    explicit Queue(InspectorLimits bounds) : limits(bounds) {}

    [[nodiscard]] bool enter() {
        std::unique_lock lock(mutex);
        if (running == limits.running_max && waiting == limits.waiting_max) {
            return false;
        }
        ++waiting;
        const bool free =
            freed.wait_for(lock, limits.wait, [this] { return running < limits.running_max; });
        --waiting;
        running += free ? 1 : 0;
        return free;
    }
    void leave() {
        const std::lock_guard lock(mutex);
        --running;
        freed.notify_one();
    }

    const InspectorLimits limits;
    std::mutex mutex;
    std::condition_variable freed;
    unsigned running = 0;
    unsigned waiting = 0;
};

Inspector::Inspector(std::string program, InspectorLimits limits)
    : program_(std::move(program)), queue_(std::make_unique<Queue>(limits)) {}
Inspector::Inspector(Inspector&&) noexcept = default;
Inspector::~Inspector() = default;

Inspector Inspector::beside_this_program(InspectorLimits limits) {
    return Inspector(songda::beside_this_program(program_name), limits);
}

Result<Inspection> Inspector::inspect(ByteView file) const {
    Inspection costly;
    costly.fault = InspectionFault::costly;
    if (file.size() > inspected_bytes_max) {
        return costly;
    }
    if (!queue_->enter()) {
        return Error{Fault::overloaded, "other files are being looked at"};
    }
    const auto answer = run_child({.words = {program_},
                                   .output_bytes_max = inspection_bytes_max,
                                   .limit = std::chrono::seconds(5),
                                   .processor_limit = std::chrono::seconds(2),
                                   .memory_bytes_max = std::size_t{384} << 20U},
                                  file);
    queue_->leave();
    if (answer.ok()) {
        return parse_inspection(answer.value());
    }
    const Error& failure = answer.error();
    if (failure.fault == Fault::not_found || failure.detail.ends_with(no_cage)) {
        return Error{Fault::internal, failure.detail};
    }
    const bool ended = failure.fault == Fault::unavailable || failure.fault == Fault::invalid_input;
    return ended ? Result(std::move(costly)) : failure;
}

} // namespace songda::verifier
