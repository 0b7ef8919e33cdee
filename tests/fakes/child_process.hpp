#pragma once

#include "tests/fakes/temporary_folder.hpp"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace songda::fakes {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Waits, without polling in time, until `met` holds; looked at again whenever something changes in
/// `folder`. False after the deadline.
inline bool wait_in_folder(const std::filesystem::path& folder, const std::function<bool()>& met,
                           std::chrono::seconds limit = std::chrono::seconds(30)) {
    const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    (void)inotify_add_watch(watch, folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    bool held = met();
    while (!held) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{watch, POLLIN, 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
            break;
        }
        char events[4096];
        while (read(watch, events, sizeof events) > 0) {
        }
        held = met();
    }
    close(watch);
    return held;
}

/// A program that runs beside the test; asked to end, and waited for, with this object.
class Child {
public:
    explicit Child(std::vector<std::string> words) {
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        if (posix_spawn(&id_, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
            std::abort();
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    /// Exit status of the ended program; 128 + signal when one ended it.
    int end() {
        if (id_ <= 0) {
            return -1;
        }
        kill(id_, SIGTERM);
        int status = 0;
        waitpid(id_, &status, 0);
        id_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t id_ = 0;
};

/// A sink of tools/ with its folder, listening on a port that it chose itself.
class Sink {
public:
    Sink(const std::string& tool, std::vector<std::string> options) {
        const std::filesystem::path ready = folder_.path() / "ready";
        std::vector<std::string> words = {"/usr/bin/python3", SONGDA_SOURCE_DIR "/tools/" + tool,
                                          "--ready-file", ready.string()};
        words.insert(words.end(), options.begin(), options.end());
        child_ = std::make_unique<Child>(std::move(words));
        if (!wait_in_folder(folder_.path(), [&] { return std::filesystem::exists(ready); })) {
            std::abort();
        }
        port_ = static_cast<std::uint16_t>(std::stoi(read_file(ready)));
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    int end() { return child_->end(); }

private:
    TemporaryFolder folder_;
    std::unique_ptr<Child> child_;
    std::uint16_t port_ = 0;
};

} // namespace songda::fakes
