#include "issuer/templates/template_check.hpp"

#include <array>
#include <set>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "issuer/licence.hpp"
#include "issuer/profile_check.hpp"
#include "issuer/templates/sample_decision.hpp"

namespace songda::issuer {
namespace {

using Weight = TemplateFinding::Weight;

/// A day of a year with two digits in month and day: the widest.
constexpr Date sample_day{2026, 12, 28};
/// Characters that a message names; the rest is a number.
constexpr std::size_t lacking_named = 12;
/// What every document of a template carries. Mails and portals take much more; a hundred thousand
/// documents of it are 20 GB.
constexpr std::size_t prefix_bytes_usual = 200U << 10U;

/// What base/toml_reader.hpp and template.cpp say of a key, in Chinese. By its beginning.
struct Translation {
    std::string_view en;
    std::string_view zh;
};
constexpr std::array translations = {
    Translation{"is missing", "缺少这一项"},
    Translation{"is not a known key", "没有这样的键（请检查拼写）"},
    Translation{"must be a list of", "应为列表"},
    Translation{"must be a table", "应为表"},
    Translation{"must be text", "应为文本（加引号）"},
    Translation{"must be a whole number", "应为整数"},
    Translation{"must be a number", "应为数字"},
    Translation{"must be true or false", "应为 true 或 false"},
    Translation{"must be one of", "应为所列之一"},
    Translation{"must be from", "超出允许的范围"},
    Translation{"must look like #", "颜色应形如 #a01c1c"},
    Translation{"there is no field for", "没有这个字段"},
    Translation{"there is no value", "没有这个值"},
    Translation{"a { without }", "有“{”而无“}”"},
    Translation{"asks for", "与基础文件的版本不一致"},
    Translation{"no table of [shared]", "[shared] 中没有这个名字"},
    Translation{"choices", "choices 只属于 choice 类字段，且必填"},
    Translation{"belong to kind choice", "只属于 choice 类字段，且必填"},
    Translation{"belong to kind text", "只属于 text 类字段"},
    Translation{"the columns are wider", "各列合计宽于正文"},
};

std::string_view chinese_for(std::string_view english) {
    for (const Translation& each : translations) {
        if (english.starts_with(each.en)) {
            return each.zh;
        }
    }
    return "不合要求";
}

/// `FILE:LINE: KEY: what` of a TOML reader; other lines are about the file as a whole.
TemplateFinding key_finding(std::string_view line) {
    const std::size_t where = line.find(": ");
    const std::size_t key = where == std::string_view::npos ? where : line.find(": ", where + 2);
    const std::size_t end = key == std::string_view::npos ? where : key;
    if (end == std::string_view::npos) {
        return {Weight::refusal, "template.toml", "key", "", "不合要求", std::string(line)};
    }
    const std::string_view what = line.substr(end + 2);
    return {Weight::refusal,
            std::string(line.substr(0, end)),
            "key",
            "",
            std::string(chinese_for(what)),
            std::string(what)};
}

class Checker {
public:
    explicit Checker(const TemplateCheck& with) : with_(with) {}

    TemplateReport run(const TemplateFiles& files) {
        SONGDA_CHECK(with_.fonts != nullptr && !with_.faces.empty());
        const auto spec = read_template(files);
        if (!spec.ok()) {
            add_lines(spec.error().detail);
            return std::move(report_);
        }
        report_.id = spec.value().id;
        report_.version = spec.value().version;
        report_.title = spec.value().title;
        check_catalogue(spec.value());
        cover(spec.value());
        compile(spec.value());
        if (with_.measure && compiled_ != nullptr) {
            measure();
        }
        return std::move(report_);
    }

private:
    void tell(Weight weight, std::string where, std::string rule, std::string value, std::string zh,
              std::string en) {
        report_.findings.push_back({weight, std::move(where), std::move(rule), std::move(value),
                                    std::move(zh), std::move(en)});
    }

    void add_lines(std::string_view lines) {
        while (!lines.empty()) {
            const std::size_t end = std::min(lines.find('\n'), lines.size());
            report_.findings.push_back(key_finding(lines.substr(0, end)));
            lines.remove_prefix(std::min(end + 1, lines.size()));
        }
    }

    /// What Issuer::add_template looks at when the service starts.
    void check_catalogue(const Template& spec) {
        const auto licence = check_licence_template(spec);
        if (!licence.ok()) {
            tell(Weight::refusal, "licence.type", "licence", "",
                 "证照类型代码应为定义机构的统一社会信用代码加三位数字", licence.error().detail);
        }
        if (with_.profiles == nullptr) {
            return;
        }
        const auto profile = find_profile(with_.profiles, spec);
        std::string_view lines = profile.ok() ? std::string_view() : profile.error().detail;
        while (!lines.empty()) {
            const std::size_t end = std::min(lines.find('\n'), lines.size());
            tell(Weight::refusal, "profile", "profile", spec.profile,
                 "不符合文书规范" + spec.profile + "：缺少其必有的内容",
                 std::string(lines.substr(0, end)));
            lines.remove_prefix(std::min(end + 1, lines.size()));
        }
    }

