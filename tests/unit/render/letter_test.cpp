// Letters of several pages: where everything stands, read back from the file.
#include <iconv.h>
#include <map>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <podofo/podofo.h>
#include <rapidcheck.h>

#include "base/utf8.hpp"
#include "issuer/render/value_check.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

constexpr double mm = 72 / 25.4;
constexpr Centipoints grid_left = 7937; // 28 mm
constexpr Centipoints grid_right = 7937 + 44220;
constexpr Centipoints later_top = 84189 - 10488; // 37 mm from the page's upper edge
constexpr Centipoints later_bottom = later_top - 63780;

/// A reason of exactly so many characters.
std::string reason_of(std::size_t characters) {
    static const std::u32string sentence =
        U"建设单位应当按照审查合格的设计文件组织施工，落实质量和安全措施；"
        U"自2026年12月1日起，每月向本机关报告《施工进度》。";
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) {
        append_utf8(text, sentence[i % sentence.size()]);
    }
    return text;
}

class LetterTest : public RenderTest {
protected:
    const std::string three_pages_ = reason_of(1300);
};

INSTANTIATE_TEST_SUITE_P(Letter, LetterTest, ::testing::Values("permit-decision"),
                         [](const auto&) { return std::string("Pages"); });

/// The values look into the reason, which outlives them.
Values letter_with(std::string&& reason) = delete;
Values letter_with(const std::string& reason) {
    Values made = letter_values();
    for (NamedValue& value : made) {
        if (value.name == "fields.decision_text") {
            value.text = reason;
        }
    }
    return made;
}

/// The flow's lines by page and row; a row's y is the key.
using PageLines = std::map<Centipoints, const SetLine*, std::greater<>>;

/// Without the sample's words, which stand at the head of every page.
const std::shared_ptr<const CompiledTemplate>& production_set() {
    static const auto set = compiled("permit-decision", false);
    return set;
}

struct Placed {
    explicit Placed(const std::string& reason)
        : set(production_set()), placement(Renderer().place(*set, letter_with(reason))),
          values(*placement.values) {
        for (const SetLine& line : flow().lines) {
            if (line.size == 1400) {
                continue; // the page's number
            }
            pages.resize(std::max<std::size_t>(pages.size(), std::size_t(line.page) + 1));
            pages[std::size_t(line.page)][line.y] = &line;
        }
    }
    [[nodiscard]] const Layout& flow() const { return values.parts().back().layout; }
    [[nodiscard]] double right_of(const SetLine& line) const {
        const auto glyphs = flow().glyphs_of(line);
        return line.x + width_of(glyphs, line.size, 0) +
               double(line.spacing_milli) / 1000 * (double(glyphs.size()) - 1);
    }

    std::shared_ptr<const CompiledTemplate> set;
    Placement placement;
    const PlacedValues& values;
    std::vector<PageLines> pages;
};

/// Everything within the 版心, no row on another, seal and closing with two lines of text at least.
void expect_sound(const Placed& placed) {
    ASSERT_TRUE(placed.placement.findings.empty());
    ASSERT_EQ(std::size_t(placed.values.pages()), placed.pages.size());
    for (std::size_t page = 0; page < placed.pages.size(); ++page) {
        const PageLines& lines = placed.pages[page];
        Centipoints last = 0;
        for (const auto& [y, line] : lines) {
            ASSERT_GE(line->x, grid_left - 1);
            ASSERT_LE(placed.right_of(*line), grid_right + 100) << "a point for punctuation";
            if (page > 0) {
                ASSERT_LE(y, later_top - 1600);
                ASSERT_GE(y, later_bottom);
                ASSERT_TRUE(last == 0 || last - y >= 2600) << page;
            }
            last = y;
        }
        ASSERT_LE(lines.size(), 24U);
    }
    const Centipoints radius = placed.set->spec().seal.diameter / 2;
    const PageLines& closing = placed.pages.back();
    ASSERT_GE(closing.size(), 2U + 2) << "two lines of text, name and day";
    ASSERT_GE(placed.values.seal_y() - radius,
              placed.pages.size() > 1 ? later_bottom : placed.set->spec().flow->bottom);
    ASSERT_LE(placed.values.seal_y() + radius, std::next(closing.rbegin(), 2)->first) << "on text";
    ASSERT_GE(placed.values.seal_y() + radius, std::next(closing.rbegin(), 2)->first - 2890)
        << "its edge within a line of the text";
    ASSERT_LE(std::abs(placed.values.seal_y() - closing.rbegin()->first), 2890);
}

