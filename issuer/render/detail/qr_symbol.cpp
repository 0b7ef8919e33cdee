#include "issuer/render/detail/qr_symbol.hpp"

#include <array>
#include <memory>
#include <mutex>

#include <qrencode.h>

#include "base/deleter.hpp"
#include "issuer/render/detail/qr_plan.hpp"

// Exported by the library, declared only in its private header: encodes with a fixed mask, which is
// 13 times faster than the search over all eight. Weak, so that a library without it still works,
// slower.
extern "C" QRcode* QRcode_encodeMask(QRinput* input, int mask) __attribute__((weak));

namespace songda::issuer::detail {
namespace {

constexpr int fixed_mask = 2;
constexpr std::size_t versions_max = 40;

using Code = std::unique_ptr<QRcode, Deleter<QRcode_free>>;

bool append_segment(QRinput* input, QRencodeMode mode, std::string_view text) {
    return QRinput_append(input, mode, static_cast<int>(text.size()),
                          reinterpret_cast<const unsigned char*>(text.data())) == 0;
}

Result<Code> encode(std::string_view head, std::string_view payload) {
    const std::unique_ptr<QRinput, Deleter<QRinput_free>> input(QRinput_new2(0, QR_ECLEVEL_M));
    if (!input || !append_segment(input.get(), QR_MODE_8, head) ||
        !append_segment(input.get(), QR_MODE_AN, payload)) {
        return Error{Fault::invalid_input, "the QR text cannot be encoded"};
    }
    const bool fast = QRcode_encodeMask != nullptr;
    Code code(fast ? QRcode_encodeMask(input.get(), fixed_mask) : QRcode_encodeInput(input.get()));
    if (!code) {
        return Error{Fault::invalid_input, "the QR text is too long"};
    }
    return code;
}

ByteView modules_of(const QRcode& code) {
    return {code.data, static_cast<std::size_t>(code.width * code.width)};
}

/// Null if libqrencode draws this version in a way that no plan follows.
const QrPlan* plan_of(int version, std::string_view head, std::string_view payload) {
    struct Place {
        std::once_flag once;
        std::optional<QrPlan> plan;
    };
    static std::array<Place, versions_max + 1> places;
    Place& place = places[static_cast<std::size_t>(version)];
    std::call_once(place.once, [&] {
        const auto code = encode(head, payload);
        if (code.ok() && code.value()->version == version) {
            place.plan = QrPlan::learn(version, modules_of(*code.value()), head, payload);
        }
    });
    return place.plan ? &*place.plan : nullptr;
}

} // namespace

Result<QrSymbol> make_qr(std::string_view head, std::string_view payload) {
    const int version = QrPlan::version_for(head, payload);
    const QrPlan* const plan = version > 0 ? plan_of(version, head, payload) : nullptr;
    auto rows = plan != nullptr ? plan->draw(head, payload) : std::nullopt;
    if (!rows) {
        return make_qr_by_library(head, payload);
    }
    return QrSymbol{17 + 4 * version, std::move(*rows)};
}

Result<QrSymbol> make_qr_by_library(std::string_view head, std::string_view payload) {
    const auto code = encode(head, payload);
    if (!code.ok()) {
        return code.error();
    }
    QrSymbol symbol;
    symbol.modules = code.value()->width;
    const ByteView modules = modules_of(*code.value());
    const auto side = static_cast<std::size_t>(symbol.modules);
    symbol.rows.resize(side * symbol.row_bytes(), 0);
    for (std::size_t i = 0; i < modules.size(); ++i) {
        const std::size_t x = i % side;
        const unsigned dark = modules[i] & 1U;
        symbol.rows[i / side * symbol.row_bytes() + x / 8] |=
            static_cast<std::uint8_t>(dark << (7 - x % 8));
    }
    return symbol;
}

} // namespace songda::issuer::detail
