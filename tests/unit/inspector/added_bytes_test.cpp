// Added bytes are whole revisions or they are refused: every byte belongs to something that the
// table names.
#include "verifier/inspector/added_bytes.hpp"

#include <gtest/gtest.h>

namespace songda::inspector {
namespace {

const std::string before = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";
const std::string object = "2 0 obj\n<<>>\nendobj\n";
const std::string end = "xref\n2 1\n0000000000 00000 n \ntrailer\n<<>>\nstartxref\n9\n%%EOF\n";

bool accepted(const std::string& added, const std::set<std::size_t>& named_after = {0}) {
    std::set<std::size_t> named;
    for (const std::size_t offset : named_after) {
        named.insert(before.size() + offset);
    }
    return are_revisions(as_bytes(before + added), before.size(), named);
}

TEST(AddedBytes, RevisionsAreAccepted) {
    EXPECT_TRUE(accepted(object + end));
    EXPECT_TRUE(accepted(end, {}));
    EXPECT_TRUE(accepted("\r\n" + object + "\n" + end, {2}));
    EXPECT_TRUE(accepted(object + end + object + end, {0, object.size() + end.size()}));
    EXPECT_TRUE(accepted(object + "startxref\n9\n%%EOF")) << "the table is a stream";
}

TEST(AddedBytes, EverythingElseIsNot) {
    EXPECT_FALSE(accepted(""));
    EXPECT_FALSE(accepted("\n"));
    EXPECT_FALSE(accepted(object)) << "no table";
    EXPECT_FALSE(accepted(object + end, {})) << "an object that no table names";
    EXPECT_FALSE(accepted(object + "3 0 obj\n<<>>\nendobj\n" + end));
    EXPECT_FALSE(accepted(object + end + "junk"));
    EXPECT_FALSE(accepted(object + end + "%%EOF\n"));
    EXPECT_FALSE(accepted("junk " + object + end, {5}));
    EXPECT_FALSE(accepted(object + "PK\x03\x04" + end));
    EXPECT_FALSE(accepted("2 0 obj\n<<>>\nstream\n4 0\n obj\n<<>>\nendstream\nendobj\n" + end))
        << "an object inside a stream";
    for (std::size_t cut = 1; cut + 1 < object.size() + end.size(); ++cut) {
        EXPECT_FALSE(accepted((object + end).substr(0, cut))) << cut;
    }
}

} // namespace
} // namespace songda::inspector
