// PDF, SVG and PNG artwork at their places: the page that poppler draws has their colours where the
// template puts them, and the file stays sound for qpdf, pdffonts and pdftotext. The samples are
// made here.
#include <zlib.h>

#include "issuer/render/png.hpp"
#include "issuer/templates/artwork.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/template_text.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

using fakes::TemporaryFolder;

void put_be(std::string& to, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        to += static_cast<char>(value >> static_cast<unsigned>(shift));
    }
}

void put_chunk(std::string& to, const std::string& kind, std::string_view body) {
    put_be(to, static_cast<std::uint32_t>(body.size()));
    const std::string covered = kind + std::string(body);
    to += covered;
    put_be(to, static_cast<std::uint32_t>(
                   crc32(0, as_bytes(covered).data(), static_cast<uInt>(covered.size()))));
}

/// Rows of `pixels`, every pixel `bytes` long, filtered by `filter` (0 none, 1 sub, 2 up).
std::string make_png(unsigned side, char colour, const std::string& pixel, int filter = 0) {
    std::string rows;
    for (unsigned y = 0; y < side; ++y) {
        rows += static_cast<char>(filter);
        for (unsigned x = 0; x < side; ++x) {
            const bool differs = filter == 0 || (filter == 1 && x == 0) || (filter == 2 && y == 0);
            rows += differs ? pixel : std::string(pixel.size(), '\0');
        }
    }
    std::string png(png_signature);
    std::string head;
    put_be(head, side);
    put_be(head, side);
    head += std::string{8, colour, 0, 0, 0};
    put_chunk(png, "IHDR", head);
    put_chunk(png, "IDAT", as_text(detail::deflate(as_bytes(rows))));
    put_chunk(png, "IEND", "");
    return png;
}

const std::string red_half("\xFF\x00\x00\x80", 4);

const std::string blue_svg =
    R"(<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="20mm" viewBox="0 0 40 20">)"
    R"(<rect width="20" height="20" fill="#0000ff"/></svg>)";

std::string green_pdf() {
    const std::string content = "0 0.5 0 rg 0 0 595 20 re f";
    const std::vector<std::string> bodies = {
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>",
        "<</Length " + std::to_string(content.size()) + ">>stream\n" + content + "\nendstream"};
    std::string file = "%PDF-1.4\n";
    std::string table = "xref\n0 5\n0000000000 65535 f \n";
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const std::string offset = std::to_string(file.size());
        table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
        file += std::to_string(i + 1) + " 0 obj\n" + bodies[i] + "\nendobj\n";
    }
    return file + table + "trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n" +
           std::to_string(file.size()) + "\n%%EOF\n";
}

/// A template of one text with the artwork that is asked for, in a folder of its own.
class ArtworkKinds : public ::testing::Test {
protected:
    ArtworkKinds() {
        std::filesystem::create_directory(folder_.path() / "bases");
        std::filesystem::create_directory(folder_.path() / "form");
    }

    void write(const std::string& name, const std::string& content) {
        std::ofstream(folder_.path() / name, std::ios::binary) << content;
    }
    std::string path(const std::string& name) { return folder_.path() / name; }

