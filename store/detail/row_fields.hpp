#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "store/detail/crc32c.hpp"
#include "store/limits.hpp"
#include "store/rows.hpp"

/// The fields of stored rows, one after the other (docs/formats/store.md). Which a row has and in
/// which order says codec.cpp.
namespace songda::store::detail {

/// Big-endian integers; texts as 2-byte length and bytes.
class RowWriter {
public:
    RowWriter(std::uint8_t version, std::uint8_t kind) : version_(version) {
        bytes_.reserve(512);
        bytes_.push_back(version);
        bytes_.push_back(kind);
    }
    [[nodiscard]] std::uint8_t version() const { return version_; }

    template <class... Fields>
    void operator()(const Fields&... fields) {
        (put(fields), ...);
    }

    [[nodiscard]] bool fits() const { return fits_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] Bytes finish() {
        put(crc32c(bytes_));
        return std::move(bytes_);
    }

private:
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    void put(Number number) {
        std::array<std::uint8_t, sizeof(Number)> big_endian;
        for (std::size_t at = 0; at < big_endian.size(); ++at) {
            const auto shift = 8 * (big_endian.size() - 1 - at);
            big_endian[at] = static_cast<std::uint8_t>(number >> shift);
        }
        append(bytes_, ByteView(big_endian));
    }
    void put(bool flag) { bytes_.push_back(flag ? 1 : 0); }
    void put(const std::string& text) {
        // A text that does not fit is cut here and refused by check_row before it is stored.
        const std::size_t length = std::min<std::size_t>(text.size(), 0xFFFF);
        fits_ = fits_ && length == text.size();
        put(static_cast<std::uint16_t>(length));
        append(bytes_, std::string_view(text).substr(0, length));
    }
    void put(const Bytes& bytes) { put(std::string(as_text(bytes))); }
    void put(const Private<std::string>& text) { put(text.reveal()); }
    void put(const DepartmentCode& code) { put(code.text); }
    void put(TimeMs time) { put(static_cast<std::uint64_t>(time.value)); }
    void put(Date date) {
        put(static_cast<std::uint32_t>(date.year));
        put(static_cast<std::uint8_t>(date.month));
        put(static_cast<std::uint8_t>(date.day));
    }
    void put(DocumentStatus status) { put(static_cast<std::uint8_t>(status)); }
    void put(DraftState state) { put(static_cast<std::uint8_t>(state)); }
    void put(EditionKind kind) { put(static_cast<std::uint8_t>(kind)); }
    void put(EditionState state) { put(static_cast<std::uint8_t>(state)); }
    void put(Operation operation) { put(static_cast<std::uint8_t>(operation)); }
    void put(SignatureLevel level) { put(static_cast<std::uint8_t>(level)); }
    void put(LegPurpose purpose) { put(static_cast<std::uint8_t>(purpose)); }
    void put(OutageState state) { put(static_cast<std::uint8_t>(state)); }
    void put(const ToldStatus& told) {
        put(told.document);
        put(told.sequence);
    }
    void put(const Relation& relation) {
        put(static_cast<std::uint8_t>(relation.kind));
        put(relation.document);
    }
    template <class Tag, std::size_t N>
    void put(const Id<Tag, N>& id) {
        append(bytes_, id.view());
    }
    void put(const Digest& digest) { append(bytes_, ByteView(digest)); }
    void put(const std::vector<std::string>& texts) {
        fits_ = fits_ && texts.size() <= scopes_max;
        const std::size_t count = std::min(texts.size(), scopes_max);
        put(static_cast<std::uint8_t>(count));
        for (std::size_t at = 0; at < count; ++at) {
            put(texts[at]);
        }
    }
    template <class T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) {
            put(*value);
        }
    }

    Bytes bytes_;
    std::uint8_t version_;
    bool fits_ = true;
};

/// After the first refusal every further field is left empty and `ok()` stays false.
class RowReader {
public:
    RowReader(std::uint8_t version, ByteView bytes) : rest_(bytes), version_(version) {}
    [[nodiscard]] std::uint8_t version() const { return version_; }

