// A designer is told everything that is wrong with a template at once, and what its places hold.
// The figures are held against arithmetic and against the page itself; the templates that ship are
// good.
#include "issuer/templates/template_check.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "issuer/templates/sample_decision.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/template_text.hpp"

namespace songda::issuer {
namespace {

const DepartmentFace face = {"11320199014138860W",
                             "示例市行政审批局",
                             "示审",
                             "320199",
                             "示例市行政审批局",
                             {{"review_organ", "示例市人民政府"},
                              {"review_address", "https://xzfy.example.org/"},
                              {"court", "示例市清江县人民法院"},
                              {"contact", "示例市政务服务中心综合窗口，电话12345"}}};

std::shared_ptr<const FontSet> fonts() {
    static const auto loaded = FontSet::load(SONGDA_SOURCE_DIR "/build/fonts").value();
    return loaded;
}

const catalogue::Profiles& profiles() {
    static const auto read =
        catalogue::Profiles::read(SONGDA_SOURCE_DIR "/catalogue/profiles").value();
    return read;
}

TemplateCheck with_all() {
    return {fonts(), &profiles(), {face}, true};
}

std::vector<std::string> shipped() {
    std::vector<std::string> folders;
    for (const auto& entry : std::filesystem::directory_iterator(SONGDA_SOURCE_DIR "/templates")) {
        if (entry.path().filename() != "bases") {
            folders.push_back(entry.path());
        }
    }
    return folders;
}

/// `rule value` of each finding.
std::vector<std::string> told(const TemplateReport& report) {
    std::vector<std::string> all;
    for (const TemplateFinding& finding : report.findings) {
        all.push_back(finding.rule + ' ' + finding.value);
        EXPECT_FALSE(finding.message_zh.empty() || finding.message_en.empty()) << finding.where;
    }
    return all;
}

const FieldMeasure* find_measure(const TemplateReport& report, std::string_view field) {
    for (const FieldMeasure& measure : report.measures) {
        if (measure.field == field && measure.elements_max == 0) {
            return &measure;
        }
    }
    return nullptr;
}

/// A small template in a folder of its own.
class TemplateCheckTest : public ::testing::Test {
protected:
    TemplateReport check(const std::string& more, const TemplateCheck& with = with_all(),
                         const std::string& head = "") {
        std::ofstream(folder_.path() / "template.toml", std::ios::binary) << R"(id = "form"
version = 1
type_code = "XK"
title = "试验"
number = "{sequence:6}"
)" << head << fakes::template_marks << more;
        const auto report = check_template(folder_.path(), with);
        EXPECT_TRUE(report.ok()) << report.error().detail;
        return report.value();
    }
    static std::string text(const std::string& words, double y, const std::string& more,
                            const std::string& width = "100") {
        return "[[text]]\ntext = \"" + words + "\"\nstyle = \"song\"\nsize_pt = 10\nx_mm = 30\n" +
               "y_mm = " + std::to_string(y) + "\nwidth_mm = " + width + "\n" + more + "\n";
    }

