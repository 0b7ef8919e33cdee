#include <fstream>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "http/detail/connection.hpp"

namespace songda::http::detail {
namespace {

/// OpenSSL has no words of its own for a file that is not there.
Error file_fault(const std::string& path, const error_code& failure) {
    const bool readable = std::ifstream(path).good();
    return {readable ? Fault::invalid_input : Fault::not_found,
            path + ": " + (readable ? failure.message() : "cannot be read")};
}

Result<void> load_files(asio::ssl::context& context, const ClientTls& tls) {
    error_code failure;
    if (tls.ca_file.empty()) {
        context.set_default_verify_paths(failure);
    } else {
        context.load_verify_file(tls.ca_file, failure);
    }
    if (failure) {
        return file_fault(tls.ca_file, failure);
    }
    if (tls.certificate_file.empty()) {
        return {};
    }
    context.use_certificate_chain_file(tls.certificate_file, failure);
    if (failure) {
        return file_fault(tls.certificate_file, failure);
    }
    context.use_private_key_file(tls.key_file, asio::ssl::context::pem, failure);
    return failure ? Result<void>(file_fault(tls.key_file, failure)) : Result<void>();
}

class TlsConnection final : public StreamConnection<beast::ssl_stream<beast::tcp_stream>> {
public:
    TlsConnection(const ClientOptions& given, asio::ssl::context& tls)
        : StreamConnection(given, tls) {}

    Result<void> shake_hands() {
        SSL* const native = stream.native_handle();
        // RFC 6066 §3: no SNI for an address.
        error_code failure;
        asio::ip::make_address(options.host, failure);
        std::string name = options.host;
        if (failure && SSL_ctrl(native, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                name.data()) != 1) {
            return Error{Fault::invalid_input, "not a host name: " + options.host};
        }
        stream.set_verify_callback(asio::ssl::host_name_verification(options.host));
        failure = run([&](auto done) {
            stream.async_handshake(asio::ssl::stream_base::client, std::move(done));
        });
        if (!failure) {
            return {};
        }
        const long verdict = SSL_get_verify_result(native);
        return verdict != X509_V_OK
                   ? Error{Fault::forbidden,
                           "the certificate of " + options.host +
                               " does not verify: " + X509_verify_cert_error_string(verdict)}
                   : Error{Fault::unavailable,
                           "no TLS with " + options.host + ": " + failure.message()};
    }
};

} // namespace

Result<std::unique_ptr<Client::Connection>> connect_tls(const ClientOptions& options,
                                                        const Endpoints& endpoints) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(asio::ssl::verify_peer);
    const Result<void> loaded = load_files(context, *options.tls);
    if (!loaded.ok()) {
        return loaded.error();
    }
    auto connection = std::make_unique<TlsConnection>(options, context);
    const error_code failure = connection->connect(endpoints);
    if (failure) {
        return cannot_connect(options, failure.message());
    }
    const Result<void> shaken = connection->shake_hands();
    if (!shaken.ok()) {
        return shaken.error();
    }
    return std::unique_ptr<Client::Connection>(std::move(connection));
}

} // namespace songda::http::detail
