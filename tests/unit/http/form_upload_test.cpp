// Forms as browsers and curl send them are read; every other spelling is refused, every truncation
// and every flipped bit of the frame too; the bytes of the file come out as they went in.
#include "http/form_upload.hpp"

#include <gtest/gtest.h>

namespace songda::http {
namespace {

const std::string type = "multipart/form-data; boundary=----WebKitFormBoundaryAbC";
const std::string open = "------WebKitFormBoundaryAbC\r\n";
const std::string close = "\r\n------WebKitFormBoundaryAbC--\r\n";
const std::string head =
    "Content-Disposition: form-data; name=\"file\"; filename=\"许可证.pdf\"\r\n"
    "Content-Type: application/pdf\r\n\r\n";

std::string form(const std::string& part) {
    return open + part + close;
}
std::string read(const std::string& body, const std::string& content_type = type) {
    const auto file = read_form_upload(content_type, body, "file");
    return file.ok() ? std::string(file.value()) : "refused: " + file.error().detail;
}
bool is_refused(const std::string& body, const std::string& content_type = type) {
    return read(body, content_type).starts_with("refused: ");
}

TEST(FormUpload, BrowsersAndCurlAreRead) {
    EXPECT_EQ(read(form(head + "%PDF")), "%PDF");
    EXPECT_EQ(read(form(head)), "") << "no file was chosen";
    EXPECT_EQ(read(open + head + "%PDF\r\n------WebKitFormBoundaryAbC--"), "%PDF");
    EXPECT_EQ(read(form("content-type:application/pdf\r\n"
                        "CONTENT-DISPOSITION: form-data;name=file ; filename=a.pdf\r\n\r\nx")),
              "x");
    EXPECT_EQ(read("--b\r\n" + head + "x\r\n--b--\r\n", "Multipart/Form-Data; boundary=\"b\""),
              "x");
}

TEST(FormUpload, BytesOfAnyKindComeThroughUnchanged) {
    std::string file;
    for (int i = 0; i < 1024; ++i) {
        file += static_cast<char>(i * 7);
    }
    for (const std::string& inside :
         {std::string("\r\n"), std::string("\r\n--"), std::string("\r\n------WebKitFormBoundaryAb"),
          std::string("\n------WebKitFormBoundaryAbC--"), std::string("\r\n\r\n"),
          std::string("\r"), std::string(1, '\0')}) {
        const std::string content = file + inside + file + inside;
        EXPECT_EQ(read(form(head + content)), content);
    }
}

TEST(FormUpload, OtherSpellingsOfThePartAreRefused) {
    const std::string disposition = "Content-Disposition: form-data; ";
    for (const std::string& part : {
             std::string("x"),
             std::string("\r\nx"),
             std::string("Content-Type: application/pdf\r\n\r\nx"),
             disposition + "name=\"file\"\r\n\r\nx",
             disposition + "filename=\"a\"\r\n\r\nx",
             disposition + "name=\"files\"; filename=\"a\"\r\n\r\nx",
             disposition + "name=\"file\"; name=\"file\"; filename=\"a\"\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\"; filename=\"b\"\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\"; filename*=UTF-8''b\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\\\"; name=\"b\"\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\tb\"\r\n\r\nx",
             disposition + "name=\"file\" filename=\"a\"\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\";\r\n\r\nx",
             disposition + "name =\"file\"; filename=\"a\"\r\n\r\nx",
             std::string("Content-Disposition: attachment; name=\"file\"; filename=\"a\"\r\n\r\nx"),
             "Content-Transfer-Encoding: base64\r\n" + head + "eA==",
             "Content-Type: text/plain\r\n" + head + "x",
             head.substr(0, head.size() - 2) + " folded: no\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"" + std::string(2000, 'a') + "\"\r\n\r\nx",
             disposition + "name=\"file\"; filename=\"a\"\n\nx",
         }) {
        EXPECT_TRUE(is_refused(form(part))) << part;
    }
}

TEST(FormUpload, SecondPartsAndBytesOutsideTheFormAreRefused) {
    const std::string good = form(head + "x");
    ASSERT_FALSE(is_refused(good));
    EXPECT_TRUE(is_refused(" " + good));
    EXPECT_TRUE(is_refused("\r\n" + good));
    EXPECT_TRUE(is_refused("preamble\r\n" + good));
    EXPECT_TRUE(is_refused(good + "x"));
    EXPECT_TRUE(is_refused(good + "\r\n"));
    EXPECT_TRUE(is_refused(good + good));
    EXPECT_TRUE(is_refused(open + head + "x\r\n" + form(head + "y")));
    EXPECT_TRUE(is_refused(open + head + "x\r\n" + open));
    EXPECT_TRUE(is_refused(open + head + close.substr(2))) << "the delimiter right after the head";
    EXPECT_TRUE(is_refused(form(head + "x" + close + "y"))) << "the delimiter inside the file";
    EXPECT_TRUE(is_refused(form(head + "x\r\n------WebKitFormBoundaryAbCd")));
}

TEST(FormUpload, BoundaryMustBeSure) {
    const std::string body = "--b\r\n" + head + "x\r\n--b--\r\n";
    ASSERT_EQ(read(body, "multipart/form-data; boundary=b"), "x");
    for (const auto* other :
         {"", "application/pdf", "multipart/form-data", "multipart/form-data; boundary=",
          "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=b; boundary=c",
          "multipart/form-data; boundary=b; charset=utf-8", "multipart/mixed; boundary=b",
          "multipart/form-data; boundary=\"b", "multipart/form-data; boundary=b c",
          "multipart/form-data; boundary=B", "multipart/form-data boundary=b",
          "multipart/form-data; x=y; boundary=b", "multipart/form-data; boundary=\"b \""}) {
        EXPECT_TRUE(is_refused(body, other)) << other;
    }
    const std::string longest(form_boundary_bytes_max, 'b');
    const auto with = [&](const std::string& boundary) {
        return read("--" + boundary + "\r\n" + head + "x\r\n--" + boundary + "--\r\n",
                    "multipart/form-data; boundary=" + boundary);
    };
    EXPECT_EQ(with(longest), "x");
    EXPECT_NE(with(longest + 'b'), "x");
}

TEST(FormUpload, EveryTruncationIsRefused) {
    const std::string good = form(head + "%PDF-1.7 and so on");
    for (std::size_t size = 0; size + 2 < good.size(); ++size) { // the last line end is optional
        EXPECT_TRUE(is_refused(good.substr(0, size))) << size;
    }
    EXPECT_TRUE(is_refused(good.substr(0, good.size() - 1)));
    for (std::size_t size = 0; size < type.size(); ++size) {
        EXPECT_TRUE(is_refused(good, type.substr(0, size))) << size;
    }
}

TEST(FormUpload, FlippedBitsOfTheFrameNeverChangeTheFile) {
    const std::string good = form(head + "%PDF");
    for (std::size_t i = 0; i < good.size() * 8; ++i) {
        std::string flipped = good;
        flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
        const bool inside = flipped.substr(open.size() + head.size(), 4) != "%PDF";
        const std::string file = read(flipped);
        EXPECT_TRUE(file == "%PDF" || file.starts_with("refused: ") || (inside && file.size() == 4))
            << i << file;
    }
}

} // namespace
} // namespace songda::http
