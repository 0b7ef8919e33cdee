#include <fstream>

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "base/sha256.hpp"
#include "http/detail/session.hpp"
#include "http/detail/transport.hpp"

namespace songda::http::detail {
namespace {

/// The certificate that the handshake verified against the client authority; nothing without one.
std::optional<Digest> client_certificate(SSL* connection) {
    X509* const certificate = SSL_get1_peer_certificate(connection);
    if (certificate == nullptr) {
        return std::nullopt;
    }
    std::optional<Digest> digest;
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size > 0 && SSL_get_verify_result(connection) == X509_V_OK) {
        digest = sha256({der, static_cast<std::size_t>(size)});
    }
    OPENSSL_free(der);
    X509_free(certificate);
    return digest;
}

} // namespace

asio::awaitable<void> serve_tls(asio::ip::tcp::socket socket, Core& core, Deadlines& deadlines,
                                std::string peer, std::shared_ptr<asio::ssl::context> context) {
    if (!core.admit(peer)) {
        core.meters.refused_by_load.add();
        co_return; // no clear answer is possible before the handshake
    }
    beast::ssl_stream<asio::ip::tcp::socket> stream(std::move(socket), *context);
    Deadline deadline(deadlines, stream.next_layer());
    error_code failure;
    deadline.arm(core.options.header_time);
    co_await stream.async_handshake(asio::ssl::stream_base::server,
                                    asio::redirect_error(asio::use_awaitable, failure));
    if (!failure) {
        Link<beast::ssl_stream<asio::ip::tcp::socket>> link{stream, core, deadline, peer,
                                                            make_buffer(core)};
        co_await serve_requests(link, client_certificate(stream.native_handle()));
        deadline.arm(std::chrono::seconds(1));
        co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, failure));
    }
    core.leave(peer);
}

namespace {

/// OpenSSL has no words of its own for a file that is not there.
Error file_fault(const std::string& path, const error_code& failure) {
    const bool readable = std::ifstream(path).good();
    return {readable ? Fault::invalid_input : Fault::not_found,
            path + ": " + (readable ? failure.message() : "cannot be read")};
}

} // namespace

Result<std::shared_ptr<asio::ssl::context>> make_tls_context(const TlsOptions& options) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
        return Error{Fault::internal, "no cipher left"};
    }
    error_code failure;
    context->use_certificate_chain_file(options.certificate_file, failure);
    if (failure) {
        return file_fault(options.certificate_file, failure);
    }
    context->use_private_key_file(options.key_file, asio::ssl::context::pem, failure);
    if (failure) {
        return file_fault(options.key_file, failure);
    }
    if (!options.client_authority_file.empty()) {
        context->load_verify_file(options.client_authority_file, failure);
        if (failure) {
            return file_fault(options.client_authority_file, failure);
        }
        // Asked for, not demanded: applicants and verifiers come without one. A wrong one ends the
        // handshake.
        context->set_verify_mode(asio::ssl::verify_peer);
    }
    return context;
}

} // namespace songda::http::detail
