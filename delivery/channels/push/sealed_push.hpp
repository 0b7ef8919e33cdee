#pragma once

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

/// A message that only one browser can read (RFC 8291): the push service that carries it cannot.
namespace songda::delivery::push {

inline constexpr std::size_t point_bytes = 65;  ///< of P-256, uncompressed
inline constexpr std::size_t secret_bytes = 16; ///< the browser's `auth`
inline constexpr std::size_t salt_bytes = 16;
/// What fits into the one record of 4096 bytes that every push service takes (RFC 8030 §7.2): less
/// header, tag and the byte that ends the text.
inline constexpr std::size_t text_bytes_max = 4096 - 86 - 16 - 1;

/// The browser, as it subscribed.
struct Reader {
    ByteView key;    ///< its point
    ByteView secret; ///< its `auth`
};

/// A point of the curve, in the bytes that a subscription must have.
[[nodiscard]] bool is_point(ByteView bytes);
/// Of a P-256 key; empty for another.
[[nodiscard]] Bytes point_of(const EVP_PKEY* key);
/// For one message; null when OpenSSL cannot.
[[nodiscard]] openssl::Pkey make_sender_key();

/// The body of the POST, in the coding aes128gcm (RFC 8188). `sender`: made for this message alone,
/// as `salt` is. Faults: invalid_input (the reader's key or secret, or the text is too long),
/// internal.
[[nodiscard]] Result<Bytes> seal_push(ByteView text, const Reader& reader, EVP_PKEY* sender,
                                      ByteView salt);

} // namespace songda::delivery::push
