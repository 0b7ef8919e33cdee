// Tokens that go away and come back, wrong PINs, keys that must not be used: on the real SoftHSM.
#include "signer/pkcs11_token.hpp"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "signer/pkcs11_module.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/unit/signer/custody.hpp"

namespace songda::signer {
namespace {

using namespace std::chrono_literals;

const Digest digest = sha256(as_bytes("准予"));

class Pkcs11TokenTest : public ::testing::Test {
protected:
    Pkcs11TokenTest() { soft_.import(fakes::sample_seal().seal_key, "seal", "01"); }

    void open() {
        Pkcs11Options options = soft_.options();
        options.told = [this](const std::optional<Error>& away) {
            told_.push_back(away ? away->detail : "back");
        };
        auto opened = Pkcs11Token::open(std::move(options));
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        token_ = std::move(opened).value();
        auto key = token_->open_key(seal());
        ASSERT_TRUE(key.ok()) << key.error().detail;
        key_ = std::move(key).value();
    }
    [[nodiscard]] Pkcs11Uri seal() const { return {soft_.label(), "", "seal", {}}; }
    [[nodiscard]] std::string why_not(const Pkcs11Options& options) const {
        const auto opened = Pkcs11Token::open(options);
        return opened.ok() ? "opened" : opened.error().detail;
    }
    [[nodiscard]] bool signs() const {
        const auto made = key_->sign(digest);
        return made.ok() && verifies(key_->public_key(), digest, made.value());
    }
    /// Until it signs again; false after ten seconds.
    [[nodiscard]] bool comes_back() const {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!signs()) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }
    static bool has(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }
    /// As another part of the process would, or a driver that restarts.
    static CK_FUNCTION_LIST* raw() {
        static const auto module = Pkcs11Module::load(fakes::SoftToken::module);
        return const_cast<CK_FUNCTION_LIST*>(module.value().get()->operator->());
    }

    fakes::SoftToken soft_;
    std::shared_ptr<Pkcs11Token> token_;
    std::unique_ptr<const SigningKey> key_;
    std::vector<std::string> told_;
};

TEST_F(Pkcs11TokenTest, EndOfItsSessionsAndOfTheLoginIsNoFailure) {
    open();
    std::vector<CK_SLOT_ID> slots(8);
    CK_ULONG count = slots.size();
    ASSERT_EQ(raw()->C_GetSlotList(CK_TRUE, slots.data(), &count), CKR_OK);
    for (CK_ULONG i = 0; i < count; ++i) {
        (void)raw()->C_CloseAllSessions(slots[i]); // logs out too
    }
    EXPECT_TRUE(signs());
    CK_SESSION_HANDLE session = 0;
    ASSERT_EQ(raw()->C_OpenSession(slots[0], CKF_SERIAL_SESSION, nullptr, nullptr, &session),
              CKR_OK);
    ASSERT_EQ(raw()->C_Logout(session), CKR_OK);
    EXPECT_TRUE(signs());
    EXPECT_TRUE(told_.empty()) << told_.front();
}

TEST_F(Pkcs11TokenTest, EndOfTheLibraryIsNoFailure) {
    open();
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(raw()->C_Finalize(nullptr), CKR_OK);
        EXPECT_TRUE(signs());
    }
    EXPECT_TRUE(told_.empty()) << told_.front();
}

TEST_F(Pkcs11TokenTest, TokenThatIsTakenAwaySignsAgainWhenItIsBack) {
    open();
    const std::filesystem::path elsewhere = soft_.tokens().string() + "-away";
    std::filesystem::rename(soft_.tokens(), elsewhere);
    std::filesystem::create_directory(soft_.tokens());
    ASSERT_EQ(raw()->C_Finalize(nullptr), CKR_OK);
    for (int i = 0; i < 20; ++i) {
        const auto made = key_->sign(digest);
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.error().fault, Fault::unavailable) << made.error().detail;
        EXPECT_TRUE(has(made.error().detail, "token \"songda-test\"")) << made.error().detail;
        std::this_thread::sleep_for(10ms);
    }
    ASSERT_EQ(told_.size(), 1U);
    EXPECT_TRUE(has(told_[0], "no such token is plugged in")) << told_[0];
    std::filesystem::remove(soft_.tokens());
    std::filesystem::rename(elsewhere, soft_.tokens());
    EXPECT_TRUE(comes_back());
    ASSERT_EQ(told_.size(), 2U);
    EXPECT_EQ(told_[1], "back");
}

TEST_F(Pkcs11TokenTest, FolderMovedUnderARunningLibraryIsSurvived) {
    open();
    const std::filesystem::path elsewhere = soft_.tokens().string() + "-away";
    for (int i = 0; i < 3; ++i) {
        std::filesystem::rename(soft_.tokens(), elsewhere);
        const auto made = key_->sign(digest);
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.error().fault, Fault::unavailable) << made.error().detail;
        std::filesystem::rename(elsewhere, soft_.tokens());
        EXPECT_TRUE(comes_back());
    }
    EXPECT_EQ(told_.size(), 6U) << "away and back, each time";
}