    void write_template(const std::string& artwork) {
        write("form/template.toml", R"(id = "form"
version = 1
type_code = "XK"
title = "图样"
number = "{sequence:6}"
)" + artwork + "\n" + std::string(fakes::template_marks) +
                                        R"([[text]]
text = "图样试验"
style = "song"
size_pt = 12
x_mm = 30
y_mm = 180
width_mm = 100
)");
    }

    CompileAttempt compile() {
        const auto spec = read_template(path("form"));
        EXPECT_TRUE(spec.ok()) << spec.error().detail;
        return spec.ok() ? try_compile(spec.value(), face, fonts(), {1514, PageMark::none})
                         : CompileAttempt();
    }

    /// The page as poppler draws it: 1 pixel a point.
    struct Drawn {
        std::string pixels;
        std::size_t width = 0;
        [[nodiscard]] std::array<int, 3> at(double x_mm, double y_mm) const {
            const auto pixel = [](double mm) { return static_cast<std::size_t>(mm * 72 / 25.4); };
            const std::size_t at = (pixel(y_mm) * width + pixel(x_mm)) * 3;
            const auto byte = [&](std::size_t i) {
                return static_cast<int>(static_cast<unsigned char>(pixels.at(at + i)));
            };
            return {byte(0), byte(1), byte(2)};
        }
    };
    Drawn draw(const std::string& file) {
        run("pdftoppm -r 72 -aa no -aaVector no " + file + " >" + path("page.ppm"));
        const std::string image = fakes::read_file(path("page.ppm"));
        std::size_t width = 0;
        std::size_t height = 0;
        EXPECT_EQ(std::sscanf(image.c_str(), "P6\n%zu %zu\n255", &width, &height), 2);
        return {image.substr(image.size() - width * height * 3), width};
    }

    /// Renders a document of the folder's template and returns its file.
    std::string render() {
        const CompileAttempt attempt = compile();
        EXPECT_NE(attempt.compiled, nullptr);
        const Values values = {{"number", "000001"}, {"key", "0123 4567 89AB CDEF"}};
        auto made = Renderer().render(*attempt.compiled, input_of(values));
        EXPECT_TRUE(made.ok()) << made.error().detail;
        write("page.pdf", std::string(as_text(made.value().file.view())));
        return path("page.pdf");
    }

    /// Why the artwork is refused, in English; empty when it is not.
    std::string refusal(const std::string& name, const std::string& content) {
        const auto artwork = read_artwork(as_bytes(content), name, 16);
        return artwork.ok() ? "" : artwork.error().detail.substr(name.size() + 2);
    }

    TemporaryFolder folder_;
};

TEST_F(ArtworkKinds, AllThreeStandWhereTheTemplatePutsThem) {
    write("form/border.pdf", green_pdf());
    write("form/ornament.svg", blue_svg);
    write("form/emblem.png", make_png(240, 6, red_half));
    write_template(R"([[artwork]]
file = "border.pdf"
[[artwork]]
file = "ornament.svg"
x_mm = 20
y_mm = 50
width_mm = 80
[[artwork]]
file = "emblem.png"
x_mm = 120
y_mm = 60
width_mm = 40
)");
    const std::string file = render();
    const Drawn page = draw(file);
    using Colour = std::array<int, 3>;
    EXPECT_EQ(page.at(100, 294), (Colour{0, 128, 0})); // the border's foot, 20 points high
    EXPECT_EQ(page.at(100, 286), (Colour{255, 255, 255}));
    EXPECT_EQ(page.at(21, 51), (Colour{0, 0, 255})); // left half of 80 × 40 mm
    EXPECT_EQ(page.at(58, 88), (Colour{0, 0, 255}));
    EXPECT_EQ(page.at(62, 70), (Colour{255, 255, 255}));
    EXPECT_EQ(page.at(58, 92), (Colour{255, 255, 255}));
    const Colour half = page.at(140, 80); // half transparent red on white
    EXPECT_NEAR(half[0], 255, 1);
    EXPECT_NEAR(half[1], 127, 2);
    EXPECT_NEAR(half[2], 127, 2);
    EXPECT_EQ(page.at(161, 80), (Colour{255, 255, 255}));
    EXPECT_EQ(page.at(140, 101), (Colour{255, 255, 255}));

    EXPECT_EQ(std::system(("qpdf --check " + file + " >/dev/null 2>&1").c_str()), 0);
    EXPECT_EQ(run("pdffonts " + file + " | tail -n +3 | awk '{print $(NF-4)}' | sort -u"), "yes\n");
    EXPECT_NE(run("pdftotext " + file + " -").find("图样试验"), std::string::npos);
    const std::string images = run("pdfimages -list " + file);
    EXPECT_NE(images.find("smask"), std::string::npos) << images; // the PNG alone is raster
    EXPECT_NE(images.find(" icc "), std::string::npos) << images; // and says its colours
    EXPECT_EQ(std::count(images.begin(), images.end(), '\n'), 5) << images; // the code is the last
}

