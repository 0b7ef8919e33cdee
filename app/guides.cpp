// songda guide: what a guide is to the commands of editions.

#include <fstream>
#include <iterator>

#include <fmt/core.h>

#include "app/editions.hpp"
#include "catalogue/guide_lint.hpp"

namespace songda::app {
namespace {

std::string told(const catalogue::GuideFinding& finding) {
    const catalogue::GuideRule& rule = *finding.rule;
    return fmt::format("{} [{}] {}{}{} {}（原文：{}）", finding.where, rule.id, rule.zh,
                       finding.text.empty() ? "" : "：", finding.text, rule.en, rule.quote);
}

Result<EditionSubject> subject_of(std::string_view text, const std::string& name,
                                  const catalogue::PowerList& published) {
    const auto guide = catalogue::parse_guide(text, name);
    if (!guide.ok()) {
        return guide.error();
    }
    EditionSubject subject{
        guide.value().item_code, guide.value().item_name, Bytes(text.begin(), text.end()), {}};
    for (const auto& finding : catalogue::lint_guide(guide.value(), published)) {
        subject.findings.push_back(told(finding));
    }
    if (subject.name.empty()) {
        return Error{Fault::invalid_input, name + ": item.code: a guide needs its item's code"};
    }
    return subject;
}

Result<EditionSubject> read_guide_file(const std::string& path, const std::string&) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    return subject_of(std::string(std::istreambuf_iterator<char>(in), {}), path, nullptr);
}

/// Before it goes on, a guide is compared with the lists of items in force, if there are any.
Result<EditionSubject> check_guide(const EditionContext& context, ByteView content) {
    const auto items = read_published_items(context.store, context.day);
    if (!items.ok()) {
        return items.error();
    }
    const auto find = [&items](std::string_view code) {
        const auto found = items.value().find(code);
        return found == items.value().end() ? std::nullopt : std::optional(found->second);
    };
    return subject_of(as_text(content), "办事指南 guide",
                      items.value().empty() ? catalogue::PowerList() : find);
}

} // namespace

EditionCommands guide_commands() {
    return {store::EditionKind::guide, "guide", "办事指南", read_guide_file, check_guide};
}

} // namespace songda::app
