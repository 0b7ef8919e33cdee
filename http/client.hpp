#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/message.hpp"

namespace songda::http {

/// Where and how long. Plain HTTP: the command line talks to the service on its own machine.
struct ClientOptions {
    std::string address = "127.0.0.1"; ///< numeric
    std::uint16_t port = 0;
    std::string host = "localhost"; ///< value of the Host header
    std::chrono::milliseconds time{30000};
    std::size_t body_bytes_max = 256U << 20U;
};

/// One kept-alive connection; belongs to one thread.
class Client {
public:
    /// Fault unavailable: nobody listens there.
    [[nodiscard]] static Result<Client> connect(const ClientOptions& options);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    /// Sends and waits for the answer, whatever its status. Fault unavailable: no answer came;
    /// whether the request took effect is unknown, so retry only under the same Idempotency-Key.
    [[nodiscard]] Result<Response> send(const std::string& method, const std::string& target,
                                        const Headers& headers, std::string body);

private:
    struct Impl;
    explicit Client(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::http
