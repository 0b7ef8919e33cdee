// Fields of several texts and of rows: read strictly, named for templates, kept in the record, and
// pointed to cell by cell.
#include <gtest/gtest.h>

#include "issuer/named_values.hpp"
#include "issuer/record.hpp"

namespace songda::issuer {
namespace {

DecisionReading read_with(const std::string& fields) {
    return read_decision(R"({"idempotency_key": "k", "template": "t", "case_number": "1",
        "decided_on": "2026-11-20", "delivery": ["portal"],
        "recipient": {"kind": "organisation", "name": "示例市鑫𠮷餐饮管理有限公司",
                      "code": "11320199014138860W", "portal_account": "a"},
        "fields": )" + fields +
                             "}",
                         {2026, 11, 24});
}

std::vector<std::string> told(const std::string& fields) {
    std::vector<std::string> found;
    for (const Finding& finding : read_with(fields).findings) {
        found.push_back(finding.pointer + ' ' + finding.rule);
    }
    return found;
}

TEST(DecisionFields, RowsAndListsAreReadNamedAndRecorded) {
    const auto reading = read_with(
        R"({"reasons": ["一", "b/c"], "items": [{"supply": "x", "material": "m"}], "a": "l\nm"})");
    ASSERT_TRUE(reading.ok()) << reading.findings[0].pointer << reading.findings[0].rule;
    std::vector<std::string> named;
    const DecisionValues values = name_values(reading.decision);
    for (const NamedValue& value : values.list) {
        if (value.name.starts_with("fields.")) {
            named.push_back(std::string(value.name) + '=' + std::string(value.text));
        }
    }
    EXPECT_EQ(named, (std::vector<std::string>{"fields.reasons.0=一", "fields.reasons.1=b/c",
                                               "fields.items.0.supply=x",
                                               "fields.items.0.material=m", "fields.a=l\nm"}));
    const std::string record = make_record(reading.decision, {});
    EXPECT_NE(
        record.find("\"fields\":{\"a\":\"l\\u000am\",\"items\":[{\"material\":\"m\",\"supply\":"
                    "\"x\"}],\"reasons\":[\"一\",\"b\\u002fc\"]}"),
        std::string::npos)
        << record;
}

TEST(DecisionFields, EveryFaultIsToldAtItsCell) {
    using Told = std::vector<std::string>;
    EXPECT_EQ(told(R"({"items": [{"a": 1}, "x", {"b": "\u0007"}]})"),
              (Told{"/fields/items/0/a kind", "/fields/items/1 kind",
                    "/fields/items/2/b forbidden_character"}));
    EXPECT_EQ(told(R"({"l": ["a", {"b": "c"}, ""]})"),
              (Told{"/fields/l/1 kind", "/fields/l/2 required"}));
    EXPECT_EQ(told(R"({"l": ["a\nb"]})"), (Told{"/fields/l/0 forbidden_character"}))
        << "line breaks are for texts";
    EXPECT_EQ(told(R"({"o": {}})"), (Told{"/fields/o kind"}));
    std::string many = "{\"l\": [\"a\"";
    for (int i = 0; i < 200; ++i) {
        many += ", \"a\"";
    }
    EXPECT_EQ(told(many + "]}"), (Told{"/fields/l max_members"}));
}

/// `items.0.supply` would be taken for a cell of items.
TEST(DecisionFields, NamesThatCouldBeTakenForCellsAreRefused) {
    EXPECT_EQ(told(R"({"items.0.supply": "x", "a/b": "", "Ä": ""})"),
              (std::vector<std::string>{"/fields/items.0.supply unknown", "/fields/a~1b unknown",
                                        "/fields/Ä unknown"}));
    EXPECT_EQ(told(R"({"items": [{"a.b": "x"}]})"),
              (std::vector<std::string>{"/fields/items/0/a.b unknown"}));
}

} // namespace
} // namespace songda::issuer
