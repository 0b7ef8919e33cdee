// The file of one print on paper: the issued bytes unchanged, the words on every page, readable to
// other tools; what is not one of our files is refused, whatever its bytes.
#include "issuer/render/copy_stamp.hpp"

#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

constexpr std::string_view words =
    "纸质件 第000003份 · 2026-11-25 打印于 示例市政务服务中心3号窗口";

class CopyStamp : public RenderTest {
protected:
    std::string write_bytes(ByteView bytes) {
        const std::string path = folder_ / "copy.pdf";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        if (const char* const kept = std::getenv("SONGDA_KEEP_PAGES")) {
            std::filesystem::copy_file(path, std::string(kept) + "/copy-" + GetParam() + ".pdf",
                                       std::filesystem::copy_options::overwrite_existing);
        }
        return path;
    }
};

TEST_P(CopyStamp, BearsTheWordsOnEveryPageBehindTheUnchangedFile) {
    Values of_document = values();
    std::string long_text;
    if (std::string_view(GetParam()) == "permit-decision") { // two pages
        for (int i = 0; i < 600; ++i) {
            long_text += "许";
        }
        for (NamedValue& value : of_document) {
            value.text = value.name == "fields.decision_text" ? long_text : value.text;
        }
    }
    const Unsigned issued = render(of_document);
    const auto stamped = stamp_paper_copy(issued.file, words, *fonts());
    ASSERT_TRUE(stamped.ok()) << stamped.error().detail;
    EXPECT_EQ(as_text(stamped.value().file.view().first(issued.file.size())), as_text(issued.file));
    const std::string path = write_bytes(stamped.value().file);
    EXPECT_NE(run("qpdf --check " + path + " 2>&1").find("No syntax or stream encoding errors"),
              std::string::npos)
        << run("qpdf --check " + path + " 2>&1");
    const std::string info = run("pdfinfo " + path);
    const int pages = std::stoi(info.substr(info.find("Pages:") + 6));
    EXPECT_EQ(pages, std::string_view(GetParam()) == "permit-decision" ? 2 : 1);
    EXPECT_EQ(stamped.value().pages, static_cast<std::uint32_t>(pages));
    for (int page = 1; page <= pages; ++page) {
        const std::string shown = run("pdftotext -f " + std::to_string(page) + " -l " +
                                      std::to_string(page) + " " + path + " -");
        EXPECT_NE(without_space(shown).find(without_space(std::string(words))), std::string::npos)
            << shown;
    }
}

TEST_P(CopyStamp, WhatIsNotOneOfOurFilesIsRefused) {
    const Unsigned issued = render(values());
    const ByteView whole = issued.file;
    for (std::size_t length = 0; length < whole.size(); length += 97) {
        EXPECT_FALSE(stamp_paper_copy(whole.first(length), words, *fonts()).ok()) << length;
    }
    EXPECT_FALSE(stamp_paper_copy(as_bytes("startxref\n0\n"), words, *fonts()).ok());
    EXPECT_FALSE(stamp_paper_copy(whole, "\xF0\x92\x80\x80", *fonts()).ok()) << "no font has it";
}

INSTANTIATE_TEST_SUITE_P(BothTemplates, CopyStamp,
                         ::testing::Values("food-business-licence", "permit-decision"));

} // namespace
} // namespace songda::issuer
