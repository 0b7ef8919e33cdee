// Lists of items as editions: what an item list is to the commands of editions, and the published
// names and codes that a guide is compared with (苏政办发〔2018〕64号 附件2:
// 清单与办事指南应保持一致).

#include <fstream>
#include <iterator>
#include <memory>

#include <fmt/core.h>

#include "app/editions.hpp"
#include "catalogue/codes.hpp"
#include "catalogue/items.hpp"

namespace songda::app {
namespace {

using catalogue::ItemColumn;

std::string told(const catalogue::ItemFinding& finding) {
    return fmt::format("第{}行 row {} {} [{}] {} {}", finding.row, finding.row, finding.column,
                       finding.rule, finding.zh, finding.en);
}

Result<EditionSubject> subject_of(std::string_view bytes, const std::string& area) {
    const auto sheet = catalogue::read_sheet(bytes);
    if (!sheet.ok()) {
        return sheet.error();
    }
    const catalogue::ItemList list = catalogue::read_items(sheet.value());
    const auto findings = catalogue::lint_items(list, {});
    if (!findings.ok()) {
        return findings.error();
    }
    const std::string csv = catalogue::write_csv(sheet.value());
    EditionSubject subject{area,
                           fmt::format("“不见面审批”事项清单（{}项）", list.items.size()),
                           Bytes(csv.begin(), csv.end()),
                           {}};
    for (const catalogue::ItemFinding& finding : findings.value()) {
        subject.findings.push_back(told(finding));
    }
    return subject;
}

Result<EditionSubject> read_item_list(const std::string& path, const std::string& area) {
    if (area.size() != 6 || !catalogue::is_digits(area)) {
        return Error{Fault::invalid_input,
                     "--name: 应为六位区划代码 must be the area's code of 6 digits (GB/T 2260)"};
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    return subject_of(std::string(std::istreambuf_iterator<char>(in), {}), area);
}

} // namespace

EditionCommands item_list_commands() {
    return {
        store::EditionKind::item_list, "items", "事项清单", read_item_list,
        [](const EditionContext&, ByteView content) { return subject_of(as_text(content), ""); }};
}

Result<PublishedItems> read_published_items(store::Store& store, Date day) {
    PublishedItems published;
    const auto editions = store.editions_in_force(store::EditionKind::item_list, day);
    if (!editions.ok()) {
        return editions.error();
    }
    for (const store::EditionRow& edition : editions.value()) {
        const auto content = store.edition_content(edition);
        if (!content.ok()) {
            return content.error();
        }
        const auto sheet = catalogue::read_sheet(as_text(content.value()));
        if (!sheet.ok()) {
            return Error{Fault::corrupt, "a published list does not read: " + sheet.error().detail};
        }
        for (const catalogue::Item& item : catalogue::read_items(sheet.value()).items) {
            const std::string& sub_item = item[ItemColumn::sub_item];
            published[item[ItemColumn::code]] =
                sub_item.empty() ? item[ItemColumn::item] : sub_item;
        }
    }
    return published;
}

} // namespace songda::app
