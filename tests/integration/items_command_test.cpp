// `songda items` over the samples, and workbooks of and for openpyxl, which nobody here wrote.
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/child_process.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;

const std::string samples = SONGDA_SOURCE_DIR "/samples/items/";

/// `| row 2 | 序号 | number_form |` of samples/README.md, in order.
std::string expected_of_readme() {
    std::ifstream readme(SONGDA_SOURCE_DIR "/samples/README.md");
    std::string expected;
    for (std::string line; std::getline(readme, line);) {
        if (line.starts_with("| row ") && line[6] >= '1' && line[6] <= '9') {
            expected += line + '\n';
        }
    }
    return expected;
}

TEST(ItemsCommand, SamplesAreGoodAndQuiet) {
    for (const std::string name : {"example-city.csv", "province.csv"}) {
        const auto check = run_songda("items check " + samples + name);
        EXPECT_EQ(check.status, 0);
        EXPECT_EQ(check.output, "");
    }
}

TEST(ItemsCommand, BadSampleHasTheFindingsOfTheReadme) {
    const auto check = run_songda("items check --json " + samples + "bad.csv");
    EXPECT_EQ(check.status, 1);
    const std::string expected = expected_of_readme();
    ASSERT_FALSE(expected.empty());
    const auto told = run_songda(
        "items check --json " + samples +
        "bad.csv | jq -r '.findings[] | \"| row \\(.row) | \\(.column) | \\(.rule) |\"'");
    EXPECT_EQ(told.output, expected);
    const auto people = run_songda("items check " + samples + "bad.csv");
    EXPECT_NE(people.output.find("第 2 行 row 2，序号"), std::string::npos) << people.output;
    EXPECT_NE(people.output.find("下一步 next: songda items check"), std::string::npos);
}

TEST(ItemsCommand, CoverageAllowsLocalItemsAndTellsMissingOnes) {
    const std::string both = samples + "example-city.csv " + samples + "province.csv";
    const auto good = run_songda("items coverage " + both);
    EXPECT_EQ(good.status, 0);
    EXPECT_NE(good.output.find("20 of 20 upper items covered, 0 missing"), std::string::npos)
        << good.output;
    const auto missing = run_songda("items coverage --json " + samples + "province.csv " + samples +
                                    "example-city.csv");
    EXPECT_EQ(missing.status, 1);
    EXPECT_NE(missing.output.find("\"covered\":20,\"missing\":[{\"code\":\"320400014000\""),
              std::string::npos)
        << missing.output;
}

TEST(ItemsCommand, ConvertsThereAndBackByteForByte) {
    const fakes::TemporaryFolder folder;
    const std::string xlsx = folder.path() / "a.xlsx";
    const std::string csv = folder.path() / "a.csv";
    ASSERT_EQ(run_songda("items convert " + samples + "example-city.csv " + xlsx).status, 0);
    ASSERT_EQ(run_songda("items convert " + xlsx + ' ' + csv).status, 0);
    EXPECT_EQ(fakes::read_file(csv), fakes::read_file(samples + "example-city.csv"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
    EXPECT_EQ(run_songda("items convert " + xlsx + ' ' + csv + ".txt").status, 2);
    EXPECT_EQ(run_songda("items check " + csv + ".none").status, 2);
}

TEST(ItemsCommand, OpenpyxlReadsOursAndWeReadItsMergedCells) {
    const fakes::TemporaryFolder folder;
    const std::string ours = folder.path() / "ours.xlsx";
    const std::string theirs = folder.path() / "theirs.xlsx";
    ASSERT_EQ(run_songda("items convert " + samples + "example-city.csv " + ours).status, 0);
    std::ofstream(folder.path() / "compare.py") << R"(import csv, openpyxl, sys
ours, theirs, sample = sys.argv[1:]
sheet = openpyxl.load_workbook(ours).active
rows = [["" if c is None else c for c in r] for r in sheet.iter_rows(values_only=True)]
wanted = list(csv.reader(open(sample, encoding="utf-8-sig", newline="")))
assert [r[:len(w)] for r, w in zip(rows, wanted)] == wanted and len(rows) == len(wanted), rows[:3]
assert all(c.data_type in "sn" and not isinstance(c.value, (int, float)) for r in sheet for c in r)
book = openpyxl.Workbook()
sheet = book.active
for row in wanted: sheet.append(row)
for number in range(3, len(wanted) + 1): sheet.cell(number, 1).value = number - 2
sheet.merge_cells("A1:J1")
sheet.merge_cells("B3:B6")
book.save(theirs)
)";
    const auto compared =
        run_command("/usr/bin/python3 " + std::string(folder.path() / "compare.py") + ' ' + ours +
                    ' ' + theirs + ' ' + samples + "example-city.csv");
    ASSERT_EQ(compared.status, 0) << compared.output;
    const auto check = run_songda("items check " + theirs);
    EXPECT_EQ(check.status, 0) << check.output;
}

TEST(ItemsCommand, ReadsGb18030AndSaysSo) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "wps.csv";
    ASSERT_EQ(run_command("tail -c +4 " + samples +
                          "example-city.csv | iconv -f UTF-8 -t GB18030 >" + path)
                  .status,
              0);
    const auto check = run_songda("items check --json " + path);
    EXPECT_EQ(check.status, 0);
    EXPECT_NE(check.output.find("\"form\":\"GB18030\""), std::string::npos) << check.output;
}

} // namespace
} // namespace songda
