// The revisions of docs/formats/pdf.md, "Archive revisions", byte by byte.
#include "base/archive_revision.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/fakes/golden_file.hpp"
#include "tests/fakes/own_file.hpp"

namespace songda {
namespace {

Bytes bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

const Evidence certificate = {Evidence::Kind::certificate, bytes("certificate")};
const Evidence other_certificate = {Evidence::Kind::certificate, bytes("another")};
const Evidence answer = {Evidence::Kind::ocsp, bytes("answer")};
const Evidence list = {Evidence::Kind::crl, bytes("list")};

const TimeMs sealed_at = *parse_rfc3339("2026-11-24T01:02:03Z");

class ArchiveRevisionBytes : public ::testing::Test {
protected:
    ArchiveRevisionBytes() : file_(as_bytes(issued_).begin(), as_bytes(issued_).end()) {}

    void add(const std::vector<Evidence>& evidence, const Bytes& token, std::size_t room) {
        auto draft = add_archive_revision(file_, issued_.size(), {evidence, room});
        ASSERT_TRUE(draft.ok()) << draft.error().detail;
        if (room > 0) {
            ASSERT_TRUE(draft.value().put(token).ok());
        }
        file_ = std::move(draft.value().file);
    }
    [[nodiscard]] std::string_view added() const { return as_text(file_).substr(issued_.size()); }

