#pragma once

#include "base/bytes.hpp"
#include "http/message.hpp"
#include "store/rows.hpp"

namespace songda::api {

/// A document's file as a download, named by its title and number (RFC 6266, RFC 8187), with the
/// key for clients that read only ASCII. Never cached: it is the holder's.
[[nodiscard]] http::Response file_response(const store::DocumentRow& document, const Bytes& file);

/// The SM2 message over its record, in the same way.
[[nodiscard]] http::Response message_response(const store::DocumentRow& document,
                                              const Bytes& message);

} // namespace songda::api