TEST_F(Pkcs11TokenTest, AwayTokenAnswersAtOnce) {
    open();
    std::filesystem::rename(soft_.tokens(), soft_.tokens().string() + "-away");
    std::filesystem::create_directory(soft_.tokens());
    ASSERT_EQ(raw()->C_Finalize(nullptr), CKR_OK);
    ASSERT_FALSE(signs());
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) {
        ASSERT_FALSE(signs());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s) << "most are told between two tries";
}

/// SoftHSM falls over when somebody ends a session that is signing, so it is ended between two
/// signatures; every thread then finds its session dead, all at once.
TEST_F(Pkcs11TokenTest, ThreadsThatSignWhileItComesAndGoesMakeNoBadSignature) {
    open();
    std::shared_mutex signing;
    std::atomic<bool> ending{false};
    std::atomic<bool> ended{false};
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!ended) {
                while (ending) { // the lock prefers readers
                    std::this_thread::sleep_for(1ms);
                }
                const std::shared_lock quiet(signing);
                const auto made = key_->sign(digest);
                if (made.ok()) {
                    ++(verifies(key_->public_key(), digest, made.value()) ? good : bad);
                } else if (made.error().fault != Fault::unavailable) {
                    ++bad;
                }
            }
        });
    }
    int rounds_survived = 0;
    for (int round = 0; round < 20; ++round) {
        const int before = good;
        for (int i = 0; good < before + 4 && i < 5000; ++i) {
            std::this_thread::sleep_for(1ms);
        }
        ending = true;
        const std::scoped_lock quiet(signing);
        const CK_RV result = raw()->C_Finalize(nullptr);
        ending = false;
        EXPECT_EQ(result, CKR_OK);
        ++rounds_survived;
    }
    ended = true;
    threads.clear();
    EXPECT_EQ(rounds_survived, 20);
    EXPECT_EQ(bad, 0);
    EXPECT_TRUE(comes_back());
}

TEST_F(Pkcs11TokenTest, MoreThreadsThanSessionsTakeTurns) {
    Pkcs11Options options = soft_.options();
    options.sessions_max = 2;
    const auto token = Pkcs11Token::open(std::move(options));
    const auto key = token.value()->open_key(seal());
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 50; ++j) {
                good += key.value()->sign(digest).ok() ? 1 : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 400);
}

TEST_F(Pkcs11TokenTest, WrongPinIsTriedOnceEvenAcrossRestarts) {
    Pkcs11Options wrong = soft_.options();
    wrong.pin = Secret("9999");
    const std::string first = why_not(wrong);
    EXPECT_TRUE(has(first, "refused the PIN (CKR_PIN_INCORRECT)")) << first;
    EXPECT_FALSE(has(first, "9999")) << "the PIN is told";
    const std::string second = why_not(wrong);
    EXPECT_TRUE(has(second, "was not tried")) << second;
    EXPECT_TRUE(has(why_not(soft_.options()), "was not tried")) << "not even the right one";
    // What the words tell the operator to do.
    fakes::SoftToken::run(std::string("pkcs11-tool --module ") + fakes::SoftToken::module +
                          " --token-label " + soft_.label() + " --login --pin " +
                          fakes::SoftToken::pin + " --list-objects 2>&1");
    EXPECT_EQ(why_not(soft_.options()), "opened");
}

TEST_F(Pkcs11TokenTest, PinThatIsChangedMeanwhileIsToldAndNotTriedAgain) {
    open();
    fakes::SoftToken::run(std::string("pkcs11-tool --module ") + fakes::SoftToken::module +
                          " --token-label " + soft_.label() + " --login --pin " +
                          fakes::SoftToken::pin + " --change-pin --new-pin 8642 2>&1");
    ASSERT_EQ(raw()->C_Finalize(nullptr), CKR_OK);
    for (int i = 0; i < 10; ++i) {
        const auto made = key_->sign(digest);
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.error().fault, Fault::unavailable);
        EXPECT_TRUE(has(made.error().detail, "refused the PIN")) << made.error().detail;
        std::this_thread::sleep_for(15ms);
    }
    EXPECT_EQ(told_.size(), 1U);
}

TEST_F(Pkcs11TokenTest, WhatCannotBeOpenedIsNamed) {
    Pkcs11Options options = soft_.options();
    options.module = "/nowhere/libpkcs11.so";
    EXPECT_TRUE(has(why_not(options), "/nowhere/libpkcs11.so: cannot be loaded"));
    options.module = "/lib/x86_64-linux-gnu/libz.so.1";
    EXPECT_TRUE(has(why_not(options), "is no PKCS#11 module")) << why_not(options);
    options = soft_.options();
    options.token = "other";
    EXPECT_EQ(why_not(options), "token \"other\": no such token is plugged in");
    soft_.add(soft_.label());
    EXPECT_TRUE(has(why_not(soft_.options()), "two tokens have that label: add serial="));
}

