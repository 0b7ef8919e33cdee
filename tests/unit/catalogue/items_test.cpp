#include "catalogue/items.hpp"

#include <gtest/gtest.h>

namespace songda::catalogue {
namespace {

constexpr std::string_view six = "序号,审批部门,事项名称,子项名称,事项编码,业务项名称\n";
constexpr std::string_view ten = "序号,审批部门,事项名称,子项名称,事项编码,业务项名称,业务项编码,"
                                 "办理方式,见面次数,事项类别\n";
#define CODE31 "1132019900000100023320100001001"

ItemList list_of(std::string_view head, std::string_view rows) {
    return read_items(read_csv(std::string(head) + std::string(rows)).value());
}

/// `2:事项编码:code_check`, one after the other.
std::string told(const std::vector<ItemFinding>& findings) {
    std::string out;
    for (const ItemFinding& f : findings) {
        out += (out.empty() ? "" : " ") + std::to_string(f.row) + ':' + f.column + ':' +
               std::string(f.rule);
        EXPECT_FALSE(f.zh.empty() || f.en.empty());
    }
    return out;
}

struct Case {
    std::string_view name;
    std::string_view head;
    std::string_view rows;
    std::string_view expected;
};

const std::vector<Case> cases = {
    {"good", six, "1,甲局,药品许可,零售,320100001001,核发\n", ""},
    {"good 31", six, "1,甲局,药品许可,零售," CODE31 ",核发\n", ""},
    {"opaque code", six, "1,甲局,药品许可,,JS-0100-1,\n", ""},
    {"business items share a number", six,
     "1,甲局,药品许可,零售,320100001001,核发\n1,甲局,药品许可,零售,320100001001,变更\n", ""},
    {"columns in any order", "事项编码,业务项名称,子项名称,事项名称,审批部门,序号\n",
     "320100001001,核发,零售,药品许可,甲局,1\n", ""},
    {"titles above",
     "某市事项清单\n,,,,,\n序 号,审批\u3000部门,事项名称,子项名称,事项编码,业务项名称\n",
     "1,甲局,药品许可,零售,320100001001,核发\n", ""},
    {"blank rows between", six, "1,甲局,药品许可,零售,320100001001,核发\n,,,,,\n2,甲局,乙,,X1,\n",
     ""},
    {"good ten", ten, "1,甲局,药品,零售," CODE31 ",核发," CODE31 "01,最多见一面,1,行政许可\n", ""},
    {"full in English", ten, "1,甲局,药品,零售," CODE31 ",,,full,0,行政许可\n", ""},
    {"no headings", "", "1,甲局,药品许可\n", "0::heading_missing"},
    {"column missing", "序号,审批部门,事项名称,子项名称,事项编码\n",
     "1,甲局,药品,零售,320100001001\n", "1:业务项名称:heading_missing"},
    {"column twice", "序号,序号,审批部门,事项名称,子项名称,事项编码,业务项名称\n",
     "1,1,甲局,药品,零售,320100001001,\n", "1:序号:heading_twice"},
    {"column unknown", "序号,审批部门,事项名称,子项名称,事项编码,业务项名称,备注\n",
     "1,甲局,药品,零售,320100001001,,x\n", "1:备注:heading_unknown"},
    {"empty list", six, "", "0::list_empty"},
    {"department missing", six, "1,,药品,零售,320100001001,\n", "2:审批部门:value_missing"},
    {"item missing", six, "1,甲局,,零售,320100001001,\n", "2:事项名称:value_missing"},
    {"code missing", six, "1,甲局,药品,零售,,\n", "2:事项编码:value_missing"},
    {"number not a number", six, "一,甲局,药品,,X1,\n2,甲局,药,,X2,\n", "2:序号:number_form"},
    {"number zero", six, "0,甲局,药品,,X1,\n", "2:序号:number_form"},
    {"number jumps", six, "1,甲局,药品,,X1,\n3,甲局,药,,X2,\n", "3:序号:number_order"},
    {"number again for another item", six, "1,甲局,药品,,X1,\n1,甲局,药,,X2,\n",
     "3:序号:number_order"},
    {"department check digit", six, "1,甲局,药品,零售,1132019900000100033320100001001,\n",
     "2:事项编码:code_check"},
    {"level", six, "1,甲局,药品,零售,1132019900000100029320100001001,\n", "2:事项编码:code_form"},
    {"basic with a letter", six, "1,甲局,药品,零售,32010000100A,\n", "2:事项编码:code_form"},
    {"code became a number", six, "1,甲局,药品,,1.13E+30,\n", "2:事项编码:code_as_number"},
    {"type without approval", six, "1,甲局,处罚,零售,320200001001,\n", "2:事项编码:code_type"},
    {"sub-item without code", six, "1,甲局,药品,零售,320100001000,\n", "2:子项名称:sub_item_code"},
    {"code without sub-item", six, "1,甲局,药品,,320100001001,\n", "2:子项名称:sub_item_code"},
    {"twice", six, "1,甲局,药品,零售,320100001001,核发\n2,甲局,药品,零售,320100001001,核发\n",
     "3:事项编码:item_twice"},
    {"one code, two names", six, "1,甲局,药品,,X1,甲\n2,甲局,食品,,X1,乙\n",
     "3:事项编码:code_names"},
    {"partial, two visits", ten, "1,甲局,药品,,X1,,,partial,2,行政许可\n", "2:见面次数:visits"},
    {"full, one visit", ten, "1,甲局,药品,,X1,,,全程不见面,1,行政许可\n", "2:见面次数:visits"},
    {"visits no number", ten, "1,甲局,药品,,X1,,,最多见一面,一,行政许可\n",
     "2:见面次数:visits_form"},
    {"mode unknown", ten, "1,甲局,药品,,X1,,,窗口办,,行政许可\n", "2:办理方式:mode_unknown"},
    {"class unknown", ten, "1,甲局,药品,,X1,,,full,,行政处罚\n", "2:事项类别:class_unknown"},
    {"class against code", ten, "1,甲局,药品,零售," CODE31 ",,,full,,行政确认\n",
     "2:事项类别:class_code"},
    {"business code of another item", ten,
     "1,甲局,药品,零售," CODE31 ",核发,113201990000010002332010000100201,full,,行政许可\n",
     "2:业务项编码:business_code"},
    {"hidden character", six, "1,甲局,药\u202E品,,X1,\n", "2:事项名称:character_forbidden"},
    {"all at once", ten, "x,,药品,,X1,,,网办,9,许可\n",
     "2:审批部门:value_missing 2:序号:number_form 2:事项类别:class_unknown "
     "2:办理方式:mode_unknown 2:见面次数:visits"},
};

TEST(ItemLint, TellsEveryFaultWithItsPlace) {
    for (const Case& c : cases) {
        const auto findings = lint_items(list_of(c.head, c.rows), {});
        ASSERT_TRUE(findings.ok());
        EXPECT_EQ(told(findings.value()), c.expected) << c.name;
    }
}

TEST(ItemLint, ComparesWithThePowerList) {
    const auto sheet = read_csv("备注,事项编码,事项名称,子项名称\n,320100001001,药品许可,零售\n");
    const ItemList power = read_power_list(sheet.value());
    ASSERT_TRUE(power.findings.empty());
    const auto check = [&](std::string_view row) {
        return told(lint_items(list_of(six, row), {.power = &power, .code_pattern = {}}).value());
    };
    EXPECT_EQ(check("1,甲局,药品许可,零售," CODE31 ",\n"), "");
    EXPECT_EQ(check("1,甲局,零售,零售,320100001001,\n"), "") << "the sub-item's name will do";
    EXPECT_EQ(check("1,甲局,药品,零售,320100001001,\n"), "2:事项名称:power_name");
    EXPECT_EQ(check("1,甲局,药品许可,批发,320100001001,\n"), "2:子项名称:power_name");
    EXPECT_EQ(check("1,甲局,药品许可,零售,320100002001,\n"), "2:事项编码:power_code");
}

TEST(ItemLint, ComparesDepartmentsWithThoseOfTheArea) {
    std::vector<Department> known(1);
    known[0].name = "某市药品监督管理局";
    known[0].also = {"药监局"};
    const auto check = [&](std::string_view row) {
        ItemLintOptions options;
        options.departments = &known;
        return told(lint_items(list_of(six, row), options).value());
    };
    EXPECT_EQ(check("1,某市药品监督管理局,药品,零售,320100001001,\n"), "");
    EXPECT_EQ(check("1,药监局,药品,零售,320100001001,\n"), "") << "its short name";
    EXPECT_EQ(check("1,药管局,药品,零售,320100001001,\n"), "2:审批部门:department_unknown");
    known.clear();
    EXPECT_EQ(check("1,药管局,药品,零售,320100001001,\n"), "") << "nothing to compare with";
}

TEST(ItemLint, PatternIsForCodesOfNoKnownForm) {
    const auto check = [](std::string_view row, std::string pattern) {
        return lint_items(list_of(six, row),
                          {.power = nullptr, .code_pattern = std::move(pattern)});
    };
    EXPECT_EQ(told(check("1,甲局,药品,,JS-12,\n", "JS-[0-9]+").value()), "");
    EXPECT_EQ(told(check("1,甲局,药品,,ZJ-12,\n", "JS-[0-9]+").value()), "2:事项编码:code_pattern");
    EXPECT_EQ(told(check("1,甲局,药品,零售," CODE31 ",\n", "JS-[0-9]+").value()), "");
    EXPECT_FALSE(check("", "(").ok());
}

TEST(Coverage, TellsMissingDifferingAndLocal) {
    const ItemList upper =
        list_of(six, "1,省局,药品许可,零售,320100001001,核发\n"
                     "2,省局,食品许可,,320100002000,\n3,省局,工伤认定,,OPAQUE,\n");
    const ItemList local =
        list_of(six, "1,市局,药品许可,零售," CODE31 ",变更\n"
                     "2,市局,食品经营许可,,320100002000,随意\n3,市局,备案,,LOCAL,\n");
    const Coverage coverage = compare_coverage(local, upper);
    EXPECT_EQ(coverage.upper_items, 3U);
    EXPECT_EQ(coverage.covered, 2U);
    ASSERT_EQ(coverage.missing.size(), 1U);
    EXPECT_EQ(coverage.missing[0].code, "OPAQUE");
    ASSERT_EQ(coverage.differing.size(), 2U);
    EXPECT_EQ(coverage.differing[0].column, ItemColumn::business_item);
    EXPECT_EQ(coverage.differing[1].column, ItemColumn::item);
    ASSERT_EQ(coverage.local_only.size(), 1U);
    EXPECT_EQ(coverage.local_only[0].code, "LOCAL");
    EXPECT_FALSE(coverage.good());
    EXPECT_TRUE(compare_coverage(upper, upper).good());
}

} // namespace
} // namespace songda::catalogue
