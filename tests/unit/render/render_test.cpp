// The written page is read back by tools nobody here wrote: pdftotext, pdffonts, qpdf, zbarimg,
// PoDoFo.
#include "issuer/render/renderer.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <podofo/podofo.h>

#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "issuer/render/detail/qr_symbol.hpp"
#include "issuer/render/value_check.hpp"
#include "issuer/templates/number_pattern.hpp"

namespace songda::issuer {
namespace {

const DepartmentFace face{"11320199014138860W", "示例市行政审批局", "示审", "320199",
                          "示例市行政审批局"};

std::shared_ptr<const FontSet> fonts() {
    static const auto loaded = [] {
        auto set = FontSet::load(SONGDA_SOURCE_DIR "/build/fonts");
        if (!set.ok()) {
            std::fprintf(stderr, "%s\n", set.error().detail.c_str());
            std::abort();
        }
        return set.value();
    }();
    return loaded;
}

std::shared_ptr<const CompiledTemplate> compiled(const std::string& name, bool sample = true) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/" + name);
    EXPECT_TRUE(spec.ok()) << spec.error().detail;
    const auto made = compile_template(spec.value(), face, fonts(), {1514, sample});
    EXPECT_TRUE(made.ok()) << made.error().detail;
    return made.value();
}

using Values = std::vector<NamedValue>;

Values licence_values() {
    return {{"number", "JY13201990000017"},
            {"key", "0123 4567 89AB CDEF"},
            {"decided_on", "2026-11-20"},
            {"valid_from", "2026-11-20"},
            {"valid_until", "2031-11-19"},
            {"recipient.name", "示例市鑫𠮷（国际）餐饮管理集团有限责任公司第一分公司"},
            {"recipient.code", "91320199MA1N0ABC0X"},
            {"fields.legal_representative", "欧阳喆珺"},
            {"fields.domicile", "江苏省示例市滨江区龙䶮路１８号江畔花园３幢二单元１２０１室"},
            {"fields.premises", "江苏省示例市滨江区解放东路288号KFC大厦B座负一层"},
            {"fields.business_form", "餐饮服务经营者（大型餐馆）"},
            {"fields.business_items", "预包装食品（含冷藏冷冻食品）销售，热食类食品制售，冷食类食品"
                                      "制售，糕点类食品制售，自制饮品制售"},
            {"fields.supervisor", "示例市滨江区市场监督管理局"},
            {"fields.signatory", "陆㛃"}};
}

Values letter_values() {
    return {{"number", "示审许准〔2026〕17号"},
            {"key", "0123 4567 89AB CDEF"},
            {"decided_on", "2026-11-20"},
            {"recipient.name", "示例市滨江建设发展有限公司"},
            {"recipient.code", "91320199MA1N0ABC0X"},
            {"fields.item_name", "建筑工程施工许可证核发"},
            {"fields.applied_on", "2026-11-02"},
            {"fields.accepted_on", "2026-11-04"},
            {"fields.basis",
             "《中华人民共和国行政许可法》第三十八条第一款、《中华人民共和国建筑法》第七条"},
            {"fields.decision_text", "准予滨江花园二期住宅楼工程施工，建筑面积48,"
                                     "600平方米，工期自2026年12月1日起至2028年5月31日止。"},
            {"fields.licence_handed", "建筑工程施工许可证"}};
}

RenderInput input_of(const Values& values) {
    static const std::string payload(228, 'K');
    static const std::string record = "{\"key\":\"0123456789ABCDEF\"}";
    return {values,
            as_bytes(record),
            sha256(as_bytes(record)),
            "https://verify.example.gov.cn/v/0123456789ABCDEF#",
            payload,
            *parse_rfc3339("2026-11-24T01:02:03.004Z"),
            {}};
}

std::string run(const std::string& command) {
    std::string output;
    FILE* const pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        output.append(buffer.data(), got);
    }
    pclose(pipe);
    return output;
}

std::string without_space(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\f'; });
    return text;
}

