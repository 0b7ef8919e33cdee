// A signer that goes away, comes back, is slow, speaks nonsense or has become another: what is
// asked meanwhile is unavailable, told once, and never asked a second time.
#include "signer/process/seal_client.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "signer/process/message.hpp"
#include "signer/process/seal_service.hpp"
#include "signer/seals/registered_cupboard.hpp"
#include "tests/fakes/fake_seals.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<SealCupboard> seals_of(const DepartmentCode& department, const Clock& clock) {
    const auto files = fakes::sample_seal(department);
    std::vector<SealKeys> keys;
    keys.push_back({department, open_key_file(files.seal_key, "").value(), files.seal_certificate,
                    open_key_file(files.qr_key, "").value()});
    return open_seal_cupboard(std::move(keys), std::nullopt, false, clock).value();
}

class SealClientTest : public ::testing::Test {
protected:
    SealClientTest() { std::filesystem::permissions(folder_.path(), std::filesystem::perms(0750)); }
    [[nodiscard]] std::string path() const { return folder_.path() / "socket"; }
    void serve(const DepartmentCode& department = fakes::department) {
        serve(seals_of(department, clock_));
    }
    void serve(std::unique_ptr<SealCupboard> cupboard) {
        service_ = nullptr;
        cupboard_ = std::move(cupboard);
        auto socket = listen_for_seals(path());
        ASSERT_TRUE(socket.ok()) << socket.error().detail;
        service_ =
            SealService::start(*cupboard_, std::move(socket).value(), {{getuid()}, 2}).value();
    }
    [[nodiscard]] Result<std::unique_ptr<SealCupboard>> open(std::chrono::milliseconds wait = 5s) {
        SealClientOptions options;
        options.socket = path();
        options.wait = wait;
        options.pause_first = 20ms;
        options.pause_max = 50ms;
        options.wait_at_start = 0ms;
        options.told = [this](const std::optional<Error>& away) {
            told_.push_back(away ? away->detail : "back");
        };
        return open_seal_client(std::move(options));
    }
    static Result<EcdsaSignature> sign(SealCupboard& client) {
        const SealRequest request{SealPurpose::document, fakes::department, {}, Bytes(32, 1)};
        return client.sign({&request, 1}).front();
    }
    static bool has(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }

    fakes::TemporaryFolder folder_;
    SystemClock clock_;
    std::unique_ptr<SealCupboard> cupboard_;
    std::unique_ptr<SealService> service_;
    std::vector<std::string> told_;
};

TEST_F(SealClientTest, WhoIsNotThereIsToldWithWhatToDo) {
    const auto opened = open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().fault, Fault::unavailable);
    EXPECT_EQ(opened.error().detail,
              "signer at " + path() + ": nobody answers: is songda-signer running?");
}

TEST_F(SealClientTest, AwayIsToldOnceAnsweredAtOnceAndMetAgain) {
    serve();
    const auto client = open().value();
    ASSERT_TRUE(sign(*client).ok());
    for (int round = 0; round < 3; ++round) {
        told_.clear();
        service_ = nullptr;
        const auto begun = std::chrono::steady_clock::now();
        for (int i = 0; i < 1000; ++i) {
            const auto made = sign(*client);
            ASSERT_FALSE(made.ok());
            ASSERT_EQ(made.error().fault, Fault::unavailable) << made.error().detail;
        }
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
        EXPECT_EQ(told_.size(), 1U);
        serve();
        std::this_thread::sleep_for(60ms); // the pause
        EXPECT_TRUE(sign(*client).ok());
        ASSERT_EQ(told_.size(), 2U);
        EXPECT_EQ(told_[1], "back");
    }
}

TEST_F(SealClientTest, RestartBetweenTwoRequestsIsNoFailure) {
    serve();
    const auto client = open().value();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(sign(*client).ok());
        serve();
        EXPECT_TRUE(sign(*client).ok());
    }
    EXPECT_TRUE(told_.empty()) << told_.front();
}

