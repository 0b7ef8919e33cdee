// The revision of docs/formats/pdf.md, "Archive time-stamps", byte by byte.
#include "base/archive_revision.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/golden_file.hpp"
#include "tests/fakes/own_file.hpp"

namespace songda {
namespace {

TEST(ArchiveRevision, HasTheBytesOfTheFormatPage) {
    const std::string issued = fakes::own_file();
    auto first = add_archive_stamp(as_bytes(issued), issued.size(), 8);
    ASSERT_TRUE(first.ok()) << first.error().detail;
    ASSERT_TRUE(first.value().put(Bytes{0x30, 0x03, 0x02, 0x01, 0xAB}).ok());
    auto second = add_archive_stamp(first.value().file, issued.size(), 5);
    ASSERT_TRUE(second.ok()) << second.error().detail;
    ASSERT_TRUE(second.value().put(Bytes{0x30, 0x03, 0x02, 0x01, 0x05}).ok());
    EXPECT_EQ(as_text(second.value().file).substr(issued.size()),
              fakes::golden_file("pdf/archive-stamps.txt"));
}

} // namespace
} // namespace songda
