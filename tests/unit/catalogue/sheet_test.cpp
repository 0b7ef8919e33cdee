#include "catalogue/sheet.hpp"

#include <fstream>
#include <iterator>

#include <rapidcheck.h>
#include <zip.h>

#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.hpp"

namespace songda::catalogue {
namespace {

using Cells = std::vector<std::vector<std::string>>;

Cells cells_of(const Result<Sheet>& sheet) {
    Cells cells;
    if (!sheet.ok()) {
        return {{"refused: " + sheet.error().detail}};
    }
    for (const SheetRow& row : sheet.value().rows) {
        cells.push_back(row.cells);
    }
    return cells;
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Sheet sheet_of(const Cells& cells) {
    Sheet sheet;
    for (const auto& row : cells) {
        sheet.rows.push_back({sheet.rows.size() + 1, row});
    }
    return sheet;
}

Result<Sheet> through_xlsx(const Sheet& sheet) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "list.xlsx";
    const auto written = write_xlsx(sheet, path);
    return written.ok() ? read_sheet(bytes_of(path)) : Result<Sheet>(written.error());
}

TEST(Csv, ReadsQuotesLinesAndMarks) {
    EXPECT_EQ(cells_of(read_csv("a,\"b,\"\"c\"\"\r\nd\"\r\n,e\n")),
              (Cells{{"a", "b,\"c\"\r\nd"}, {"", "e"}}));
    EXPECT_EQ(cells_of(read_csv("\xEF\xBB\xBF甲,乙")), (Cells{{"甲", "乙"}}));
    EXPECT_EQ(read_csv("\xEF\xBB\xBF甲").value().form, SheetForm::utf8_bom);
    EXPECT_EQ(read_csv("甲").value().form, SheetForm::utf8);
    EXPECT_TRUE(cells_of(read_csv("")).empty());
}

TEST(Csv, ReadsWhatExcelSavesInChina) {
    // 序号,镕 of GBK, and 㛃 of GB18030's four bytes
    const auto sheet = read_csv("\xD0\xF2\xBA\xC5,\xE9\x46,\x82\x30\xF2\x37");
    ASSERT_TRUE(sheet.ok()) << sheet.error().detail;
    EXPECT_EQ(sheet.value().form, SheetForm::gb18030);
    EXPECT_EQ(sheet.value().rows[0].cells[0], "序号");
    EXPECT_EQ(sheet.value().rows[0].cells[1], "镕");
}

TEST(Csv, RefusesWhatItCannotTell) {
    for (const std::string_view bytes :
         {"a\"b", "\"a", "\"a\"b", "\xFF\xFE\x61", "\xEF\xBB\xBF\xD0\xF2", "\xFF\xFF"}) {
        const auto sheet = read_csv(bytes);
        ASSERT_FALSE(sheet.ok()) << bytes;
        EXPECT_EQ(sheet.error().fault, Fault::invalid_input);
    }
    EXPECT_FALSE(read_csv(std::string_view("a\0b", 3)).ok());
    EXPECT_FALSE(read_csv(std::string(sheet_columns_max, ',')).ok());
    EXPECT_FALSE(read_csv(std::string(sheet_rows_max + 1, '\n')).ok());
    EXPECT_FALSE(read_csv(std::string(sheet_cell_bytes_max + 1, 'a')).ok());
}

TEST(Csv, NoCellBeginsAFormula) {
    const Sheet sheet = sheet_of({{"=1+1", "+86", "-1", "@x", "\tx", "＝1", "'=2", "'s", "a=b"}});
    EXPECT_EQ(write_csv(sheet), "\xEF\xBB\xBF'=1+1,'+86,'-1,'@x,'\tx,'＝1,''=2,'s,a=b\r\n");
    EXPECT_EQ(cells_of(read_csv(write_csv(sheet))), cells_of(sheet));
}

TEST(Csv, RoundTripIsExact) {
    EXPECT_TRUE(rc::check([] {
        const auto piece = rc::gen::element<std::string>("'", "=", "\"", ",", "\r\n", "\n", "\r",
                                                         "甲", "x", " ", "＝", "𠮷");
        const auto cell = rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                                       [](const std::vector<std::string>& pieces) {
                                           std::string text;
                                           for (const auto& p : pieces) {
                                               text += p;
                                           }
                                           return text;
                                       });
        const auto row = rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(cell));
        const Cells cells = *rc::gen::container<Cells>(row);
        RC_ASSERT(cells_of(read_csv(write_csv(sheet_of(cells)))) == cells);
    }));
}

