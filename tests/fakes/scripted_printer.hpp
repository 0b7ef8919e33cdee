#pragma once

#include <functional>
#include <string>

#include "tests/fakes/line_server.hpp"

namespace songda::fakes {

/// A printer that answers IPP as the test says, and may keep silent or hang up: what a real one
/// does when its cable is pulled.
class ScriptedPrinter final : public LineServer {
public:
    struct Reply {
        enum class Kind { answer, silent, hung_up };
        Kind kind = Kind::answer;
        std::string groups = {}; ///< of attributes, behind those of the operation
        unsigned status = 0;     ///< 0x0507: server-error-busy
    };
    /// By the operation of RFC 8011 (5.4.15): 2 Print-Job, 4 Validate-Job, 8 Cancel-Job,
    /// 9 Get-Job-Attributes, 10 Get-Jobs, 11 Get-Printer-Attributes. Called from several threads.
    using Script = std::function<Reply(int operation)>;

    explicit ScriptedPrinter(Script script) : script_(std::move(script)) { start(); }
    ~ScriptedPrinter() override { finish(); }

    [[nodiscard]] std::string uri() const {
        return "ipp://127.0.0.1:" + std::to_string(port()) + "/ipp/print";
    }

    /// A group of one job; `name` empty: the attribute has no value, as RFC 8011 (5.1.1) allows.
    static std::string listed_job(int id, const std::string& name) {
        return std::string(1, '\x02') + number('\x21', "job-id", id) +
               (name.empty() ? attribute('\x13', "job-name", "")
                             : attribute('\x42', "job-name", name));
    }
    /// 5 processing, 7 cancelled, 9 completed.
    static std::string job_state(int state, int sheets) {
        return std::string(1, '\x02') + number('\x23', "job-state", state) +
               number('\x21', "job-impressions-completed", sheets);
    }

private:
    static std::string big_endian(unsigned value, unsigned size) {
        std::string bytes;
        for (unsigned at = size; at-- > 0;) {
            bytes += static_cast<char>(value >> (8U * at) & 0xFFU);
        }
        return bytes;
    }
    static std::string attribute(char tag, const std::string& name, const std::string& value) {
        return tag + big_endian(static_cast<unsigned>(name.size()), 2) + name +
               big_endian(static_cast<unsigned>(value.size()), 2) + value;
    }
    static std::string number(char tag, const std::string& name, int value) {
        return attribute(tag, name, big_endian(static_cast<unsigned>(value), 4));
    }
    void serve(LineConnection& connection) override {
        while (connection.line()) { // POST
            std::size_t size = 0;
            bool awaited = false;
            for (auto line = connection.line(); line && *line != "\r\n"; line = connection.line()) {
                if (line->starts_with("Content-Length: ")) {
                    size = std::stoul(line->substr(16));
                }
                awaited = awaited || line->starts_with("Expect:");
            }
            if (awaited) {
                connection.say("HTTP/1.1 100 Continue\r\n\r\n");
            }
            const auto body = connection.bytes(size);
            if (!body || body->size() < 8) {
                return;
            }
            const Reply reply = script_(static_cast<unsigned char>((*body)[3]));
            if (reply.kind == Reply::Kind::hung_up) {
                return;
            }
            if (reply.kind == Reply::Kind::silent) {
                return connection.stall();
            }
            const std::string message =
                big_endian(0x0200, 2) + big_endian(reply.status, 2) + body->substr(4, 4) + '\x01' +
                attribute('\x47', "attributes-charset", "utf-8") +
                attribute('\x48', "attributes-natural-language", "en") + reply.groups + '\x03';
            connection.say("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: " +
                           std::to_string(message.size()) + "\r\n\r\n" + message);
        }
    }

    const Script script_;
};

} // namespace songda::fakes
