#pragma once

#include <mutex>
#include <vector>

#include "tests/fakes/line_server.hpp"

namespace songda::fakes {

/// Answers every request with the same bytes and closes; empty: never answers. Keeps the requests.
class ScriptedHttp final : public LineServer {
public:
    explicit ScriptedHttp(std::string answer) : answer_(std::move(answer)) { start(); }
    ~ScriptedHttp() override { finish(); }

    /// Heads and bodies.
    [[nodiscard]] std::vector<std::string> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    void serve(LineConnection& connection) override {
        std::string request;
        std::size_t length = 0;
        while (const auto line = connection.line()) {
            request += *line;
            if (line->starts_with("Content-Length: ")) {
                length = std::stoul(line->substr(16));
            }
            if (*line == "\r\n") {
                break;
            }
        }
        request += connection.bytes(length).value_or("");
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        if (answer_.empty()) {
            connection.stall();
        }
        connection.say(answer_);
    }

    std::string answer_;
    std::mutex mutex_;
    std::vector<std::string> requests_;
};

} // namespace songda::fakes
