#include "base/ecdsa_signature.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace songda {
namespace {

using Number = std::array<std::uint8_t, 32>;

constexpr std::uint8_t tag_integer = 0x02;
constexpr std::uint8_t tag_sequence = 0x30;

/// n of P-256 (FIPS 186-4 §D.1.2.3) and the whole part of n / 2.
constexpr Number order = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                          0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                          0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
constexpr Number half_order = {0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF,
                               0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDE, 0x73, 0x7D, 0x56, 0xD3, 0x8B,
                               0xCF, 0x42, 0x79, 0xDC, 0xE5, 0x61, 0x7E, 0x31, 0x92, 0xA8};

/// Takes one INTEGER off the front: positive, no byte more than it needs.
std::optional<Number> take_integer(ByteView& der) {
    if (der.size() < 3 || der[0] != tag_integer || der[1] == 0 || der.size() < 2U + der[1]) {
        return std::nullopt;
    }
    ByteView value = der.subspan(2, der[1]);
    der = der.subspan(2U + der[1]);
    if (value[0] >= 0x80) {
        return std::nullopt;
    }
    if (value[0] == 0 && value.size() > 1) {
        if (value[1] < 0x80) {
            return std::nullopt;
        }
        value = value.subspan(1);
    }
    Number number{};
    if (value.size() > number.size()) {
        return std::nullopt;
    }
    std::copy(value.begin(), value.end(), number.end() - static_cast<std::ptrdiff_t>(value.size()));
    return number;
}

void append_integer(Bytes& to, ByteView number) {
    while (number.size() > 1 && number[0] == 0) {
        number = number.subspan(1);
    }
    const bool padded = number[0] >= 0x80;
    to.push_back(tag_integer);
    to.push_back(static_cast<std::uint8_t>(number.size() + (padded ? 1 : 0)));
    if (padded) {
        to.push_back(0);
    }
    append(to, number);
}

} // namespace

std::optional<EcdsaSignature> read_ecdsa_der(ByteView der) {
    if (der.size() < 2 || der[0] != tag_sequence || der[1] >= 0x80 || der.size() != 2U + der[1]) {
        return std::nullopt;
    }
    der = der.subspan(2);
    const auto r = take_integer(der);
    const auto s = r ? take_integer(der) : std::nullopt;
    if (!s || !der.empty()) {
        return std::nullopt;
    }
    return EcdsaSignature{*r, *s};
}

Bytes write_ecdsa_der(const EcdsaSignature& signature) {
    Bytes der = {tag_sequence, 0};
    append_integer(der, signature.r);
    append_integer(der, signature.s);
    der[1] = static_cast<std::uint8_t>(der.size() - 2);
    return der;
}

std::optional<EcdsaSignature> read_ecdsa_fixed(ByteView fixed) {
    EcdsaSignature signature;
    if (fixed.size() != signature.r.size() + signature.s.size()) {
        return std::nullopt;
    }
    std::copy_n(fixed.begin(), signature.r.size(), signature.r.begin());
    std::copy_n(fixed.end() - static_cast<std::ptrdiff_t>(signature.s.size()), signature.s.size(),
                signature.s.begin());
    return signature;
}

Bytes write_ecdsa_fixed(const EcdsaSignature& signature) {
    Bytes fixed;
    fixed.reserve(signature.r.size() + signature.s.size());
    append(fixed, signature.r);
    append(fixed, signature.s);
    return fixed;
}

bool is_in_range(const EcdsaSignature& signature) {
    const Number zero{};
    return signature.r != zero && signature.s != zero && signature.r < order && signature.s < order;
}

bool has_low_s(const EcdsaSignature& signature) {
    return signature.s <= half_order;
}

EcdsaSignature with_low_s(EcdsaSignature signature) {
    return has_low_s(signature) ? signature : twin_of(signature);
}

EcdsaSignature twin_of(EcdsaSignature signature) {
    SONGDA_CHECK(signature.s < order);
    unsigned borrow = 0;
    for (std::size_t i = order.size(); i-- > 0;) {
        const unsigned difference = 0x100U + order[i] - signature.s[i] - borrow;
        signature.s[i] = static_cast<std::uint8_t>(difference);
        borrow = difference < 0x100U ? 1 : 0;
    }
    return signature;
}

} // namespace songda
