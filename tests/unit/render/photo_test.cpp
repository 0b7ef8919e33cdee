// The holder's photo: pictures made by poppler's JPEG and PNG writers are taken and stand in the
// document as they are, nothing but the picture stays of them, and whatever is cut, lengthened or
// of another kind is refused.
#include "issuer/render/photo.hpp"

#include <zlib.h>

#include "base/text_codec.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

/// A page of ours as a picture of 250 × 350 pixels, by other people's programs.
class PhotoTest : public RenderTest {
protected:
    Bytes picture(const std::string& options, const std::string& ending) {
        auto made = Renderer().render(*compiled("permit-decision"), input_of(letter_values()));
        EXPECT_TRUE(made.ok());
        const std::string page = write(made.value());
        run("pdftoppm -singlefile -scale-to-x 250 -scale-to-y 350 " + options + ' ' + page + ' ' +
            page);
        std::ifstream in(page + ending, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in),
                                std::istreambuf_iterator<char>()};
        return {bytes.begin(), bytes.end()};
    }
    Bytes jpeg() { return picture("-jpeg -jpegopt quality=60", ".jpg"); }
    Bytes png() { return picture("-png", ".png"); }
    std::string listed(const Photo& photo) {
        const Values given = pharmacist_values();
        RenderInput input = input_of(given);
        input.photo = &photo;
        auto made = Renderer().render(*compiled("pharmacist-registration"), input);
        EXPECT_TRUE(made.ok());
        path_ = write(made.value());
        return run("pdfimages -list " + path_ + " 2>&1");
    }
    std::string path_;
};

INSTANTIATE_TEST_SUITE_P(One, PhotoTest, ::testing::Values("pharmacist-registration"));

std::vector<std::string> rules(const Bytes& bytes, const PhotoPlace& place) {
    std::vector<Finding> findings;
    static_cast<void>(take_photo(to_base64(bytes), place, findings));
    std::vector<std::string> told;
    for (const Finding& finding : findings) {
        EXPECT_EQ(finding.pointer, "/photo");
        told.push_back(finding.rule + ' ' + finding.value);
    }
    return told;
}

const PhotoPlace one_inch{0, 0, 7087, 9921}; // 25 × 35 mm

