#include "issuer/render/detail/qr_plan.hpp"

#include <algorithm>

namespace songda::issuer::detail {
namespace {

/// ISO/IEC 18004 table 9, level M: blocks of two sizes, the longer ones behind.
struct Blocks {
    int version;
    std::size_t ecc_bytes; ///< of each block
    std::size_t short_count;
    std::size_t short_bytes;
    std::size_t long_count; ///< one byte longer each

    [[nodiscard]] constexpr std::size_t count() const { return short_count + long_count; }
    [[nodiscard]] constexpr std::size_t begin_of(std::size_t block) const {
        return block * short_bytes + (block > short_count ? block - short_count : 0);
    }
    [[nodiscard]] constexpr std::size_t data_bytes() const {
        return count() * short_bytes + long_count;
    }
};

/// The versions that an address with a sealed payload comes to; their length fields are alike.
constexpr std::array<Blocks, 5> versions = {{{10, 26, 4, 43, 1},
                                             {11, 30, 1, 50, 4},
                                             {12, 22, 6, 36, 2},
                                             {13, 22, 8, 37, 1},
                                             {14, 24, 4, 40, 5}}};

constexpr std::size_t blocks_max = 9;
static_assert(std::all_of(versions.begin(), versions.end(),
                          [](const Blocks& blocks) { return blocks.count() <= blocks_max; }));
constexpr unsigned mode_bits = 4;
constexpr unsigned byte_mode = 4;
constexpr unsigned alphanumeric_mode = 2;
constexpr unsigned byte_length_bits = 16;         // versions 10 to 26
constexpr unsigned alphanumeric_length_bits = 11; // the same
constexpr std::size_t version_9_bytes = 182;
constexpr std::size_t version_9_bits_less = 8 + 2; // its two length fields are shorter
constexpr std::uint8_t flag_not_data = 0x80;       // qrencode.h, QRcode::data

std::size_t bits_of(std::size_t head, std::size_t payload) {
    return 2 * mode_bits + byte_length_bits + 8 * head + alphanumeric_length_bits +
           11 * (payload / 2) + 6 * (payload % 2);
}

constexpr std::array<std::int8_t, 256> alphanumeric_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}
constexpr auto alphanumeric_value = alphanumeric_values();

/// Each byte with its bits the other way round.
constexpr std::array<std::uint8_t, 256> turned = [] {
    std::array<std::uint8_t, 256> bytes{};
    for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            bytes[byte] |= static_cast<std::uint8_t>((byte >> bit & 1U) << (7 - bit));
        }
    }
    return bytes;
}();

/// Gathers bits, most significant first.
class BitWriter {
public:
    explicit BitWriter(std::size_t bytes) { bytes_.reserve(bytes); }
    void put(unsigned value, unsigned width) {
        pending_ = pending_ << width | value;
        count_ += width;
        while (count_ >= 8) {
            count_ -= 8;
            bytes_.push_back(static_cast<std::uint8_t>(pending_ >> count_));
        }
    }
    /// The terminator, zeros to a whole byte, then the pad bytes in turn (§7.4.10).
    Bytes finish(std::size_t bytes) {
        put(0,
            static_cast<unsigned>(std::min<std::size_t>(4, 8 * (bytes - bytes_.size()) - count_)));
        put(0, (8 - count_) % 8);
        for (std::uint8_t pad = 0xEC; bytes_.size() < bytes; pad ^= 0xEC ^ 0x11) {
            bytes_.push_back(pad);
        }
        return std::move(bytes_);
    }

private:
    Bytes bytes_;
    std::uint64_t pending_ = 0;
    unsigned count_ = 0;
};

/// The data codewords; nothing if `payload` is not alphanumeric.
std::optional<Bytes> write_segments(std::string_view head, std::string_view payload,
                                    std::size_t bytes) {
    BitWriter bits(bytes);
    bits.put(byte_mode, mode_bits);
    bits.put(static_cast<unsigned>(head.size()), byte_length_bits);
    for (const char c : head) {
        bits.put(static_cast<std::uint8_t>(c), 8);
    }
    bits.put(alphanumeric_mode, mode_bits);
    bits.put(static_cast<unsigned>(payload.size()), alphanumeric_length_bits);
    for (std::size_t i = 0; i < payload.size(); i += 2) {
        const bool pair = i + 1 < payload.size();
        const int first = alphanumeric_value[static_cast<std::uint8_t>(payload[i])];
        const int second = pair ? alphanumeric_value[static_cast<std::uint8_t>(payload[i + 1])] : 0;
        if (first < 0 || second < 0) {
            return std::nullopt;
        }
        bits.put(static_cast<unsigned>(pair ? first * 45 + second : first), pair ? 11 : 6);
    }
    return bits.finish(bytes);
}

