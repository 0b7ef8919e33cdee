#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace songda::issuer::detail {

/// One version of the QR code at ECC M, laid out once so that a symbol costs its bits and no more:
/// libqrencode lays out every symbol anew (docs/decisions/qr-plans.md). The layout is not known
/// here: it is read off a symbol of libqrencode, and the plan must draw that very symbol before it
/// may draw another. Immutable; share it.
class QrPlan {
public:
    /// The least version that holds both segments; 0 if no plan can draw it.
    [[nodiscard]] static int version_for(std::string_view head, std::string_view payload);

    /// `modules` is a symbol with mask 2 as libqrencode gives it, a byte a module with its flags,
    /// drawn from these segments. Nothing if the plan would draw another.
    [[nodiscard]] static std::optional<QrPlan>
    learn(int version, ByteView modules, std::string_view head, std::string_view payload);

    /// Rows of the symbol (QrSymbol::rows). Nothing if `payload` is not alphanumeric. The segments
    /// must be of this version.
    [[nodiscard]] std::optional<Bytes> draw(std::string_view head, std::string_view payload) const;

private:
    /// The correction of a block: 32 codewords at most, the first one lowest. A step of the
    /// division is a shift.
    static constexpr std::size_t ecc_words = 4;
    using Words = std::array<std::uint64_t, ecc_words>;

    /// One or two modules side by side in each of some rows, of the next bits of the codewords. The
    /// right one comes first (ISO/IEC 18004 §7.7.3), so codewords are read lowest bit first.
    struct Run {
        std::uint16_t to;   ///< byte of the first row; the modules may reach into the next
        std::int16_t step;  ///< from row to row
        std::uint8_t shift; ///< of the modules in both bytes
        std::uint8_t count; ///< of a row
        std::uint8_t rows;
    };

    QrPlan(int version, ByteView modules);
    void divide(std::uint8_t codeword, Words& rest) const;
    [[nodiscard]] bool has_places_for_codewords() const;
    /// One more row, in the run before if it goes on there.
    void add_row(const Run& row);
    /// Rows with these codewords, each with its bits turned round.
    [[nodiscard]] Bytes place(ByteView stream) const;

    std::size_t version_index_ = 0;
    Bytes blank_; ///< rows of the symbol whose codewords are all zero
    std::vector<Run> runs_;
    /// The generator polynomial times each byte (ISO/IEC 18004 §7.5.2).
    std::vector<Words> multiples_;
};

} // namespace songda::issuer::detail
