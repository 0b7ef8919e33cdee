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

} // namespace

http::Response file_response(const store::DocumentRow& document, const Bytes& file) {
    http::Response response;
    response.content_type = "application/pdf";
    response.headers = {{"Cache-Control", "private, no-store"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Content-Disposition",
                         fmt::format("attachment; filename=\"{}.pdf\"; filename*=UTF-8''{}.pdf",
                                     to_text(document.key),
                                     percent_encode(document.title + '_' + document.number))}};
    response.body.assign(file.begin(), file.end());
    return response;
}

} // namespace songda::api