    void compile(const Template& spec) {
        std::set<std::string> told;
        for (const DepartmentFace& face : with_.faces) {
            CompileAttempt attempt = try_compile(spec, face, with_.fonts, {0, PageMark::preview});
            for (TemplateFinding& finding : attempt.findings) {
                if (told.insert(finding.where + finding.rule + finding.value).second) {
                    report_.findings.push_back(std::move(finding));
                }
            }
            compiled_ = compiled_ == nullptr ? attempt.compiled : compiled_;
        }
        if (compiled_ != nullptr && compiled_->prefix().size() > prefix_bytes_usual) {
            tell(Weight::warning, "artwork", "prefix_bytes",
                 fmt::format("{} KB", compiled_->prefix().size() >> 10U),
                 "每份文书都带有的部分偏大：请精简图样或 [[common]]",
                 "what every document carries is large: simplify the artwork or [[common]]");
        }
        check_seals();
    }

    /// The preview has a ring in the seal's place: its own words are drawn here.
    void check_seals() {
        for (const DepartmentFace& face : with_.faces) {
            if (compiled_ == nullptr) {
                return;
            }
            const CompileAttempt attempt =
                try_compile(compiled_->spec(), face, with_.fonts, {0, PageMark::none});
            for (const TemplateFinding& finding : attempt.findings) {
                if (finding.rule == "seal") {
                    report_.findings.push_back(finding);
                }
            }
        }
    }

    /// Styles in which words of decisions are set.
    [[nodiscard]] static std::set<std::string, std::less<>> value_styles(const Template& spec) {
        std::set<std::string, std::less<>> styles;
        for_each_pattern(spec, [&](const Pattern& pattern, std::string_view style) {
            for (const PatternPiece& piece : pattern) {
                static constexpr std::string_view fields = "fields.";
                const TemplateField* const field =
                    piece.text.starts_with(fields)
                        ? find_field(spec, std::string_view(piece.text).substr(fields.size()))
                        : nullptr;
                const bool free =
                    piece.text == "recipient.name" || piece.text == "each" ||
                    piece.text.starts_with("each.") ||
                    (field != nullptr && field->kind != FieldKind::code &&
                     field->kind != FieldKind::date && field->kind != FieldKind::choice);
                if (piece.is_value && free) {
                    styles.emplace(style);
                }
            }
        });
        // Paragraphs of values are headings by their own numbering.
        const auto has_levels = [](const FlowBlock& block) { return block.levels; };
        if (spec.flow &&
            std::any_of(spec.flow->blocks.begin(), spec.flow->blocks.end(), has_levels)) {
            for (const HeadingLevel& level : spec.flow->levels) {
                styles.emplace(level.style);
            }
        }
        return styles;
    }

    /// Values are not known; that a person's name can be printed is.
    void cover(const Template& spec) {
        const auto of_values = value_styles(spec);
        std::set<std::string, std::less<>> all = of_values;
        for_each_pattern(spec, [&](const Pattern&, std::string_view style) { all.emplace(style); });
        for (const std::string& name : all) {
            const FontStyle* const style = with_.fonts->find_style(name);
            if (style == nullptr) {
                continue; // told by the compiler
            }
            StyleCoverage coverage = measure_coverage(*style);
            coverage.sets_values = of_values.contains(name);
            if (coverage.sets_values && !coverage.lacking.empty()) {
                tell_lacking(coverage);
            }
            report_.coverage.push_back(std::move(coverage));
        }
    }

    void tell_lacking(const StyleCoverage& coverage) {
        std::string some;
        for (const char32_t character : coverage.lacking.substr(0, lacking_named)) {
            append_utf8(some, character);
        }
        tell(Weight::refusal, "style " + coverage.style, "coverage",
             fmt::format("{} < {}", coverage.common, common_hanzi().size()),
             fmt::format("用它排印决定中的内容，但通用规范汉字表8105字中缺{}字，如：{}",
                         coverage.lacking.size(), some),
             fmt::format("sets words of decisions, and lacks {} of the 8,105 characters of "
                         "通用规范汉字表: add a font to its chain",
                         coverage.lacking.size()));
    }

    void measure() {
        const std::string json = make_sample_decision(compiled_->spec(), {sample_day, false});
        const PageValues page(*compiled_, json, sample_day);
        MeasureReport measured = measure_fields(*compiled_, page.list());
        report_.measures = std::move(measured.measures);
        for (TemplateFinding& finding : measured.findings) {
            report_.findings.push_back(std::move(finding));
        }
    }

    const TemplateCheck& with_;
    TemplateReport report_;
    std::shared_ptr<const CompiledTemplate> compiled_; ///< with the first face that it has
};

} // namespace

TemplateReport check_template(const TemplateFiles& files, const TemplateCheck& with) {
    return Checker(with).run(files);
}

Result<TemplateReport> check_template(const std::string& folder, const TemplateCheck& with) {
    const auto files = TemplateFiles::read_folder(folder);
    return files.ok() ? Result<TemplateReport>(check_template(files.value(), with)) : files.error();
}

} // namespace songda::issuer