TEST(LetterPages, EveryLengthKeepsItsClosingWithText) {
    int moved = 0;
    int narrowed = 0;
    int pages = 1;
    for (std::size_t characters = 1; characters <= 2000; ++characters) {
        const Placed placed(reason_of(characters));
        ASSERT_NO_FATAL_FAILURE(expect_sound(placed)) << characters;
        ASSERT_GE(int(placed.pages.size()), pages) << characters;
        pages = int(placed.pages.size());
        const std::size_t before = placed.pages.size() - 2;
        if (pages > 2 && placed.pages[before].size() < 22) {
            ++moved;
            EXPECT_EQ(placed.pages.back().size(), 2U + 2) << characters;
        }
        narrowed += pages > 2 && placed.pages[before].size() > 22 ? 1 : 0;
    }
    EXPECT_EQ(pages, 4);
    EXPECT_GT(moved, 20) << "closings that would have stood alone";
    EXPECT_GT(narrowed, 100) << "closings that a narrower pitch keeps with the text";
}

TEST(LetterPages, MoreThanThePagesIsRefusedWithMeasures) {
    const std::string most = reason_of(20'000);
    const Placed fits(most);
    EXPECT_TRUE(fits.placement.findings.empty());
    EXPECT_EQ(fits.pages.size(), 31U);
    Values values = letter_with(most);
    for (NamedValue& value : values) {
        if (value.name == "fields.basis") {
            value.text = most;
        }
    }
    std::map<std::string, std::string> told;
    for (const Finding& finding : Renderer().place(*production_set(), values).findings) {
        told[finding.pointer + ' ' + finding.rule] = finding.value;
    }
    EXPECT_EQ(told,
              (std::map<std::string, std::string>{{"/fields/basis max_characters", "20000 > 120"},
                                                  {"/fields pages", "61 > 40"}}));
}

/// A block may print an optional field without naming it in `when`.
TEST(LetterPages, ABlockThatSaysNothingTakesItsBlankLinesWithIt) {
    Template spec = read_template(SONGDA_SOURCE_DIR "/templates/permit-decision").value();
    const auto heights_of = [](const Template& from) {
        const auto set = compile_template(from, face, fonts(), {1514, PageMark::none}).value();
        const Placement placement = Renderer().place(*set, letter_values());
        std::vector<Centipoints> heights;
        for (const SetLine& line : placement.values->parts().back().layout.lines) {
            heights.push_back(line.y);
        }
        return heights;
    };
    const auto without = heights_of(spec);
    FlowBlock silent = spec.flow->blocks.back();
    silent.condition = {};
    silent.pattern = {{true, "valid_until"}};
    silent.gap_lines = 2;
    spec.flow->blocks.insert(spec.flow->blocks.begin() + 2, silent);
    EXPECT_EQ(heights_of(spec), without);
}

/// `理由如下：` says nothing at the foot of a page.
TEST(LetterPages, ALineThatAnnouncesStaysWithWhatItAnnounces) {
    Template spec = read_template(SONGDA_SOURCE_DIR "/templates/permit-decision").value();
    FlowBlock announcing = spec.flow->blocks.back();
    announcing.condition = {};
    announcing.pattern = {{false, "理由如下："}};
    spec.flow->blocks.insert(spec.flow->blocks.end() - 1, announcing);
    const auto set = compile_template(spec, face, fonts(), {1514, PageMark::none}).value();
    int alone = 0;
    for (std::size_t characters = 300; characters <= 1000; characters += 7) {
        const std::string reason = reason_of(characters);
        const Placement placement = Renderer().place(*set, letter_with(reason));
        const Layout& flow = placement.values->parts().back().layout;
        int page = -1;
        for (const SetLine& line : flow.lines) {
            const auto glyphs = flow.glyphs_of(line);
            if (page >= 0) {
                ASSERT_EQ(line.page, page) << characters;
                page = -1;
            }
            if (glyphs.size() == 5 && glyphs.back().character == U'：') {
                page = line.page;
                alone += line.page > 0 ? 1 : 0;
            }
        }
    }
    EXPECT_GT(alone, 10) << "it went over to the second page in some of them";
}

struct Word {
    int page = 0;
    double x_min = 0;
    double y_min = 0;
    double x_max = 0;
    double y_max = 0;
    std::string text;
};

std::vector<Word> words_of(const std::string& path) {
    std::istringstream lines(run("pdftotext -bbox " + path + " -"));
    std::vector<Word> words;
    int page = 0;
    for (std::string line; std::getline(lines, line);) {
        page += line.find("<page ") != std::string::npos ? 1 : 0;
        Word word;
        if (std::sscanf(line.c_str(), " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"",
                        &word.x_min, &word.y_min, &word.x_max, &word.y_max) == 4) {
            word.page = page;
            const std::size_t begin = line.find('>') + 1;
            word.text = line.substr(begin, line.rfind("</word>") - begin);
            words.push_back(word);
        }
    }
    return words;
}

/// Rows of pixels of one page at 254 dpi, ten to a millimetre, that have a dot in the box.
struct Dots {
    int left = 1 << 20;
    int right = -1;
    int top = 1 << 20;
    int bottom = -1;
};

template <class Match>
Dots dots_of(const std::string& path, int page, const Dots& box, Match match) {
    const std::string number = std::to_string(page);
    run("pdftoppm -r 254 -singlefile -f " + number + " -l " + number + " " + path + " " + path);
    std::ifstream in(path + ".ppm", std::ios::binary);
    std::string magic;
    int width = 0;
    int height = 0;
    int depth = 0;
    in >> magic >> width >> height >> depth;
    in.get();
    std::string pixels(std::size_t(width) * std::size_t(height) * 3, '\0');
    in.read(pixels.data(), std::streamsize(pixels.size()));
    EXPECT_EQ(width, 2101);
    Dots found;
    for (int y = std::max(0, box.top); y < std::min(height, box.bottom); ++y) {
        for (int x = std::max(0, box.left); x < std::min(width, box.right); ++x) {
            const std::size_t at = (std::size_t(y) * std::size_t(width) + std::size_t(x)) * 3;
            const auto part = [&](std::size_t i) { return int(std::uint8_t(pixels[at + i])); };
            if (match(part(0), part(1), part(2))) {
                found = {std::min(found.left, x), std::max(found.right, x), std::min(found.top, y),
                         std::max(found.bottom, y)};
            }
        }
    }
    return found;
}

bool is_black(int red, int green, int blue) {
    return red < 128 && green < 128 && blue < 128;
}
bool is_red(int red, int green, int blue) {
    return red > 150 && green < 110 && blue < 110;
}

TEST_P(LetterTest, LaterPagesHaveTheStandardsGrid) {
    const std::string path = write(render(letter_with(three_pages_), false));
    const Dots all{0, 2100, 0, 2600};
    std::vector<double> rows;
    for (const Word& word : words_of(path)) {
        if (word.page == 2 && word.text.size() > 60) {
            rows.push_back(word.y_min);
            EXPECT_NEAR(word.x_min, 28 * mm, 0.3) << word.text;
            EXPECT_LE(word.x_max, 184 * mm + 1) << word.text;
        }
    }
    ASSERT_EQ(rows.size(), 22U);
    EXPECT_NEAR((rows.back() - rows.front()) / 21, 225 * mm / 22, 0.1);
    const Dots body = dots_of(path, 2, all, is_black);
    EXPECT_NEAR(body.left, 280, 5) << "a character's own side bearing";
    EXPECT_NEAR(body.right, 1840, 8);
    // Characters stand in the middle of their rows of 10.2 mm: 2.3 mm above and below each.
    EXPECT_NEAR(body.top, 370 + 28, 5);
    EXPECT_NEAR(body.bottom, 2620 - 28, 5);
}

TEST_P(LetterTest, PageNumbersStandWhereTheStandardHasThem) {
    const std::string path = write(render(letter_with(three_pages_), false));
    std::map<int, std::string> below; // 版心, by page
    for (const Word& word : words_of(path)) {
        if (word.page > 1 && word.y_min > 262 * mm) {
            below[word.page] += word.text;
        }
    }
    EXPECT_EQ(below, (std::map<int, std::string>{{2, "—2—"}, {3, "—3—"}}));
    const Dots foot{0, 2100, 2630, 2970};
    EXPECT_LT(dots_of(path, 1, {0, 2100, 2780, 2970}, is_black).right, 0) << "none on the first";
    const double character = 10 * 156 / 28.0;
    const Dots even = dots_of(path, 2, foot, is_black);
    EXPECT_NEAR(even.left, 280 + character, 5);
    const Dots odd = dots_of(path, 3, foot, is_black);
    EXPECT_NEAR(odd.right, 1840 - character, 5);
    const Dots dash = dots_of(path, 2, {even.left, even.left + 40, 2630, 2970}, is_black);
    EXPECT_NEAR(dash.top, 2690, 5) << "7 mm below the grid";
    EXPECT_NEAR(dash.bottom, 2690, 9) << "it is a line";
}

TEST_P(LetterTest, SealAndItsFieldStandOnThePageOfTheDay) {
    const Values values = letter_with(three_pages_);
    const Placed placed(three_pages_);
    const std::string path = write(render(values, false));
    std::map<std::string, Word> found;
    for (const Word& word : words_of(path)) {
        found[word.text] = word;
    }
    ASSERT_TRUE(found.contains("2026年11月20日")) << "the day";
    const Word& day = found["2026年11月20日"];
    EXPECT_EQ(day.page, 3);
    EXPECT_EQ(run("pdfinfo " + path).find("Pages:           3") == std::string::npos, false);
    EXPECT_LT(dots_of(path, 2, {0, 2100, 0, 2970}, is_red).right, 0) << "no seal on page 2";
    const Dots seal = dots_of(path, 3, {0, 2100, 0, 2970}, is_red);
    EXPECT_NEAR(seal.right - seal.left, 420, 6);
    EXPECT_NEAR(seal.bottom - seal.top, 420, 6);
    EXPECT_NEAR((seal.left + seal.right) / 2.0, (day.x_min + day.x_max) / 2 / mm * 10, 4);
    EXPECT_LT(day.y_max / mm * 10, seal.bottom);

    PoDoFo::PdfMemDocument document;
    document.Load(path.c_str());
    ASSERT_EQ(document.GetPageCount(), 3);
    EXPECT_EQ(document.GetPage(0)->GetNumFields(), 0);
    EXPECT_EQ(document.GetPage(1)->GetNumFields(), 0);
    ASSERT_EQ(document.GetPage(2)->GetNumFields(), 1);
    PoDoFo::PdfObject* const widget = document.GetPage(2)->GetField(0).GetFieldObject();
    EXPECT_EQ(widget->GetDictionary().GetKey("P")->GetReference(),
              document.GetPage(2)->GetObject()->Reference());
    const PoDoFo::PdfArray& box = widget->GetDictionary().GetKey("Rect")->GetArray();
    EXPECT_NEAR(box[0].GetReal() / mm * 10, seal.left, 4);
    EXPECT_NEAR((841.89 - box[1].GetReal()) / mm * 10, seal.bottom, 4);
}

TEST_P(LetterTest, CodeAndCaptionStayOnTheFirstPage) {
    const Values values = letter_with(three_pages_);
    const std::string path = write(render(values));
    const RenderInput input = input_of(values);
    for (int page = 1; page <= 3; ++page) {
        const std::string number = std::to_string(page);
        const std::string limits = " -f " + number + " -l " + number + " " + path + " ";
        run("pdftoppm -r 150 -png -singlefile" + limits + path);
        EXPECT_EQ(run("zbarimg --raw -q " + path + ".png 2>/dev/null"),
                  page == 1 ? std::string(input.qr_head) + std::string(input.qr_payload) + "\n"
                            : "");
        const std::string text = run("pdftotext" + limits + "-");
        EXPECT_EQ(text.find("扫码核验") != std::string::npos, page == 1);
        EXPECT_NE(text.find("样本 SAMPLE"), std::string::npos) << "every page says so";
    }
    EXPECT_NE(
        run("qpdf --check " + path + " 2>&1").find("No syntax or stream encoding errors found"),
        std::string::npos);
    EXPECT_EQ(render(values).file, render(values).file);
}

/// The text of the pages in the order in which it was set, page numbers checked and left out.
std::string text_of(const std::string& path) {
    std::istringstream pages(run("pdftotext -raw " + path + " -"));
    std::string whole;
    int number = 0;
    for (std::string page; std::getline(pages, page, '\f');) {
        std::string text = without_space(page);
        const std::string foot = "—" + std::to_string(++number) + "—";
        if (number > 1) {
            EXPECT_TRUE(text.ends_with(foot)) << text;
            text.resize(text.size() - std::min(text.size(), foot.size()));
        }
        whole += text;
    }
    return whole;
}

/// One font stream of more than a million bytes.
TEST_P(LetterTest, FourThousandCharactersOfOneFontComeBack) {
    const FontFace& face = *fonts()->find_style("fangsong")->chain.front();
    std::string reason;
    int count = 0;
    for (char32_t c = 0x4E00; c < 0x9FA6 && count < 4000; ++c) {
        if (face.find_glyph(c) != nullptr) {
            append_utf8(reason, c);
            ++count;
        }
    }
    ASSERT_EQ(count, 4000);
    const Unsigned made = render(letter_with(reason), false);
    EXPECT_GT(made.file.size(), 1'500'000U);
    EXPECT_LT(made.file.size(), 4'000'000U) << "readers take 8 MiB";
    const std::string path = write(made);
    EXPECT_NE(text_of(path).find("现决定准予行政许可：" + reason + "本机关同时"),
              std::string::npos);
    EXPECT_NE(
        run("qpdf --check " + path + " 2>&1").find("No syntax or stream encoding errors found"),
        std::string::npos);
}

/// Every character of GBK with a glyph, and rare ones outside it: Extension A and the planes above.
const std::u32string& gbk_and_rare() {
    static const std::u32string characters = [] {
        std::u32string made;
        const FontStyle& style = *fonts()->find_style("fangsong");
        const auto has_glyph = [&style](char32_t c) {
            return std::any_of(style.chain.begin(), style.chain.end(), [c](const FontFace* face) {
                return face->find_glyph(c) != nullptr;
            });
        };
        const iconv_t from = iconv_open("UTF-32LE", "GBK");
        for (unsigned high = 0x81; high <= 0xFE; ++high) {
            for (unsigned low = 0x40; low <= 0xFE; ++low) {
                std::array<char, 2> bytes = {char(high), char(low)};
                char32_t c = 0;
                char* in = bytes.data();
                auto* out = reinterpret_cast<char*>(&c);
                std::size_t in_left = bytes.size();
                std::size_t out_left = sizeof c;
                (void)iconv(from, nullptr, nullptr, nullptr, nullptr);
                if (iconv(from, &in, &in_left, &out, &out_left) == 0 && c != U'\u3000') {
                    made += c;
                }
            }
        }
        iconv_close(from);
        EXPECT_GT(made.size(), 21'700U) << "GBK";
        const std::size_t gbk = made.size();
        std::erase_if(made, [&](char32_t c) { return !has_glyph(c); });
        EXPECT_GT(made.size(), gbk - 100) << "all but a few of its symbols can be set";
        for (char32_t c = 0x3400; c < 0x32000; ++c) { // Extension A to H
            const bool han = c < 0x4DC0 || c >= 0x20000;
            if (han && has_glyph(c)) {
                made += c;
            }
        }
        return made;
    }();
    return characters;
}

/// 1 to 20,000 of them and of the marks that a line may not begin or end with.
rc::Gen<std::string> any_reason() {
    return rc::gen::resize(
        rc::kNominalSize, rc::gen::exec([] { // long ones from the first on
            static constexpr std::u32string_view marks =
                U"，。、；：？！“”‘’（）《》〈〉【】〔〕「」『』—…·～％0123456789年月日号ABCxyz";
            const auto length = *rc::gen::weightedOneOf<std::size_t>(
                {{4, rc::gen::inRange<std::size_t>(1, 400)},
                 {4, rc::gen::inRange<std::size_t>(400, 4001)},
                 {1, rc::gen::inRange<std::size_t>(4001, 20'001)}});
            const auto seed = *rc::gen::arbitrary<std::uint32_t>();
            const auto marks_in_ten = *rc::gen::inRange<std::uint32_t>(0, 9);
            const std::u32string& characters = gbk_and_rare();
            std::mt19937 random(seed);
            std::string text;
            for (std::size_t i = 0; i < length; ++i) {
                append_utf8(text, random() % 10 < marks_in_ten
                                      ? marks[random() % marks.size()]
                                      : characters[random() % characters.size()]);
            }
            return text;
        }));
}

TEST_P(LetterTest, AnyTextOfGbkAndRareCharactersLaysOutAndComesBack) {
    EXPECT_TRUE(rc::check([this] {
        const std::string reason = *any_reason();
        const Placed placed(reason);
        ASSERT_NO_FATAL_FAILURE(expect_sound(placed));
        auto made = Renderer().render(*placed.set, input_of(letter_with(reason)));
        RC_ASSERT(made.ok());
        const std::string text = text_of(write(made.value()));
        RC_ASSERT(text.find("现决定准予行政许可：" + reason + "本机关同时") != std::string::npos);
        RC_ASSERT(!HasFailure());
    }));
}

} // namespace
} // namespace songda::issuer
