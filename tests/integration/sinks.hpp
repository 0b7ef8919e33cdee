#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/unit/channels/read_mail.hpp"

namespace songda::live {

/// A mail server and a portal of tools/, with what they received.
class Sinks {
public:
    Sinks() {
        const std::string keys = fakes::sample_keys_folder();
        const std::string secrets = keys + "/delivery/";
        mail_ = std::make_unique<fakes::Sink>(
            "smtp_sink.py", std::vector<std::string>{
                                "--folder", folder_.path() / "mail", "--tls-cert",
                                keys + "/tls/server.pem", "--tls-key", keys + "/tls/server.key",
                                "--user", "songda", "--password-file", secrets + "smtp.password"});
        portal_ = std::make_unique<fakes::Sink>(
            "portal_sink.py",
            std::vector<std::string>{"--public-key", secrets + "webhook.pub", "--secret-file",
                                     secrets + "webhook.secret", "--out", events_file()});
    }

    [[nodiscard]] std::uint16_t mail_port() const { return mail_->port(); }
    [[nodiscard]] std::uint16_t portal_port() const { return portal_->port(); }
    void stop_mail() { mail_->end(); }

    [[nodiscard]] bool wait_for_mails(std::size_t count) {
        return fakes::wait_in_folder(folder_.path() / "mail",
                                     [&] { return mail_files().size() >= count; });
    }
    [[nodiscard]] bool wait_for_events(std::size_t count) {
        return fakes::wait_in_folder(folder_.path(), [&] { return events().size() >= count; });
    }

    [[nodiscard]] std::vector<nlohmann::json> events() const {
        std::vector<nlohmann::json> read;
        std::ifstream in(events_file());
        for (std::string line; std::getline(in, line) && !in.eof();) {
            read.push_back(nlohmann::json::parse(line));
        }
        return read;
    }
    /// As Python's `email` reads them (tests/unit/channels/read_mail.py).
    [[nodiscard]] std::vector<nlohmann::json> mails() const {
        std::vector<nlohmann::json> read;
        for (const std::filesystem::path& file : mail_files()) {
            read.push_back(fakes::read_mail(fakes::read_file(file)));
        }
        return read;
    }
    [[nodiscard]] std::vector<std::filesystem::path> mail_files() const {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "mail")) {
            if (entry.path().extension() == ".eml") {
                files.push_back(entry.path());
            }
        }
        return files;
    }

private:
    [[nodiscard]] std::string events_file() const { return folder_.path() / "events.jsonl"; }

    fakes::TemporaryFolder folder_;
    std::unique_ptr<fakes::Sink> mail_;
    std::unique_ptr<fakes::Sink> portal_;
};

} // namespace songda::live
