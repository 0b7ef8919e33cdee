// songda template: what a template is to the commands of editions, and what is asked of one beside
// its own rules: that its name, version and numbers are not those of another.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "app/desk.hpp"
#include "app/editions.hpp"
#include "app/template_edition.hpp"
#include "base/sha256.hpp"
#include "catalogue/register.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/template_check.hpp"

namespace songda::app {
namespace {

namespace fs = std::filesystem;
using issuer::Template;
using issuer::TemplateFiles;

std::string finding(std::string_view where, std::string_view zh, std::string_view en) {
    return fmt::format("{} {} {}", where, zh, en);
}

Result<EditionSubject> subject_of(const TemplateFiles& files) {
    const auto spec = issuer::read_template(files);
    if (!spec.ok()) {
        return spec.error();
    }
    const std::string content = files.published();
    return EditionSubject{edition_name(spec.value()),
                          spec.value().title + ' ' + spec.value().full_name(),
                          Bytes(content.begin(), content.end()),
                          {}};
}

Result<EditionSubject> read_template_folder(const std::string& path, const std::string&) {
    const auto files = TemplateFiles::read_folder(path);
    return files.ok() ? subject_of(files.value()) : files.error();
}

/// Of every department that gets it; of nobody's, one that says everything a template may print.
Result<std::vector<issuer::DepartmentFace>> faces_for(const Config& config, const Template& spec) {
    const auto takers = departments_taking(config, spec.type_code, spec.scope.area);
    if (!takers.ok()) {
        return takers.error();
    }
    std::vector<issuer::DepartmentFace> faces;
    for (const DepartmentConfig* const department : takers.value()) {
        faces.push_back(face_of(*department));
    }
    if (faces.empty()) {
        faces.push_back(face_of(config.departments.front()));
        for (auto& [fact, text] : faces.back().facts) {
            text = text.empty() ? "示例" : text;
        }
    }
    return faces;
}

/// All that `songda template check` tells: refusals are findings here, warnings notes.
Result<void> add_check(const Config& config, const TemplateFiles& files, const Template& spec,
                       EditionSubject& subject) {
    auto fonts = issuer::FontSet::load(config.fonts_folder);
    if (!fonts.ok()) {
        return fonts.error();
    }
    const auto profiles = catalogue::Profiles::read(config.profiles_folder);
    if (!profiles.ok()) {
        return profiles.error();
    }
    auto faces = faces_for(config, spec);
    if (!faces.ok()) {
        return faces.error();
    }
    issuer::TemplateCheck with;
    with.fonts = std::move(fonts).value();
    with.profiles = &profiles.value();
    with.faces = std::move(faces).value();
    for (const issuer::TemplateFinding& told : issuer::check_template(files, with).findings) {
        const bool refusal = told.weight == issuer::TemplateFinding::Weight::refusal;
        (refusal ? subject.findings : subject.notes)
            .push_back(fmt::format("{} [{}] {}{} {}", told.where, told.rule, told.message_zh,
                                   told.value.empty() ? "" : "（" + told.value + "）",
                                   told.message_en));
    }
    return {};
}

/// One that documents are or were issued by.
struct Other {
    Template spec;
    Digest content{};
    std::string where;
    bool in_use = true; ///< false: withdrawn
    bool same_name = false;
};

void add_conflicts(const Template& spec, const Digest& content, const Other& other,
                   std::vector<std::string>& findings) {
    const bool same = other.content == content;
    if (other.spec.id != spec.id) {
        if (!spec.number_pattern.empty() && spec.number_pattern == other.spec.number_pattern) {
            findings.push_back(finding(
                "number",
                fmt::format("与 {} 的编号规则相同，同一编号会出现两次：请沿用其 id 或更改编号规则",
                            other.where),
                fmt::format(
                    "is that of {}: its numbers would be given twice; keep its id or change "
                    "the pattern",
                    other.where)));
        }
        return;
    }
    if (other.spec.type_code != spec.type_code) {
        findings.push_back(finding("type_code",
                                   fmt::format("{} 属于 {} 类文书", spec.id, other.spec.type_code),
                                   fmt::format("{} is of type {}: another type takes another id",
                                               spec.id, other.spec.type_code)));
    }
    if (other.spec.version == spec.version && !same) {
        findings.push_back(finding(
            "version",
            fmt::format("{} 已有不同内容（{}），请提高版本号", spec.full_name(), other.where),
            fmt::format("{} is there with other content ({}): give this the next version",
                        spec.full_name(), other.where)));
    } else if (other.in_use && other.same_name &&
               (other.spec.version > spec.version ||
                (same && other.spec.version == spec.version))) {
        findings.push_back(finding(
            "version", fmt::format("应大于现有版本 {}（{}）", other.spec.version, other.where),
            fmt::format("must be greater than {} ({})", other.spec.version, other.where)));
    }
}

/// Of the store and of the configuration's folder, but not the edition itself.
Result<std::vector<Other>> read_others(const EditionContext& context) {
    std::vector<Other> others;
    const auto rows = context.store.all_editions(store::EditionKind::template_);
    if (!rows.ok()) {
        return rows.error();
    }
    for (const store::EditionRow& row : rows.value()) {
        const bool itself = row.name == context.name && row.number == context.number;
        if (itself || !was_published(row)) {
            continue;
        }
        auto spec = read_template_edition(context.store, row);
        if (!spec.ok()) {
            return Error{Fault::corrupt,
                         "a published template does not read: " + spec.error().detail};
        }
        others.push_back({std::move(spec).value(), row.content,
                          fmt::format("{} 第{}版", row.name, row.number),
                          row.state == store::EditionState::published, row.name == context.name});
    }
    std::map<std::string, bool> seen;
    for (const DepartmentConfig& department : context.config.departments) {
        for (const std::string& name : department.templates) {
            if (!seen.emplace(name, true).second) {
                continue;
            }
            const std::string folder = context.config.templates_folder + '/' + name;
            const auto files = TemplateFiles::read_folder(folder);
            auto spec = files.ok() ? issuer::read_template(files.value()) : files.error();
            if (!spec.ok()) {
                return spec.error();
            }
            const std::string content = files.value().published();
            others.push_back({std::move(spec).value(), sha256(as_bytes(content)),
                              "配置 templates_folder", true, false});
        }
    }
    return others;
}

/// Departments of this configuration that issue by it.
std::string audience(const Config& config, std::string_view name) {
    const std::size_t type_end = std::min(name.find_first_of("@:"), name.size());
    const std::size_t area_end = std::min(name.find(':'), name.size());
    const std::string_view area =
        type_end < area_end ? name.substr(type_end + 1, area_end - type_end - 1) : "";
    const auto takers = departments_taking(config, name.substr(0, type_end), area);
    if (!takers.ok()) {
        return takers.error().detail;
    }
    std::string names;
    for (const DepartmentConfig* const department : takers.value()) {
        names += (names.empty() ? "" : "、") + department->name;
    }
    return names.empty() ? "本配置无部门适用 no department here takes it" : names;
}

/// Its area is one of the register's on the day, and who gets it.
Result<void> add_audience(const EditionContext& context, const Template& spec,
                          EditionSubject& subject) {
    if (!spec.scope.area.empty()) {
        const auto known = catalogue::Register::read(context.config.register_folders);
        if (!known.ok()) {
            return known.error();
        }
        const auto area = known.value().areas().find(spec.scope.area, context.day);
        if (!area.ok()) {
            subject.findings.push_back(
                finding("scope.area", "名录中没有这个区划：", area.error().detail));
        }
    }
    subject.notes.push_back("适用部门 for: " + audience(context.config, subject.name));
    return {};
}

/// As it is looked at before it is reviewed and again before it is published.
Result<EditionSubject> check_template_edition(const EditionContext& context, ByteView content) {
    const auto files = TemplateFiles::read_published(content, context.name);
    if (!files.ok()) {
        return files.error();
    }
    auto subject = subject_of(files.value());
    if (!subject.ok()) {
        return subject;
    }
    const Template spec = issuer::read_template(files.value()).value();
    std::vector<std::string>& findings = subject.value().findings;
    const auto checked = add_check(context.config, files.value(), spec, subject.value());
    if (!checked.ok()) {
        return checked.error();
    }
    const auto told = add_audience(context, spec, subject.value());
    if (!told.ok()) {
        return told.error();
    }
    const auto others = read_others(context);
    if (!others.ok()) {
        return others.error();
    }
    for (const Other& other : others.value()) {
        add_conflicts(spec, sha256(content), other, findings);
    }
    return subject;
}

std::string present(ByteView content) {
    const auto files = TemplateFiles::read_published(content, "");
    if (!files.ok()) {
        return files.error().detail + '\n';
    }
    std::string shown;
    for (const auto& [name, bytes] : files.value().all()) {
        shown += fmt::format("# {}  {} bytes\n", name, bytes.size());
    }
    return shown + '\n' + std::string(as_text(*files.value().find("template.toml")));
}

/// `folder`/ID and `folder`/bases, as a templates_folder has them.
Result<void> unpack(ByteView content, const std::string& folder) {
    const auto files = TemplateFiles::read_published(content, folder);
    const auto spec = files.ok() ? issuer::read_template(files.value()) : files.error();
    if (!spec.ok()) {
        return spec.error();
    }
    const fs::path own = fs::path(folder) / fs::path(spec.value().id).filename();
    std::error_code failed;
    if (fs::exists(folder, failed) || !fs::create_directories(own, failed)) {
        return Error{Fault::conflict, folder + ": 应为尚不存在的文件夹 must be a new folder"};
    }
    for (const auto& [name, bytes] : files.value().all()) {
        const fs::path path = name.starts_with("bases/") ? fs::path(folder) / name : own / name;
        fs::create_directories(path.parent_path(), failed);
        std::ofstream out(path, std::ios::binary);
        out << as_text(bytes);
        if (!out.flush()) {
            return Error{Fault::unavailable, path.string() + ": cannot be written"};
        }
    }
    return {};
}

} // namespace

EditionCommands template_commands() {
    return {store::EditionKind::template_,
            "template",
            "文书模板",
            read_template_folder,
            check_template_edition,
            present,
            unpack,
            [](const Config& config, const store::EditionRow& row) {
                return audience(config, row.name);
            }};
}

} // namespace songda::app