    const std::string issued_ = fakes::own_file();
    Bytes file_;
};

TEST_F(ArchiveRevisionBytes, TimeStampsAloneHaveTheBytesOfTheFormatPage) {
    add({}, {0x30, 0x03, 0x02, 0x01, 0xAB}, 8);
    add({}, {0x30, 0x03, 0x02, 0x01, 0x05}, 5);
    EXPECT_EQ(added(), fakes::golden_file("pdf/archive-stamps.txt"));
}

TEST_F(ArchiveRevisionBytes, TheStoreHasTheBytesOfTheFormatPage) {
    add({}, {0x30, 0x03, 0x02, 0x01, 0xAB}, 8);
    add({list, answer, certificate}, {}, 0);
    add({other_certificate, certificate}, {0x30, 0x03, 0x02, 0x01, 0x05}, 5);
    EXPECT_EQ(added(), fakes::golden_file("pdf/archive-store.txt"));
    const auto read = read_archive(file_, issued_.size());
    ASSERT_TRUE(read.ok()) << read.error().detail;
    ASSERT_EQ(read.value().size(), 3U);
    EXPECT_TRUE(read.value()[0].evidence.empty());
    EXPECT_TRUE(read.value()[0].stamp.has_value());
    EXPECT_EQ(read.value()[1].evidence, (std::vector{certificate, answer, list}));
    EXPECT_FALSE(read.value()[1].stamp.has_value());
    EXPECT_EQ(read.value()[2].evidence, std::vector{other_certificate})
        << "what was there already is not written again";
    EXPECT_EQ(read.value()[2].stamp->token, (Bytes{0x30, 0x03, 0x02, 0x01, 0x05}));
}

TEST_F(ArchiveRevisionBytes, ASealBetweenTimeStampsHasTheBytesOfTheFormatPage) {
    const Bytes token = {0x30, 0x03, 0x02, 0x01, 0xAB};
    add({}, token, 5);
    auto draft = add_archive_revision(file_, issued_.size(), {{}, 8, sealed_at + 4});
    ASSERT_TRUE(draft.ok()) << draft.error().detail;
    ASSERT_TRUE(draft.value().put(token).ok());
    file_ = std::move(draft.value().file);
    add({certificate}, token, 5);
    EXPECT_EQ(added(), fakes::golden_file("pdf/archive-seal.txt"));
    const auto read = read_archive(file_, issued_.size());
    ASSERT_TRUE(read.ok()) << read.error().detail;
    ASSERT_EQ(read.value().size(), 3U);
    ASSERT_TRUE(read.value()[1].seal.has_value());
    EXPECT_FALSE(read.value()[1].stamp.has_value());
    EXPECT_EQ(read.value()[1].seal->at, sealed_at) << "whole seconds";
    EXPECT_EQ(read.value()[1].seal->slot.token, token);
    EXPECT_EQ(read.value()[1].seal->slot.end, read.value()[1].end);
}

TEST_F(ArchiveRevisionBytes, OneSealInAFile) {
    const auto add_seal = [&](ArchiveAddition addition) {
        addition.sealed_at = sealed_at;
        return add_archive_revision(file_, issued_.size(), addition);
    };
    EXPECT_FALSE(add_seal({{}, 0}).ok());
    EXPECT_FALSE(add_seal({{certificate}, 0}).ok());
    EXPECT_FALSE(add_seal({{}, archive_seal_bytes_max + 1}).ok());
    auto largest = add_seal({{certificate}, archive_seal_bytes_max});
    ASSERT_TRUE(largest.ok());
    ASSERT_TRUE(largest.value().put(Bytes{0x30, 0x00}).ok());
    file_ = std::move(largest.value().file);
    const auto read = read_archive(file_, issued_.size());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().front().evidence, std::vector{certificate});
    EXPECT_EQ(add_seal({{}, 8}).error().fault, Fault::invalid_input) << "one is there";
    // The same once more by hand: what the writer refuses the reader refuses too.
    const std::string first(added());
    std::string second = first;
    EXPECT_TRUE(second.find("(sm2seal)") != std::string::npos);
    append(file_, as_bytes(second));
    EXPECT_FALSE(read_archive(file_, issued_.size()).ok());
}

TEST_F(ArchiveRevisionBytes, ASealIsReadToTheLastByte) {
    const Bytes token = {0x30, 0x03, 0x02, 0x01, 0xAB};
    auto draft = add_archive_revision(file_, issued_.size(), {{}, 8, sealed_at});
    ASSERT_TRUE(draft.value().put(token).ok());
    const Bytes good = std::move(draft.value().file);
    for (std::size_t at = issued_.size(); at < good.size(); ++at) {
        Bytes changed = good;
        changed[at] ^= 1;
        const auto read = read_archive(changed, issued_.size());
        const bool says_so = read.ok() && (read.value().front().seal->slot.token != token ||
                                           read.value().front().seal->at != sealed_at);
        EXPECT_TRUE(!read.ok() || says_so) << at - issued_.size();
    }
}

TEST_F(ArchiveRevisionBytes, NothingNewAndTooMuchAreRefused) {
    add({certificate}, {}, 0);
    const auto again = add_archive_revision(file_, issued_.size(), {{certificate}, 0});
    EXPECT_EQ(again.error().fault, Fault::invalid_input);
    const Evidence large = {Evidence::Kind::crl, Bytes(archive_evidence_bytes_max + 1)};
    EXPECT_EQ(add_archive_revision(file_, issued_.size(), {{large}, 0}).error().fault,
              Fault::invalid_input);
    std::vector<Evidence> many;
    for (std::size_t nth = 0; nth < archive_evidence_items_max; ++nth) {
        many.push_back({Evidence::Kind::crl, bytes(std::to_string(nth))});
    }
    EXPECT_EQ(add_archive_revision(file_, issued_.size(), {many, 0}).error().fault,
              Fault::invalid_input)
        << "one is there already";
    many.pop_back();
    EXPECT_TRUE(add_archive_revision(file_, issued_.size(), {many, 0}).ok());
    for (std::size_t nth = 1; nth < archive_revisions_max; ++nth) {
        add({{Evidence::Kind::ocsp, bytes(std::to_string(nth))}}, {}, 0);
    }
    EXPECT_TRUE(read_archive(file_, issued_.size()).ok());
    EXPECT_EQ(add_archive_revision(file_, issued_.size(), {{answer}, 0}).error().fault,
              Fault::invalid_input);
}

TEST_F(ArchiveRevisionBytes, NothingElsePassesForAStore) {
    add({certificate, answer}, {}, 0);
    add({list}, {0x30, 0x03, 0x02, 0x01, 0x05}, 5);
    const auto is_one = [this](ByteView file) { return read_archive(file, issued_.size()).ok(); };
    ASSERT_TRUE(is_one(file_));
    // Another content of an item is another item; all else is compared.
    std::vector<std::size_t> free;
    for (const std::string_view item : {"certificate", "answer", "list"}) {
        const std::size_t at = as_text(file_).find(std::string("stream\n") + std::string(item));
        for (std::size_t nth = 0; nth < item.size(); ++nth) {
            free.push_back(at + 7 + nth);
        }
    }
    const std::size_t token = as_text(file_).rfind("/Contents<") + 10;
    for (std::size_t at = issued_.size(); at < file_.size(); ++at) {
        const bool may = std::find(free.begin(), free.end(), at) != free.end() ||
                         (at >= token && at < token + 10);
        Bytes changed = file_;
        changed[at] ^= 1;
        ASSERT_FALSE(!may && is_one(changed)) << at - issued_.size();
    }
    const std::size_t first_end = read_archive(file_, issued_.size()).value()[0].end;
    for (std::size_t length = issued_.size() + 1; length < file_.size(); ++length) {
        ASSERT_EQ(is_one(ByteView(file_).first(length)), length == first_end)
            << length - issued_.size();
    }
}

TEST_F(ArchiveRevisionBytes, NothingIsInTheStoreTwice) {
    add({{Evidence::Kind::certificate, bytes("same")},
         {Evidence::Kind::certificate, bytes("sane")}},
        {}, 0);
    ASSERT_TRUE(read_archive(file_, issued_.size()).ok());
    file_[as_text(file_).find("sane") + 2] = 'm';
    EXPECT_FALSE(read_archive(file_, issued_.size()).ok());
}

} // namespace
} // namespace songda
