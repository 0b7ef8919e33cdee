// `songda template check` and `preview` as a designer runs them, without a store: what is told,
// what is written, and what they return. poppler reads the previews.
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/child_process.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;

const std::string shipped = SONGDA_SOURCE_DIR "/templates/";
const std::string shop = " --fonts " SONGDA_SOURCE_DIR "/build/fonts --profiles " SONGDA_SOURCE_DIR
                         "/catalogue/profiles ";

class TemplateCheckCommand : public ::testing::Test {
protected:
    /// A template of the project with one word of its file replaced.
    std::string changed(const std::string& name, const std::string& from, const std::string& to) {
        const std::filesystem::path folder = folder_.path() / name;
        std::filesystem::copy(shipped + name, folder);
        std::filesystem::copy(shipped + "bases", folder_.path() / "bases");
        std::string text = fakes::read_file(folder / "template.toml");
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos);
        text.replace(at, from.size(), to);
        std::ofstream(folder / "template.toml", std::ios::binary) << text;
        return folder;
    }
    std::string path(const std::string& name) { return folder_.path() / name; }

    fakes::TemporaryFolder folder_;
};

TEST_F(TemplateCheckCommand, GoodTemplatesAreTheirOwnReport) {
    const auto check = run_songda("template check" + shop + shipped + "food-business-licence " +
                                  shipped + "supplement-notice");
    EXPECT_EQ(check.status, 0) << check.output;
    for (const std::string words :
         {"食品经营许可证 food-business-licence@", "通用规范汉字 8105/8105",
          "住所 {fields.domicile}: 60/60 字 characters", "需要补正的材料·补正内容",
          "2 个模板 templates：2 个合格 good", "下一步 next: songda template preview"}) {
        EXPECT_NE(check.output.find(words), std::string::npos) << words << '\n' << check.output;
    }
}

TEST_F(TemplateCheckCommand, EverythingThatIsWrongIsToldWithItsPlace) {
    const std::string bad =
        changed("food-business-licence", "text = \"住　　所\"", "text = \"住\U00010900所\"");
    std::ofstream(bad + "/border.pdf") << "no picture";
    const auto check = run_songda("template check" + shop + bad);
    EXPECT_EQ(check.status, 1);
    for (const std::string words :
         {"✗ 不合格 “住\U00010900所” (song) [no_glyph]", "U+10900", "border.pdf [artwork]",
          "1 个不合格 not；2 处须改 to mend", "改好后再检查"}) {
        EXPECT_NE(check.output.find(words), std::string::npos) << words << '\n' << check.output;
    }
    EXPECT_EQ(run_songda("template check" + shop + path("nowhere")).status, 2);
    EXPECT_EQ(run_songda("template check --fonts /nowhere " + bad).status, 2);
}

TEST_F(TemplateCheckCommand, KeysAreToldWithFileAndLine) {
    const std::string bad = changed("pharmacist-registration", "page_width_mm", "page_with_mm");
    const auto check = run_songda("template check" + shop + bad);
    EXPECT_EQ(check.status, 1);
    EXPECT_NE(check.output.find("template.toml:8: page_with_mm [key] 没有这样的键"),
              std::string::npos)
        << check.output;
}

TEST_F(TemplateCheckCommand, FactsOfTheConfigurationAreThoseThatIssueByIt) {
    const live::Service service; // its department says nothing of a court
    const auto check =
        run_songda("template check -c " + service.config() + ' ' + shipped + "refusal-decision");
    EXPECT_EQ(check.status, 1) << check.output;
    EXPECT_NE(check.output.find("[fact] 模板印有{department.court}，部门配置未写"),
              std::string::npos)
        << check.output;
}

TEST_F(TemplateCheckCommand, PreviewIsAMarkedPageOfItsOwnFields) {
    const std::string pdf = path("a.pdf");
    const auto made =
        run_songda("template preview" + shop + shipped + "pharmacist-registration -o " + pdf);
    EXPECT_EQ(made.status, 0) << made.output;
    EXPECT_NE(made.output.find("a.pdf · 1页 pages"), std::string::npos) << made.output;
    const std::string words = run_command("pdftotext " + pdf + " -").output;
    EXPECT_NE(words.find("预览 PREVIEW"), std::string::npos);
    EXPECT_NE(words.find("欧阳示例"), std::string::npos);
    EXPECT_EQ(run_command("qpdf --check " + pdf).status, 0);
    EXPECT_NE(run_command("pdfimages -list " + pdf).output.find("236   331  gray"),
              std::string::npos); // 25 × 35 mm at 240 dpi
    EXPECT_EQ(run_command("pdfsig " + pdf).output.find("Signature #"), std::string::npos);
    const std::string png = path("a.png");
    const auto picture = run_songda("template preview" + shop + shipped +
                                    "withdrawal-decision --long --page 3 -o " + png);
    EXPECT_EQ(picture.status, 0) << picture.output;
    EXPECT_NE(picture.output.find("第3页 page 3"), std::string::npos) << picture.output;
    EXPECT_EQ(fakes::read_file(png).substr(1, 3), "PNG");
    EXPECT_EQ(run_songda("template preview" + shop + shipped + "permit-decision --page 9 -o " + png)
                  .status,
              2);
    EXPECT_EQ(run_songda("template preview" + shop + shipped + "permit-decision -o a.gif").status,
              2);
}

TEST_F(TemplateCheckCommand, FaultsOfAGivenDecisionAreToldAndNothingIsWritten) {
    const std::string decisions = fakes::read_file(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::ofstream(path("good.json")) << decisions.substr(0, decisions.find('\n'));
    const auto good = run_songda("template preview" + shop + shipped + "food-business-licence " +
                                 "--decision " + path("good.json") + " -o " + path("a.pdf"));
    EXPECT_EQ(good.status, 0) << good.output;
    const auto other = run_songda("template preview" + shop + shipped + "permit-decision " +
                                  "--decision " + path("good.json") + " -o " + path("b.pdf"));
    EXPECT_EQ(other.status, 1);
    for (const std::string words : {"/template [known]", "/fields/decision_text [required]",
                                    "/fields/domicile [unknown]", "没有预览"}) {
        EXPECT_NE(other.output.find(words), std::string::npos) << words << '\n' << other.output;
    }
    EXPECT_FALSE(std::filesystem::exists(path("b.pdf")));
    EXPECT_EQ(run_songda("template preview" + shop + shipped +
                         "permit-decision --decision /nowhere -o " + path("b.pdf"))
                  .status,
              2);
}

} // namespace
} // namespace songda
