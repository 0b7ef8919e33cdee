#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "tests/fakes/line_server.hpp"

namespace songda::fakes {

/// What the server says to each command. `\r\n` is added.
struct SmtpScript {
    enum class Trouble {
        none,
        silent_at_recipient, ///< never answers RCPT
        silent_after_data,   ///< takes the whole message and never says so
        drop_in_data,        ///< closes after the first line of the message
        drop_after_data,     ///< takes the whole message and closes
        drop_at_recipient,
        silent_at_farewell, ///< never answers QUIT
    };
    std::string greeting = "220 fake.example ESMTP";
    std::string hello = "250-fake.example\r\n250 SIZE 20000000";
    std::string sender = "250 2.1.0 Sender ok";
    std::string recipient = "250 2.1.5 Recipient ok";
    std::string data = "354 Go ahead";
    std::string end = "250 2.0.0 Ok: queued as 4XYZ99";
    std::string start_tls = "454 4.7.0 TLS not available";
    std::string auth = "535 5.7.8 Authentication credentials invalid";
    Trouble trouble = Trouble::none;
    int greylisted = 0; ///< so many recipients are told to come later, then all are welcome
};

/// A scripted SMTP server without TLS. Keeps what it took.
class ScriptedSmtp final : public LineServer {
public:
    struct Taken {
        std::string sender;    ///< the MAIL command's argument
        std::string recipient; ///< the RCPT command's
        std::string message;   ///< as on the wire, dots still stuffed
    };

    explicit ScriptedSmtp(SmtpScript script) : script_(std::move(script)) { start(); }
    ~ScriptedSmtp() override { finish(); }

    [[nodiscard]] std::vector<Taken> taken() {
        const std::lock_guard lock(mutex_);
        return taken_;
    }

private:
    using Trouble = SmtpScript::Trouble;

    void serve(LineConnection& connection) override {
        connection.say(script_.greeting + "\r\n");
        Taken now;
        while (const auto line = connection.line()) {
            if (!answer(connection, *line, now)) {
                return;
            }
        }
    }

    bool answer(LineConnection& connection, const std::string& line, Taken& now) {
        const std::string verb = line.substr(0, 4);
        if (verb == "EHLO" || verb == "HELO") {
            connection.say(script_.hello + "\r\n");
        } else if (verb == "STAR") {
            connection.say(script_.start_tls + "\r\n");
        } else if (verb == "AUTH") {
            connection.say(script_.auth + "\r\n");
        } else if (verb == "MAIL") {
            now = {line, "", ""};
            connection.say(script_.sender + "\r\n");
        } else if (verb == "RCPT") {
            now.recipient = line;
            return answer_recipient(connection);
        } else if (verb == "DATA") {
            connection.say(script_.data + "\r\n");
            return !script_.data.starts_with("354") || take_message(connection, now);
        } else if (verb == "QUIT") {
            if (script_.trouble == Trouble::silent_at_farewell) {
                connection.stall();
            }
            connection.say("221 2.0.0 Bye\r\n");
            return false;
        } else {
            connection.say("500 5.5.2 What?\r\n");
        }
        return true;
    }

    bool answer_recipient(LineConnection& connection) {
        if (script_.trouble == Trouble::silent_at_recipient) {
            connection.stall();
            return false;
        }
        if (script_.trouble == Trouble::drop_at_recipient) {
            return false;
        }
        const bool later = asked_++ < script_.greylisted;
        connection.say((later ? "451 4.7.1 Greylisted, try again" : script_.recipient) +
                       std::string("\r\n"));
        return true;
    }

    bool take_message(LineConnection& connection, Taken& now) {
        while (const auto line = connection.line()) {
            if (script_.trouble == Trouble::drop_in_data) {
                return false;
            }
            if (*line == ".\r\n") {
                return end_message(connection, now);
            }
            now.message += *line;
        }
        return false;
    }

    bool end_message(LineConnection& connection, const Taken& now) {
        {
            const std::lock_guard lock(mutex_);
            taken_.push_back(now);
        }
        if (script_.trouble == Trouble::silent_after_data) {
            connection.stall();
            return false;
        }
        if (script_.trouble == Trouble::drop_after_data) {
            return false;
        }
        connection.say(script_.end + "\r\n");
        return true;
    }

    SmtpScript script_;
    std::atomic<int> asked_ = 0;
    std::mutex mutex_;
    std::vector<Taken> taken_;
};

} // namespace songda::fakes