TEST_F(Pkcs11TokenTest, SerialTellsTwoTokensOfOneLabelApart) {
    open();
    CK_SLOT_ID slot = 0;
    std::vector<CK_SLOT_ID> slots(8);
    CK_ULONG count = slots.size();
    CK_TOKEN_INFO info{};
    ASSERT_EQ(raw()->C_GetSlotList(CK_TRUE, slots.data(), &count), CKR_OK);
    slot = slots[0];
    ASSERT_EQ(raw()->C_GetTokenInfo(slot, &info), CKR_OK);
    Pkcs11Options options = soft_.options();
    options.serial = std::string(reinterpret_cast<const char*>(info.serialNumber), 16);
    key_.reset();
    token_.reset();
    soft_.add(soft_.label());
    EXPECT_EQ(why_not(options), "opened") << options.serial;
}

TEST_F(Pkcs11TokenTest, KeyThatDoesNotFitIsRefused) {
    open();
    const auto refusal = [&](const Pkcs11Uri& uri) {
        const auto key = token_->open_key(uri);
        return key.ok() ? std::string("opened") : key.error().detail;
    };
    EXPECT_TRUE(has(refusal({soft_.label(), "", "other", {}}), "no private EC key"));
    EXPECT_TRUE(has(refusal({soft_.label(), "", "seal", {2}}), "no private EC key"));
    EXPECT_EQ(refusal({soft_.label(), "", "", {1}}), "opened");
    soft_.import(fakes::sample_seal().qr_key, "seal", "02");
    token_.reset();
    key_.reset();
    const auto again = Pkcs11Token::open(soft_.options());
    const auto two = again.value()->open_key(seal());
    ASSERT_FALSE(two.ok());
    EXPECT_TRUE(has(two.error().detail, "two keys fit")) << two.error().detail;
    EXPECT_TRUE(again.value()->open_key({soft_.label(), "", "seal", {2}}).ok());
}

TEST_F(Pkcs11TokenTest, KeyThatMayLeaveIsRefusedWhereThatIsAsked) {
    // pkcs11-tool makes keys that may leave when told so.
    fakes::SoftToken::run(std::string("pkcs11-tool --module ") + fakes::SoftToken::module +
                          " --token-label " + soft_.label() + " --login --pin " +
                          fakes::SoftToken::pin +
                          " --keypairgen --key-type EC:prime256v1 --extractable --label loose "
                          "--id 07 --usage-sign 2>&1");
    const auto token = Pkcs11Token::open(soft_.options());
    const auto key = token.value()->open_key({soft_.label(), "", "loose", {}});
    ASSERT_FALSE(key.ok());
    EXPECT_TRUE(has(key.error().detail, "may leave the token")) << key.error().detail;
    EXPECT_TRUE(token.value()->open_key(seal()).ok());
    Pkcs11Options lenient = soft_.options();
    lenient.require_unextractable = false;
    const auto open = Pkcs11Token::open(std::move(lenient));
    EXPECT_TRUE(open.value()->open_key({soft_.label(), "", "loose", {}}).ok());
}

TEST_F(Pkcs11TokenTest, PublicHalfComesFromTokenAndIsProved) {
    fakes::SoftToken::run("openssl pkey -in " + fakes::sample_seal().qr_key +
                          " -pubout -outform DER -out " + soft_.config() + ".pub");
    const std::string tool = std::string("pkcs11-tool --module ") + fakes::SoftToken::module +
                             " --token-label " + soft_.label() + " --login --pin " +
                             fakes::SoftToken::pin;
    fakes::SoftToken::run(tool + " --delete-object --type pubkey --id 01 2>&1");
    {
        const auto token = Pkcs11Token::open(soft_.options());
        const auto key = token.value()->open_key(seal());
        ASSERT_FALSE(key.ok());
        EXPECT_TRUE(has(key.error().detail, "neither a public key nor a certificate"))
            << key.error().detail;
    }
    // The certificate alone will do.
    fakes::SoftToken::run("openssl x509 -in " + fakes::sample_seal().seal_certificate +
                          " -outform DER -out " + soft_.config() + ".cer && " + tool +
                          " --write-object " + soft_.config() +
                          ".cer --type cert --id 01 --label seal 2>&1");
    {
        const auto token = Pkcs11Token::open(soft_.options());
        const auto key = token.value()->open_key(seal());
        EXPECT_TRUE(key.ok()) << key.error().detail;
    }
    fakes::SoftToken::run(tool + " --write-object " + soft_.config() +
                          ".pub --type pubkey --id 01 --label seal 2>&1");
    const auto token = Pkcs11Token::open(soft_.options());
    const auto key = token.value()->open_key(seal());
    ASSERT_FALSE(key.ok());
    EXPECT_TRUE(has(key.error().detail, "of another key")) << key.error().detail;
}

} // namespace
} // namespace songda::signer
