// Letters of every type: the samples set without a finding and say what their type must; tables,
// lists, conditions, the red head and the imprint stand where GB/T 9704-2012 puts them, read back
// from the file by other tools; any text of up to 20,000 characters comes out as it went in.
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.hpp"
#include "issuer/named_values.hpp"
#include "issuer/render/value_check.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

constexpr double points_per_mm = 72 / 25.4;
constexpr Date today{2026, 11, 25};

std::shared_ptr<const CompiledTemplate> of_type(const std::string& id,
                                                DepartmentFace speaking = face) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/" + id);
    EXPECT_TRUE(spec.ok()) << spec.error().detail;
    speaking.facts = {{"review_organ", "示例市人民政府"},
                      {"review_address", "https://xzfy.example.org/"},
                      {"court", "示例市清江县人民法院"},
                      {"contact", "12345"}};
    const auto made = compile_template(spec.value(), speaking, fonts(), {1514, PageMark::none});
    EXPECT_TRUE(made.ok()) << made.error().detail;
    return made.value();
}

Decision read(const std::string& json) {
    DecisionReading reading = read_decision(json, today);
    EXPECT_TRUE(reading.ok()) << json;
    return std::move(reading.decision);
}

/// The sample of a template.
Decision sample(const std::string& id) {
    std::ifstream rows(SONGDA_SOURCE_DIR "/samples/types.jsonl");
    for (std::string row; std::getline(rows, row);) {
        if (row.find("\"template\": \"" + id + '"') != std::string::npos) {
            return read(row);
        }
    }
    ADD_FAILURE() << "no sample of " << id;
    return {};
}

class LetterTypes : public ::testing::Test {
protected:
    LetterTypes() {
        path_ = std::filesystem::temp_directory_path() /
                ("songda-types-" + std::to_string(getpid()) + ".pdf");
    }
    ~LetterTypes() override { std::filesystem::remove(path_); }

    std::vector<Finding> write(const std::string& id, const Decision& decision) {
        const auto compiled = of_type(id);
        DecisionValues values = name_values(decision);
        values.keep("issued_on", "2026-11-25");
        Renderer renderer;
        Placement placement = renderer.place(*compiled, values.list);
        if (!placement.findings.empty()) {
            return placement.findings;
        }
        values.list.push_back({"number", "示审试〔2026〕1号"});
        values.list.push_back({"key", "0123 4567 89AB CDEF"});
        RenderInput input = input_of({});
        input.values = values.list;
        input.placed = placement.values.get();
        const auto made = renderer.render(*compiled, input);
        EXPECT_TRUE(made.ok()) << made.error().detail;
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(made.value().file.data()),
                   std::streamsize(made.value().file.size()));
        return {};
    }
    /// Without the numbers of the pages, which stand between.
    [[nodiscard]] std::string text(const std::string& options = "") const {
        std::string shown = without_space(run("pdftotext " + options + ' ' + path_ + " -"));
        for (int number = 40; number > 0; --number) {
            const std::string mark = "—" + std::to_string(number) + "—";
            if (const std::size_t at = shown.rfind(mark); at != std::string::npos) {
                shown.erase(at, mark.size());
            }
        }
        return shown;
    }
    [[nodiscard]] int pages() const {
        const std::string info = run("pdfinfo " + path_);
        return std::stoi(info.substr(info.find("Pages:") + 6));
    }
    /// Distance in mm of the lower edge of the first word that begins so from the page's upper
    /// edge.
    [[nodiscard]] double lower_edge_mm(const std::string& word, int page) const {
        const std::string at = std::to_string(page);
        std::istringstream lines(
            run("pdftotext -bbox -f " + at + " -l " + at + ' ' + path_ + " -"));
        for (std::string line; std::getline(lines, line);) {
            if (line.find(">" + word) != std::string::npos) {
                const std::size_t y = line.find("yMax=\"") + 6;
                return std::stod(line.substr(y)) / points_per_mm;
            }
        }
        ADD_FAILURE() << "no word " << word << " on page " << page;
        return 0;
    }

    std::string path_;
};

