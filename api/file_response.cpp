#include "api/file_response.hpp"

#include <fmt/format.h>

namespace songda::api {
namespace {

/// RFC 8187 §3.2.1: attr-char stays, every other byte becomes %XX.
std::string percent_encode(std::string_view text) {
    static constexpr std::string_view attr_char =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$&+-.^_`|~";
    std::string encoded;
    for (const char c : text) {
        if (attr_char.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

http::Response download(const store::DocumentRow& document, const Bytes& bytes,
                        std::string_view type, std::string_view ending) {
    http::Response response;
    response.content_type = type;
    response.headers = {
        {"Cache-Control", "private, no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Disposition",
         fmt::format("attachment; filename=\"{0}.{2}\"; filename*=UTF-8''{1}.{2}",
                     to_text(document.key), percent_encode(document.title + '_' + document.number),
                     ending)}};
    response.body.assign(bytes.begin(), bytes.end());
    return response;
}

} // namespace

http::Response file_response(const store::DocumentRow& document, const Bytes& file) {
    return download(document, file, "application/pdf", "pdf");
}

http::Response message_response(const store::DocumentRow& document, const Bytes& message) {
    return download(document, message, "application/pkcs7-signature", "p7s");
}

} // namespace songda::api
