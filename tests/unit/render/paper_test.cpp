// What the paper shows to the eye: the sample mark, the code and its caption, even rows, a letter
// that uses its page.
#include <map>
#include <set>
#include <sstream>

#include "base/utf8.hpp"
#include "issuer/render/value_check.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

class PaperTest : public RenderTest {};

INSTANTIATE_TEST_SUITE_P(Templates, PaperTest, ::testing::ValuesIn(template_names),
                         [](const auto& which) { return short_name(which.param); });

/// No word of the page stands where the largest code and its quiet zone may be.
void expect_code_stands_free(const CompiledTemplate& set, const std::string& path) {
    const QrPlace& place = set.spec().qr;
    const double quiet = place.module * 4 / 100.0; // ISO/IEC 18004 §6.3.8
    const double side = place.module * place.modules_max / 100.0;
    const double right = place.x / 100.0 + quiet;
    const double left = right - side - 2 * quiet;
    const double top = (set.spec().page_height - place.y) / 100.0 - quiet;
    const double bottom = top + side + 2 * quiet;
    EXPECT_GT(left, 0);
    std::istringstream words(run("pdftotext -l 1 -bbox " + path + " -")); // the code's page
    int seen = 0;
    for (std::string line; std::getline(words, line);) {
        std::array<double, 4> box{};
        if (std::sscanf(line.c_str(), " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"",
                        &box[0], &box[1], &box[2], &box[3]) == 4) {
            ++seen;
            EXPECT_FALSE(box[0] < right && box[2] > left && box[1] < bottom && box[3] > top)
                << line;
        }
    }
    EXPECT_GT(seen, 10);
}

TEST_P(PaperTest, LargestCodeAndItsQuietZoneTouchNoWord) {
    static const std::string payload(430, 'K');
    const auto set = compiled(GetParam());
    Values given = values();
    std::string longest = "准予滨江花园二期住宅楼工程施工。";
    const auto lengthen = [&](const std::string& text) { // the letter's text grows down the page
        for (NamedValue& value : given) {
            if (value.name == "fields.decision_text") {
                value.text = text;
            }
        }
        return Renderer().place(*set, given).findings.empty();
    };
    for (int i = 0; i < 100 && lengthen(longest + "按图施工。"); ++i) {
        longest += "按图施工。";
    }
    ASSERT_TRUE(lengthen(longest));
    RenderInput input = input_of(given);
    input.qr_payload = payload;
    auto made = Renderer().render(*set, input);
    ASSERT_TRUE(made.ok()) << made.error().detail;
    expect_code_stands_free(*set, write(made.value()));
}