const std::vector<std::string>& all_types() {
    static const std::vector<std::string> ids = {
        "supplement-notice",        "acceptance-notice",
        "rejection-notice",         "deferred-acceptance-notice",
        "special-procedure-notice", "permit-decision",
        "refusal-decision",         "renewal-decision",
        "change-decision",          "withdrawal-decision",
        "revocation-decision",      "cancellation-decision",
        "service-receipt"};
    return ids;
}

TEST_F(LetterTypes, SampleOfEveryTypeSetsWithoutAFinding) {
    for (const std::string& id : all_types()) {
        SCOPED_TRACE(id);
        for (const Finding& finding : write(id, sample(id))) {
            ADD_FAILURE() << finding.pointer << ' ' << finding.rule << ' ' << finding.value;
        }
        const std::string shown = text();
        EXPECT_NE(shown.find(of_type(id)->spec().title), std::string::npos);
        EXPECT_EQ(shown.find('{'), std::string::npos) << "a value that nobody filled in";
    }
}

TEST_F(LetterTypes, WhatRefusesOrTakesAwaySaysItsRemedies) {
    for (const char* const id : {"rejection-notice", "refusal-decision", "withdrawal-decision",
                                 "revocation-decision", "cancellation-decision"}) {
        SCOPED_TRACE(id);
        ASSERT_TRUE(write(id, sample(id)).empty());
        const std::string shown = text();
        for (const char* const words :
             {"六十日内向示例市人民政府申请行政复议", "https://xzfy.example.org/",
              "六个月内依法向示例市清江县人民法院提起行政诉讼"}) {
            EXPECT_NE(shown.find(words), std::string::npos) << words;
        }
    }
}

TEST_F(LetterTypes, PartsWithoutTheirConditionAreNotSet) {
    Decision renewal = sample("renewal-decision");
    ASSERT_TRUE(write("renewal-decision", renewal).empty());
    EXPECT_EQ(text().find("行政复议"), std::string::npos) << "what grants has no remedies";
    EXPECT_NE(text().find("有效期延续至2031年12月31日"), std::string::npos);
    DecisionFields fields = renewal.fields.reveal();
    for (auto& [name, value] : fields) {
        if (name == "outcome") {
            value = std::string("不准予");
        }
    }
    fields.emplace_back("reasons", std::vector<std::string>{"设备检验不合格。", "人员未培训。"});
    renewal.fields = Private<DecisionFields>(std::move(fields));
    ASSERT_TRUE(write("renewal-decision", renewal).empty());
    const std::string refused = text();
    EXPECT_NE(refused.find("一、设备检验不合格。"), std::string::npos) << refused;
    EXPECT_NE(refused.find("二、人员未培训。"), std::string::npos);
    EXPECT_NE(refused.find("行政复议"), std::string::npos);
    EXPECT_EQ(refused.find("有效期延续至"), std::string::npos);
}

Decision with_items(std::size_t count) {
    Decision notice = sample("supplement-notice");
    DecisionFields fields = notice.fields.reveal();
    for (auto& [name, value] : fields) {
        if (name == "items") {
            std::vector<FieldRow> rows;
            for (std::size_t i = 0; i < count; ++i) {
                const std::string number = std::to_string(i + 100);
                rows.push_back({{"material", "材料" + number},
                                {"supply", "始" + number + "请补交第" + number +
                                               "号材料的完整扫描件，并在每一页上加盖单位公章，"
                                               "注明与原件一致" +
                                               number + "终"}});
            }
            value = std::move(rows);
        }
    }
    notice.fields = Private<DecisionFields>(std::move(fields));
    return notice;
}