TEST(Xlsx, RoundTripKeepsTextAndRows) {
    Sheet sheet = sheet_of({{"=1+1", "0012", "1132019900000100023320100001001", "a\nb", " x "},
                            {"", "_x0041_x0042_", "<&>\"", "甲𠮷\u3000", "\x01"}});
    sheet.rows[1].number = 5;
    const auto read = through_xlsx(sheet);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(cells_of(read), cells_of(sheet));
    EXPECT_EQ(read.value().rows[1].number, 5U);
    EXPECT_EQ(read.value().form, SheetForm::xlsx);
}

TEST(Xlsx, RefusesWhatAWorkbookCannotHold) {
    EXPECT_EQ(write_xlsx(sheet_of({{std::string(32'768, 'a')}}), "/tmp/never.xlsx").error().fault,
              Fault::invalid_input);
    EXPECT_EQ(write_xlsx(sheet_of({{"a"}}), "/no/such/folder/a.xlsx").error().fault,
              Fault::unavailable);
}

/// A workbook whose sheet is `xml`, stored by hand: one ZIP of parts that libzip accepts.
Result<Sheet> read_workbook(const std::string& xml) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "made.xlsx";
    int failure = 0;
    zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, &failure);
    const std::vector<std::pair<std::string, std::string>> parts = {
        {"xl/workbook.xml",
         "<workbook xmlns:r=\"r\"><sheets><sheet r:id=\"a\"/></sheets></workbook>"},
        {"xl/_rels/workbook.xml.rels",
         "<Relationships><Relationship Id=\"a\" Target=\"s.xml\"/></Relationships>"},
        {"xl/s.xml", xml}};
    for (const auto& [name, text] : parts) {
        zip_file_add(zip, name.c_str(), zip_source_buffer(zip, text.data(), text.size(), 0), 0);
    }
    return zip_close(zip) == 0 ? read_xlsx(bytes_of(path))
                               : Result<Sheet>(Error{Fault::internal, "no ZIP"});
}

TEST(Xlsx, ReadsCellsAndRefusesSheetsOutOfOrder) {
    const auto sheet = [](const std::string& rows) {
        return read_workbook("<worksheet><sheetData>" + rows + "</sheetData></worksheet>");
    };
    const std::string one = "<c r=\"A1\"><v>1</v></c>";
    EXPECT_EQ(cells_of(sheet("<row r=\"1\">" + one + "<c r=\"C1\"><v>x</v></c></row>")),
              (Cells{{"1", "", "x"}}));
    for (const std::string& rows : std::vector<std::string>{
             "<c/>", "<row r=\"1\"><c r=\"B2\"/></row>", "<row r=\"1\"><c r=\"ZZZ1\"/></row>",
             "<row r=\"1\">" + one + one + "</row>", "<row r=\"2\"/><row r=\"1\"/>",
             "<row r=\"1\"><c r=\"A1\"><row r=\"2\"/></c></row>",
             "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", "<row r=\"0\"/>",
             "<row r=\"9999999\"/>"}) {
        const auto read = sheet(rows);
        ASSERT_FALSE(read.ok()) << rows;
        EXPECT_EQ(read.error().fault, Fault::invalid_input) << rows;
    }
    EXPECT_FALSE(read_workbook("<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet/>").ok());
}

TEST(Xlsx, RefusesWhatInflatesWithoutEnd) {
    const std::string bomb(300U << 20U, ' ');
    EXPECT_FALSE(read_workbook("<worksheet>" + bomb + "</worksheet>").ok());
}

TEST(Xlsx, EveryCutFileIsRefused) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "list.xlsx";
    ASSERT_TRUE(write_xlsx(sheet_of({{"序号", "事项"}}), path).ok());
    const std::string bytes = bytes_of(path);
    for (std::size_t size = 0; size < bytes.size(); size += 97) {
        EXPECT_FALSE(read_xlsx(std::string_view(bytes).substr(0, size)).ok()) << size;
    }
}

} // namespace
} // namespace songda::catalogue
