// The list of QR keys over the years: what is replaced, renewed, given up with its department or
// stolen stays on it, and says what it is. On the store in memory.
#include "app/qr_keys.hpp"

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::app {
namespace {

constexpr TimeMs first{1'000'000};
constexpr TimeMs later{2'000'000};
constexpr TimeMs end{9'000'000};

store::QrKeyRow key(std::uint8_t number, TimeMs not_after = end) {
    return {{"11320199014138860W"}, "示例市行政审批局", Bytes(91, number), {500'000}, not_after};
}

class QrKeysTest : public ::testing::Test {
protected:
    /// The service starts with these keys.
    Result<void> start(std::vector<store::QrKeyRow> in_use, TimeMs at) {
        return record_qr_keys(store_, in_use, at);
    }
    /// As it is published.
    std::optional<verifier::ListedKey> listed(std::uint8_t number) {
        for (const verifier::ListedKey& one : listed_qr_keys(store_).value()) {
            if (one.spki == Bytes(91, number)) {
                return one;
            }
        }
        return std::nullopt;
    }

    fakes::MemoryStore store_;
};

TEST_F(QrKeysTest, AKeyThatWasReplacedVouchesForWhatItSealedUntilThen) {
    ASSERT_TRUE(start({key(1)}, first).ok());
    ASSERT_TRUE(start({key(2)}, later).ok());
    ASSERT_TRUE(start({key(2)}, end).ok());
    EXPECT_EQ(listed(1)->not_before, key(1).not_before);
    EXPECT_EQ(listed(1)->not_after, later);
    EXPECT_EQ(listed(2)->not_after, end);
    EXPECT_EQ(store_.list_audit(0, 10).value().size(), 3U) << "a start that changes nothing";
}

/// The new certificate's first day is no reason to doubt older codes of the same key.
TEST_F(QrKeysTest, ARenewedCertificateMakesItsKeyLastLonger) {
    ASSERT_TRUE(start({key(1)}, first).ok());
    store::QrKeyRow renewed = key(1, end + 1000);
    renewed.not_before = later;
    ASSERT_TRUE(start({renewed}, later).ok());
    EXPECT_EQ(listed(1)->not_before, key(1).not_before);
    EXPECT_EQ(listed(1)->not_after, end + 1000);
}

TEST_F(QrKeysTest, KeysOfADepartmentThatIsNoMoreStayOnTheList) {
    ASSERT_TRUE(start({key(1)}, first).ok());
    ASSERT_TRUE(start({}, later).ok());
    EXPECT_EQ(listed(1)->department_name, "示例市行政审批局");
    EXPECT_EQ(listed(1)->not_after, later);
}

TEST_F(QrKeysTest, AKeyThatOthersMayHaveIsNotUsedAgain) {
    ASSERT_TRUE(start({key(1)}, first).ok());
    store::QrKeyRow stolen = key(1);
    stolen.compromised = later;
    ASSERT_TRUE(store_.step_qr_key(key(1), stolen, {}).value());
    const auto again = start({key(1)}, later);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().fault, Fault::forbidden);
    EXPECT_NE(again.error().detail.find("compromise.md"), std::string::npos);
    ASSERT_TRUE(start({key(2)}, later).ok());
    EXPECT_EQ(listed(1)->compromised_since, later);
}

} // namespace
} // namespace songda::app
