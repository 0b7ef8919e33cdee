#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/fakes/child_process.hpp"

namespace songda::fakes {

/// tests/fakes/fax_server.py on a loopback port; what its line meets is said before each call.
class FaxDevice {
public:
    FaxDevice() {
        meet("good", 1);
        start();
    }
    /// `result` as the program has them; a good call confirms so many pages.
    void meet(const std::string& result, int pages = 1, const std::string& lose = "") const {
        meet_all({{"result", result}, {"pages", pages}, {"lose", lose}});
    }
    void meet_all(const nlohmann::json& said) const {
        std::ofstream(folder_.path() / "script.new") << said;
        std::filesystem::rename(folder_.path() / "script.new", folder_.path() / "script");
    }
    /// What it was asked to send, in order: `job`, `name`, `to`, `bytes`, `sha256`.
    [[nodiscard]] std::vector<nlohmann::json> calls() const {
        std::vector<nlohmann::json> read;
        std::ifstream in(folder_.path() / "log");
        for (std::string line; std::getline(in, line);) {
            read.push_back(nlohmann::json::parse(line));
        }
        return read;
    }
    [[nodiscard]] std::string uri() const {
        return "ipp://127.0.0.1:" + read_file(folder_.path() / "ready") + "/ipp/faxout";
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    void stop() { child_.reset(); }

private:
    void start() {
        const auto ready = folder_.path() / "ready";
        child_ = std::make_unique<Child>(std::vector<std::string>{
            "/usr/bin/python3", SONGDA_SOURCE_DIR "/tests/fakes/fax_server.py", "--ready-file",
            ready.string(), "--script", (folder_.path() / "script").string(), "--log",
            (folder_.path() / "log").string()});
        if (!wait_in_folder(folder_.path(), [&] { return std::filesystem::exists(ready); })) {
            std::abort();
        }
    }

    TemporaryFolder folder_;
    std::unique_ptr<Child> child_;
};

} // namespace songda::fakes
