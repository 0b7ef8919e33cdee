// A signing ticket is spent once: nothing else can be done with it.
#include "base/signing_ticket.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace songda::store {
/// The test stands in for the store, the only one who may mint.
class TicketMint {
public:
    static SigningTicket mint(DocumentId id, Digest digest) { return {id, digest}; }
};
} // namespace songda::store

namespace songda {
namespace {

static_assert(!std::is_copy_constructible_v<SigningTicket>);
static_assert(!std::is_default_constructible_v<SigningTicket>);

TEST(SigningTicketDeathTest, SpentOrMovedTicketCannotBeSpent) {
    SigningTicket ticket = store::TicketMint::mint({}, Digest{1});
    SigningTicket moved = std::move(ticket);
    EXPECT_EQ(moved.spend(), Digest{1});
    EXPECT_DEATH((void)moved.spend(), "broken belief");
    EXPECT_DEATH((void)ticket.spend(),
                 "broken belief"); // NOLINT(bugprone-use-after-move): that is the test
}

} // namespace
} // namespace songda