/// The pixels of a page at 40 dpi that have the mark's colour.
int marked_pixels(const std::string& path) {
    run("pdftoppm -r 40 -singlefile " + path + " " + path);
    std::ifstream in(path + ".ppm", std::ios::binary);
    const std::string ppm{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    EXPECT_GT(ppm.size(), 400'000U);
    const auto near = [](char pixel, int wanted) {
        return std::abs(static_cast<unsigned char>(pixel) - wanted) <= 3;
    };
    int count = 0;
    for (std::size_t at = ppm.size() % 3; at + 3 <= ppm.size(); at += 3) {
        count += near(ppm[at], 244) && near(ppm[at + 1], 231) && near(ppm[at + 2], 231) ? 1 : 0;
    }
    return count;
}

TEST_P(PaperTest, SampleSaysSoOnThePaperAndAProductionKeysPageDoesNot) {
    const std::string path = write(render(values()));
    const std::string text = run("pdftotext " + path + " -");
    EXPECT_NE(text.find("样本 SAMPLE\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("样本"), text.rfind("样本")) << "the mark itself is no text: " << text;
    EXPECT_GT(marked_pixels(path), 2000);

    const std::string genuine = write(render(values(), false));
    const std::string plain = run("pdftotext " + genuine + " -");
    EXPECT_EQ(plain.find("样本"), std::string::npos) << plain;
    EXPECT_EQ(plain.find("SAMPLE"), std::string::npos) << plain;
    EXPECT_LT(marked_pixels(genuine), 20) << "edges of red lines may look alike";
    // All of it is in the prefix, which the store keeps once; a letter's later pages have it too.
    const std::size_t marks = compiled(GetParam())->spec().has_later_pages() ? 2 : 1;
    const std::size_t with = compiled(GetParam())->prefix().size();
    const std::size_t without = compiled(GetParam(), false)->prefix().size();
    EXPECT_LT(with - without, marks * (3U << 10U));
    EXPECT_NEAR(double(render(values()).file.size() - with),
                double(render(values(), false).file.size() - without), 20);
}

/// The caption belongs to its code: beside it, whatever the symbol's size.
TEST_P(PaperTest, CaptionStandsBesideItsCode) {
    const auto set = compiled(GetParam());
    const std::string words = run("pdftotext -bbox " + write(render(values())) + " -");
    const std::size_t end = words.find(">扫码核验真伪与现状<");
    ASSERT_NE(end, std::string::npos) << words;
    const std::size_t begin = words.rfind("xMin=\"", end);
    const double left = std::strtod(words.c_str() + begin + 6, nullptr);
    const double quiet = set->spec().qr.module * 4 / 100.0;
    EXPECT_GE(left, set->spec().qr.x / 100.0 + quiet);
    EXPECT_LE(left, set->spec().qr.x / 100.0 + quiet + 3);
}

TEST(SetText, LinesBecomeSmallerOnlyWhenTheyAreTooMany) {
    TextLook look;
    look.style = "song";
    look.size = 1200;
    look.leading = 1440;
    look.fit = Fit::balance;
    look.lines_max = 2;
    const FontStyle& style = *fonts()->find_style("song");
    const std::string_view text = "江苏省示例市滨江区解放路十八号江畔花园三幢"; // 21 characters
    const auto set = [&] { return set_text(text, look, style, 0, 0, 10000); };
    EXPECT_EQ(set().faults.front().value, "3 > 2") << "8 of 12 pt to a line";
    look.least_size = 900;
    EXPECT_TRUE(set().faults.empty());
    EXPECT_EQ(set().lines.size(), 2U);
    EXPECT_EQ(set().lines.front().size, 900) << "11 of 9 pt, 10 of anything larger";
    EXPECT_EQ(set().lines[0].y - set().lines[1].y, 1080) << "the leading goes with them";
    look.least_size = 950;
    EXPECT_EQ(set().faults.front().value, "3 > 2");
    look.lines_max = 3;
    EXPECT_EQ(set().lines.front().size, 1200);
}

TEST(Licence, RowsAreEven) {
    const auto set = compiled("food-business-licence");
    std::map<bool, std::set<Centipoints>>
        columns; // right-aligned labels, by their half of the page
    for (const TextItem& item : set->spec().items) {
        if (item.look.align == Align::right) {
            columns[item.x > set->spec().page_width / 2].insert(item.y);
        }
    }
    ASSERT_EQ(columns.size(), 2U);
    const std::set<Centipoints>& rows = columns.begin()->second;
    ASSERT_EQ(rows.size(), 7U);
    const Centipoints step = (*rows.rbegin() - *rows.begin()) / 6;
    for (auto row = std::next(rows.begin()); row != rows.end(); ++row) {
        EXPECT_NEAR(*row - *std::prev(row), step, 2);
    }
    for (const Centipoints y : columns.rbegin()->second) {
        EXPECT_TRUE(rows.contains(y)) << "the right column stands on the rows of the left";
    }
}

/// Baselines of the flow, from the top down.
std::vector<Centipoints> baselines(const Values& values) {
    const auto set = compiled("permit-decision");
    const Placement placement = Renderer().place(*set, values);
    EXPECT_TRUE(placement.findings.empty());
    std::set<Centipoints, std::greater<>> found;
    for (const SetLine& line : placement.values->parts().back().layout.lines) {
        EXPECT_TRUE(line.size == 1600 || line.size == 2200) << "no character is made smaller";
        found.insert(line.y);
    }
    return {found.begin(), found.end()};
}

/// 260 characters, as many as the template allows.
std::string longest_reason() {
    const std::string sentence = "建设单位应当按照审查合格的设计文件组织施工，落实质量和安全措施。";
    std::string reason;
    while (count_code_points(reason + sentence) <= 260) {
        reason += sentence;
    }
    while (count_code_points(reason) < 260) {
        reason += "至";
    }
    return reason;
}

TEST(Letter, LongestReasonFitsWithANameOfTwoLines) {
    const std::string reason = longest_reason();
    Values longest = letter_values();
    for (NamedValue& value : longest) {
        if (value.name == "fields.decision_text") {
            value.text = reason;
        } else if (value.name == "recipient.name") {
            value.text = "示例市喆悦（国际）餐饮管理与现代农产品流通投资集团有限责任公司第一分公司";
        }
    }
    const auto lines = baselines(longest);
    EXPECT_EQ(lines.size(), 1U + 2 + 14 + 2 + 2) << "28 characters a line, as GB/T 9704 has it";
    EXPECT_GE(lines[5] - lines[6], 2080) << "1.3 × the characters' height at least";
}

TEST_P(PaperTest, LongestDepartmentsNameStandsClearOfTheCode) {
    DepartmentFace longest = face;
    longest.name = "示例市滨江经济技术开发区行政审批和政务服务管理局";
    const auto spec = read_template(std::string(SONGDA_SOURCE_DIR "/templates/") + GetParam());
    const auto set = compile_template(spec.value(), longest, fonts(), {1514});
    ASSERT_TRUE(set.ok()) << set.error().detail;
    Values given = values();
    const std::string reason = longest_reason();
    for (NamedValue& value : given) {
        if (value.name == "fields.decision_text") {
            value.text = reason;
        }
    }
    const auto made = Renderer().render(*set.value(), input_of(given));
    ASSERT_TRUE(made.ok()) << made.error().detail;
    expect_code_stands_free(*set.value(), write(made.value()));
}

TEST(Letter, UsualOnesKeepTheStandardsPitch) {
    const auto lines = baselines(letter_values());
    EXPECT_EQ(lines[3] - lines[4], 2890);
}

} // namespace
} // namespace songda::issuer
