// The public shelf of guides: what is in force today is shown to people and programs, drafts and
// what is to come are not, and nothing that a guide holds becomes markup.
#include "tests/unit/api/counter.hpp"

#include <fstream>
#include <sstream>

#include "base/json.hpp"

namespace songda::api {
namespace {

class GuidesTest : public CounterTest {
protected:
    static constexpr const char* code = "1132019900000100023320100002000";

    static std::string sample() {
        std::ostringstream text;
        text << std::ifstream(SONGDA_SOURCE_DIR "/samples/guides/food-business-licence.toml")
                    .rdbuf();
        return text.str();
    }
    static std::string replaced(std::string text, const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        return text;
    }
    store::EditionRow add(const std::string& text) {
        return add_edition(store::EditionKind::guide, code, "食品经营许可", text);
    }
    void publish(const std::string& text, Date from) { publish_edition(add(text), from); }
    std::string shown(const std::string& path) { return ask("GET", path).body; }
    static bool says(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }
};

TEST_F(GuidesTest, GuideInForceIsShownToPeopleAndPrograms) {
    publish(sample(), {2026, 1, 1});
    const std::string page = shown(std::string("/guides/") + code);
    for (const char* const words :
         {"实施依据", "《中华人民共和国食品安全法》第三十五条", "部门共享，无需提交", "可以容缺",
          "5工作日", "本审批事项不收费", "网端推送或者邮政寄递", "12345", "示审发〔2026〕1号"}) {
        EXPECT_TRUE(says(page, words)) << words;
    }
    const std::string json = shown(std::string("/api/v1/guides/") + code);
    EXPECT_TRUE(parse_json(json).ok()) << json;
    EXPECT_TRUE(says(json, R"("promised":"5工作日")")) << json;
    EXPECT_TRUE(says(shown("/guides"), code));
    EXPECT_TRUE(says(shown("/api/v1/guides"), code));
}

TEST_F(GuidesTest, DraftsAndWhatIsToComeAreNotShown) {
    (void)add(sample());
    EXPECT_EQ(ask("GET", std::string("/guides/") + code).status, 404);
    publish(sample(), {2999, 1, 1});
    EXPECT_EQ(ask("GET", std::string("/guides/") + code).status, 404);
    EXPECT_EQ(shown("/api/v1/guides"), R"({"guides":[]})");
    publish(replaced(sample(), "A12", "B7"), {2026, 1, 1});
    EXPECT_TRUE(says(shown(std::string("/guides/") + code), "窗口 B7"));
}

TEST_F(GuidesTest, ListIsSearchedByNameAndCode) {
    publish(sample(), {2026, 1, 1});
    const auto found = [this](const std::string& query) {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/guides";
        request.query = query;
        return says(ask(std::move(request)).body, code);
    };
    EXPECT_TRUE(found("q=%E9%A3%9F%E5%93%81")); // 食品
    EXPECT_TRUE(found("q=3320100002000"));
    EXPECT_TRUE(found("q="));
    EXPECT_FALSE(found("q=%E8%8D%AF%E5%93%81")); // 药品
}

TEST_F(GuidesTest, NothingOfAGuideBecomesMarkup) {
    publish(replaced(sample(), "苏服办", "<script>alert(1)</script>"), {2026, 1, 1});
    const std::string page = shown(std::string("/guides/") + code);
    EXPECT_FALSE(says(page, "<script>alert"));
    EXPECT_TRUE(says(page, "&lt;script&gt;"));
    http::Request request;
    request.method = "GET";
    request.path = "/guides";
    request.query = "q=%22%3E%3Cb%3E";
    const std::string list = ask(std::move(request)).body;
    EXPECT_TRUE(says(list, R"(value="&quot;&gt;&lt;b&gt;")")) << list;
}

TEST_F(GuidesTest, UnchangedGuideIsNotSentAgain) {
    publish(sample(), {2026, 1, 1});
    http::Request request;
    request.method = "GET";
    request.path = std::string("/api/v1/guides/") + code;
    const http::Response first = ask(request);
    for (const auto& [name, value] : first.headers) {
        if (name == "ETag") {
            request.headers = {{"If-None-Match", value}};
        }
    }
    ASSERT_EQ(request.headers.size(), 1U);
    EXPECT_EQ(ask(request).status, 304);
}

} // namespace
} // namespace songda::api
