// The public register, lists and deadlines: what is in force today is shown to people and programs,
// and nothing that a list holds becomes markup.
#include "tests/unit/api/counter.hpp"

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace songda::api {
namespace {

using store::EditionKind;

class CatalogueTest : public CounterTest {
protected:
    static std::string sample(const std::string& name) {
        std::ostringstream text;
        text << std::ifstream(SONGDA_SOURCE_DIR "/samples/" + name).rdbuf();
        return text.str();
    }
    void publish(EditionKind kind, const std::string& name, const std::string& text,
                 Date from = {2026, 1, 1}) {
        publish_edition(add_edition(kind, name, "“不见面审批”事项清单（28项）", text), from);
    }
    http::Response get(const std::string& path, const std::string& query = {}) {
        http::Request request;
        request.method = "GET";
        request.path = path;
        request.query = query;
        return ask(std::move(request));
    }
    nlohmann::json read(const std::string& path, const std::string& query = {}) {
        const http::Response response = get(path, query);
        EXPECT_EQ(response.status, 200) << response.body;
        return nlohmann::json::parse(response.body);
    }
};

TEST_F(CatalogueTest, ListInForceIsShownToPeopleProgramsAndSpreadsheets) {
    publish(EditionKind::item_list, "320199", sample("items/example-city.csv"));
    publish(EditionKind::guide, "1132019900000100023320100002000",
            sample("guides/food-business-licence.toml"));
    EXPECT_EQ(read("/api/v1/catalogue/items")["lists"][0]["area"]["name"], "示例市");
    const auto list = read("/api/v1/catalogue/items/320199");
    EXPECT_EQ(list["document"], "示审发〔2026〕1号");
    ASSERT_EQ(list["items"].size(), 28U);
    EXPECT_EQ(list["items"][0]["item"], "药品经营许可");
    EXPECT_EQ(list["items"][0]["class"], "行政许可");
    EXPECT_FALSE(list["items"][0].contains("guide"));
    int guides = 0;
    for (const auto& item : list["items"]) {
        guides += item.contains("guide") ? 1 : 0;
    }
    EXPECT_EQ(guides, 3) << "three business items of one sub-item";
    const http::Response csv = get("/api/v1/catalogue/items/320199/csv");
    EXPECT_EQ(csv.content_type, "text/csv; charset=utf-8");
    EXPECT_EQ(csv.body, sample("items/example-city.csv"));
    const std::string page = get("/items/320199", "q=%E8%8D%AF%E5%93%81").body;
    EXPECT_NE(page.find("药品零售企业许可"), std::string::npos);
    EXPECT_EQ(page.find("工伤认定"), std::string::npos);
    EXPECT_NE(get("/items").body.find("/items/320199"), std::string::npos);
}

TEST_F(CatalogueTest, WhatIsNotInForceIsNotThere) {
    publish(EditionKind::item_list, "320199", sample("items/example-city.csv"), {2099, 1, 1});
    EXPECT_EQ(get("/api/v1/catalogue/items/320199").status, 404);
    EXPECT_EQ(get("/items/320199").status, 404);
    EXPECT_EQ(get("/api/v1/catalogue/items/320199/csv").status, 404);
    EXPECT_EQ(get("/api/v1/catalogue/items/320199/coverage").status, 404);
    EXPECT_TRUE(read("/api/v1/catalogue/items")["lists"].empty());
}

TEST_F(CatalogueTest, CellsNeverBecomeMarkup) {
    publish(
        EditionKind::item_list, "320199",
        "序号,审批部门,事项名称,子项名称,事项编码,业务项名称\n1,甲局,<script>x</script>,,JS-1,\n");
    const std::string page = get("/items/320199").body;
    EXPECT_EQ(page.find("<script>"), std::string::npos);
    EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
}

TEST_F(CatalogueTest, CoverageIsAgainstTheNearestUpperLevelWithAList) {
    publish(EditionKind::item_list, "320199", sample("items/example-city.csv"));
    EXPECT_EQ(get("/api/v1/catalogue/items/320199/coverage").status, 404);
    publish(EditionKind::item_list, "320000", sample("items/province.csv"));
    const auto answer = read("/api/v1/catalogue/items/320199/coverage");
    EXPECT_EQ(answer["upper"]["code"], "320000");
    EXPECT_EQ(answer["coverage"]["covered"], 20);
    EXPECT_EQ(answer["coverage"]["local_only"].size(), 2U);
}

TEST_F(CatalogueTest, AreasAreThoseOfTheDay) {
    EXPECT_EQ(read("/api/v1/catalogue/areas/320000")["below"].size(), 14U) << "13 and the sample's";
    const auto city = read("/api/v1/catalogue/areas/320199", "on=2026-11-01");
    EXPECT_EQ(city["area"]["type_zh"], "设区市");
    EXPECT_EQ(city["departments"].size(), 9U);
    EXPECT_EQ(get("/api/v1/catalogue/areas/320199", "on=2018-01-01").status, 404);
    EXPECT_EQ(get("/api/v1/catalogue/areas/999999").status, 404);
    EXPECT_EQ(get("/api/v1/catalogue/areas", "on=2026-02-30").status, 400);
    EXPECT_GT(read("/api/v1/catalogue/areas")["areas"].size(), 100U);
}

TEST_F(CatalogueTest, DeadlinesFollowFromTheDaysNamed) {
    const auto due = [this](const std::string& query) {
        std::string told;
        const auto answer = read("/api/v1/deadlines", query);
        for (const auto& each : answer["deadlines"]) {
            told += (told.empty() ? "" : " ") + each["deadline"].get<std::string>() + '=' +
                    (each["due"].is_null() ? "null" : each["due"].get<std::string>());
        }
        return told;
    };
    // 2026: 1 to 7 October are holidays, 10 October (Saturday) is worked.
    EXPECT_EQ(due("received=2026-09-28"), "supplement=2026-10-10");
    EXPECT_EQ(due("accepted=2026-11-02&promised_days=5"),
              "decision_statutory=2026-11-30 decision_promised=2026-11-09");
    EXPECT_EQ(due("accepted=2026-11-02&pause=2026-11-03/2026-11-04&promised_days=5"),
              "decision_statutory=2026-12-02 decision_promised=2026-11-09");
    EXPECT_EQ(due("accepted=2026-11-02&pause=2026-11-03/"), "decision_statutory=null");
    EXPECT_EQ(due("accepted=2026-11-02&extended=true"), "decision_statutory=2026-12-14");
    EXPECT_EQ(due("decided=2026-11-02"), "delivery=2026-11-16");
}

TEST_F(CatalogueTest, DaysThatCannotBeAreRefusedWithReasons) {
    const auto code = [this](const std::string& query) {
        const http::Response response = get("/api/v1/deadlines", query);
        EXPECT_EQ(response.status, 422) << query;
        return nlohmann::json::parse(response.body);
    };
    EXPECT_EQ(code("")["errors"][0]["pointer"], "/received");
    EXPECT_EQ(code("received=2026-02-30")["errors"][0]["rule"], "date");
    EXPECT_EQ(code("received=2026-11-03&accepted=2026-11-02")["errors"][0]["rule"], "order");
    EXPECT_EQ(code("accepted=2026-11-02&pause=2026-11-09/2026-11-05")["errors"][0]["pointer"],
              "/pause");
    EXPECT_EQ(code("accepted=2026-11-02&promised_days=0")["errors"][0]["pointer"],
              "/promised_days");
    EXPECT_EQ(code("accepted=2026-12-25")["code"], "calendar-unknown");
}

} // namespace
} // namespace songda::api