/// In the field of 256 elements over x⁸ + x⁴ + x³ + x² + 1.
std::uint8_t multiply(unsigned left, unsigned right) {
    unsigned product = 0;
    for (; right != 0; right >>= 1U) {
        product ^= (right & 1U) != 0 ? left : 0U;
        left = left << 1U ^ ((left & 0x80U) != 0 ? 0x11DU : 0U);
    }
    return static_cast<std::uint8_t>(product);
}

/// Coefficients of (x + 1)(x + 2)(x + 4)…, the highest left out.
Bytes generator(std::size_t degree) {
    Bytes polynomial(degree, 0);
    polynomial.back() = 1;
    unsigned root = 1;
    for (std::size_t i = 0; i < degree; ++i, root = multiply(root, 2)) {
        for (std::size_t j = 0; j < degree; ++j) {
            const unsigned next = j + 1 < degree ? polynomial[j + 1] : 0U;
            polynomial[j] = static_cast<std::uint8_t>(multiply(polynomial[j], root) ^ next);
        }
    }
    return polynomial;
}

} // namespace

int QrPlan::version_for(std::string_view head, std::string_view payload) {
    const std::size_t bits = bits_of(head.size(), payload.size());
    if (bits <= version_9_bytes * 8 + version_9_bits_less) {
        return 0;
    }
    for (const Blocks& blocks : versions) {
        if (bits <= blocks.data_bytes() * 8) {
            return blocks.version;
        }
    }
    return 0;
}

QrPlan::QrPlan(int version, ByteView modules)
    : version_index_(static_cast<std::size_t>(version - versions.front().version)) {
    const auto side = static_cast<std::size_t>(17 + 4 * version);
    const std::size_t row_bits = (side + 7) / 8 * 8;
    blank_.resize(side * row_bits / 8, 0);
    for (std::size_t y = 0; y < side; ++y) {
        for (std::size_t x = 0; x < side; ++x) {
            const std::uint8_t module = modules[y * side + x];
            const bool masked = x % 3 == 0; // mask 2 (§7.8.2)
            const bool dark = (module & flag_not_data) != 0 ? (module & 1U) != 0 : masked;
            blank_[(y * row_bits + x) / 8] |= static_cast<std::uint8_t>(dark ? 0x80U >> x % 8 : 0U);
        }
    }
    // §7.7.3: two columns at a time from the right, upwards first; the timing column is left out.
    for (std::size_t pair = 0; pair < side / 2; ++pair) {
        const std::size_t before_timing = side - 1 - 2 * pair;
        const std::size_t right = before_timing <= 6 ? before_timing - 1 : before_timing;
        for (std::size_t step = 0; step < side; ++step) {
            const std::size_t y = pair % 2 == 0 ? side - 1 - step : step;
            const auto is_data = [&](std::size_t x) {
                return (modules[y * side + x] & flag_not_data) == 0;
            };
            const unsigned count = (is_data(right) ? 1U : 0U) + (is_data(right - 1) ? 1U : 0U);
            if (count > 0) {
                const std::size_t left_bit = y * row_bits + right - 1;
                const bool left_alone = !is_data(right);
                const auto down = static_cast<std::int16_t>(row_bits / 8);
                add_row({static_cast<std::uint16_t>(left_bit / 8),
                         static_cast<std::int16_t>(pair % 2 == 0 ? -down : down),
                         static_cast<std::uint8_t>(14 - left_bit % 8 + left_alone),
                         static_cast<std::uint8_t>(count), 1});
            }
        }
    }
    const Bytes polynomial = generator(versions[version_index_].ecc_bytes);
    multiples_.resize(256);
    for (unsigned factor = 0; factor < 256; ++factor) {
        for (std::size_t i = 0; i < polynomial.size(); ++i) {
            multiples_[factor][i / 8] |= std::uint64_t{multiply(polynomial[i], factor)}
                                         << 8 * (i % 8);
        }
    }
}

