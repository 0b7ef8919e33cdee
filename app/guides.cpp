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

Result<EditionSubject> subject_of(std::string_view text, const std::string& name) {
    const auto guide = catalogue::parse_guide(text, name);
    if (!guide.ok()) {
        return guide.error();
    }
    EditionSubject subject{
        guide.value().item_code, guide.value().item_name, Bytes(text.begin(), text.end()), {}};
    for (const auto& finding : catalogue::lint_guide(guide.value())) {
        subject.findings.push_back(told(finding));
    }
    if (subject.name.empty()) {
        return Error{Fault::invalid_input, name + ": item.code: a guide needs its item's code"};
    }
    return subject;
}

Result<EditionSubject> read_guide_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    return subject_of(std::string(std::istreambuf_iterator<char>(in), {}), path);
}

} // namespace

EditionCommands guide_commands() {
    return {store::EditionKind::guide, "guide", "办事指南", read_guide_file,
            [](store::Store&, ByteView content) {
                return subject_of(as_text(content), "办事指南 guide");
            }};
}

} // namespace songda::app
