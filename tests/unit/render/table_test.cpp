// Tables in a letter's body: rows on the grid, ruled, their head on every page, text clear of the
// rules. And what a template needs of its department, and the forms of numbering.
#include <deque>
#include <map>
#include <set>

#include "issuer/render/detail/flow_bands.hpp"
#include "issuer/render/value_check.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

constexpr Centipoints rule_outer = 99; // 0.35 mm
constexpr Centipoints rule_inner = 71; // 0.25 mm

DepartmentFace talkative_face() {
    DepartmentFace made = face;
    made.facts = {{"contact", "政务服务大厅，12345"}};
    return made;
}

std::shared_ptr<const CompiledTemplate> notice_of(const DepartmentFace& department) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/supplement-notice");
    EXPECT_TRUE(spec.ok()) << spec.error().detail;
    const auto made = compile_template(spec.value(), department, fonts(), {1514, PageMark::none});
    EXPECT_TRUE(made.ok()) << made.error().detail;
    return made.value();
}

/// From top to bottom.
using LevelRules = std::set<Centipoints, std::greater<>>;

/// Is one pitch of those that the flow may take between the rules below the head? The table's own
/// ends keep clear of the text beside them.
bool stand_on_a_grid(const LevelRules& rules, const Flow& flow, bool ends_here) {
    const std::vector<Centipoints> rows(std::next(rules.begin()),
                                        std::prev(rules.end(), ends_here ? 1 : 0));
    for (Centipoints pitch = flow.line_pitch_least; pitch <= flow.line_pitch; ++pitch) {
        if (std::all_of(rows.begin(), rows.end(),
                        [&](Centipoints y) { return (rows.front() - y + 1) % pitch <= 2; })) {
            return true;
        }
    }
    return false;
}

class TableTest : public RenderTest {
protected:
    /// A notice that asks for so many materials.
    Values notice(int rows) {
        Values made = {{"number", "示审补〔2026〕1号"},
                       {"key", "0123 4567 89AB CDEF"},
                       {"decided_on", "2026-11-20"},
                       {"recipient.name", "示例市滨江建设发展有限公司"},
                       {"fields.item_name", "食品经营许可"},
                       {"fields.applied_on", "2026-11-18"},
                       {"fields.deadline", "收到本通知书之日起10个工作日内"}};
        for (int i = 0; i < rows; ++i) {
            const std::string row = "fields.items." + std::to_string(i);
            made.push_back({names_.emplace_back(row + ".material"), "经营场所平面图"});
            made.push_back(
                {names_.emplace_back(row + ".supply"),
                 "标明加工区、就餐区和库房的尺寸，加盖公章后提交扫描件，并注明绘图日期"});
        }
        return made;
    }
    std::string page_text(const std::string& path, int page) {
        const std::string number = std::to_string(page);
        return run("pdftotext -f " + number + " -l " + number + " " + path + " -");
    }

    std::deque<std::string> names_; // the values look into them
    std::shared_ptr<const CompiledTemplate> set_ = notice_of(talkative_face());
};

INSTANTIATE_TEST_SUITE_P(Letter, TableTest, ::testing::Values("supplement-notice"),
                         [](const auto&) { return std::string("Supplement"); });

TEST_P(TableTest, RowsStandOnTheGridAndTheHeadOnEveryPage) {
    const Values values = notice(30);
    const Placement placement = Renderer().place(*set_, values);
    ASSERT_TRUE(placement.findings.empty()) << placement.findings[0].message_en;
    const Layout& layout = placement.values->parts().back().layout;
    const Flow& flow = *set_->spec().flow;
    std::map<int, LevelRules> across; // by page: middles of level rules
    for (const SetRule& rule : layout.rules) {
        ASSERT_GE(rule.x, flow.x - rule_outer);
        ASSERT_LE(rule.x + rule.width, flow.x + flow.width + rule_outer);
        if (rule.width > rule.height) {
            EXPECT_TRUE(rule.height == rule_outer || rule.height == rule_inner) << rule.height;
            across[rule.page].insert(rule.y + rule.height / 2);
        }
    }
    ASSERT_GT(across.size(), 2U);
    for (const auto& [page, rules] : across) {
        EXPECT_TRUE(stand_on_a_grid(rules, flow, page == across.rbegin()->first)) << page;
        EXPECT_GE(*rules.rbegin(), page == 0 ? flow.bottom : flow.later.bottom);
    }
    const auto made = Renderer().render(*set_, input_of(values));
    ASSERT_TRUE(made.ok()) << made.error().detail;
    const std::string path = write(made.value());
    for (const auto& [page, rules] : across) {
        EXPECT_NE(page_text(path, page + 1).find("材料名称"), std::string::npos) << page;
    }
}

TEST_P(TableTest, TextOfACellStaysBetweenItsRules) {
    const Placement placement = Renderer().place(*set_, notice(9));
    ASSERT_TRUE(placement.findings.empty());
    const Layout& layout = placement.values->parts().back().layout;
    int inside = 0;
    for (const SetLine& line : layout.lines) {
        if (line.size != 1400 || layout.glyphs_of(line).front().character == U'—') {
            continue; // of the body, or a page's number
        }
        const Centipoints right = line.x + width_of(layout.glyphs_of(line), line.size, 0);
        Centipoints left_rule = 0;
        Centipoints right_rule = 1 << 30;
        for (const SetRule& rule : layout.rules) {
            const bool beside = rule.height > rule.width && rule.page == line.page &&
                                rule.y <= line.y && rule.y + rule.height >= line.y;
            if (beside && rule.x < line.x) {
                left_rule = std::max(left_rule, rule.x + rule.width);
            } else if (beside) {
                right_rule = std::min(right_rule, rule.x);
            }
        }
        ASSERT_GT(left_rule, 0);
        EXPECT_GE(line.x - left_rule, 200);
        EXPECT_GE(right_rule - right, 100);
        ++inside;
    }
    EXPECT_GE(inside, 9 * 4);
}

TEST_P(TableTest, ATemplateDoesNotStartWithoutWhatItPrints) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/supplement-notice");
    ASSERT_TRUE(spec.ok());
    const auto made = compile_template(spec.value(), face, fonts(), {1514, PageMark::none});
    ASSERT_FALSE(made.ok());
    EXPECT_NE(made.error().detail.find("department.contact"), std::string::npos)
        << made.error().detail;
}

TEST(Numbering, FormsAreToldApart) {
    for (const auto& [number, text] : {std::pair<std::size_t, std::string>{1, "一"},
                                       {10, "十"},
                                       {11, "十一"},
                                       {20, "二十"},
                                       {99, "九十九"},
                                       {101, "一百〇一"},
                                       {110, "一百一十"}}) {
        EXPECT_EQ(detail::chinese_number(number), text);
        EXPECT_TRUE(detail::begins_with_form(text + "、设计", "一、"));
        EXPECT_FALSE(detail::begins_with_form(text + "、设计", "（一）"));
    }
    EXPECT_TRUE(detail::begins_with_form("（12）甲", "（1）"));
    EXPECT_FALSE(detail::begins_with_form("12", "1."));
}

} // namespace
} // namespace songda::issuer
