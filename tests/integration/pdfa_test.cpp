// Documents of every type are PDF/A-3b in the eyes of a tool that nobody here wrote. Apache PDFBox
// Preflight knows PDF/A-1b only, so it may find what part 1 alone forbids, and nothing else.
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

/// What ISO 19005-1 has and ISO 19005-3 has not.
const std::map<std::string, std::string> rules_of_part_1 = {
    {"7.11.2", "part must be 1"},         // §6.7.11
    {"1.2.9", "EmbeddedFile"},            // §6.1.11; part 3, §6.8, allows attachments
    {"1.4.7", "EmbeddedFile"},            // the same, in the names
    {"2.2.1", "transparency"},            // §6.4; parts 2 and 3, §6.2.10, allow it
    {"4.1.3", "BlendMode"},               // the same
    {"3.1.11", "CIDSet entry is missing"} // §6.3.5; parts 2 and 3, §6.2.11.4.2, do not ask for it
};

std::string preflight(const std::string& files) {
    std::string jars;
    for (const auto* jar : {"preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging",
                            "jaxb-api", "javax.activation"}) {
        jars += std::string("/usr/share/java/") + jar + ".jar:";
    }
    return live::run_command("java -cp " + jars +
                             " " SONGDA_SOURCE_DIR "/tests/integration/preflight/Preflight.java " +
                             files + " 2>/dev/null")
        .output;
}

struct Findings {
    std::size_t files = 0;
    std::vector<std::string> ours; ///< not of part 1 alone
};

Findings read(const std::string& output) {
    Findings found;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        const std::string code = line.substr(0, line.find('\t'));
        const auto known = rules_of_part_1.find(code);
        if (code.ends_with(".pdf")) {
            EXPECT_NE(line, code + "\t0") << "could not be opened";
            ++found.files;
        } else if (known == rules_of_part_1.end() ||
                   line.find(known->second) == std::string::npos) {
            found.ours.push_back(line);
        }
    }
    return found;
}

class PdfA : public ::testing::Test {
protected:
    void SetUp() override {
        const std::string folder = service_.folder();
        std::ofstream(service_.config(), std::ios::app)
            << "[augmentation]\nauthorities = [\"built-in\"]\n"; // a template asks for B-LTA
        const auto issued = live::run_command(
            "cd " + folder +
            " && names=$(ls " SONGDA_SOURCE_DIR
            "/templates | grep -v '^bases$' | sed 's/.*/\"&\",/' | tr -d '\\n') && sed -i "
            "\"s|^templates = .*|templates = [$names]\\nreview_organ = '示例市人民政府'\\ncourt = "
            "'示例市清江县人民法院'\\nreview_address = 'https://xzfy.example.org/'\\ncontact = "
            "'12345'|\" songda.toml && { grep -Ev '\"(refusal|withdrawal|revocation|cancellation)-"
            "decision\"' " SONGDA_SOURCE_DIR "/samples/types.jsonl; head -n 5 " SONGDA_SOURCE_DIR
            "/samples/licences.jsonl; head -n 3 " SONGDA_SOURCE_DIR
            "/samples/decisions.jsonl; } >rows.jsonl && wc -l <rows.jsonl");
        ASSERT_EQ(issued.status, 0) << issued.output;
        rows_ = std::stoul(issued.output);
        const auto done = live::run_songda("issue " + folder + "/rows.jsonl -c " +
                                           service_.config() + " --out " + folder + "/pdf");
        ASSERT_EQ(done.status, 0) << done.output;
    }

    live::Service service_;
    std::size_t rows_ = 0;
};

TEST_F(PdfA, EveryTypeBreaksNoRuleButThoseThatPart1AloneHas) {
    const std::string output = preflight(service_.folder() / "pdf/*.pdf");
    const Findings found = read(output);
    EXPECT_EQ(found.files, rows_) << output;
    EXPECT_GE(rows_, 15U);
    EXPECT_TRUE(found.ours.empty()) << found.ours.front();
}

/// The same eyes see what is wrong.
TEST_F(PdfA, AFileWithoutItsColourSpaceIsFound) {
    const std::string folder = service_.folder();
    const auto changed =
        live::run_command("cd " + folder +
                          "/pdf && first=$(ls | head -n 1) && "
                          "sed 's|/OutputIntents|/OutputIntentz|' \"$first\" >../changed.pdf");
    ASSERT_EQ(changed.status, 0) << changed.output;
    EXPECT_FALSE(read(preflight(folder + "/changed.pdf")).ours.empty());
}

} // namespace
} // namespace songda
