// No time is told that is earlier than one told before: whatever is done to the clock, the process
// and the machine (random histories against a witness that remembers everything), with kill -9 in
// between, and on a disk that is full. What is refused is told apart: a clock that is behind, and
// one that jumped ahead and waits for an operator.
#include "signer/marked_time.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

using fakes::ManualBootClock;
using fakes::ManualClock;

/// A machine whose wall clock may be wrong.
struct Machine {
    ManualClock clock;
    ManualBootClock boot;
    void pass(std::int64_t ms) {
        clock.advance(ms);
        boot.advance(ms);
    }
    void set_clock(std::int64_t by_ms) { clock.advance(by_ms); }
};

class MarkedTimeTest : public ::testing::Test {
protected:
    void open() {
        time_.reset();
        auto opened = MarkedTime::open(options(), machine_.clock, machine_.boot);
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        time_ = std::move(opened).value();
    }
    /// As kill -9 leaves it: nothing is given back.
    void crash() {
        const std::string mark = mark_text();
        time_.reset();
        std::ofstream(mark_path(), std::ios::binary) << mark;
    }
    [[nodiscard]] MarkedTime::Options options() {
        return {folder_.path() / "time", {}, [this](const std::optional<Error>& refused) {
                    told_changes_ += refused ? '-' : '+';
                }};
    }
    [[nodiscard]] std::string mark_path() const { return folder_.path() / "time/mark"; }
    [[nodiscard]] std::string mark_text() const {
        std::ifstream in(mark_path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::optional<Fault> refusal() {
        const auto time = time_->next();
        return time.ok() ? std::nullopt : std::optional(time.error().fault);
    }
    Result<void> confirm() {
        const auto standing =
            look_beside(folder_.path() / "time", {}, machine_.clock, machine_.boot);
        return standing.ok() ? confirm_time(folder_.path() / "time", standing.value(),
                                            "operator:zhang", "与国家授时中心核对")
                             : standing.error();
    }

    fakes::TemporaryFolder folder_;
    Machine machine_;
    std::unique_ptr<MarkedTime> time_;
    std::string told_changes_;
};

TEST_F(MarkedTimeTest, TellsTheClockAndWritesOnceAStep) {
    open();
    machine_.pass(10);
    EXPECT_EQ(time_->next().value(), machine_.clock.now());
    const std::string mark = mark_text();
    for (int i = 0; i < 10; ++i) {
        machine_.pass(100);
        EXPECT_EQ(time_->next().value(), machine_.clock.now());
        EXPECT_EQ(mark_text(), mark);
    }
    machine_.pass(1);
    EXPECT_EQ(time_->next().value(), machine_.clock.now());
    EXPECT_NE(mark_text(), mark);
    EXPECT_LT(machine_.clock.now(), parse_time_mark(mark_text()).value().reserved);
}

TEST_F(MarkedTimeTest, AClockThatWentBackIsWaitedFor) {
    open();
    machine_.pass(5000);
    const TimeMs told = time_->next().value();
    machine_.set_clock(-4000);
    EXPECT_EQ(refusal(), Fault::unavailable);
    machine_.pass(3999);
    EXPECT_EQ(refusal(), Fault::unavailable);
    machine_.pass(1);
    EXPECT_EQ(time_->next().value(), told);
    EXPECT_EQ(told_changes_, "-+") << "one word when it begins and one when it ends";
}

TEST_F(MarkedTimeTest, AClockThatJumpsForwardsIsHeldUntilAnOperatorSaysSo) {
    open();
    machine_.pass(5000);
    ASSERT_TRUE(time_->next().ok());
    EXPECT_EQ(confirm().error().fault, Fault::conflict) << "there is nothing to confirm";
    machine_.set_clock(3'600'000);
    EXPECT_EQ(refusal(), Fault::held);
    machine_.pass(60'000);
    EXPECT_EQ(refusal(), Fault::held) << "time alone does not make it right";
    crash();
    open();
    EXPECT_EQ(refusal(), Fault::held) << "nor does a restart";
    ASSERT_TRUE(confirm().ok());
    EXPECT_EQ(time_->next().value(), machine_.clock.now());
    machine_.set_clock(2000);
    EXPECT_EQ(refusal(), Fault::held) << "the word was for one jump";
}

TEST_F(MarkedTimeTest, AConfirmationIsForOneJumpEvenIfTheClockTakesItAgain) {
    open();
    machine_.set_clock(3'600'000);
    ASSERT_EQ(refusal(), Fault::held);
    ASSERT_TRUE(confirm().ok());
    ASSERT_TRUE(time_->next().ok());
    machine_.set_clock(-3'600'000);
    ASSERT_EQ(refusal(), Fault::unavailable);
    machine_.pass(3'600'001);
    ASSERT_TRUE(time_->next().ok());
    machine_.set_clock(3'600'000);
    EXPECT_EQ(refusal(), Fault::held);
}

TEST_F(MarkedTimeTest, AClockThatIsRightAgainIsBelievedAgain) {
    open();
    ASSERT_TRUE(time_->next().ok());
    machine_.set_clock(86'400'000);
    EXPECT_EQ(refusal(), Fault::held);
    machine_.set_clock(-86'400'000);
    machine_.pass(1);
    EXPECT_EQ(time_->next().value(), machine_.clock.now());
}

TEST_F(MarkedTimeTest, ManySmallJumpsAreOneLargeOne) {
    open();
    for (int i = 0; i < 2; ++i) {
        machine_.set_clock(500);
        machine_.pass(60'000);
        EXPECT_EQ(refusal(), std::nullopt) << i;
    }
    machine_.set_clock(500);
    EXPECT_EQ(refusal(), Fault::held);
}

TEST_F(MarkedTimeTest, SettingBackAndForthIsNotBelieved) {
    open();
    ASSERT_TRUE(time_->next().ok());
    machine_.set_clock(-10'000);
    machine_.pass(10'001);
    ASSERT_TRUE(time_->next().ok());
    machine_.set_clock(10'000);
    EXPECT_EQ(refusal(), Fault::held);
}

TEST_F(MarkedTimeTest, AMachineThatWasOffForLongIsAskedAbout) {
    open();
    ASSERT_TRUE(time_->next().ok());
    time_.reset();
    machine_.boot.boot_again();
    machine_.clock.advance(23LL * 3'600'000);
    open();
    EXPECT_EQ(refusal(), std::nullopt) << "a night without power";
    time_.reset();
    machine_.boot.boot_again();
    machine_.clock.advance(25LL * 3'600'000);
    open();
    EXPECT_EQ(refusal(), Fault::held);
    ASSERT_TRUE(confirm().ok());
    EXPECT_EQ(refusal(), std::nullopt);
    time_.reset();
    machine_.boot.boot_again();
    machine_.clock.advance(-7'200'000);
    open();
    EXPECT_EQ(refusal(), Fault::unavailable) << "a battery that died";
}

TEST_F(MarkedTimeTest, AStopGivesBackWhatWasNotTold) {
    open();
    machine_.pass(10);
    const TimeMs told = time_->next().value();
    open();
    EXPECT_EQ(time_->next().value(), told) << "no wait after a restart";
    machine_.pass(1);
    ASSERT_TRUE(time_->next().ok());
    crash();
    open();
    EXPECT_EQ(refusal(), Fault::unavailable);
    machine_.pass(1000);
    EXPECT_EQ(refusal(), std::nullopt) << "a step at most after a crash";
}

TEST_F(MarkedTimeTest, OneProcessAFolder) {
    open();
    const auto second = MarkedTime::open(options(), machine_.clock, machine_.boot);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::unavailable);
    EXPECT_NE(second.error().detail.find("another process"), std::string::npos);
}

TEST_F(MarkedTimeTest, AMarkThatCannotBeReadIsNotGuessed) {
    open();
    time_.reset();
    const std::string good = mark_text();
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        std::ofstream(mark_path(), std::ios::binary) << good.substr(0, cut);
        const auto opened = MarkedTime::open(options(), machine_.clock, machine_.boot);
        ASSERT_FALSE(opened.ok()) << cut;
        EXPECT_EQ(opened.error().fault, Fault::corrupt) << cut;
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(parse_time_mark(changed).ok()) << at;
    }
    EXPECT_FALSE(parse_time_mark(good + ' ').ok());
}

TEST_F(MarkedTimeTest, TheMarkIsThatOfTheFormatPage) {
    const TimeMark mark{{1'795'612'345'678}, -42, "a1"};
    const std::string text = write_time_mark(mark);
    EXPECT_EQ(text, "songda time mark 1\nreserved 1795612345678\noffset -42\nboot a1\n"
                    "sha256 3d1111d86d0a19f3f36c61f44dc40e7ffa8ba8f006b96222d64225a09c2ed06d\n");
    EXPECT_EQ(parse_time_mark(text).value(), mark);
}

/// Runs `body` in a child; its exit status.
int in_child(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) {
        _exit(body());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(MarkedTimeTest, AFullDiskTellsNoTimeAndGoesOnWithRoom) {
    // A file size limit of this process is a full disk to it (EFBIG for ENOSPC).
    const int status = in_child([this] {
        std::signal(SIGXFSZ, SIG_IGN);
        auto opened = MarkedTime::open(options(), machine_.clock, machine_.boot);
        machine_.pass(1);
        if (!opened.ok() || !opened.value()->next().ok()) {
            return 1;
        }
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit none{10, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &none);
        machine_.pass(900);
        if (!opened.value()->next().ok()) {
            return 2; // reserved before
        }
        machine_.pass(60'000);
        const auto refused = opened.value()->next();
        if (refused.ok() || refused.error().fault != Fault::no_space) {
            return 3;
        }
        setrlimit(RLIMIT_FSIZE, &before);
        machine_.pass(999);
        if (opened.value()->next().ok()) {
            return 4; // not asked again at each request
        }
        machine_.pass(1);
        return opened.value()->next().ok() ? 0 : 5;
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(parse_time_mark(mark_text()).ok()) << "whole, whatever happened";
}

/// What a history may do to the machine.
enum class Deed { pass, ask, set_back, set_forwards, stop, crash, boot, confirm };

/// Plays a random history and remembers the greatest time that was told.
class History {
public:
    explicit History(const std::string& folder) : folder_(folder) { open(); }

    void play(Deed deed, std::int64_t ms) {
        switch (deed) {
        case Deed::pass: machine_.pass(ms); break;
        case Deed::ask: ask(); break;
        case Deed::set_back: machine_.set_clock(-ms); break;
        case Deed::set_forwards: machine_.set_clock(ms); break;
        case Deed::stop: open(); break;
        case Deed::crash: crash(); break;
        case Deed::boot:
            time_.reset();
            machine_.boot.boot_again();
            machine_.clock.advance(ms);
            open();
            break;
        case Deed::confirm: confirm(); break;
        }
    }

private:
    void open() {
        time_.reset();
        auto opened = MarkedTime::open({folder_, {}, {}}, machine_.clock, machine_.boot);
        RC_ASSERT(opened.ok());
        time_ = std::move(opened).value();
    }
    void crash() {
        const std::string path = folder_ + "/mark";
        std::ifstream in(path, std::ios::binary);
        const std::string mark{std::istreambuf_iterator<char>(in), {}};
        time_.reset();
        std::ofstream(path, std::ios::binary) << mark;
        open();
    }
    void ask() {
        const auto time = time_->next();
        if (!time.ok()) {
            RC_ASSERT(time.error().fault == Fault::held ||
                      time.error().fault == Fault::unavailable);
            return;
        }
        RC_ASSERT(time.value() == machine_.clock.now());
        RC_ASSERT(time.value() >= greatest_);
        greatest_ = time.value();
        RC_ASSERT(greatest_ <= parse_time_mark(mark()).value().reserved);
    }
    void confirm() {
        const auto standing = look_beside(folder_, {}, machine_.clock, machine_.boot);
        RC_ASSERT(standing.ok());
        (void)confirm_time(folder_, standing.value(), "operator:test", "a reason");
    }
    [[nodiscard]] std::string mark() const {
        std::ifstream in(folder_ + "/mark", std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string folder_;
    Machine machine_;
    std::unique_ptr<MarkedTime> time_;
    TimeMs greatest_;
};

TEST(MarkedTimeProperty, NoHistoryMakesATimeDecrease) {
    const bool held =
        rc::check("told times never decrease",
                  [](const std::vector<std::pair<std::uint8_t, std::uint32_t>>& deeds) {
                      const fakes::TemporaryFolder folder;
                      History history(folder.path() / "time");
                      for (const auto& [deed, size] : deeds) {
                          // Every other deed asks; sizes from a millisecond to two days.
                          const std::int64_t ms = std::int64_t{1} << (size % 28U);
                          history.play(static_cast<Deed>(deed % 8U), ms + size % 97U);
                          history.play(Deed::ask, 0);
                      }
                  });
    EXPECT_TRUE(held);
}

} // namespace
} // namespace songda::signer
