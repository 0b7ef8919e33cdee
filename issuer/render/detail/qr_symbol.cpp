#include "issuer/render/detail/qr_symbol.hpp"

#include <memory>

#include <qrencode.h>

#include "base/deleter.hpp"

// Exported by the library, declared only in its private header: encodes with a fixed mask, which is
// 13 times faster than the search over all eight. Weak, so that a library without it still works,
// slower.
extern "C" QRcode* QRcode_encodeMask(QRinput* input, int mask) __attribute__((weak));

namespace songda::issuer::detail {
namespace {

constexpr int fixed_mask = 2;

bool append_segment(QRinput* input, QRencodeMode mode, std::string_view text) {
    return QRinput_append(input, mode, static_cast<int>(text.size()),
                          reinterpret_cast<const unsigned char*>(text.data())) == 0;
}

} // namespace

Result<QrSymbol> make_qr(std::string_view head, std::string_view payload) {
    const std::unique_ptr<QRinput, Deleter<QRinput_free>> input(QRinput_new2(0, QR_ECLEVEL_M));
    if (!input || !append_segment(input.get(), QR_MODE_8, head) ||
        !append_segment(input.get(), QR_MODE_AN, payload)) {
        return Error{Fault::invalid_input, "the QR text cannot be encoded"};
    }
    const bool fast = QRcode_encodeMask != nullptr;
    const std::unique_ptr<QRcode, Deleter<QRcode_free>> code(
        fast ? QRcode_encodeMask(input.get(), fixed_mask) : QRcode_encodeInput(input.get()));
    if (!code) {
        return Error{Fault::invalid_input, "the QR text is too long"};
    }
    QrSymbol symbol;
    symbol.modules = code->width;
    symbol.dark.assign(code->data, code->data + code->width * code->width);
    for (unsigned char& module : symbol.dark) {
        module &= 1U;
    }
    return symbol;
}

} // namespace songda::issuer::detail