    template <class... Fields>
    void operator()(Fields&... fields) {
        (get(fields), ...);
    }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

private:
    [[nodiscard]] ByteView take(std::size_t length) {
        if (!ok_ || rest_.size() < length) {
            ok_ = false;
            return {};
        }
        const ByteView taken = rest_.first(length);
        rest_ = rest_.subspan(length);
        return taken;
    }
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    void get(Number& number) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : take(sizeof(Number))) {
            value = (value << 8U) | byte;
        }
        number = static_cast<Number>(value);
    }
    void get(bool& flag) {
        std::uint8_t byte = 0;
        get(byte);
        ok_ = ok_ && byte <= 1;
        flag = byte == 1;
    }
    void get(std::string& text) {
        std::uint16_t length = 0;
        get(length);
        text = as_text(take(length));
    }
    void get(Bytes& bytes) {
        std::string text;
        get(text);
        bytes.assign(text.begin(), text.end());
    }
    void get(Private<std::string>& text) {
        std::string revealed;
        get(revealed);
        text = Private<std::string>(std::move(revealed));
    }
    void get(DepartmentCode& code) { get(code.text); }
    void get(TimeMs& time) {
        std::uint64_t value = 0;
        get(value);
        time.value = static_cast<std::int64_t>(value);
    }
    void get(Date& date) {
        std::uint32_t year = 0;
        std::uint8_t month = 0;
        std::uint8_t day = 0;
        (*this)(year, month, day);
        ok_ = ok_ && month >= 1 && month <= 12 && day >= 1 && day <= 31;
        date = {static_cast<int>(year), month, day};
    }
    /// One of the numbers `first` to `last`.
    template <class Numbered>
    void get_numbered(Numbered& value, Numbered first, Numbered last) {
        std::uint8_t number = 0;
        get(number);
        ok_ = ok_ && number >= static_cast<std::uint8_t>(first) &&
              number <= static_cast<std::uint8_t>(last);
        value = ok_ ? static_cast<Numbered>(number) : first;
    }
    void get(DocumentStatus& status) {
        get_numbered(status, DocumentStatus::valid, DocumentStatus::other);
    }
    void get(EditionKind& kind) {
        get_numbered(kind, EditionKind::item_list, EditionKind::power_list);
    }
    void get(EditionState& state) {
        get_numbered(state, EditionState::draft, EditionState::withdrawn);
    }
    void get(DraftState& state) { get_numbered(state, DraftState::waiting, DraftState::refused); }
    void get(Operation& operation) {
        get_numbered(operation, Operation::none, Operation::transfer_cancelled);
    }
    void get(SignatureLevel& level) {
        get_numbered(level, SignatureLevel::b_b, SignatureLevel::b_lta);
    }
    void get(OutageState& state) { get_numbered(state, OutageState::out, OutageState::conflict); }
    void get(LegPurpose& purpose) {
        get_numbered(purpose, LegPurpose::service, LegPurpose::supervision);
    }
    void get(ToldStatus& told) {
        get(told.document);
        get(told.sequence);
    }
    void get(Relation& relation) {
        get_numbered(relation.kind, RelationKind::renews, RelationKind::annotates);
        get(relation.document);
    }
    void get_raw(std::span<std::uint8_t> bytes) {
        const ByteView taken = take(bytes.size());
        std::copy(taken.begin(), taken.end(), bytes.begin());
    }
    template <class Tag, std::size_t N>
    void get(Id<Tag, N>& id) {
        get_raw(id.bytes);
    }
    void get(Digest& digest) { get_raw(digest); }
    void get(std::vector<std::string>& texts) {
        std::uint8_t count = 0;
        get(count);
        ok_ = ok_ && count <= scopes_max;
        for (std::uint8_t at = 0; ok_ && at < count; ++at) {
            get(texts.emplace_back());
        }
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool present = false;
        get(present);
        if (present) {
            get(value.emplace());
        }
    }

    ByteView rest_;
    std::uint8_t version_;
    bool ok_ = true;
};

} // namespace songda::store::detail