class RenderTest : public ::testing::TestWithParam<const char*> {
protected:
    RenderTest() {
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("songda-render-") + std::to_string(getpid()));
        std::filesystem::create_directories(folder_);
    }
    ~RenderTest() override { std::filesystem::remove_all(folder_); }

    static Values values() {
        return std::string_view(GetParam()) == "permit-decision" ? letter_values()
                                                                 : licence_values();
    }

    std::string write(const Unsigned& made) {
        const std::string path = folder_ / "page.pdf";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(made.file.data()),
                   std::streamsize(made.file.size()));
        if (const char* const kept = std::getenv("SONGDA_KEEP_PAGES")) { // to look at them
            std::filesystem::copy_file(path, std::string(kept) + '/' + GetParam() + ".pdf",
                                       std::filesystem::copy_options::overwrite_existing);
        }
        return path;
    }
    Unsigned render(const Values& values, bool sample = true) {
        auto made = Renderer().render(*compiled(GetParam(), sample), input_of(values));
        EXPECT_TRUE(made.ok()) << made.error().detail;
        return std::move(made).value();
    }

    std::filesystem::path folder_;
};

INSTANTIATE_TEST_SUITE_P(Templates, RenderTest,
                         ::testing::Values("food-business-licence", "permit-decision"),
                         [](const auto& which) {
                             return std::string(which.param) == "permit-decision" ? "Letter"
                                                                                  : "Licence";
                         });

TEST_P(RenderTest, SameInputGivesTheSameBytesAndTheirDigest) {
    const Unsigned first = render(values());
    EXPECT_EQ(first.file, render(values()).file);
    Sha256 hash;
    const ByteView file(first.file);
    hash.update(file.first(first.hex_begin - 1));
    hash.update(file.subspan(first.hex_end + 1));
    EXPECT_EQ(first.digest, hash.finish());
    Unsigned signed_file = first;
    ASSERT_TRUE(insert_signature(signed_file, Bytes(1500, 7)).ok());
    EXPECT_EQ(file_hash(signed_file), sha256(signed_file.file));
    // Values as long as these and characters as rare; the samples' licences have 45 KB on average.
    // Glyphs of the letter's 仿宋 are twice as large as those of the licence's 宋.
    const std::size_t budget = std::string_view(GetParam()) == "permit-decision" ? 67 : 49;
    EXPECT_LE(render(values(), false).file.size(), budget << 10U);
}

TEST_P(RenderTest, PlacedBeforeNumberAndKeyWereKnownGivesTheSameBytes) {
    const auto set = compiled(GetParam());
    Values early = values();
    std::erase_if(early, [](const NamedValue& value) {
        return value.name == "number" || value.name == "key";
    });
    Renderer renderer;
    const Placement placement = renderer.place(*set, early);
    ASSERT_TRUE(placement.findings.empty());
    const Values given = values();
    RenderInput input = input_of(given);
    input.placed = placement.values.get();
    auto made = renderer.render(*set, input);
    ASSERT_TRUE(made.ok()) << made.error().detail;
    const Bytes expected = render(values()).file;
    EXPECT_EQ(made.value().file, expected);
    // A buffer that is written into again leaves no trace of the file before.
    made.value().file.resize(made.value().file.size() + 100000, 'x');
    renderer.take_back(std::move(made.value().file));
    EXPECT_EQ(renderer.render(*set, input).value().file, expected);
}

TEST_P(RenderTest, TextComesBackExactly) {
    const std::string text = without_space(run("pdftotext -raw " + write(render(values())) + " -"));
    for (const auto& [name, value] : values()) {
        if (name == "recipient.code" && std::string_view(GetParam()) == "permit-decision") {
            continue; // the letter does not print it
        }
        const auto day = parse_date(value);
        const std::string expected = without_space(day ? to_chinese(*day) : std::string(value));
        if (name != "valid_from") {
            EXPECT_NE(text.find(expected), std::string::npos) << name << " " << expected << "\n"
                                                              << text;
        }
    }
}

TEST_P(RenderTest, EveryFontIsEmbeddedWithUnicode) {
    const std::string fonts = run("pdffonts " + write(render(values())));
    EXPECT_EQ(fonts.find(" no "), std::string::npos) << fonts;
    EXPECT_NE(fonts.find("Identity-H"), std::string::npos) << fonts;
}

TEST_P(RenderTest, StructureIsSound) {
    const std::string path = write(render(values()));
    EXPECT_NE(
        run("qpdf --check " + path + " 2>&1").find("No syntax or stream encoding errors found"),
        std::string::npos)
        << run("qpdf --check " + path + " 2>&1");
    PoDoFo::PdfMemDocument document;
    document.Load(path.c_str());
    EXPECT_EQ(document.GetPageCount(), 1);
    EXPECT_EQ(document.GetPage(0)->GetNumFields(), 1);
    EXPECT_EQ(run("pdfdetach -save 1 -o " + path + ".json " + path + " && cat " + path + ".json"),
              "{\"key\":\"0123456789ABCDEF\"}");
}

