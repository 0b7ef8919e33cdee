// songda template check, preview: a designer's view of a template, without a store. What the
// publisher does with it is in the editions.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/issue_output.hpp"
#include "app/terminal.hpp"
#include "base/child_program.hpp"
#include "base/time.hpp"
#include "issuer/render/value_check.hpp"
#include "issuer/templates/sample_decision.hpp"
#include "issuer/templates/template_check.hpp"

namespace songda::app {
namespace {

constexpr std::size_t decision_bytes_max = 1U << 20U;
constexpr std::size_t picture_bytes_max = 64U << 20U;
constexpr std::string_view picture_dpi = "150";

/// What a designer has without a configuration: every fact that a template may print.
issuer::DepartmentFace sample_face() {
    return {"11320199014138860W",
            "示例市行政审批局",
            "示审",
            "320199",
            "示例市行政审批局",
            {{"review_organ", "示例市人民政府"},
             {"review_address", "https://xzfy.example.org/"},
             {"court", "示例市清江县人民法院"},
             {"contact", "示例市政务服务中心综合窗口，电话12345"}}};
}

/// Fonts, profiles and departments, from the configuration or the folders of the command line.
struct Workshop {
    std::shared_ptr<const issuer::FontSet> fonts;
    catalogue::Profiles profiles;
    std::vector<DepartmentConfig> departments; ///< none: the sample