/// The register is behind the socket. What it allows is remembered for a second, what it forbids
/// comes whole, and whoever was refused a signature hears at once why.
TEST_F(SealClientTest, TheRegisterIsAskedForABurstOnceAndItsRefusalsComeWhole) {
    const auto rules = std::make_shared<fakes::FakeRules>();
    SealBook::Options options;
    options.folder = folder_.path();
    serve(make_registered_cupboard({seals_of(fakes::department, clock_),
                                    std::make_unique<fakes::SharedRules>(rules),
                                    SealBook::open(std::move(options), clock_).value()},
                                   clock_));
    const auto client = open().value();
    const std::vector<SealQuestion> questions(
        100, {SealPurpose::document, fakes::department, {"key:A1", "SPJY", "t@3", {}}});
    const auto allowed = client->permits(questions);
    ASSERT_TRUE(allowed.ok()) << allowed.error().detail;
    ASSERT_EQ(allowed.value().size(), questions.size());
    EXPECT_EQ(allowed.value().back(), (SealRuling{"seal-1", {}}));
    rules->suspend("SPJY");
    EXPECT_FALSE(client->permits({&questions[0], 1}).value()[0].refused) << "remembered";
    const SealRequest request{SealPurpose::document, fakes::department, questions[0].use,
                              Bytes(32, 1)};
    const auto made = client->sign({&request, 1});
    EXPECT_EQ(made.front().error().fault, Fault::forbidden);
    const auto why = client->permits({&questions[0], 1});
    EXPECT_EQ(why.value()[0].refused, fakes::FakeRules::refusal());
    rules->resume("SPJY");
    EXPECT_FALSE(client->permits({&questions[0], 1}).value()[0].refused) << "none is remembered";
    EXPECT_EQ(client->book_head().value(), cupboard_->book_head().value());
    EXPECT_GE(client->book_head().value().lines, 3U);
    serve();
    EXPECT_EQ(client->book_head().value(), BookHead()) << "a signer without a book";
    service_ = nullptr;
    EXPECT_EQ(client->book_head().error().fault, Fault::unavailable);
    EXPECT_EQ(client->permits({&questions[1], 1}).ok(), true) << "allowed a moment ago";
}

TEST_F(SealClientTest, AnotherSealIsNotBelieved) {
    serve();
    const auto client = open().value();
    serve(fakes::other_department);
    const auto made = sign(*client);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().fault, Fault::unavailable);
    EXPECT_TRUE(has(made.error().detail, "it has other seals than at the start of this service"))
        << made.error().detail;
}

TEST_F(SealClientTest, OneSignerHasASocket) {
    serve();
    const auto second = listen_for_seals(path());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::conflict);
    EXPECT_EQ(listen_for_seals("/nowhere/socket").error().fault, Fault::not_found);
    EXPECT_EQ(listen_for_seals(std::string(120, 'a')).error().fault, Fault::invalid_input);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0751));
    service_ = nullptr;
    EXPECT_TRUE(has(listen_for_seals(path()).error().detail, "chmod 750"));
}

/// Shows one seal, takes what comes and does with it as it is told.
class OddSigner {
public:
    enum class Way { hangs_up, is_silent, speaks_nonsense, answers_another };

    OddSigner(SealSocket socket, const SealCupboard& seals, Way way)
        : socket_(std::move(socket)), seals_(seals), way_(way), thread_([this] { work(); }) {}
    ~OddSigner() {
        shutdown(socket_.listening.get(), SHUT_RDWR);
        thread_.join();
    }
    [[nodiscard]] int questions() const { return questions_; }

private:
    void work() {
        Bytes room(message::bytes_max);
        while (true) {
            pollfd waiting{socket_.listening.get(), POLLIN, 0};
            (void)poll(&waiting, 1, -1);
            const Descriptor one(accept(socket_.listening.get(), nullptr, nullptr));
            if (one.get() < 0) {
                return;
            }
            for (ssize_t got = 0; (got = recv(one.get(), room.data(), room.size(), 0)) > 0;) {
                const auto asked =
                    message::parse_question(ByteView(room).first(static_cast<std::size_t>(got)));
                if (const auto* const faces = std::get_if<message::AskFaces>(&*asked)) {
                    say(one, message::write_faces(*faces, seals_.faces()));
                    continue;
                }
                ++questions_;
                if (way_ == Way::hangs_up) {
                    break;
                }
                if (way_ == Way::speaks_nonsense) {
                    say(one, Bytes(9, 0x42));
                }
                if (way_ == Way::answers_another) {
                    say(one, message::write(message::Signatures{77, {EcdsaSignature{}}}));
                }
            }
        }
    }
    static void say(const Descriptor& to, const Bytes& words) {
        (void)send(to.get(), words.data(), words.size(), MSG_NOSIGNAL);
    }

    const SealSocket socket_;
    const SealCupboard& seals_;
    const Way way_;
    std::atomic<int> questions_{0};
    std::thread thread_;
};

TEST_F(SealClientTest, WhatWasAskedWhenItFailedIsUnavailableAndAskedOnce) {
    cupboard_ = seals_of(fakes::department, clock_);
    for (const auto& [way, words] :
         {std::pair(OddSigner::Way::hangs_up, "it ended the connection"),
          std::pair(OddSigner::Way::is_silent, "it does not answer in time"),
          std::pair(OddSigner::Way::speaks_nonsense, "it speaks another language"),
          std::pair(OddSigner::Way::answers_another, "its answer does not fit the question")}) {
        const OddSigner odd(listen_for_seals(path()).value(), *cupboard_, way);
        auto client = open(200ms).value();
        const auto begun = std::chrono::steady_clock::now();
        const auto made = sign(*client);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.error().fault, Fault::unavailable);
        EXPECT_TRUE(has(made.error().detail, words)) << made.error().detail;
        EXPECT_EQ(odd.questions(), 1);
        client = nullptr; // it waits for the end of the connection
    }
}

} // namespace
} // namespace songda::signer
