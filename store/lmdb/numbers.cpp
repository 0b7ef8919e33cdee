#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/number_rows.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

const ByteView hold_name = as_bytes("numbers_held_since");
const ByteView floor_name = as_bytes("number_floor");

Key counter_key(const DepartmentCode& department, std::string_view sequence) {
    Key key;
    key.text(department.text).text(sequence);
    return key;
}

/// Eight bytes, or sixteen once numbers were passed over.
CounterRow read_counter(ByteView value) {
    CounterRow row;
    row.last = read_number(value.first(std::min<std::size_t>(value.size(), 8)));
    row.passed = value.size() > 8 ? read_number(value.subspan(8)) : 0;
    return row;
}

void put_counter(Transaction& rows, ByteView key, const CounterRow& row) {
    Key value;
    value.number(row.last);
    if (row.passed > 0) {
        value.number(row.passed);
    }
    rows.put(Table::counter, key, value);
}

NumberFloor find_floor(Transaction& rows) {
    const std::optional<ByteView> stored = rows.get(Table::meta, floor_name);
    if (!stored || stored->size() != 12) {
        return {};
    }
    return {read_number(stored->first(8)),
            static_cast<std::uint32_t>(read_number(stored->last(4)))};
}

void put_floor(Transaction& rows, const NumberFloor& floor) {
    rows.put(Table::meta, floor_name, Key().number(floor.value).number(floor.year));
}

std::uint64_t moved(std::uint64_t last, const NumberAdvance& advance) {
    return advance.how == NumberAdvance::How::by ? last + advance.count
                                                 : std::max(last, advance.count);
}

/// `department ‖ 0 ‖ name ‖ 0`, as counter_key makes it.
std::optional<NumberSequence> read_sequence(const Entry& entry) {
    const std::string_view key = as_text(entry.key);
    const std::size_t end = key.find('\0');
    if (end == std::string_view::npos || !key.ends_with('\0') || end + 1 >= key.size()) {
        return std::nullopt;
    }
    const std::string_view name = key.substr(end + 1, key.size() - end - 2);
    return NumberSequence{
        {std::string(key.substr(0, end))}, std::string(name), read_counter(entry.value).last};
}

/// Of the sequences `name/YEAR`.
std::uint64_t last_of_years(Transaction& rows, const DepartmentCode& department,
                            std::string_view name) {
    std::uint64_t last = 0;
    Key of_years;
    of_years.text(department.text).raw(as_bytes(name)).raw(as_bytes("/"));
    for_each_under(rows, Table::counter, of_years, [&](const Entry& entry) {
        const auto sequence = read_sequence(entry);
        if (sequence && sequence->name.size() == name.size() + 5 &&
            sequence_year(sequence->name) != 0) {
            last = std::max(last, sequence->last);
        }
        return true;
    });
    return last;
}

Result<std::vector<NumberSequence>> list_sequences(Transaction& rows) {
    std::vector<NumberSequence> found;
    Result<void> state;
    for_each_under(rows, Table::counter, {}, [&](const Entry& entry) {
        auto sequence = read_sequence(entry);
        if (!sequence) {
            state = Error{Fault::corrupt, "a number sequence without a name"};
            return false;
        }
        found.push_back(*std::move(sequence));
        return true;
    });
    state = state.ok() ? failure_of(rows) : state;
    if (!state.ok()) {
        return state.error();
    }
    return found;
}

/// All sequences that are to be moved, as they will be; looks only.
Result<std::vector<NumberSequence>> plan_moves(Transaction& rows, const NumberAdvance& advance) {
    Result<std::vector<NumberSequence>> moves = std::vector<NumberSequence>();
    if (advance.only) {
        const auto& [department, sequence] = *advance.only;
        moves.value().push_back(
            {department, sequence, find_counter(rows, department, sequence).last});
    } else {
        moves = list_sequences(rows);
    }
    if (!moves.ok()) {
        return moves;
    }
    for (NumberSequence& sequence : moves.value()) {
        sequence.last = moved(sequence.last, advance);
        if (sequence.last > sequence_value_max) {
            return Error{Fault::invalid_input, "number too large: " + sequence.name};
        }
    }
    return moves;
}