TEST_F(ArtworkKinds, FiltersOfAPngWithAlphaAreUndone) {
    for (const int filter : {0, 1, 2}) {
        const std::string file = make_png(9, 6, red_half, filter);
        const auto artwork = read_artwork(as_bytes(file), "picture.png", 16);
        ASSERT_TRUE(artwork.ok()) << artwork.error().detail;
        ASSERT_EQ(artwork.value().objects.size(), 2U);
        const Png png = read_png(as_bytes(file), {artwork_side_max, true});
        std::string flat;
        std::string mask;
        for (int i = 0; i < 81; ++i) {
            flat += red_half.substr(0, 3);
            mask += red_half[3];
        }
        EXPECT_EQ(split_alpha(png).colours, detail::deflate(as_bytes(flat))) << filter;
        EXPECT_EQ(split_alpha(png).alpha, detail::deflate(as_bytes(mask))) << filter;
    }
}

TEST_F(ArtworkKinds, BasesBringArtworkOfTheirOwnFolder) {
    write("bases/sheet.toml", "name = \"sheet@1\"\n[[artwork]]\nfile = \"foot.pdf\"\n");
    write("bases/foot.pdf", green_pdf());
    write("form/ornament.svg", blue_svg);
    write_template("bases = [\"sheet@1\"]\n[[artwork]]\nfile = \"ornament.svg\"\nx_mm = 20\n"
                   "y_mm = 50\nwidth_mm = 80\n");
    const Drawn page = draw(render());
    EXPECT_EQ(page.at(100, 294), (std::array<int, 3>{0, 128, 0}));
    EXPECT_EQ(page.at(21, 51), (std::array<int, 3>{0, 0, 255}));
    const auto files = TemplateFiles::read_folder(path("form"));
    EXPECT_EQ(files.value().all().size(), 4U); // two of TOML, two of artwork
    const std::string published = files.value().published();
    const auto again = TemplateFiles::read_published(as_bytes(published), "edition");
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ(read_template(again.value()).value().artworks.size(), 2U);

    write_template("bases = [\"sheet@1\"]\nartwork = \"ornament.svg\"\n");
    const auto both = read_template(path("form"));
    ASSERT_FALSE(both.ok());
    EXPECT_NE(both.error().detail.find("both write it as [[artwork]]"), std::string::npos);
}

TEST_F(ArtworkKinds, CoarsePicturesAndPlacesPastThePageAreToldTogether) {
    write("form/empty.svg", "");
    write("form/coarse.png", make_png(100, 2, std::string("\x10\x20\x30", 3)));
    write_template("[[artwork]]\nfile = \"coarse.png\"\nx_mm = 190\ny_mm = 50\nwidth_mm = 40\n"
                   "[[artwork]]\nfile = \"empty.svg\"\n");
    const CompileAttempt attempt = compile();
    EXPECT_EQ(attempt.compiled, nullptr);
    ASSERT_EQ(attempt.findings.size(), 3U);
    EXPECT_EQ(attempt.findings[0].rule, "artwork_dpi"); // 100 pixels on 40 mm
    EXPECT_EQ(attempt.findings[0].value, "63"); // 100 / (40 / 25.4) = 63.5, less the rounding
    EXPECT_EQ(attempt.findings[1].rule, "artwork_place");
    EXPECT_EQ(attempt.findings[2].rule, "artwork");
    EXPECT_NE(attempt.findings[2].message_en.find("neither PDF, SVG nor PNG"), std::string::npos);
}