TEST_P(RenderTest, CodeIsReadAtEveryResolution) {
    const std::string path = write(render(values()));
    const RenderInput input = input_of(values());
    for (const auto* dpi : {"72", "150", "300"}) {
        run("pdftoppm -r " + std::string(dpi) + " -png -singlefile " + path + " " + path + dpi);
        EXPECT_EQ(run("zbarimg --raw -q " + path + dpi + ".png 2>/dev/null"),
                  std::string(input.qr_head) + std::string(input.qr_payload) + "\n")
            << dpi;
    }
}

/// An image ends with the word EI; one code in 150 holds these letters inside a longer word.
TEST_P(RenderTest, CodeThatHoldsTheLettersOfAnImagesEndIsRead) {
    const Values given = values();
    RenderInput input = input_of(given);
    std::mt19937 random(20261124);
    std::string payload(228, 'K');
    const auto rows = [&] { return detail::make_qr(input.qr_head, payload).value().rows; };
    for (int tries = 0; as_text(rows()).find("EI") == std::string_view::npos; ++tries) {
        ASSERT_LT(tries, 10000);
        for (char& letter : payload) {
            letter = static_cast<char>('A' + random() % 26);
        }
    }
    input.qr_payload = payload;
    const auto made = Renderer().render(*compiled(GetParam()), input);
    ASSERT_TRUE(made.ok());
    EXPECT_LT(made.value().file.size(), render(values()).file.size() + 100) << "drawn as an image";
    const std::string path = write(made.value());
    run("pdftoppm -r 150 -png -singlefile " + path + " " + path);
    EXPECT_EQ(run("zbarimg --raw -q " + path + ".png 2>/dev/null"),
              std::string(input.qr_head) + payload + "\n");
    EXPECT_NE(
        run("qpdf --check " + path + " 2>&1").find("No syntax or stream encoding errors found"),
        std::string::npos);
}

TEST_P(RenderTest, LargestCodeAndItsQuietZoneTouchNoWord) {
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
    const QrPlace& place = set->spec().qr;
    const double quiet = place.module * 4 / 100.0; // ISO/IEC 18004 §6.3.8
    const double side = place.module * place.modules_max / 100.0;
    const double right = place.x / 100.0 + quiet;
    const double left = right - side - 2 * quiet;
    const double top = (set->spec().page_height - place.y) / 100.0 - quiet;
    const double bottom = top + side + 2 * quiet;
    EXPECT_GT(left, 0);
    std::istringstream words(run("pdftotext -bbox " + write(made.value()) + " -"));
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

TEST_P(RenderTest, SampleSaysSoOnThePaperAndAProductionKeysPageDoesNot) {
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
    // All of it is in the prefix, which the store keeps once.
    const std::size_t with = compiled(GetParam())->prefix().size();
    const std::size_t without = compiled(GetParam(), false)->prefix().size();
    EXPECT_LT(with - without, 3U << 10U);
    EXPECT_NEAR(double(render(values()).file.size() - with),
                double(render(values(), false).file.size() - without), 20);
}

/// The caption belongs to its code: beside it, whatever the symbol's size.
TEST_P(RenderTest, CaptionStandsBesideItsCode) {
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

TEST_P(RenderTest, CharacterWithoutFontIsRefusedByName) {
    Values changed = values();
    for (NamedValue& value : changed) {
        if (value.name == "recipient.name") {
            value.text = "示例🚀公司";
        }
    }
    const auto findings = Renderer().place(*compiled(GetParam()), changed).findings;
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].rule, "no_glyph");
    EXPECT_EQ(findings[0].value, "U+1F680 🚀");
    EXPECT_FALSE(Renderer().render(*compiled(GetParam()), input_of(changed)).ok());
}

TEST_P(RenderTest, ValuesCannotForgeASignature) {
    Values changed = values();
    for (NamedValue& value : changed) {
        if (value.name == "recipient.name") {
            value.text = "甲/ByteRange[0 1 2 3]";
        }
        if (value.name == "number") {
            value.text = "/ByteRange[";
        }
    }
    const Unsigned made = render(changed);
    const std::string_view text = as_text(made.file);
    EXPECT_EQ(text.find("/ByteRange"), text.rfind("/ByteRange"));
}

