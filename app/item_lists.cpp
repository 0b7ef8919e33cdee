// Lists of items and of powers as editions: what a list is held against before it is published, and
// the published names and codes that a guide is compared with (苏政办发〔2018〕64号 附件2:
// 清单与办事指南应保持一致).

#include <fstream>
#include <iterator>

#include <fmt/core.h>

#include "api/published_lists.hpp"
#include "app/editions.hpp"
#include "catalogue/items.hpp"

namespace songda::app {
namespace {

using api::LevelList;
using api::ReadList;
using catalogue::ItemColumn;
using catalogue::ItemList;
using store::EditionKind;

constexpr std::string_view item_list_zh = "“不见面审批”事项清单";
constexpr std::string_view power_list_zh = "权力清单";

std::string told(const catalogue::ItemFinding& finding) {
    return fmt::format("第{}行 row {} {} [{}] {} {}", finding.row, finding.row, finding.column,
                       finding.rule, finding.zh, finding.en);
}

struct ReadBytes {
    catalogue::Sheet sheet;
    ItemList list;
};

Result<ReadBytes> read_list(std::string_view bytes, ReadList read) {
    auto sheet = catalogue::read_sheet(bytes);
    if (!sheet.ok()) {
        return sheet.error();
    }
    ItemList list = read(sheet.value());
    return ReadBytes{std::move(sheet).value(), std::move(list)};
}

/// A file as it is kept: CSV, whatever it came as.
EditionSubject subject_of(const ReadBytes& file, const std::string& area, std::string_view zh,
                          const std::vector<catalogue::ItemFinding>& findings) {
    const std::string csv = catalogue::write_csv(file.sheet);
    EditionSubject subject{area,
                           fmt::format("{}（{}项）", zh, file.list.items.size()),
                           Bytes(csv.begin(), csv.end()),
                           {}};
    for (const catalogue::ItemFinding& finding : findings) {
        subject.findings.push_back(told(finding));
    }
    return subject;
}

Result<EditionSubject> item_subject_of(const ReadBytes& file, const std::string& area,
                                       const catalogue::ItemLintOptions& options) {
    const auto findings = catalogue::lint_items(file.list, options);
    return findings.ok() ? subject_of(file, area, item_list_zh, findings.value())
                         : Result<EditionSubject>(findings.error());
}

Result<std::string> read_bytes(const std::string& path, const std::string& area) {
    if (area.empty()) {
        return Error{Fault::invalid_input,
                     "--name: 应为地区代码 must be the area's code, as 320100 (GB/T 2260)"};
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    return std::string(std::istreambuf_iterator<char>(in), {});
}

/// 二(一): what the upper level published must all be there. Told, not refused: an area may have
/// been given fewer powers than its province has items.
std::string coverage_note(const ItemList& local, const LevelList& upper) {
    const catalogue::Coverage coverage = catalogue::compare_coverage(local, upper.list);
    return fmt::format("对照{}清单：{} 项中已覆盖 {} 项，名称不同 {} 处，本地增加 {} 项 "
                       "{} of {} items of {} covered, {} names differ, {} local",
                       upper.area.name, coverage.upper_items, coverage.covered,
                       coverage.differing.size(), coverage.local_only.size(), coverage.covered,
                       coverage.upper_items, upper.area.code, coverage.differing.size(),
                       coverage.local_only.size());
}

struct Place {
    catalogue::Register known;
    catalogue::Area area;
};

/// The area that the edition is named for. Fault not_found: the register has none on the day.
Result<Place> find_place(const EditionContext& context) {
    auto known = catalogue::Register::read(context.config.register_folders);
    if (!known.ok()) {
        return known.error();
    }
    auto area = known.value().areas().find(context.name, context.day);
    if (!area.ok()) {
        return area.error();
    }
    return Place{std::move(known).value(), std::move(area).value()};
}

/// Against the register, the power list of the nearest level that has one (S41, S43, S44: powers
/// are adjusted first), and the upper level's items.
Result<EditionSubject> check_item_list(const EditionContext& context, ByteView content) {
    const auto place = find_place(context);
    const auto file = read_list(as_text(content), catalogue::read_items);
    if (!place.ok() || !file.ok()) {
        return place.ok() ? file.error() : place.error();
    }
    const auto& [known, area] = place.value();
    const auto power =
        api::find_level_list(context.store, EditionKind::power_list, catalogue::read_power_list,
                             known.areas(), area.code, context.day);
    const auto upper =
        api::find_level_list(context.store, EditionKind::item_list, catalogue::read_items,
                             known.areas(), area.upper, context.day);
    if (!power.ok() || !upper.ok()) {
        return power.ok() ? upper.error() : power.error();
    }
    const auto departments = known.departments_of(area.code, context.day);
    catalogue::ItemLintOptions options;
    options.departments = &departments;
    options.power = power.value() ? &power.value()->list : nullptr;
    auto subject = item_subject_of(file.value(), context.name, options);
    if (subject.ok() && upper.value()) {
        subject.value().notes.push_back(coverage_note(file.value().list, *upper.value()));
    }
    if (subject.ok() && departments.empty()) {
        subject.value().notes.emplace_back(
            "名录中没有该地区的部门，审批部门未核对 the register has no department of this area: "
            "审批部门 was not compared");
    }
    return subject;
}

/// Of another organ's list only the headings are judged.
Result<EditionSubject> read_power_subject(std::string_view bytes, const std::string& area) {
    const auto file = read_list(bytes, catalogue::read_power_list);
    return file.ok() ? subject_of(file.value(), area, power_list_zh, file.value().list.findings)
                     : Result<EditionSubject>(file.error());
}

Result<EditionSubject> check_power_list(const EditionContext& context, ByteView content) {
    const auto place = find_place(context);
    return place.ok() ? read_power_subject(as_text(content), context.name) : place.error();
}

} // namespace

EditionCommands item_list_commands() {
    return {EditionKind::item_list, "items", "事项清单",
            [](const std::string& path, const std::string& area) -> Result<EditionSubject> {
                const auto bytes = read_bytes(path, area);
                if (!bytes.ok()) {
                    return bytes.error();
                }
                const auto file = read_list(bytes.value(), catalogue::read_items);
                return file.ok() ? item_subject_of(file.value(), area, {}) : file.error();
            },
            check_item_list};
}

EditionCommands power_list_commands() {
    return {EditionKind::power_list, "power", "权力清单",
            [](const std::string& path, const std::string& area) -> Result<EditionSubject> {
                const auto bytes = read_bytes(path, area);
                return bytes.ok() ? read_power_subject(bytes.value(), area) : bytes.error();
            },
            check_power_list};
}

Result<PublishedItems> read_published_items(store::Store& store, Date day) {
    PublishedItems published;
    const auto editions = store.editions_in_force(EditionKind::item_list, day);
    if (!editions.ok()) {
        return editions.error();
    }
    for (const store::EditionRow& edition : editions.value()) {
        const auto list = api::read_list(store, edition);
        if (!list.ok()) {
            return list.error();
        }
        for (const catalogue::Item& item : list.value().items) {
            const std::string& sub_item = item[ItemColumn::sub_item];
            published[item[ItemColumn::code]] =
                sub_item.empty() ? item[ItemColumn::item] : sub_item;
        }
    }
    return published;
}

} // namespace songda::app