std::optional<QrPlan> QrPlan::learn(int version, ByteView modules, std::string_view head,
                                    std::string_view payload) {
    const auto side = static_cast<std::size_t>(17 + 4 * version);
    if (version != version_for(head, payload) || modules.size() != side * side) {
        return std::nullopt;
    }
    QrPlan plan(version, modules);
    if (!plan.has_places_for_codewords()) {
        return std::nullopt;
    }
    const auto rows = plan.draw(head, payload);
    const std::size_t row_bytes = (side + 7) / 8;
    for (std::size_t i = 0; i < modules.size(); ++i) {
        const std::size_t x = i % side;
        const auto drawn = [&] {
            return unsigned{(*rows)[i / side * row_bytes + x / 8]} >> (7 - x % 8) & 1U;
        };
        if (!rows || drawn() != (modules[i] & 1U)) {
            return std::nullopt;
        }
    }
    return plan;
}

/// One step of the division by the generator.
void QrPlan::divide(std::uint8_t byte, Words& rest) const {
    const Words& multiple = multiples_[(rest[0] & 0xFFU) ^ byte];
    for (std::size_t i = 0; i < ecc_words; ++i) {
        const std::uint64_t next = i + 1 < ecc_words ? rest[i + 1] << 56U : 0U;
        rest[i] = (rest[i] >> 8U | next) ^ multiple[i];
    }
}

/// Each bit has a place, and at most seven places are over (§7.7.3, remainder bits).
bool QrPlan::has_places_for_codewords() const {
    const Blocks& blocks = versions[version_index_];
    std::size_t places = 0;
    for (const Run& run : runs_) {
        places += std::size_t{run.count} * run.rows;
    }
    return places / 8 == blocks.data_bytes() + blocks.count() * blocks.ecc_bytes;
}

void QrPlan::add_row(const Run& row) {
    if (!runs_.empty()) {
        Run& last = runs_.back();
        const bool goes_on = last.to + last.step * last.rows == row.to && last.step == row.step &&
                             last.shift == row.shift && last.count == row.count;
        if (goes_on) {
            ++last.rows;
            return;
        }
    }
    runs_.push_back(row);
}

Bytes QrPlan::place(ByteView stream) const {
    Bytes rows = blank_;
    rows.push_back(0); // modules may reach into the next byte
    std::uint64_t bits = 0;
    unsigned waiting = 0;
    const std::uint8_t* next = stream.data();
    for (const Run& run : runs_) {
        const unsigned mask = run.count == 2 ? 3U : 1U;
        const bool in_one_byte = run.shift >= 8;
        std::uint8_t* to = rows.data() + run.to;
        for (unsigned row = 0; row < run.rows; ++row, to += run.step) {
            if (waiting < 2) {
                for (const unsigned end = waiting + 32; waiting < end; waiting += 8) {
                    bits |= std::uint64_t{*next++} << waiting;
                }
            }
            const unsigned modules = static_cast<unsigned>(bits & mask) << run.shift;
            bits >>= run.count;
            waiting -= run.count;
            *to ^= static_cast<std::uint8_t>(modules >> 8U);
            if (!in_one_byte) {
                to[1] ^= static_cast<std::uint8_t>(modules);
            }
        }
    }
    rows.pop_back();
    return rows;
}

std::optional<Bytes> QrPlan::draw(std::string_view head, std::string_view payload) const {
    const Blocks& blocks = versions[version_index_];
    const auto data = write_segments(head, payload, blocks.data_bytes());
    if (!data) {
        return std::nullopt;
    }
    // §7.6: the first codeword of each block, the second of each, …; then the same of the
    // correction. Blocks are divided in the same order: one does not wait for the other.
    std::array<Words, blocks_max> rest{};
    Bytes stream;
    stream.reserve(data->size() + blocks.count() * blocks.ecc_bytes + 4);
    for (std::size_t i = 0; i <= blocks.short_bytes; ++i) {
        for (std::size_t block = i < blocks.short_bytes ? 0 : blocks.short_count;
             block < blocks.count(); ++block) {
            const std::uint8_t codeword = (*data)[blocks.begin_of(block) + i];
            stream.push_back(turned[codeword]);
            divide(codeword, rest[block]);
        }
    }
    for (std::size_t i = 0; i < blocks.ecc_bytes; ++i) {
        for (std::size_t block = 0; block < blocks.count(); ++block) {
            stream.push_back(turned[rest[block][i / 8] >> 8 * (i % 8) & 0xFFU]);
        }
    }
    stream.resize(stream.size() + 4, 0); // remainder bits; four bytes are read at a time
    return place(stream);
}

} // namespace songda::issuer::detail