TEST_F(ArtworkKinds, SvgThatRefersToOtherFilesOrHoldsTextIsRefused) {
    const std::string head = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" "
                             "height=\"9mm\">";
    for (const std::string outside :
         {"<image href=\"file:///etc/hostname\" width=\"9\" height=\"9\"/>",
          "<image href='http://127.0.0.1/x.png' width='9' height='9'/>",
          "<rect width=\"9\" height=\"9\" fill=\"url(other.svg#a)\"/>",
          "<style>@import 'other.css';</style>"}) {
        EXPECT_NE(refusal("a.svg", head + outside + "</svg>").find("refers to another file"),
                  std::string::npos)
            << outside;
    }
    EXPECT_NE(refusal("a.svg", head + "<text y=\"9\">送达</text></svg>").find("it holds text"),
              std::string::npos);
    EXPECT_NE(refusal("a.svg", head + "<rect").find("XML"), std::string::npos);
    const std::string inside = "<defs><linearGradient id=\"g\"><stop stop-color=\"#f00\"/>"
                               "</linearGradient></defs><rect width=\"9\" height=\"9\" "
                               "fill=\"url(#g)\"/></svg>";
    EXPECT_EQ(refusal("a.svg", head + inside), "");
}

TEST_F(ArtworkKinds, BrokenAndUnknownFilesAreRefusedWithTheReason) {
    const std::string png = make_png(60, 2, std::string("\x10\x20\x30", 3));
    EXPECT_EQ(refusal("a.png", png), "");
    for (std::size_t length = 8; length < png.size(); ++length) {
        EXPECT_NE(refusal("a.png", png.substr(0, length)), "") << length;
    }
    EXPECT_NE(refusal("a.png", make_png(9, 3, "\x01")).find("palette"), std::string::npos);
    EXPECT_NE(refusal("a.png", make_png(5001, 0, "\x01")).find("over 5000 pixels"),
              std::string::npos);
    EXPECT_NE(refusal("a.jpg", "\xFF\xD8\xFF\xE0").find("neither PDF, SVG nor PNG"),
              std::string::npos);
    EXPECT_NE(refusal("a.pdf", "%PDF-1.4\n" + std::string(artwork_bytes_max, ' '))
                  .find("every document carries it"),
              std::string::npos);
}

TEST_F(ArtworkKinds, TemplatesNameWhatIsThereOnly) {
    write_template("artwork = \"../other/border.pdf\"\n[[line]]\nx_mm = 1\ny_mm = 1\nwidth_mm = 1\n"
                   "weight_mm = 1\n");
    auto spec = read_template(path("form"));
    ASSERT_FALSE(spec.ok());
    EXPECT_NE(spec.error().detail.find("a file in that folder"), std::string::npos);
    write_template("[[text]]\ntext = \"{says.nothing}{recipent.name}{fields.none}\"\n"
                   "style = \"song\"\nsize_pt = 9\nx_mm = 9\ny_mm = 9\nwidth_mm = 9\n");
    spec = read_template(path("form"));
    ASSERT_FALSE(spec.ok());
    for (const std::string name : {"{says.nothing}", "{recipent.name}", "{fields.none}"}) {
        EXPECT_NE(spec.error().detail.find(name), std::string::npos) << spec.error().detail;
    }
}

TEST_F(ArtworkKinds, CharactersWithoutAFontAreToldAllAtOnce) {
    write_template("[[text]]\ntext = \"一\U00010900二\"\nstyle = \"song\"\nsize_pt = 9\nx_mm = 9\n"
                   "y_mm = 9\nwidth_mm = 50\n[[text]]\ntext = \"{number}\U00010901\"\n"
                   "style = \"kai\"\nsize_pt = 9\nx_mm = 9\ny_mm = 19\nwidth_mm = 50\n"
                   "[[text]]\ntext = \"{fields.kind}\"\nstyle = \"hei\"\nsize_pt = 9\nx_mm = 9\n"
                   "y_mm = 29\nwidth_mm = 50\n[[field]]\nname = \"kind\"\nlabel = \"类\"\n"
                   "kind = \"choice\"\nchoices = [\"甲\", \"\U00010902\"]\n");
    const CompileAttempt attempt = compile();
    ASSERT_EQ(attempt.findings.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(attempt.findings[i].rule, "no_glyph");
        EXPECT_EQ(attempt.findings[i].value.substr(0, 7), "U+1090" + std::to_string(i));
    }
    EXPECT_EQ(attempt.findings[0].where, "“一\U00010900二” (song)");
}

} // namespace
} // namespace songda::issuer
