#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <sys/socket.h>

#include "base/result.hpp"
#include "http/message.hpp"

namespace songda::http {

/// TLS of a client: 1.2 and 1.3; the server's certificate is verified for the Host, always.
struct ClientTls {
    std::string ca_file; ///< PEM of the authorities that are trusted; empty: the system's
    /// PEM, leaf first, and its key: who we are, for servers that ask. Empty: nobody.
    std::string certificate_file;
    std::string key_file;
};

/// Where and how long. Without `tls` plain HTTP, for the own machine.
struct ClientOptions {
    std::string address = "127.0.0.1"; ///< numeric, or a name to look up
    std::uint16_t port = 0;
    std::string host = "localhost"; ///< value of the Host header, and the name in the certificate
    std::chrono::milliseconds time{30000};
    std::size_t body_bytes_max = 256U << 20U;
    /// May that address be connected to? Asked after names are looked up, so that no name and no
    /// spelling leads elsewhere. Empty: any may.
    bool (*may_connect)(const sockaddr* address, std::size_t size) = nullptr;
    std::optional<ClientTls> tls = std::nullopt;
};

/// One kept-alive connection; belongs to one thread.
class Client {
public:
    /// Faults: unavailable (nobody listens there), invalid_input (no such address, a TLS file),
    /// forbidden (a certificate that does not verify, an address that may not be connected to).
    [[nodiscard]] static Result<Client> connect(const ClientOptions& options);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    /// Sends and waits for the answer, whatever its status. Fault unavailable: no answer came;
    /// whether the request took effect is unknown, so retry only under the same Idempotency-Key.
    [[nodiscard]] Result<Response> send(const std::string& method, const std::string& target,
                                        const Headers& headers, std::string body);

    class Connection; ///< inside http/ only: http/detail/connection.hpp

private:
    explicit Client(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

} // namespace songda::http
