// The register of seals names how a seal is drawn: a drawing that changes gets another name there.
// Outlines of characters are the fonts' and do not count.
#include <sstream>

#include "base/text_codec.hpp"
#include "issuer/render/detail/seal.hpp"
#include "signer/seals/registered_seal.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

TEST(SealShape, ADrawingThatChangesGetsAnotherName) {
    const auto drawing = detail::draw_seal("示例市行政审批局", *fonts()->find_style("song-bold"));
    ASSERT_TRUE(drawing.ok()) << drawing.error().detail;
    std::istringstream in(drawing.value());
    std::string shape;
    bool outlines = false;
    for (std::string line; std::getline(in, line);) {
        const bool place = line.ends_with(" cm");
        outlines = outlines || place;
        shape += place || !outlines ? line + '\n' : "";
    }
    EXPECT_EQ(std::string(signer::seal_shape) + ' ' + to_hex(sha256(as_bytes(shape))),
              "round-star-1 0d75941bb39e460a13fbf02b6acf5280a8785a2dbec9ef2f7fd3c18d45b1fce8");
}

} // namespace
} // namespace songda::issuer