    /// Those that issue by it; all when none does yet.
    [[nodiscard]] std::vector<issuer::DepartmentFace> faces(const std::string& name) const {
        std::vector<issuer::DepartmentFace> of_it;
        std::vector<issuer::DepartmentFace> all;
        for (const DepartmentConfig& department : departments) {
            const auto& names = department.templates;
            all.push_back(face_of(department));
            if (std::find(names.begin(), names.end(), name) != names.end()) {
                of_it.push_back(all.back());
            }
        }
        if (all.empty()) {
            all.push_back(sample_face());
        }
        return of_it.empty() ? all : of_it;
    }
};

Result<Workshop> open_workshop(const TemplateArguments& arguments) {
    std::string fonts = arguments.fonts;
    std::string profiles = arguments.profiles;
    Workshop workshop;
    if (!arguments.config.empty()) {
        auto config = read_config(arguments.config);
        if (!config.ok()) {
            return config.error();
        }
        fonts = config.value().fonts_folder;
        profiles = config.value().profiles_folder;
        workshop.departments = std::move(config.value().departments);
    }
    auto loaded = issuer::FontSet::load(fonts);
    if (!loaded.ok()) {
        return Error{loaded.error().fault,
                     loaded.error().detail + " (字体 fonts: --config, --fonts)"};
    }
    auto read = catalogue::Profiles::read(profiles);
    if (!read.ok()) {
        return Error{read.error().fault,
                     read.error().detail + " (文书规范 profiles: --config, --profiles)"};
    }
    workshop.fonts = std::move(loaded).value();
    workshop.profiles = std::move(read).value();
    return workshop;
}

/// `templates/letter/` → `letter`, as configurations name it.
std::string name_of(const std::string& folder) {
    const auto path = std::filesystem::path(folder).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

void tell(const issuer::TemplateFinding& finding) {
    const bool refusal = finding.weight == issuer::TemplateFinding::Weight::refusal;
    fmt::print("  {} {} [{}] {}{} · {}\n", refusal ? "✗ 不合格" : "! 提醒", finding.where,
               finding.rule, finding.message_zh,
               finding.value.empty() ? "" : "（" + finding.value + "）", finding.message_en);
}

void tell_coverage(const std::vector<issuer::StyleCoverage>& styles) {
    fmt::print("  字体覆盖 characters that the fonts have:\n");
    for (const issuer::StyleCoverage& style : styles) {
        fmt::print("    {:10} 通用规范汉字 {}/{} · GBK {}/{} · 扩充A Ext. A {}/{}{}\n", style.style,
                   style.common, issuer::common_hanzi().size(), style.gbk, issuer::gbk_hanzi_count,
                   style.extension, issuer::extension_hanzi_count,
                   style.sets_values ? "" : " · 只印固定文字 fixed words only");
    }
}

void tell_measure(const issuer::FieldMeasure& made) {
    const bool elements = made.elements_max > 0;
    const std::size_t held = elements ? made.elements_held : made.characters_held;
    const std::size_t most = elements ? made.elements_max : made.characters_max;
    fmt::print("    {} {{{}}}: {}/{} {} · {} {}{}\n", made.label, made.field, held, most,
               elements ? "项 elements" : "字 characters", made.outcome_zh, made.outcome_en,
               held < most ? " · 更长则退回 longer is refused" : "");
}

/// Returns whether it may be published.
bool tell(const issuer::TemplateReport& report, const std::string& folder) {
    fmt::print("{} {}@{} {}\n", report.title.empty() ? "？" : report.title,
               report.id.empty() ? name_of(folder) : report.id, report.version, folder);
    for (const issuer::TemplateFinding& finding : report.findings) {
        tell(finding);
    }
    if (!report.coverage.empty()) {
        tell_coverage(report.coverage);
    }
    if (!report.measures.empty()) {
        fmt::print("  版面所容 what the places hold:\n");
        for (const issuer::FieldMeasure& made : report.measures) {
            tell_measure(made);
        }
    }
    return report.ok();
}

std::size_t count(const issuer::TemplateReport& report, issuer::TemplateFinding::Weight weight) {
    return static_cast<std::size_t>(
        std::count_if(report.findings.begin(), report.findings.end(),
                      [weight](const auto& finding) { return finding.weight == weight; }));
}

void tell_finding(const issuer::Finding& finding) {
    fmt::print(stderr, "  ✗ {} [{}] {} {}\n", finding.pointer, finding.rule, finding.message_zh,
               finding.message_en);
}

/// The decision of the file, or one made up.
Result<std::string> read_given(const TemplateArguments& arguments, const issuer::Template& spec,
                               Date today) {
    if (arguments.decision.empty()) {
        return issuer::make_sample_decision(spec, {today, arguments.longest});
    }
    std::ifstream in(arguments.decision, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in && text.empty()) {
        return Error{Fault::not_found, arguments.decision + ": cannot be read"};
    }
    if (text.size() > decision_bytes_max) {
        return Error{Fault::invalid_input, arguments.decision + ": is larger than 1 MiB"};
    }
    return text;
}

Result<Bytes> to_picture(ByteView pdf, int page) {
    const std::string number = std::to_string(page);
    auto picture = run_child({.words = {"pdftoppm", "-png", "-r", std::string(picture_dpi), "-f",
                                        number, "-l", number, "-singlefile", "-"},
                              .output_bytes_max = picture_bytes_max},
                             pdf);
    if (!picture.ok() && picture.error().fault == Fault::not_found) {
        return Error{Fault::not_found,
                     "PNG 需要 pdftoppm PNG needs pdftoppm (Debian: apt install poppler-utils)"};
    }
    return picture;
}

Result<issuer::DepartmentFace> choose_face(const TemplateArguments& arguments,
                                           const Workshop& workshop) {
    for (const DepartmentConfig& department : workshop.departments) {
        if (department.code == arguments.department) {
            return face_of(department);
        }
    }
    if (!arguments.department.empty()) {
        return Error{Fault::not_found,
                     "配置中没有这个部门 no such department in the configuration: " +
                         arguments.department};
    }
    return workshop.faces(name_of(arguments.folder)).front();
}

/// Sets the page and writes it; tells what keeps the decision from it.
int preview(const TemplateArguments& arguments, const Workshop& workshop,
            const issuer::CompiledTemplate& compiled) {
    const Date today = china_date(SystemClock().now());
    const auto json = read_given(arguments, compiled.spec(), today);
    if (!json.ok()) {
        return tell_failure(json.error());
    }
    const issuer::PageValues page(compiled, json.value(), today);
    issuer::Renderer renderer;
    const issuer::Placement placement = renderer.place(compiled, page.list());
    // What is made up keeps to the page, not to the law.
    const auto profile =
        arguments.decision.empty() ? nullptr : workshop.profiles.find(compiled.spec().profile);
    const auto faults = issuer::find_faults(page, placement, compiled, profile);
    for (const issuer::Finding& finding : faults) {
        tell_finding(finding);
    }
    if (!faults.empty()) {
        fmt::print(stderr, "没有预览：这份决定会被退回 no preview: {} 条 findings\n",
                   faults.size());
        return 1;
    }
    const auto made = renderer.preview(compiled, page.shown(), page.photo());
    if (!made.ok()) {
        return tell_failure(made.error());
    }
    const int pages = placement.values->pages();
    const bool picture = arguments.output.ends_with(".png");
    if (picture && arguments.page > pages) {
        return tell_failure(fmt::format("只有{}页", pages), fmt::format("has {} pages", pages));
    }
    Result<Bytes> file = picture ? to_picture(made.value().view(), arguments.page)
                                 : Bytes(made.value().view().begin(), made.value().view().end());
    if (!file.ok()) {
        return tell_failure(file.error());
    }
    if (!write_file(arguments.output, file.value())) {
        return tell_failure(cannot_write(arguments.output));
    }
    fmt::print("预览 preview: {} · {}页 pages{}\n", arguments.output, pages,
               picture ? fmt::format(" · 第{}页 page {}", arguments.page, arguments.page) : "");
    return 0;
}

} // namespace

int run_template_check(const TemplateArguments& arguments) {
    const auto workshop = open_workshop(arguments);
    if (!workshop.ok()) {
        return tell_failure(workshop.error());
    }
    using Weight = issuer::TemplateFinding::Weight;
    std::size_t bad = 0;
    std::size_t refusals = 0;
    std::size_t warnings = 0;
    for (const std::string& folder : arguments.folders) {
        const auto report =
            issuer::check_template(folder, {workshop.value().fonts, &workshop.value().profiles,
                                            workshop.value().faces(name_of(folder)), true});
        if (!report.ok()) {
            return tell_failure(report.error());
        }
        bad += tell(report.value(), folder) ? 0U : 1U;
        refusals += count(report.value(), Weight::refusal);
        warnings += count(report.value(), Weight::warning);
    }
    fmt::print("{} 个模板 templates：{} 个合格 good，{} 个不合格 not；{} 处须改 to mend，{} 条提醒 "
               "warnings。下一步 next: {}\n",
               arguments.folders.size(), arguments.folders.size() - bad, bad, refusals, warnings,
               bad == 0 ? fmt::format("songda template preview {} --output preview.pdf",
                                      arguments.folders.front())
                        : "改好后再检查 mend them and check again");
    return bad == 0 ? 0 : 1;
}

int run_template_preview(const TemplateArguments& arguments) {
    if (!arguments.output.ends_with(".pdf") && !arguments.output.ends_with(".png")) {
        return tell_failure("--output 应为 .pdf 或 .png", "--output must end in .pdf or .png");
    }
    const auto workshop = open_workshop(arguments);
    if (!workshop.ok()) {
        return tell_failure(workshop.error());
    }
    const auto spec = issuer::read_template(arguments.folder);
    if (!spec.ok()) {
        return tell_failure(spec.error());
    }
    const auto face = choose_face(arguments, workshop.value());
    if (!face.ok()) {
        return tell_failure(face.error());
    }
    const auto attempt = issuer::try_compile(spec.value(), face.value(), workshop.value().fonts,
                                             {0, issuer::PageMark::preview});
    for (const issuer::TemplateFinding& finding : attempt.findings) {
        tell(finding);
    }
    if (attempt.compiled == nullptr) {
        fmt::print(stderr, "没有预览：先改好模板 no preview: songda template check {}\n",
                   arguments.folder);
        return 1;
    }
    return preview(arguments, workshop.value(), *attempt.compiled);
}

} // namespace songda::app
