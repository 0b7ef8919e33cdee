// Artwork that could bring more than a picture into a document is refused when a template is
// compiled. The samples are PDFs written here byte by byte; qpdf confirms that they are sound.
#include "issuer/templates/artwork.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace songda::issuer {
namespace {

/// What a sample differs by from a page that draws one line.
struct Sample {
    std::string catalog = "";
    std::string page = "/Resources<<>>";
    std::string content = "0 0 m 9 9 l S";
    std::string fifth = "null"; ///< object 5
    std::string box = "0 0 842 595";
};

std::string make_pdf(const Sample& sample) {
    const std::vector<std::string> bodies = {"<</Type/Catalog/Pages 2 0 R" + sample.catalog + ">>",
                                             "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                                             "<</Type/Page/Parent 2 0 R/MediaBox[" + sample.box +
                                                 "]/Contents 4 0 R" + sample.page + ">>",
                                             "<</Length " + std::to_string(sample.content.size()) +
                                                 ">>stream\n" + sample.content + "\nendstream",
                                             sample.fifth};
    std::string file = "%PDF-1.4\n";
    std::string table = "xref\n0 6\n0000000000 65535 f \n";
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const std::string offset = std::to_string(file.size());
        table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
        file += std::to_string(i + 1) + " 0 obj\n" + bodies[i] + "\nendobj\n";
    }
    return file + table + "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n" +
           std::to_string(file.size()) + "\n%%EOF\n";
}

class ArtworkTest : public ::testing::Test {
protected:
    ArtworkTest()
        : path_(std::filesystem::temp_directory_path() /
                ("songda-artwork-" + std::to_string(getpid()) + ".pdf")) {}
    ~ArtworkTest() override { std::filesystem::remove(path_); }

    Result<Artwork> read(const Sample& sample) {
        const std::string file = make_pdf(sample);
        std::ofstream(path_, std::ios::binary) << file;
        EXPECT_EQ(std::system(("qpdf --check " + path_.string() + " >/dev/null 2>&1").c_str()), 0);
        return read_artwork(as_bytes(file), path_, 16);
    }
    std::string refusal(const Sample& sample) {
        const auto artwork = read(sample);
        return artwork.ok() ? "accepted" : artwork.error().detail.substr(path_.string().size() + 2);
    }

    std::filesystem::path path_;
};

TEST_F(ArtworkTest, PlainDrawingIsTaken) {
    const auto artwork = read({});
    ASSERT_TRUE(artwork.ok()) << artwork.error().detail;
    EXPECT_EQ(artwork.value().object, 16U);
    EXPECT_DOUBLE_EQ(artwork.value().width, 842);
}

TEST_F(ArtworkTest, PageWithoutResourcesIsTaken) {
    EXPECT_TRUE(read({.page = ""}).ok());
}

TEST_F(ArtworkTest, BoxAwayFromTheOriginIsMovedThere) {
    const auto artwork = read({.box = "100 50 942 645"});
    ASSERT_TRUE(artwork.ok());
    EXPECT_NE(as_text(artwork.value().objects[0].body).find("/Matrix[1 0 0 1 -100.000 -50.000]"),
              std::string_view::npos);
}

TEST_F(ArtworkTest, FontThatIsNotEmbeddedIsRefused) {
    const std::string page = "/Resources<</Font<</F 5 0 R>>>>";
    EXPECT_EQ(refusal({.page = page, .fifth = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}),
              "a font is not embedded");
    EXPECT_EQ(refusal({.page = page,
                       .fifth = "<</Type/Font/Subtype/TrueType/BaseFont/Any/FontDescriptor"
                                "<</Type/FontDescriptor/FontName/Any>>>>"}),
              "a font is not embedded");
}

TEST_F(ArtworkTest, ActionsAndAnnotationsAreRefused) {
    const std::string script = "<</S/JavaScript/JS(1)>>";
    EXPECT_EQ(refusal({.catalog = "/OpenAction" + script}),
              "the artwork's catalog has /OpenAction");
    EXPECT_EQ(refusal({.page = "/Resources<<>>/AA<</O" + script + ">>"}),
              "the artwork's page has /AA");
    EXPECT_EQ(
        refusal({.page = "/Resources<<>>/Annots[<</Subtype/Link/Rect[0 0 9 9]/A" + script + ">>]"}),
        "the artwork's page has /Annots");
    EXPECT_EQ(refusal({.page = "/Resources<</Properties<</X 5 0 R>>>>", .fifth = script}),
              "the artwork holds /JS");
}

TEST_F(ArtworkTest, TurnedPageIsRefused) {
    EXPECT_EQ(refusal({.page = "/Resources<<>>/Rotate 90"}), "the artwork's page has /Rotate");
}

TEST_F(ArtworkTest, SignatureMarkInAStringIsRefused) {
    EXPECT_EQ(refusal({.page = "/Resources<</Properties<</X<</K(/ByteRange[0 1 2 3])>>>>>>"}),
              "the artwork holds /ByteRange");
}

TEST_F(ArtworkTest, EndlessNestingIsRefused) {
    std::string deep = "1";
    for (int i = 0; i < 40; ++i) {
        deep = "<</X " + deep + ">>";
    }
    EXPECT_EQ(refusal({.page = "/Resources<</Properties " + deep + ">>"}), "nested too deeply");
}

TEST_F(ArtworkTest, ObjectsThatPointAtEachOtherAreWrittenOnce) {
    const auto artwork =
        read({.page = "/Resources<</Properties<</X 5 0 R>>>>", .fifth = "<</Self 5 0 R>>"});
    ASSERT_TRUE(artwork.ok()) << artwork.error().detail;
    EXPECT_EQ(artwork.value().objects.size(), 2U);
}

} // namespace
} // namespace songda::issuer
