// Labels of every size, looked at by programs that nobody here wrote: poppler draws them, zbar
// reads the bars, poppler says which words stand on them.
#include "postal-adapter/label.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::postal {
namespace {

constexpr std::array sizes = {"76x130", "100x150", "100x180", "a5"};

std::string form_path(std::string_view size) {
    return std::string(SONGDA_SOURCE_DIR) + "/config/labels/" + std::string(size) + ".toml";
}

const issuer::FontSet& fonts() {
    static const auto set = issuer::FontSet::load(SONGDA_SOURCE_DIR "/build/fonts").value();
    return *set;
}

LabelContent content_of(std::string address) {
    const auto hidden = [](std::string text) { return Private<std::string>(std::move(text)); };
    return {
        "中国邮政政务专递",
        "审批结果寄递",
        "EE123456785CN",
        "SD20261123000017",
        "南京 建邺",
        "320105",
        {hidden("示例市鑫𠮷餐饮管理有限公司"), hidden("13812345678"), hidden(std::move(address))},
        {hidden("示例市市场监督管理局"), hidden("025-83110000"),
         hidden("江苏省南京市玄武区示例路1号政务服务中心3楼")},
        "审批结果文书1份",
        "1/1",
        "须由收件人本人或受托人签收，不得投入快递柜或由他人代收",
        "2026-12-01"};
}

std::string output_of(const std::string& command, const fakes::TemporaryFolder& folder) {
    const auto answer = folder.path() / "answer";
    EXPECT_EQ(std::system((command + " > " + answer.string() + " 2>/dev/null").c_str()), 0)
        << command;
    return fakes::read_file(answer);
}

void write_file(const std::filesystem::path& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary) << as_text(bytes);
}

std::string without_blanks(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\f'; });
    return text;
}