TEST_F(LetterTypes, TableGoesOnWithItsHeadAndNoRowParts) {
    ASSERT_TRUE(write("supplement-notice", with_items(40)).empty());
    const int count = pages();
    ASSERT_GT(count, 2);
    std::size_t rows = 0;
    for (int page = 1; page <= count; ++page) {
        const std::string at = std::to_string(page);
        const std::string shown = text("-f " + at + " -l " + at);
        bool table = false;
        for (std::size_t i = 100; i < 140; ++i) {
            const bool begins = shown.find("始" + std::to_string(i)) != std::string::npos;
            const bool ends = shown.find(std::to_string(i) + "终") != std::string::npos;
            EXPECT_EQ(begins, ends) << "row " << i << " on page " << page;
            rows += begins ? 1U : 0U;
            table = table || begins;
        }
        EXPECT_EQ(shown.find("材料名称") != std::string::npos, table) << "page " << page;
    }
    EXPECT_EQ(rows, 40U);
}

TEST_F(LetterTypes, EveryFaultOfRowsIsToldAtItsCell) {
    Decision notice = sample("supplement-notice");
    DecisionFields fields = notice.fields.reveal();
    for (auto& [name, value] : fields) {
        if (name == "items") {
            value = std::vector<FieldRow>{{{"material", "图"}, {"colour", "红"}},
                                          {{"material", std::string(300, 'x')}, {"supply", "补"}}};
        }
        if (name == "deadline") {
            value = std::vector<std::string>{"五日"};
        }
    }
    notice.fields = Private<DecisionFields>(std::move(fields));
    std::vector<std::string> told;
    for (const Finding& finding : write("supplement-notice", notice)) {
        told.push_back(finding.pointer + ' ' + finding.rule);
    }
    EXPECT_EQ(told, (std::vector<std::string>{
                        "/fields/items/0/colour unknown", "/fields/items/1/material max_characters",
                        "/fields/items/0/supply required", "/fields/deadline kind"}));
}

TEST_F(LetterTypes, RedHeadNumberAndImprintStandWhereTheStandardPutsThem) {
    ASSERT_TRUE(write("revocation-decision", sample("revocation-decision")).empty());
    // 发文机关标志: its upper edge 35 mm below the 版心's, which begins at 37 mm; 发文字号 two
    // lines below.
    const double head = lower_edge_mm("示例市行政审批局文件", 1);
    EXPECT_GT(head, 72 + 12);
    EXPECT_LT(head, 72 + 20);
    const double number = lower_edge_mm("示审试", 1);
    EXPECT_NEAR(number, 118.6 - 4, 0.5) << "4 mm above the red rule";
    const int last = pages();
    const double imprint = lower_edge_mm("2026年11月25日印发", last);
    EXPECT_LT(imprint, 262) << "at the foot of the 版心";
    EXPECT_GT(imprint, 262 - 7.8);
    EXPECT_LT(lower_edge_mm("抄送", last), imprint);
    EXPECT_NE(without_space(run("pdftotext -l 1 " + path_ + " -")).find("—1—"), std::string::npos)
        << "the first page shows its number";
}

/// §7.4.3: they share a line; a name too long for it takes more, never the day's place.
TEST_F(LetterTypes, LongNameInTheImprintStandsBesideTheDay) {
    DepartmentFace long_named = face;
    long_named.name = "示例市滨江高新技术产业开发区管理委员会行政审批局";
    const auto compiled = of_type("revocation-decision", long_named);
    const Decision decision = sample("revocation-decision");
    DecisionValues values = name_values(decision);
    values.keep("issued_on", "2026-11-25");
    const Placement placement = Renderer().place(*compiled, values.list);
    ASSERT_TRUE(placement.findings.empty());
    const Layout& flow = placement.values->parts().back().layout;
    std::map<std::pair<int, Centipoints>, std::vector<std::pair<double, double>>> rows;
    for (const SetLine& line : flow.lines) {
        const auto glyphs = flow.glyphs_of(line);
        rows[{line.page, line.y}].emplace_back(line.x, line.x + width_of(glyphs, line.size, 0));
    }
    int beside_the_day = 0;
    for (auto& [place, parts] : rows) {
        std::sort(parts.begin(), parts.end());
        if (parts.size() == 2 && place.second < flow.lines.front().y && parts[1].first > 30000) {
            EXPECT_GE(parts[1].first - parts[0].second, 1400) << "a character between them";
            ++beside_the_day;
        }
    }
    EXPECT_EQ(beside_the_day, 1);
}

