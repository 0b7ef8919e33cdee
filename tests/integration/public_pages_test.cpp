// The public pages of the real service in a real browser (tests/web/public_pages.mjs drives it):
// lists, guides, and the verify page of documents that were renewed, copied and revoked.
#include <gtest/gtest.h>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;

TEST(PublicPages, APersonFindsItemsGuidesAndWhatBecameOfADocument) {
    live::Service service;
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string samples = SONGDA_SOURCE_DIR "/samples/";
    for (const std::string& words :
         {"items add " + samples + "items/example-city.csv --name 320199",
          std::string("items submit 320199"), std::string("items publish 320199 --document 示1号"),
          "guide add " + samples + "guides/food-business-licence.toml",
          std::string("guide submit 1132019900000100023320100002000"),
          std::string("guide publish 1132019900000100023320100002000 --document 示2号")}) {
        const auto done = run_songda(words + " -c " + service.config());
        ASSERT_EQ(done.status, 0) << done.output;
    }
    const std::string key = service.make_key("--scope issue --scope read --scope status");
    const auto seen = run_command(
        "SONGDA_ORIGIN=http://127.0.0.1:" + std::to_string(service.port()) + " SONGDA_KEY='" + key +
        "' " + SONGDA_NODE + " --test " SONGDA_SOURCE_DIR "/tests/web/public_pages.mjs");
    EXPECT_EQ(seen.status, 0) << seen.output;
}

} // namespace
} // namespace songda
