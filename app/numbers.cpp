// songda numbers: how far the number sequences have come, and moving them on after a restore.

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/template_edition.hpp"
#include "app/terminal.hpp"
#include "issuer/templates/number_pattern.hpp"
#include "issuer/templates/template.hpp"

namespace songda::app {
namespace {

using store::NumberAdvance;
using store::NumberSequence;

/// The highest number that each template has digits for; templates without an end are
/// not in it.
using Ends = std::map<std::string, std::uint64_t, std::less<>>;

/// Of the newest version of each template, in the configuration or published.
Result<Ends> read_ends(const Config& config, store::Store& store) {
    std::map<std::string, std::pair<int, std::string>> newest; // version and number pattern by id
    const auto add = [&newest](const issuer::Template& spec) {
        auto& present = newest[spec.id];
        present = std::max(present, std::make_pair(spec.version, spec.number_pattern));
    };
    for (const DepartmentConfig& department : config.departments) {
        for (const std::string& name : department.templates) {
            const auto spec = issuer::read_template(config.templates_folder + '/' + name);
            if (!spec.ok()) {
                return spec.error();
            }
            add(spec.value());
        }
    }
    const auto editions = store.all_editions(store::EditionKind::template_);
    if (!editions.ok()) {
        return editions.error();
    }
    for (const store::EditionRow& row : editions.value()) {
        if (row.state == store::EditionState::published) {
            const auto spec = read_template_edition(store, row);
            if (spec.ok()) { // what does not read issues nothing
                add(spec.value());
            }
        }
    }
    Ends ends;
    for (const auto& [id, version] : newest) {
        if (const auto end = issuer::sequence_max(version.second)) {
            ends[id] = *end;
        }
    }
    return ends;
}

std::optional<std::uint64_t> end_of(const Ends& ends, std::string_view sequence) {
    const auto found = ends.find(sequence.substr(0, sequence.find('/')));
    return found == ends.end() ? std::nullopt : std::optional(found->second);
}

void show(const store::Numbers& numbers, const Ends& ends) {
    if (numbers.held_since) {
        fmt::print("由 {0} 的备份恢复，编号未定，暂不签发 restored from the backup of {0}: nothing "
                   "is issued until the numbers are decided\n",
                   to_china_time(*numbers.held_since));
    }
    std::string department;
    for (const NumberSequence& sequence : numbers.sequences) {
        if (sequence.department.text != department) {
            department = sequence.department.text;
            fmt::print("{}\n", department);
        }
        const auto end = end_of(ends, sequence.name);
        fmt::print("  {}  已用至 last {}{}\n", sequence.name, sequence.last,
                   end ? fmt::format("  最大 of {}", *end) : "");
    }
    if (numbers.floor.value > 0) {
        fmt::print("尚无编号的序列（不晚于{0}年）自 {1} 起 sequences without a number yet, up to "
                   "{0}, begin at {1}\n",
                   numbers.floor.year, numbers.floor.value + 1);
    }
}

int show_numbers(store::Store& store, const Ends& ends) {
    const auto numbers = store.numbers();
    if (!numbers.ok()) {
        return tell_failure(numbers.error());
    }
    show(numbers.value(), ends);
    return 0;
}

/// The first sequence, or template without one, that has no digits for where it would go.
std::optional<std::string> find_overrun(const store::Numbers& numbers, const Ends& ends,
                                        const NumberAdvance& advance) {
    const auto overruns = [&](std::string_view name, std::uint64_t last) {
        const auto end = end_of(ends, name);
        const std::uint64_t after = advance.how == NumberAdvance::How::by
                                        ? last + advance.count
                                        : std::max(last, advance.count);
        return end && after > *end;
    };
    bool known = false;
    for (const NumberSequence& each : numbers.sequences) {
        const bool same = advance.only && each.department == advance.only->department &&
                          each.name == advance.only->sequence;
        known = known || same;
        if ((!advance.only || same) && overruns(each.name, each.last)) {
            return fmt::format("{} {}", each.name, *end_of(ends, each.name));
        }
    }
    for (const auto& [name, end] : ends) {
        const bool concerned =
            !advance.only ||
            (!known && advance.only->sequence.substr(0, advance.only->sequence.find('/')) == name);
        if (concerned && overruns(name, numbers.floor.value)) {
            return fmt::format("{} {}", name, end);
        }
    }
    return std::nullopt;
}

/// Nothing, after telling why, when the words do not fit together.
std::optional<NumberAdvance> read_advance(const NumbersArguments& arguments, const Config& config) {
    NumberAdvance advance;
    if (arguments.by.has_value() == arguments.past.has_value()) {
        tell_failure("请用 --by N 或 --past N 之一", "give one of --by N and --past N");
        return std::nullopt;
    }
    advance.how = arguments.by ? NumberAdvance::How::by : NumberAdvance::How::past;
    advance.count = arguments.by ? *arguments.by : *arguments.past;
    advance.floor_year = static_cast<std::uint32_t>(china_date(SystemClock().now()).year);
    if (!arguments.sequence.empty()) {
        std::string department = arguments.department;
        if (department.empty() && config.departments.size() == 1) {
            department = config.departments.front().code;
        }
        if (department.empty()) {
            tell_failure("请用 --department 指明部门",
                         "name the department with --department CODE");
            return std::nullopt;
        }
        advance.only = {{department}, arguments.sequence};
    }
    return advance;
}

int advance_numbers(store::Store& store, const NumbersArguments& arguments, const Config& config,
                    const Ends& ends) {
    const auto advance = read_advance(arguments, config);
    if (!advance) {
        return 2;
    }
    const auto before = store.numbers();
    if (!before.ok()) {
        return tell_failure(before.error());
    }
    if (const auto overrun = find_overrun(before.value(), ends, *advance)) {
        return tell_failure("超出模板编号的位数，未作变更：" + *overrun,
                            "more than the number's digits, nothing was moved");
    }
    const auto done = store.advance_numbers(
        *advance,
        {SystemClock().now(), operator_name(), "numbers_advanced",
         advance->only ? advance->only->department.text + ' ' + advance->only->sequence : "all",
         fmt::format("{} {}", arguments.by ? "by" : "past", advance->count)});
    if (!done.ok()) {
        return tell_failure(done.error());
    }
    const int status = show_numbers(store, ends);
    if (advance->only && before.value().held_since) {
        fmt::print("仍不签发；全部确定后请用 songda numbers confirm --reason …\n"
                   "still nothing is issued; when all are right: songda numbers confirm --reason "
                   "…\n");
    }
    return status;
}

int confirm_numbers(store::Store& store, const std::string& reason, const Ends& ends) {
    if (reason.empty()) {
        return tell_failure("须有 --reason", "--reason is needed");
    }
    const auto done = store.confirm_numbers(
        {SystemClock().now(), operator_name(), "numbers_confirmed", "all", reason});
    if (!done.ok()) {
        return done.error().fault == Fault::conflict
                   ? tell_failure("编号无需确认", "no numbers wait to be confirmed")
                   : tell_failure(done.error());
    }
    return show_numbers(store, ends);
}

} // namespace

int run_numbers(const NumbersArguments& arguments) {
    const auto beside = open_beside_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    const auto ends = read_ends(beside->config, *beside->store);
    if (!ends.ok()) {
        return tell_failure(ends.error());
    }
    using Action = NumbersArguments::Action;
    switch (arguments.action) {
    case Action::show: return show_numbers(*beside->store, ends.value());
    case Action::advance:
        return advance_numbers(*beside->store, arguments, beside->config, ends.value());
    case Action::confirm: return confirm_numbers(*beside->store, arguments.reason, ends.value());
    }
    return 2;
}

} // namespace songda::app
