#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace songda::app {

/// A thread that does one step after the other; each says how long it waits before the next. Ends
/// by `stop` or with this object, after the step at hand. What the step uses is declared before it.
class PacedThread {
public:
    PacedThread() = default;
    PacedThread(const PacedThread&) = delete;
    PacedThread& operator=(const PacedThread&) = delete;
    ~PacedThread() { stop(); }

    void start(std::function<std::chrono::milliseconds()> step) {
        thread_ = std::thread([this, step = std::move(step)] { run(step); });
    }
    /// For good.
    void stop() {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

private:
    void run(const std::function<std::chrono::milliseconds()>& step) {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            lock.unlock();
            const std::chrono::milliseconds pause = step();
            lock.lock();
            wake_.wait_for(lock, pause, [this] { return stopping_; });
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false; // guarded by mutex_
    std::thread thread_;
};

} // namespace songda::app
