#pragma once

#include <memory>
#include <stdexcept>

#include <qpdf/QPDF.hh>

#include "base/bytes.hpp"

/// libqpdf as the inspector uses it. Everything here throws what libqpdf throws; `inspect` turns it
/// into an answer.
namespace songda::inspector {

/// More than a document of any office has.
inline constexpr std::size_t objects_max = 200'000;

/// The file asks for more work than is allowed.
struct Costly : std::runtime_error {
    Costly() : std::runtime_error("costly") {}
};

/// Opens a file without repairing it. `bytes` must outlive it.
[[nodiscard]] std::shared_ptr<QPDF> open_document(ByteView bytes);

/// The decoded bytes of a stream. Throws Costly when there are more than `most`, before they are
/// in memory.
[[nodiscard]] Bytes decoded_stream(QPDFObjectHandle stream, std::size_t most);

} // namespace songda::inspector