class LabelSize : public testing::TestWithParam<const char*> {
protected:
    LabelForm form_ = read_label_form(form_path(GetParam())).value();
    fakes::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(All, LabelSize, testing::ValuesIn(sizes));

TEST_P(LabelSize, ItsBarsAreReadFromTheDrawnPdf) {
    const auto sheet = set_label(form_, fonts(), content_of("江苏省南京市建邺区应天大街900号"));
    ASSERT_TRUE(sheet.ok()) << sheet.error().detail;
    const auto pdf = folder_.path() / "label.pdf";
    write_file(pdf, issuer::write_sheets({&sheet.value(), 1}, "面单"));
    for (const char* const dpi : {"203", "300"}) {
        const std::string picture = (folder_.path() / dpi).string();
        ASSERT_EQ(std::system(("pdftoppm -singlefile -gray -r " + std::string(dpi) + " " +
                               pdf.string() + " " + picture)
                                  .c_str()),
                  0);
        EXPECT_EQ(output_of("zbarimg -q --raw " + picture + ".pgm", folder_), "EE123456785CN\n")
            << dpi;
    }
}

TEST_P(LabelSize, ItsBarsAreReadFromItsDots) {
    const auto sheet = set_label(form_, fonts(), content_of("江苏省南京市建邺区应天大街900号"));
    for (const unsigned dpi : {203U, 300U}) {
        const issuer::Bitmap picture = issuer::draw_sheet(sheet.value(), dpi);
        const auto path = folder_.path() / "label.pbm";
        std::ofstream file(path, std::ios::binary);
        file << "P4\n" << picture.width << ' ' << picture.height << '\n' << as_text(picture.bits);
        file.close();
        EXPECT_EQ(output_of("zbarimg -q --raw " + path.string(), folder_), "EE123456785CN\n")
            << dpi;
    }
}

TEST_P(LabelSize, ItsBarsAreReadFromItsZplAsAnotherProgramDrawsIt) {
    const auto sheet = set_label(form_, fonts(), content_of("江苏省南京市建邺区应天大街900号"));
    const std::string zpl =
        issuer::write_zpl(issuer::draw_sheet(sheet.value(), 203), form_.copies, "^XZ~");
    EXPECT_EQ(zpl.find("^XZ"), zpl.size() - 4) << "a comment ends no label";
    const auto file = folder_.path() / "label.zpl";
    const auto drawn = folder_.path() / "label.png";
    write_file(file, as_bytes(zpl));
    const auto mm = [](issuer::Centipoints length) {
        return std::to_string(std::lround(length * 25.4 / 7200));
    };
    output_of("node " SONGDA_SOURCE_DIR "/tests/oracles/zpl.mjs " + file.string() + " " +
                  mm(form_.width) + " " + mm(form_.height) + " 8 " + drawn.string(),
              folder_);
    EXPECT_EQ(output_of("zbarimg -q --raw " + drawn.string(), folder_), "EE123456785CN\n");
}

TEST_P(LabelSize, AnAddressOfEightyCharactersStandsOnItWhole) {
    std::string address = "新疆维吾尔自治区巴音郭楞蒙古自治州博斯腾湖";
    while (address.size() < 79 * 3) { // each character has three bytes
        address += "镇示例";
    }
    address = address.substr(0, 79 * 3) + "室";
    const auto sheet = set_label(form_, fonts(), content_of(address));
    ASSERT_TRUE(sheet.ok()) << sheet.error().detail;
    const auto pdf = folder_.path() / "label.pdf";
    write_file(pdf, issuer::write_sheets({&sheet.value(), 1}, "面单"));
    const std::string words =
        without_blanks(output_of("pdftotext -raw " + pdf.string() + " -", folder_));
    EXPECT_NE(words.find(address), std::string::npos) << words;
}

TEST_P(LabelSize, NobodysNumberStandsOnIt) {
    const auto sheet = set_label(form_, fonts(), content_of("江苏省南京市建邺区应天大街900号"));
    const auto pdf = folder_.path() / "label.pdf";
    write_file(pdf, issuer::write_sheets({&sheet.value(), 1}, "面单"));
    const std::string words = output_of("pdftotext -raw " + pdf.string() + " -", folder_);
    EXPECT_NE(words.find("138****5678"), std::string::npos) << words;
    EXPECT_EQ(words.find("13812345678"), std::string::npos);
    EXPECT_NE(words.find("示例市鑫𠮷餐饮管理有限公司"), std::string::npos);
}

TEST_P(LabelSize, TheSameLabelHasTheSameBytes) {
    const LabelContent content = content_of("江苏省南京市建邺区应天大街900号");
    const auto once = set_label(form_, fonts(), content);
    const auto again = set_label(form_, fonts(), content);
    EXPECT_EQ(issuer::write_sheets({&once.value(), 1}, "面单"),
              issuer::write_sheets({&again.value(), 1}, "面单"));
    EXPECT_EQ(issuer::draw_sheet(once.value(), 203).bits,
              issuer::draw_sheet(again.value(), 203).bits);
}

TEST(Label, WhatDoesNotFitIsNamedAndNotQuoted) {
    const auto form = read_label_form(form_path("76x130")).value();
    LabelContent content = content_of("江苏省南京市建邺区应天大街900号");
    content.waybill = "AVERYLONGNUMBERTHATNOLABELHASROOMFOR";
    EXPECT_EQ(set_label(form, fonts(), content).error().detail.substr(0, 8), "waybill:");
    std::string endless;
    for (int i = 0; i < 300; ++i) {
        endless += "镇";
    }
    const auto refused = set_label(form, fonts(), content_of(endless));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().detail.substr(0, 23), "receiver.address: lines");
    EXPECT_EQ(refused.error().detail.find("镇"), std::string::npos);
}

TEST(Label, AFormThatNamesNoSuchValueIsRefused) {
    const fakes::TemporaryFolder folder;
    const auto path = folder.path() / "form.toml";
    std::ofstream(path) << "name = \"x\"\nwidth_mm = 50\nheight_mm = 50\n"
                           "[[text]]\ntext = \"{receiver.idcard}\"\nstyle = \"hei\"\nsize_pt = 8\n"
                           "x_mm = 1\ny_mm = 5\nwidth_mm = 40\n";
    const auto form = read_label_form(path.string());
    ASSERT_FALSE(form.ok());
    EXPECT_NE(form.error().detail.find("{receiver.idcard}"), std::string::npos);
    EXPECT_NE(form.error().detail.find("barcode"), std::string::npos);
}

} // namespace
} // namespace songda::postal