Result<void> advance_all(Batch& batch, const NumberAdvance& advance) {
    Transaction& rows = batch.rows;
    const auto moves = plan_moves(rows, advance);
    NumberFloor floor = find_floor(rows);
    if (!advance.only) {
        floor = {moved(floor.value, advance), std::max(floor.year, advance.floor_year)};
    }
    if (!moves.ok() || floor.value > sequence_value_max) {
        return moves.ok() ? Error{Fault::invalid_input, "number too large"} : moves.error();
    }
    for (const NumberSequence& move : moves.value()) {
        put_counter(rows, counter_key(move.department, move.name), {move.last, move.last});
    }
    if (!advance.only) {
        put_floor(rows, floor);
        rows.erase(Table::meta, hold_name);
    }
    return {};
}

} // namespace

std::optional<TimeMs> find_hold(Transaction& rows) {
    const std::optional<ByteView> stored = rows.get(Table::meta, hold_name);
    return stored ? std::optional(TimeMs{static_cast<std::int64_t>(read_number(*stored))})
                  : std::nullopt;
}

void put_hold(Transaction& rows, TimeMs at) {
    if (!find_hold(rows)) {
        rows.put(Table::meta, hold_name, Key().number(static_cast<std::uint64_t>(at.value)));
    }
}

CounterRow find_counter(Transaction& rows, const DepartmentCode& department,
                        std::string_view sequence) {
    const std::optional<ByteView> stored =
        rows.get(Table::counter, counter_key(department, sequence));
    if (stored) {
        return read_counter(*stored);
    }
    const int year = sequence_year(sequence);
    const NumberFloor floor = find_floor(rows);
    std::uint64_t last = year <= static_cast<int>(floor.year) ? floor.value : 0;
    if (year == 0) {
        last = std::max(last, last_of_years(rows, department, sequence));
    }
    return {last, last};
}

Result<void> check_numbers(Transaction& rows, std::span<const Intent> intents) {
    if (find_hold(rows)) {
        return Error{Fault::held, "restored from a backup: numbers are not decided"};
    }
    for (const Intent& intent : intents) {
        if (intent.sequence.empty()) {
            continue;
        }
        const CounterRow row = find_counter(rows, intent.department, intent.sequence);
        if (row.passed > 0 && intent.sequence_value <= row.passed) {
            return Error{Fault::unavailable, "the numbers were moved on meanwhile"};
        }
    }
    return {};
}

void raise_counter(Transaction& rows, const Intent& intent) {
    if (intent.sequence.empty()) {
        return;
    }
    const Key key = counter_key(intent.department, intent.sequence);
    CounterRow row = find_counter(rows, intent.department, intent.sequence);
    if (row.last < intent.sequence_value) {
        row.last = intent.sequence_value;
        put_counter(rows, key, row);
    }
}

Result<std::uint64_t> LmdbStore::counter(const DepartmentCode& department,
                                         std::string_view sequence) {
    Transaction rows = environment_.read();
    const bool held = find_hold(rows).has_value();
    const CounterRow found = find_counter(rows, department, sequence);
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    if (held) {
        return Error{Fault::held, "restored from a backup: numbers are not decided"};
    }
    return found.last;
}

Result<Numbers> LmdbStore::numbers() {
    Transaction rows = environment_.read();
    auto sequences = list_sequences(rows);
    if (!sequences.ok()) {
        return sequences.error();
    }
    return Numbers{find_hold(rows), find_floor(rows), std::move(sequences).value()};
}

Result<std::optional<TimeMs>> LmdbStore::numbers_held() {
    Transaction rows = environment_.read();
    const std::optional<TimeMs> held = find_hold(rows);
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    return held;
}

Result<void> LmdbStore::advance_numbers(const NumberAdvance& advance, const AuditRow& audit) {
    const Result<void> checked = check_row(audit);
    if (!checked.ok()) {
        return checked;
    }
    if (advance.count > sequence_value_max ||
        (advance.only && !(key_text_fits(advance.only->department.text, department_bytes_max) &&
                           key_text_fits(advance.only->sequence, sequence_name_bytes_max)))) {
        return Error{Fault::invalid_input, "number too large, or a name too long"};
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        Result<void> done = advance_all(batch, advance);
        if (done.ok()) {
            batch.audit(audit);
        }
        return done;
    });
}

Result<void> LmdbStore::confirm_numbers(const AuditRow& audit) {
    const Result<void> checked = check_row(audit);
    if (!checked.ok()) {
        return checked;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        if (!find_hold(batch.rows)) {
            return Error{Fault::conflict, "nothing is held"};
        }
        batch.rows.erase(Table::meta, hold_name);
        batch.audit(audit);
        return {};
    });
}

} // namespace songda::store