    fakes::TemporaryFolder folder_;
};

const std::string a_field = "[[field]]\nname = \"a\"\nlabel = \"甲\"\nmax_characters = 500\n";

TEST(CommonHanzi, AreThoseOfTheTable) {
    const std::u32string& all = common_hanzi();
    EXPECT_EQ(all.size(), 8105U);
    // 3500 一级字 begin with 一; 㑇 and 𬺈 are the first and one of the last by code point.
    EXPECT_EQ(all.front(), U'\u3447');
    for (const char32_t character : {U'一', U'龠', U'堃', U'喆', U'㛃', U'\U0002CE88'}) {
        EXPECT_NE(all.find(character), std::u32string::npos) << code_point_name(character);
    }
    for (const char32_t character : {U'門', U'あ', U'𠮷'}) { // traditional, kana, not in the table
        EXPECT_EQ(all.find(character), std::u32string::npos) << code_point_name(character);
    }
}

TEST(TemplateCheck, ShippedTemplatesAreGoodWithoutAnyWarning) {
    const auto folders = shipped();
    ASSERT_GE(folders.size(), 17U);
    for (const std::string& folder : folders) {
        const auto report = check_template(folder, with_all());
        ASSERT_TRUE(report.ok()) << report.error().detail;
        EXPECT_EQ(told(report.value()), std::vector<std::string>()) << folder;
        EXPECT_FALSE(report.value().measures.empty()) << folder;
        for (const StyleCoverage& style : report.value().coverage) {
            EXPECT_EQ(style.common, 8105U) << style.style;
            EXPECT_EQ(style.gbk, gbk_hanzi_count) << style.style;
        }
    }
}

TEST(TemplateCheck, EveryShippedTemplateHasASampleDecisionThatItsPageTakes) {
    for (const std::string& folder : shipped()) {
        const auto compiled =
            compile_template(read_template(folder).value(), face, fonts(), {0, PageMark::preview});
        ASSERT_TRUE(compiled.ok());
        for (const bool longest : {false, true}) {
            const Date today{2026, 11, 25};
            const PageValues page(*compiled.value(),
                                  make_sample_decision(compiled.value()->spec(), {today, longest}),
                                  today);
            for (const Finding& finding : page.findings()) {
                ADD_FAILURE() << folder << ' ' << finding.pointer << ' ' << finding.message_en;
            }
            const Placement placement = Renderer().place(*compiled.value(), page.list());
            for (const Finding& finding : placement.findings) {
                ADD_FAILURE() << folder << ' ' << finding.pointer << ' ' << finding.message_en;
            }
        }
    }
}

TEST_F(TemplateCheckTest, PlacesHoldWhatArithmeticSays) {
    // 100 mm are 283.46 pt: 28 characters of 10 pt, 56 of 5 pt, 3 lines of 28.
    const auto held = [&](const std::string& fit) {
        const auto report = check(a_field + text("{fields.a}", 50, fit));
        return find_measure(report, "fields.a")->characters_held;
    };
    EXPECT_EQ(held(""), 28U);
    EXPECT_EQ(held("fit = \"shrink\"\nleast_size_pt = 5"), 56U);
    EXPECT_EQ(held("fit = \"wrap\"\nlines_max = 3"), 84U);
    EXPECT_EQ(held("fit = \"wrap\"\nlines_max = 3\nleast_size_pt = 5"), 168U);
    const auto report = check(a_field + text("{fields.a}", 50, "fit = \"wrap\"\nlines_max = 3"));
    EXPECT_EQ(told(report), std::vector<std::string>{"held 84 < 500"});
    EXPECT_TRUE(report.ok()); // a warning
    EXPECT_EQ(find_measure(report, "fields.a")->outcome_zh, "折为3行");
    EXPECT_EQ(find_measure(report, "recipient.name")->outcome_en, "is not printed");
}

TEST(TemplateCheck, WhatIsHeldIsWhereThePageBeginsToRefuse) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/food-business-licence").value();
    const auto compiled = compile_template(spec, face, fonts(), {0, PageMark::preview}).value();
    const Date today{2026, 12, 28};
    const PageValues page(*compiled, make_sample_decision(spec, {today, false}), today);
    const MeasureReport report = measure_fields(*compiled, page.list());
    ASSERT_EQ(report.measures.size(), 1 + spec.fields.size());
    for (const FieldMeasure& measure : report.measures) {
        const auto refused = [&](std::size_t characters) {
            std::string value;
            for (std::size_t i = 0; i < characters; ++i) {
                value += "国";
            }
            std::vector<NamedValue> values = page.list();
            std::erase_if(values,
                          [&](const NamedValue& each) { return each.name == measure.field; });
            values.push_back({measure.field, value});
            return !Renderer().place(*compiled, values).findings.empty();
        };
        EXPECT_FALSE(refused(measure.characters_held)) << measure.field;
        EXPECT_TRUE(refused(measure.characters_held + 1) || measure.field == "recipient.name")
            << measure.field;
    }
}

TEST_F(TemplateCheckTest, EverythingOfThePageIsToldAtOnce) {
    std::ofstream(folder_.path() / "a.svg") << "nonsense";
    const TemplateCheck with{fonts(), &profiles(), {{"1", "某局", "", "", "某局"}}, true};
    const auto report =
        check("[[artwork]]\nfile = \"a.svg\"\n" + text("{department.court}", 50, "") +
                  "[licence]\ntype = \"none\"\n",
              with, "profile = \"ZZ\"\n");
    EXPECT_FALSE(report.ok());
    const auto rules = told(report);
    EXPECT_EQ(rules[0], "licence "); // type code
    EXPECT_NE(std::find(rules.begin(), rules.end(), "fact department.court"), rules.end());
    EXPECT_NE(std::find(rules.begin(), rules.end(), "artwork "), rules.end());
    EXPECT_TRUE(report.measures.empty());
    const auto unknown = check("", with_all(), "profile = \"NONE\"\n");
    EXPECT_EQ(told(unknown), std::vector<std::string>{"profile NONE"});
}

