// The revisions that carry archive time-stamps and what proves certificates: behind the issued
// bytes, which stay as they are; other tools read them; and nothing else behind an issued file
// passes for them, not by one byte.
#include "base/archive_revision.hpp"

#include "issuer/render/copy_stamp.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

const Bytes token = {0x30, 0x03, 0x02, 0x01, 0x05};
constexpr std::size_t room = 64;

class ArchiveRevision : public RenderTest {
protected:
    std::string check(ByteView bytes) {
        const std::string path = folder_ / "archived.pdf";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        return run("qpdf --check " + path + " 2>&1; pdfsig -nocert " + path + " 2>&1");
    }
    static Bytes stamped(ByteView file, std::size_t issued) {
        auto draft = add_archive_revision(file, issued, {{}, room});
        EXPECT_TRUE(draft.ok()) << draft.error().detail;
        EXPECT_TRUE(draft.value().put(token).ok());
        return std::move(draft.value().file);
    }
};

TEST_P(ArchiveRevision, StandsBehindTheUnchangedFileAndCanBeRenewed) {
    const Unsigned issued = render(values());
    const std::size_t size = issued.file.size();
    EXPECT_TRUE(read_archive(issued.file, size).value().empty());
    const ByteView whole = issued.file;
    Bytes file(whole.begin(), whole.end());
    for (std::size_t nth = 1; nth <= 3; ++nth) {
        const Bytes before = file;
        file = stamped(before, size);
        EXPECT_TRUE(as_text(file).starts_with(as_text(before)));
        const auto stamps = read_archive(file, size);
        ASSERT_TRUE(stamps.ok()) << stamps.error().detail;
        ASSERT_EQ(stamps.value().size(), nth);
        EXPECT_EQ(stamps.value().back().stamp->token, token);
        EXPECT_EQ(stamps.value().back().begin, before.size());
        EXPECT_EQ(stamps.value().back().end, file.size());
        const std::string told = check(file);
        EXPECT_NE(told.find("No syntax or stream encoding errors"), std::string::npos) << told;
        EXPECT_NE(told.find("Signature #" + std::to_string(nth + 1)), std::string::npos) << told;
    }
}

TEST_P(ArchiveRevision, NothingElsePassesForOne) {
    const Unsigned issued = render(values());
    const std::size_t size = issued.file.size();
    const Bytes good = stamped(issued.file, size);
    const ArchiveSlot stamp = *read_archive(good, size).value().front().stamp;
    const auto is_one = [&](ByteView file) { return read_archive(file, size).ok(); };
    for (std::size_t at = size; at < good.size(); ++at) {
        const bool in_token = at > stamp.gap_begin && at <= stamp.gap_begin + 2 * token.size();
        Bytes changed = good;
        changed[at] ^= 1;
        EXPECT_FALSE(!in_token && is_one(changed)) << at - size;
    }
    for (std::size_t length = size + 1; length < good.size(); ++length) {
        ASSERT_FALSE(is_one(ByteView(good).first(length))) << length - size;
    }
    Bytes longer = good;
    longer.push_back('\n');
    EXPECT_FALSE(is_one(longer));
    Bytes other = good; // a token that ends before its room does, and something behind it
    other[stamp.gap_end - 2] = '1';
    EXPECT_FALSE(is_one(other));
    auto letters = add_archive_revision(issued.file, size, {{}, room});
    ASSERT_TRUE(letters.value().put(Bytes{0x30, 0x01, 0xAB}).ok());
    EXPECT_TRUE(is_one(letters.value().file));
    letters.value().file[stamp.gap_begin + 5] = 'A';
    EXPECT_FALSE(is_one(letters.value().file)) << "another spelling of the same token";
    EXPECT_FALSE(is_one(add_archive_revision(issued.file, size, {{}, room}).value().file))
        << "no token";
    const auto copy = stamp_paper_copy(issued.file, "纸质件", *fonts());
    EXPECT_FALSE(is_one(copy.value().file.view())) << "a paper copy";
    EXPECT_FALSE(add_archive_revision(copy.value().file.view(), size, {{}, room}).ok());
    EXPECT_FALSE(add_archive_revision(as_bytes("%PDF-1.7\n"), 9, {{}, room}).ok());
}

TEST_P(ArchiveRevision, TheStoreStandsBehindTheFileAndOtherToolsReadAllOfIt) {
    const Unsigned issued = render(values());
    const std::size_t size = issued.file.size();
    const Evidence root = {Evidence::Kind::certificate, {0x30, 0x01, 'r'}};
    const Evidence answer = {Evidence::Kind::ocsp, {0x30, 0x01, 'a'}};
    const Evidence list = {Evidence::Kind::crl, {0x30, 0x01, 'l'}};
    const auto add = [size](ByteView file, const ArchiveAddition& addition) {
        auto draft = add_archive_revision(file, size, addition);
        EXPECT_TRUE(draft.ok()) << draft.error().detail;
        EXPECT_TRUE(addition.token_bytes == 0 || draft.value().put(token).ok());
        return std::move(draft.value().file);
    };
    const Bytes first = add(issued.file, {{root, answer}, 0});
    const Bytes second = add(first, {{list}, room});
    EXPECT_TRUE(as_text(second).starts_with(as_text(first)));
    const std::string told = check(second);
    EXPECT_NE(told.find("No syntax or stream encoding errors"), std::string::npos) << told;
    EXPECT_NE(told.find("archive-1"), std::string::npos) << told;
    const std::string path = folder_ / "archived.pdf";
    const std::string store = run("mutool show " + path + " trailer/Root/DSS");
    EXPECT_NE(store.find("/Type /DSS"), std::string::npos) << store;
    for (const auto& [name, item] :
         {std::pair("Certs", root), std::pair("OCSPs", answer), std::pair("CRLs", list)}) {
        EXPECT_EQ(run("mutool show -b " + path + " trailer/Root/DSS/" + name + "/1"),
                  as_text(item.der))
            << "the last revision has all";
    }
}

TEST_P(ArchiveRevision, ATokenLargerThanItsRoomIsRefused) {
    const Unsigned issued = render(values());
    auto draft = add_archive_revision(issued.file, issued.file.size(), {{}, token.size() - 1});
    EXPECT_EQ(draft.value().put(token).error().fault, Fault::invalid_input);
    EXPECT_FALSE(
        add_archive_revision(issued.file, issued.file.size(), {{}, archive_token_bytes_max + 1})
            .ok());
}

TEST_P(ArchiveRevision, TheDigestIsOfEverythingButTheGap) {
    const Unsigned issued = render(values());
    auto draft = add_archive_revision(issued.file, issued.file.size(), {{}, room});
    const Digest before = draft.value().digest();
    ASSERT_TRUE(draft.value().put(token).ok());
    EXPECT_EQ(draft.value().digest(), before);
    const Bytes& file = draft.value().file;
    const ArchiveSlot stamp = *read_archive(file, issued.file.size()).value().front().stamp;
    EXPECT_EQ(archive_digest(file, stamp), before);
    EXPECT_EQ(file[stamp.gap_begin], '<');
    EXPECT_EQ(file[stamp.gap_end - 1], '>');
}

INSTANTIATE_TEST_SUITE_P(BothTemplates, ArchiveRevision,
                         ::testing::Values("food-business-licence", "permit-decision"));

} // namespace
} // namespace songda::issuer
