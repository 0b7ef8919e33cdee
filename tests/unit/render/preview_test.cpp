// A preview shows what would be issued and is good for nothing else: marked on every page, without
// signature field, code, number or record; the same values give the same bytes.
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

class Preview : public RenderTest {
protected:
    static ByteBuffer preview(const Values& values) {
        const auto of_preview = compile_preview(*compiled(GetParam()));
        EXPECT_TRUE(of_preview.ok());
        auto made = Renderer().preview(*of_preview.value(), values, input_of(values).photo);
        EXPECT_TRUE(made.ok()) << made.error().detail;
        return std::move(made).value();
    }
    /// As the desk has them before it draws the number.
    static Values unnumbered() {
        Values given = values();
        std::erase_if(given, [](const NamedValue& value) {
            return value.name == "number" || value.name == "key" || value.name == "identifier";
        });
        return given;
    }
    std::string write_bytes(ByteView bytes) {
        const std::string path = folder_ / "preview.pdf";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        if (const char* const kept = std::getenv("SONGDA_KEEP_PAGES")) {
            std::filesystem::copy_file(path, std::string(kept) + "/preview-" + GetParam() + ".pdf",
                                       std::filesystem::copy_options::overwrite_existing);
        }
        return path;
    }
    static bool holds(const ByteBuffer& file, std::string_view words) {
        return as_text(file).find(words) != std::string_view::npos;
    }
};

TEST_P(Preview, ShowsTheWordsOfTheDocumentMarkedOnEveryPage) {
    const std::string path = write_bytes(preview(unnumbered()));
    EXPECT_NE(run("qpdf --check " + path + " 2>&1").find("No syntax or stream encoding errors"),
              std::string::npos)
        << run("qpdf --check " + path + " 2>&1");
    const std::string text = without_space(run("pdftotext " + path + " -"));
    EXPECT_NE(text.find("预览PREVIEW"), std::string::npos) << text;
    EXPECT_EQ(text.find("SAMPLE"), std::string::npos);
    for (const NamedValue& value : unnumbered()) {
        if (value.name == "recipient.name") {
            EXPECT_NE(text.find(value.text), std::string::npos) << value.name;
        }
    }
}

TEST_P(Preview, HasNothingThatCouldBeSignedScannedOrTakenForTheRecord) {
    const ByteBuffer file = preview(unnumbered());
    for (const char* const words : {"/AcroForm", "/Sig", "/ByteRange", "/Contents<", "/Annots",
                                    "record.json", "/AF[", "/EmbeddedFiles", "BI/W", "http"}) {
        EXPECT_FALSE(holds(file, words)) << words;
    }
    const std::string path = write_bytes(file);
    EXPECT_NE(run("pdfsig " + path + " 2>&1").find("does not contain any signatures"),
              std::string::npos);
    EXPECT_EQ(run("pdftoppm -r 150 -png -singlefile " + path + " " + path +
                  " && zbarimg -q --raw " + path + ".png 2>&1"),
              "");
}

TEST_P(Preview, SameValuesGiveTheSameBytesAndOthersDoNot) {
    const Digest digest = sha256(preview(unnumbered()));
    EXPECT_EQ(sha256(preview(unnumbered())), digest);
    Values other = unnumbered();
    for (NamedValue& value : other) {
        value.text = value.name == "decided_on" ? "2026-11-21" : value.text;
    }
    EXPECT_NE(sha256(preview(other)), digest);
}

TEST_P(Preview, RendererRefusesToMixThemUp) {
    const auto of_preview = compile_preview(*compiled(GetParam())).value();
    const Values given = values();
    EXPECT_DEATH((void)Renderer().render(*of_preview, input_of(given)), "");
    EXPECT_DEATH((void)Renderer().preview(*compiled(GetParam()), given), "");
}

INSTANTIATE_TEST_SUITE_P(BothTemplates, Preview,
                         ::testing::Values("food-business-licence", "permit-decision"));

} // namespace
} // namespace songda::issuer
