// The written page is read back by tools nobody here wrote: pdftotext, pdffonts, qpdf, zbarimg,
// PoDoFo.
#include "issuer/render/renderer.hpp"

#include <random>

#include <podofo/podofo.h>

#include "issuer/render/detail/qr_symbol.hpp"
#include "issuer/templates/number_pattern.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

INSTANTIATE_TEST_SUITE_P(Templates, RenderTest, ::testing::ValuesIn(template_names),
                         [](const auto& which) { return short_name(which.param); });

TEST_P(RenderTest, SameInputGivesTheSameBytesAndTheirDigest) {
    Unsigned first = render(values());
    EXPECT_EQ(first.file, render(values()).file);
    Sha256 hash;
    const ByteView file(first.file);
    hash.update(file.first(first.hex_begin - 1));
    hash.update(file.subspan(first.hex_end + 1));
    EXPECT_EQ(first.digest, hash.finish());
    ASSERT_TRUE(insert_signature(first, Bytes(1500, 7)).ok());
    EXPECT_EQ(file_hash(first), sha256(first.file));
    // Values as long as these and characters as rare; the samples' licences have 45 KB on average.
    // Glyphs of the letter's 仿宋 are twice as large as those of the licence's 宋.
    const std::size_t budget = std::string_view(GetParam()) == "permit-decision" ? 68 : 50;
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
    const ByteBuffer expected = render(values()).file;
    EXPECT_EQ(made.value().file, expected);
    // A buffer that is written into again leaves no trace of the file before.
    std::fill_n(made.value().file.extend(100000), 100000, std::uint8_t{'x'});
    renderer.take_back(std::move(made).value());
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
    EXPECT_EQ(run("pdfdetach -savefile record.json -o " + path + ".json " + path + " && cat " +
                  path + ".json"),
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
    static const std::string name(60000, 'W');
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
                                               "/fields/colour unknown", "/fields pages"}));
}

TEST(CheckValues, TooWideTextIsRefusedWithItsMeasures) {
    Values changed = pharmacist_values();
    static const std::string wide = [] {
        std::string text;
        for (int i = 0; i < 39; ++i) {
            text += "龘";
        }
        return text;
    }();
    for (NamedValue& value : changed) {
        if (value.name == "recipient.name") {
            value.text = wide;
        }
    }
    const auto findings = Renderer().place(*compiled("pharmacist-registration"), changed).findings;
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].pointer, "/recipient/name");
    EXPECT_EQ(findings[0].rule, "width");
    EXPECT_EQ(findings[0].value, "110.1mm > 80.0mm");
}

TEST(NumberPattern, ExpandsAndRefuses) {
    const NumberParts parts{"示审", "320199", 2026, 17};
    EXPECT_EQ(expand_number("{department.prefix}许准〔{year}〕{sequence}号", parts).value(),
              "示审许准〔2026〕17号");
    EXPECT_EQ(expand_number("JY1{department.region}{sequence:6}", parts).value(),
              "JY1320199000017");
    EXPECT_EQ(expand_number("{sequence:1}", parts).error().fault, Fault::exhausted);
    EXPECT_EQ(sequence_max("JY1{department.region}{sequence:6}{check}"), 999'999U);
    EXPECT_EQ(sequence_max("{sequence:6}-{sequence:2}"), 99U);
    EXPECT_FALSE(sequence_max("许准〔{year}〕{sequence}号"));
    EXPECT_FALSE(expand_number("{month}", parts).ok());
    EXPECT_FALSE(expand_number("{year", parts).ok());
    // ISO 7064 MOD 11,10: the standard's own example 0794 → 5.
    EXPECT_EQ(expand_number("0794{check}", parts).value(), "07945");
}

} // namespace
} // namespace songda::issuer