void put_number(Bytes& to, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) {
        to.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

Bytes chunk(std::string_view kind, const Bytes& body) {
    Bytes covered(kind.begin(), kind.end());
    append(covered, body);
    Bytes made;
    put_number(made, static_cast<std::uint32_t>(body.size()));
    append(made, covered);
    put_number(made, static_cast<std::uint32_t>(
                         crc32(0, covered.data(), static_cast<uInt>(covered.size()))));
    return made;
}

/// 2 × 3 pixels with the header's last five bytes given.
Bytes small_png(std::array<std::uint8_t, 5> kinds, const Bytes& rows,
                const Bytes& before_data = {}) {
    Bytes made;
    append(made, std::string_view("\x89PNG\r\n\x1A\n", 8));
    Bytes header;
    put_number(header, 2);
    put_number(header, 3);
    header.insert(header.end(), kinds.begin(), kinds.end());
    append(made, chunk("IHDR", header));
    append(made, before_data);
    append(made, chunk("IDAT", detail::deflate(rows)));
    append(made, chunk("IEND", {}));
    return made;
}

TEST_P(PhotoTest, PicturesOfOtherProgramsStandInTheDocumentAsTheyAre) {
    EXPECT_NE(listed(grey_photo()).find("250   350  gray    1   8  image"), std::string::npos);
    const auto progressive = read_photo(picture("-jpeg -jpegopt progressive=y", ".jpg"));
    ASSERT_TRUE(progressive.ok()) << progressive.refusal;
    const auto baseline = read_photo(jpeg());
    ASSERT_TRUE(baseline.ok()) << baseline.refusal;
    EXPECT_NE(listed(baseline.photo).find("250   350  rgb     3   8  jpeg"), std::string::npos);
    run("pdfimages -all " + path_ + ' ' + path_);
    std::ifstream in(path_ + "-001.jpg", std::ios::binary);
    const std::string out{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    EXPECT_TRUE(out == as_text(baseline.photo.data)) << "passed through byte for byte";
    const auto lossless = read_photo(png());
    ASSERT_TRUE(lossless.ok()) << lossless.refusal;
    EXPECT_NE(listed(lossless.photo).find("250   350  rgb     3   8  image"), std::string::npos)
        << listed(lossless.photo);
    EXPECT_NE(run("qpdf --check " + path_ + " 2>&1").find("No syntax"), std::string::npos);
}

TEST_P(PhotoTest, OfTheFileOnlyThePictureStays) {
    Bytes photo = jpeg();
    const std::string_view secret = "Exif GPS 32.05N 118.78E";
    Bytes segment = {0xFF, 0xE1, 0, static_cast<std::uint8_t>(secret.size() + 2)};
    append(segment, secret);
    photo.insert(photo.begin() + 2, segment.begin(), segment.end());
    const auto reading = read_photo(photo);
    ASSERT_TRUE(reading.ok()) << reading.refusal;
    EXPECT_EQ(as_text(reading.photo.data).find("GPS"), std::string_view::npos);
    EXPECT_EQ(as_text(reading.photo.data).find("JFIF"), std::string_view::npos);
    EXPECT_EQ(read_photo(reading.photo.data).photo.data, reading.photo.data);
    const Bytes text = chunk("tEXt", Bytes(secret.begin(), secret.end()));
    const auto drawn = read_photo(small_png({8, 0, 0, 0, 0}, Bytes(9, 0), text));
    ASSERT_TRUE(drawn.ok()) << drawn.refusal;
    EXPECT_EQ(as_text(drawn.photo.data).find("GPS"), std::string_view::npos);
}

TEST_P(PhotoTest, EveryTruncationAndEveryByteTooManyIsRefused) {
    for (Bytes whole : {jpeg(), png()}) {
        ASSERT_TRUE(read_photo(whole).ok());
        for (std::size_t length = 0; length < whole.size(); ++length) {
            ASSERT_FALSE(read_photo(ByteView(whole).first(length)).ok()) << length;
        }
        whole.push_back(0);
        EXPECT_EQ(read_photo(whole).refusal, "something stands behind its end");
    }
}

TEST_P(PhotoTest, OtherKindsOfPicturesAreRefused) {
    const Bytes rows(9, 0);
    EXPECT_TRUE(read_photo(small_png({8, 0, 0, 0, 0}, rows)).ok());
    for (const std::array<std::uint8_t, 5> kinds : {std::array<std::uint8_t, 5>{8, 3, 0, 0, 0},
                                                    {8, 6, 0, 0, 0},
                                                    {16, 0, 0, 0, 0},
                                                    {8, 0, 0, 0, 1},
                                                    {1, 0, 0, 0, 0}}) {
        EXPECT_FALSE(read_photo(small_png(kinds, rows)).ok())
            << int(kinds[0]) << ' ' << int(kinds[1]) << ' ' << int(kinds[4]);
    }
    EXPECT_FALSE(read_photo(small_png({8, 0, 0, 0, 0}, rows, chunk("tRNS", {0, 0}))).ok());
    EXPECT_FALSE(read_photo(small_png({8, 0, 0, 0, 0}, rows, chunk("PLTE", {0, 0, 0}))).ok());
    EXPECT_FALSE(read_photo(small_png({8, 0, 0, 0, 0}, Bytes(8, 0))).ok()) << "a row too few";
    EXPECT_FALSE(read_photo(small_png({8, 0, 0, 0, 0}, Bytes(12, 0))).ok()) << "a row too many";
    EXPECT_FALSE(read_photo(small_png({8, 0, 0, 0, 0}, Bytes(9, 5))).ok()) << "no such filter";
    Bytes damaged = small_png({8, 0, 0, 0, 0}, rows);
    damaged[20] ^= 1U;
    EXPECT_EQ(read_photo(damaged).refusal, "a chunk has a wrong checksum");
    EXPECT_FALSE(read_photo(as_bytes("GIF89a")).ok());
    EXPECT_FALSE(read_photo(as_bytes("%PDF-1.7")).ok());
    Bytes cmyk = jpeg();
    const std::string_view frame("\xFF\xC0\x00\x11\x08", 5);
    const std::size_t at = as_text(cmyk).find(frame);
    ASSERT_NE(at, std::string_view::npos);
    cmyk[at + 9] = 4;
    EXPECT_FALSE(read_photo(cmyk).ok());
}

/// The verifier takes the first one of a file for its signature.
TEST_P(PhotoTest, ByteRangeInsideAPictureIsRefused) {
    Bytes photo = jpeg();
    append(photo, std::string_view()); // the coded data end before the last marker
    const std::string_view words = "/ByteRange[0 1 2 3]";
    photo.insert(photo.end() - 2, words.begin(), words.end());
    EXPECT_EQ(read_photo(photo).refusal, "holds /ByteRange");
}

TEST_P(PhotoTest, SizeResolutionAndShapeAreToldWithTheirMeasures) {
    const Bytes good = png();
    EXPECT_EQ(rules(good, one_inch), std::vector<std::string>{});
    EXPECT_EQ(rules(good, {0, 0, 9921, 9921}), std::vector<std::string>{"photo_aspect 250 × 350"});
    EXPECT_EQ(rules(good, {0, 0, 10000, 14000}), std::vector<std::string>{"photo_dpi 180"});
    EXPECT_EQ(rules(good, {0, 0, 5000, 7000}), std::vector<std::string>{"photo_dpi 360"});
    EXPECT_EQ(rules(Bytes(photo_bytes_max + 1, 0), one_inch),
              std::vector<std::string>{"photo_bytes 51201"});
    EXPECT_EQ(rules(Bytes(10, 0), one_inch), std::vector<std::string>{"photo_form "});
    std::vector<Finding> findings;
    static_cast<void>(take_photo("no base64", one_inch, findings));
    EXPECT_EQ(findings.at(0).rule, "photo_base64");
}

} // namespace
} // namespace songda::issuer
