#include "base/journal.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace songda {
namespace {

constexpr std::size_t journal_bytes_max = std::size_t{256} << 20U;

std::string line_json(const JournalLine& line) {
    std::string json;
    JsonObject object(json);
    object.text("time", to_rfc3339(line.time));
    object.text("event", line.event);
    for (const auto& [name, value] : line.fields) {
        object.text(name, value);
    }
    object.end();
    return json;
}

} // namespace

Result<JournalLine> read_journal_line(std::string_view json) {
    const auto text = parse_json(json, 2);
    if (!text.ok()) {
        return Error{Fault::corrupt, text.error().detail};
    }
    JournalLine line;
    const auto time = parse_rfc3339(member_text(text.value().root(), "time"));
    line.event = member_text(text.value().root(), "event");
    if (!time || line.event.empty()) {
        return Error{Fault::corrupt, "names no time or no event"};
    }
    line.time = *time;
    for (const std::string_view name : member_names(text.value().root())) {
        if (name != "time" && name != "event") {
            line.fields.emplace(name, member_text(text.value().root(), name));
        }
    }
    return line;
}

ChainReader keep_journal_lines(std::vector<JournalLine>& lines) {
    return [&lines](std::string_view json) -> Result<void> {
        auto line = read_journal_line(json);
        if (!line.ok()) {
            return line.error();
        }
        lines.push_back(std::move(line).value());
        return {};
    };
}

Result<Journal> Journal::open(const std::string& path, mode_t mode) {
    std::vector<JournalLine> lines;
    auto file =
        ChainFile::open(path, chain_start(), keep_journal_lines(lines), journal_bytes_max, mode);
    if (!file.ok()) {
        return file.error();
    }
    return Journal(std::move(file).value(), std::move(lines));
}

Result<void> Journal::append(std::string_view event, const JournalFields& fields, TimeMs now) {
    JournalLine line{now, std::string(event), fields};
    if (!lines_.empty()) {
        line.time = std::max(line.time, lines_.back().time);
    }
    for (const auto& [name, value] : fields) {
        if (find_bad_utf8(value)) {
            return Error{Fault::invalid_input, name + " is not UTF-8"};
        }
    }
    const std::size_t synced = file_.bytes();
    const auto written = file_.append(line_json(line));
    if (!written.ok()) {
        return written;
    }
    const auto on_disk = file_.sync();
    if (!on_disk.ok()) {
        file_.give_up(synced);
        return on_disk;
    }
    lines_.push_back(std::move(line));
    return {};
}

} // namespace songda