TEST(CheckValues, EveryFaultIsToldAtOnce) {
    Values changed = letter_values();
    std::erase_if(changed, [](const NamedValue& value) { return value.name == "fields.basis"; });
    changed.push_back({"fields.colour", "red"});
    for (NamedValue& value : changed) {
        if (value.name == "fields.applied_on") {
            value.text = "2026-02-30";
        }
    }
    static const std::string name(200 * 3, 'W');
    for (NamedValue& value : changed) {
        if (value.name == "fields.licence_handed") {
            value.text = name;
        }
    }
    std::vector<std::string> rules;
    for (const Finding& finding :
         Renderer().place(*compiled("permit-decision"), changed).findings) {
        rules.push_back(finding.pointer + ' ' + finding.rule);
    }
    EXPECT_EQ(rules, (std::vector<std::string>{"/fields/applied_on date", "/fields/basis required",
                                               "/fields/licence_handed max_characters",
                                               "/fields/colour unknown", "/fields page"}));
}

TEST(CheckValues, TooWideTextIsRefusedWithItsMeasures) {
    Values changed = licence_values();
    static const std::string wide = [] {
        std::string text;
        for (int i = 0; i < 39; ++i) {
            text += "龘";
        }
        return text;
    }();
    for (NamedValue& value : changed) {
        if (value.name == "fields.legal_representative") {
            value.text = wide;
        }
    }
    const auto findings = Renderer().place(*compiled("food-business-licence"), changed).findings;
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].pointer, "/fields/legal_representative");
    EXPECT_EQ(findings[0].rule, "width");
    EXPECT_EQ(findings[0].value, "110.1mm > 104.0mm");
}

TEST(LineBreak, NumberStaysWithTheWordThatItCounts) {
    TextLook look;
    look.style = "song";
    look.size = 1000;
    look.fit = Fit::wrap;
    look.lines_max = 9;
    const FontStyle& style = *fonts()->find_style("song");
    const auto first_line = [&](std::string_view text, Centipoints width) {
        return set_text(text, look, style, 0, 0, width).lines.front().end;
    };
    EXPECT_EQ(first_line("文昌路323号国际商务中心", 5200), 3U);
    EXPECT_EQ(first_line("自即日起至2028年5月31日止", 8000), 5U);
    EXPECT_EQ(first_line("文昌路323巷国际商务中心", 5200), 6U) << "others may stand apart";
    EXPECT_EQ(first_line("323号", 1700), 3U) << "where nothing else is possible";
}

TEST(Licence, RowsAreEven) {
    const auto set = compiled("food-business-licence");
    std::map<Centipoints, std::set<Centipoints>> columns; // right-aligned labels, by their place
    for (const TextItem& item : set->spec().items) {
        if (item.look.align == Align::right) {
            columns[item.x].insert(item.y);
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

TEST(Letter, LongestReasonFitsWithANameOfTwoLines) {
    const std::string sentence = "建设单位应当按照审查合格的设计文件组织施工，落实质量和安全措施。";
    std::string reason;
    while (count_code_points(reason + sentence) <= 260) {
        reason += sentence;
    }
    while (count_code_points(reason) < 260) {
        reason += "至";
    }
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

TEST(Letter, UsualOnesKeepTheStandardsPitch) {
    const auto lines = baselines(letter_values());
    EXPECT_EQ(lines[3] - lines[4], 2890);
}

TEST(NumberPattern, ExpandsAndRefuses) {
    const NumberParts parts{"示审", "320199", 2026, 17};
    EXPECT_EQ(expand_number("{department.prefix}许准〔{year}〕{sequence}号", parts).value(),
              "示审许准〔2026〕17号");
    EXPECT_EQ(expand_number("JY1{department.region}{sequence:6}", parts).value(),
              "JY1320199000017");
    EXPECT_FALSE(expand_number("{sequence:1}", parts).ok());
    EXPECT_FALSE(expand_number("{month}", parts).ok());
    EXPECT_FALSE(expand_number("{year", parts).ok());
    // ISO 7064 MOD 11,10: the standard's own example 0794 → 5.
    EXPECT_EQ(expand_number("0794{check}", parts).value(), "07945");
}

} // namespace
} // namespace songda::issuer
