#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

/// Values by the words that stand for them in a text format.
namespace songda {

template <class Value>
using Word = std::pair<Value, std::string_view>;

/// Empty for a value that the table lacks.
template <class Value, std::size_t Count>
[[nodiscard]] constexpr std::string_view word_of(const std::array<Word<Value>, Count>& words,
                                                 Value value) {
    for (const auto& [each, word] : words) {
        if (each == value) {
            return word;
        }
    }
    return {};
}

template <class Value, std::size_t Count>
[[nodiscard]] constexpr std::optional<Value> value_of(const std::array<Word<Value>, Count>& words,
                                                      std::string_view text) {
    for (const auto& [value, word] : words) {
        if (word == text) {
            return value;
        }
    }
    return std::nullopt;
}

} // namespace songda