TEST_F(TemplateCheckTest, KeysAreToldWithFileLineAndWhatIsExpected) {
    const auto report = check("[[text]]\ntext = \"一\"\nstile = \"song\"\nsize_pt = \"12\"\n"
                              "x_mm = 1\ny_mm = 1\nwidth_mm = 9\n[[field]]\nname = \"a\"\n");
    ASSERT_EQ(report.findings.size(), 4U);
    EXPECT_NE(report.findings[0].where.find("template.toml:"), std::string::npos);
    EXPECT_NE(report.findings[0].where.find(": field[0].label"), std::string::npos)
        << report.findings[0].where;
    std::vector<std::string> words;
    for (const TemplateFinding& finding : report.findings) {
        words.push_back(finding.message_zh);
    }
    EXPECT_EQ(words, (std::vector<std::string>{"缺少这一项", "缺少这一项", "应为数字",
                                               "没有这样的键（请检查拼写）"}));
    std::ofstream(folder_.path() / "template.toml") << "id = \n";
    const auto broken = check_template(folder_.path(), with_all()).value();
    EXPECT_FALSE(broken.ok());
    EXPECT_FALSE(check_template(folder_.path() / "none", with_all()).ok());
}

TEST_F(TemplateCheckTest, FontsThatLackCommonCharactersMayNotSetValues) {
    const fakes::TemporaryFolder thin;
    std::ofstream(thin.path() / "fonts.toml")
        << "[[font]]\nname = \"F\"\nfile = \"" SONGDA_SOURCE_DIR
           "/build/fonts/FandolFang-Regular.otf\"\n"
           "[[style]]\nname = \"song\"\nfonts = [\"F\"]\n"
           "[[style]]\nname = \"song-bold\"\nfonts = [\"F\"]\n";
    const TemplateCheck with{FontSet::load(thin.path()).value(), &profiles(), {face}, true};
    const auto fixed = check(text("试验", 50, ""), with);
    EXPECT_TRUE(fixed.ok()); // words of its own, all of which the font has
    const auto free =
        check(a_field + text("{fields.a}", 50, "fit = \"wrap\"\nlines_max = 20"), with);
    EXPECT_FALSE(free.ok());
    ASSERT_EQ(free.coverage.size(), 1U);
    const StyleCoverage& song = free.coverage.front();
    EXPECT_EQ(song.common + song.lacking.size(), 8105U);
    EXPECT_GT(song.lacking.size(), 100U);
    EXPECT_EQ(free.findings.front().rule, "coverage");
    const auto code =
        check("[[field]]\nname = \"a\"\nlabel = \"甲\"\nkind = \"code\"\nmax_characters = 9\n" +
                  text("{fields.a}", 50, ""),
              with);
    EXPECT_TRUE(code.ok()); // no free text
}

TEST_F(TemplateCheckTest, WordsOnEachOtherAndPlacesPastThePageAreFound) {
    const std::string wrapped = "fit = \"wrap\"\nlines_max = 2\nleading_pt = 16";
    const auto apart = check(a_field + text("{fields.a}", 50, wrapped) + text("乙", 65, ""));
    EXPECT_EQ(told(apart), std::vector<std::string>{"held 56 < 500"});
    const auto over = check(a_field + text("{fields.a}", 50, wrapped) + text("乙", 56, ""));
    EXPECT_EQ(told(over), (std::vector<std::string>{"held 56 < 500", "overlap “乙”"}));
    const auto on_code = check(a_field + text("{fields.a}", 210, ""));
    EXPECT_EQ(told(on_code), (std::vector<std::string>{"held 28 < 500", "overlap “qr”"}));
    const auto past = check(a_field + text("{fields.a}", 50, "", "300"));
    EXPECT_FALSE(past.ok());
    EXPECT_EQ(past.findings.back().rule, "overflow");
}

TEST_F(TemplateCheckTest, ChoicesAndDaysThatDoNotFitAreRefusals) {
    const auto report =
        check("[[field]]\nname = \"a\"\nlabel = \"甲\"\nkind = \"choice\"\n"
              "choices = [\"是\", \"不是而且很长\"]\n"
              "[[field]]\nname = \"b\"\nlabel = \"乙\"\nkind = \"date\"\n" +
              text("{fields.a}", 50, "", "11") + text("{fields.b}", 60, "fit = \"shrink\"", "21"));
    EXPECT_FALSE(report.ok());
    EXPECT_EQ(report.findings.front().rule, "width");
}

} // namespace
} // namespace songda::issuer