TEST_F(LetterTypes, ParagraphsOfAValueKeepTheirHeadings) {
    Decision permit = sample("permit-decision");
    DecisionFields fields = permit.fields.reveal();
    for (auto& [name, value] : fields) {
        if (name == "decision_text") {
            value = std::string("许可如下。\n一、许可范围\n道路普通货物运输。\n（一）车辆\n六辆。");
        }
    }
    permit.fields = Private<DecisionFields>(std::move(fields));
    ASSERT_TRUE(write("permit-decision", permit).empty());
    const std::string used = run("pdffonts " + path_);
    EXPECT_NE(used.find("NotoSansSC"), std::string::npos) << "一、 is set in 黑体 " << used;
    EXPECT_NE(used.find("LXGWWenKai"), std::string::npos) << "（一） is set in 楷体";
    EXPECT_NE(run("pdftotext -layout " + path_ + " -").find("一、许可范围\n"), std::string::npos);
}

TEST_F(LetterTypes, TemplateThatItsDepartmentCannotFillDoesNotStart) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/refusal-decision").value();
    const auto made = compile_template(spec, face, fonts(), {1514, PageMark::none});
    ASSERT_FALSE(made.ok());
    for (const char* const words :
         {"department.review_organ", "department.review_address", "department.court"}) {
        EXPECT_NE(made.error().detail.find(words), std::string::npos) << made.error().detail;
    }
}

/// GBK's Han characters and some that are in no GBK font, without spaces.
std::u32string any_text(std::uint64_t seed, std::size_t length) {
    static constexpr std::u32string_view rare = U"𠮷㛃䶮堃犇镕喆珺𪚥";
    static constexpr std::u32string_view marks = U"，。；：“”（）《》、！？1234567890ABCxyz%";
    std::mt19937_64 random(seed);
    std::u32string text;
    for (std::size_t i = 0; i < length; ++i) {
        const std::uint64_t kind = random() % 20;
        text += kind == 0   ? rare[random() % rare.size()]
                : kind <= 3 ? marks[random() % marks.size()]
                            : static_cast<char32_t>(0x4E00 + random() % (0x9FA5 - 0x4E00 + 1));
    }
    return text;
}

void expect_text_returns(std::uint64_t seed, std::size_t length) {
    std::string given;
    for (const char32_t c : any_text(seed, length)) {
        append_utf8(given, c);
    }
    Decision permit = sample("permit-decision");
    DecisionFields fields = permit.fields.reveal();
    for (auto& [name, value] : fields) {
        if (name == "decision_text") {
            value = given;
        }
    }
    permit.fields = Private<DecisionFields>(std::move(fields));
    struct Page : LetterTypes {
        using LetterTypes::text;
        using LetterTypes::write;
        void TestBody() override {}
    } page;
    const auto findings = page.write("permit-decision", permit);
    ASSERT_TRUE(findings.empty()) << findings[0].pointer << ' ' << findings[0].rule << ' '
                                  << findings[0].value << " seed " << seed;
    EXPECT_NE(page.text("-raw").find(given), std::string::npos)
        << "seed " << seed << ", " << length;
}

TEST_F(LetterTypes, AnyTextOfUpTo20000CharactersComesOutAsItWentIn) {
    for (const std::size_t length : {1U, 27U, 28U, 29U, 500U, 3000U, 20'000U}) {
        expect_text_returns(1000 + length, length);
    }
}

RC_GTEST_PROP(LetterTypesProperty, TextOfAnyLengthComesOutAsItWentIn, ()) {
    const auto length = *rc::gen::inRange<std::size_t>(1, 1500);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    expect_text_returns(seed, length);
    RC_ASSERT(!testing::Test::HasFailure());
}

} // namespace
} // namespace songda::issuer
