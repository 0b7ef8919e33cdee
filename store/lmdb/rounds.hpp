#pragma once

#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <utility>
#include <vector>

namespace songda::store {

/// What `Rounds` needs of a job; a job adds what it asks for and what came of it.
struct RoundJob {
    std::binary_semaphore done{0};
};

/// Jobs of many threads for one thread that works in rounds: each round it takes everything that
/// was submitted while it worked on the last, so that one sync serves many. No timer. `run` from
/// any thread, `serve` by the one that works. Jobs stay their submitters'.
template <class Job>
class Rounds {
public:
    /// Submits and returns when the round that took the job is over.
    void run(Job& job) {
        {
            const std::lock_guard lock(mutex_);
            queue_.push_back(&job);
        }
        submitted_.notify_one();
        job.done.acquire();
    }

    /// Calls `work(jobs)` for each round, until `stop`; what was submitted before is still served.
    template <class Work>
    void serve(Work work) {
        std::vector<Job*> jobs;
        while (take(jobs)) {
            work(jobs);
            for (Job* const job : jobs) {
                job->done.release(); // from here on the job may be gone
            }
            jobs.clear();
        }
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        submitted_.notify_one();
    }

private:
    [[nodiscard]] bool take(std::vector<Job*>& jobs) {
        std::unique_lock lock(mutex_);
        submitted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        jobs.swap(queue_);
        return !jobs.empty();
    }

    std::mutex mutex_;
    std::condition_variable submitted_;
    std::vector<Job*> queue_; // guarded by mutex_
    bool stopping_ = false;   // guarded by mutex_
};

} // namespace songda::store
