// Printing against ippeveprinter of CUPS, which nobody here wrote: what came out is counted, a jam
// and an empty tray have their reasons, a busy printer is no failure, a job whose answer was lost
// is found again and not printed twice.
#include "printing/printer.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "tests/fakes/ipp_printer.hpp"
#include "tests/fakes/scripted_printer.hpp"

namespace songda::printing {
namespace {

using Kind = PrintOutcome::Kind;
/// As few bytes as a PDF has; the printer's script decides what happens to it.
const std::string pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n%%EOF\n";
constexpr const char* good = "echo 'ATTR: job-impressions-completed=2' >&2; exit 0";

class PrinterTest : public testing::Test {
protected:
    void SetUp() override {
        if (!fakes::IppPrinter::is_possible()) {
            GTEST_SKIP() << fakes::IppPrinter::why_not;
        }
        ASSERT_TRUE(real_.start(good));
    }
    [[nodiscard]] Printer printer(std::chrono::milliseconds time = std::chrono::seconds(30)) const {
        Printer::Options options;
        options.uri = real_.uri();
        options.print = time;
        options.between = std::chrono::milliseconds(100);
        return Printer::make(options).value();
    }
    [[nodiscard]] PrintOutcome print(const std::string& name) const {
        return printer().print({name, as_bytes(pdf)});
    }

    fakes::IppPrinter real_;
};

TEST_F(PrinterTest, SaysHowItStands) {
    const auto state = printer().look();
    ASSERT_TRUE(state.ok()) << state.error().detail;
    EXPECT_EQ(state.value().words(), "idle");
    EXPECT_TRUE(state.value().accepting);
    EXPECT_TRUE(state.value().takes_pdf);
}

TEST_F(PrinterTest, CountsTheSheetsThatCameOutAndTheBytesAreOurs) {
    const PrintOutcome outcome = print("leg-1");
    EXPECT_EQ(outcome.kind, Kind::printed) << outcome.reason;
    EXPECT_EQ(outcome.sheets, 2U);
    EXPECT_EQ(real_.received(), 1U);
    for (const auto& each : std::filesystem::directory_iterator(real_.folder() / "spool")) {
        if (each.path().extension() == ".pdf") { // beside it is what the script said
            EXPECT_EQ(fakes::read_file(each.path()), pdf);
        }
    }
}

TEST_F(PrinterTest, CompletedWithoutASheetIsNotPrinted) {
    real_.behave("exit 0");
    const PrintOutcome outcome = print("leg-2");
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.reason, "no_sheet");
}

TEST_F(PrinterTest, OneThatDoesNotCountSaysSoAfterItsFirstJob) {
    EXPECT_EQ(printer().look().value().counts, std::nullopt) << "nobody knows yet";
    real_.behave("exit 0");
    ASSERT_EQ(print("leg-2").kind, Kind::failed);
    EXPECT_EQ(printer().look().value().words(), "idle no-page-count");
    real_.behave(good);
    ASSERT_EQ(print("leg-3").sheets, 2U);
    EXPECT_EQ(printer().look().value().counts, true);
}

TEST_F(PrinterTest, AJamHasItsReasonAndWhatCameOutIsCounted) {
    real_.behave("echo 'ATTR: job-impressions-completed=1' >&2; echo 'STATE: +media-jam-error' >&2;"
                 " sleep 1; exit 1");
    const PrintOutcome outcome = print("leg-3");
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.reason, "printer_jam");
    EXPECT_EQ(outcome.sheets, 1U);
    EXPECT_NE(printer().look().value().words().find("media-jam"), std::string::npos);
}

TEST_F(PrinterTest, AnEmptyTrayThatLastsCancelsTheJob) {
    real_.behave("echo 'STATE: +media-empty-error' >&2; sleep 4; exit 0");
    const PrintOutcome outcome = printer(std::chrono::seconds(2)).print({"leg-4", as_bytes(pdf)});
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.reason, "printer_media");
}

TEST_F(PrinterTest, ABusyPrinterIsNoFailureAndNothingIsSent) {
    real_.behave("sleep 4; " + std::string(good));
    std::thread other([&] { EXPECT_EQ(print("leg-5").kind, Kind::printed); });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (printer().look().value().state != "processing" &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const PrintOutcome outcome = print("leg-6");
    EXPECT_EQ(outcome.kind, Kind::busy) << outcome.reason;
    other.join();
    EXPECT_EQ(real_.received(), 1U);
    EXPECT_EQ(print("leg-6").kind, Kind::printed) << "again later";
}

TEST_F(PrinterTest, AJobWhoseAnswerWasLostIsFoundAgainAndNotPrintedTwice) {
    ASSERT_EQ(print("leg-7").kind, Kind::printed);
    const PrintOutcome again = print("leg-7");
    EXPECT_EQ(again.kind, Kind::printed);
    EXPECT_TRUE(again.found_again);
    EXPECT_EQ(real_.received(), 1U);
}

TEST_F(PrinterTest, APrinterThatIsNotThereSaysSo) {
    real_.stop();
    EXPECT_FALSE(printer().look().ok());
    EXPECT_EQ(print("leg-8").reason, "printer_gone");
}

TEST(PrinterAddress, IsIppAndNothingElse) {
    const auto is_good = [](const std::string& uri) {
        Printer::Options options;
        options.uri = uri;
        return Printer::make(options).ok();
    };
    EXPECT_FALSE(is_good("http://localhost/"));
    EXPECT_FALSE(is_good("lp0"));
    EXPECT_TRUE(is_good("ipps://printer.local/ipp/print"));
}

// What ippeveprinter never does: keep silent, hang up, end a cancelled job otherwise.

using fakes::ScriptedPrinter;
using Reply = ScriptedPrinter::Reply;
constexpr int print_job = 2;
constexpr int cancel_job = 8;
constexpr int get_job = 9;
constexpr int get_jobs = 10;

Printer printer_at(const ScriptedPrinter& printer) {
    using std::chrono::milliseconds;
    return Printer::make({printer.uri(), milliseconds(2000), milliseconds(300), milliseconds(20),
                          milliseconds(300), milliseconds(300)})
        .value();
}

TEST(PrinterThatFailsUs, ASilentOneIsGivenUp) {
    const ScriptedPrinter silent([](int) { return Reply{Reply::Kind::silent}; });
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(printer_at(silent).look().ok());
    const PrintOutcome outcome = printer_at(silent).print({"leg-1", as_bytes(pdf)});
    EXPECT_EQ(outcome.kind, Kind::failed) << "nothing was sent";
    EXPECT_EQ(outcome.reason, "printer_gone");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(PrinterThatFailsUs, ALostAnswerAndNoWordOfItsJobsIsUnknownUntilItIsLookedFor) {
    std::atomic<bool> sent = false;
    std::atomic<bool> back = false;
    const ScriptedPrinter printer([&](int operation) {
        if (operation == print_job) {
            sent = true;
            return Reply{Reply::Kind::hung_up};
        }
        if (operation == get_jobs && sent && !back) {
            return Reply{Reply::Kind::hung_up};
        }
        if (operation == get_jobs && sent) {
            return Reply{Reply::Kind::answer, ScriptedPrinter::listed_job(3, "") +
                                                  ScriptedPrinter::listed_job(4, "leg-1")};
        }
        return Reply{Reply::Kind::answer,
                     operation == get_job ? ScriptedPrinter::job_state(9, 2) : ""};
    });
    const PrintOutcome lost = printer_at(printer).print({"leg-1", as_bytes(pdf)});
    EXPECT_EQ(lost.kind, Kind::unknown) << lost.reason;
    EXPECT_EQ(printer_at(printer).look_for("leg-1").kind, Kind::unknown);
    back = true;
    const PrintOutcome found = printer_at(printer).look_for("leg-1");
    EXPECT_EQ(found.kind, Kind::printed) << found.reason;
    EXPECT_EQ(found.sheets, 2U);
    EXPECT_EQ(printer_at(printer).look_for("leg-2").kind, Kind::failed) << "it has no such job";
}

TEST(PrinterThatFailsUs, ACancelledJobThatCompletedAllTheSameIsPrinted) {
    std::atomic<bool> cancelled = false;
    const ScriptedPrinter printer([&](int operation) {
        cancelled = cancelled || operation == cancel_job;
        if (operation == print_job) {
            return Reply{Reply::Kind::answer, ScriptedPrinter::listed_job(4, "leg-1")};
        }
        return Reply{Reply::Kind::answer,
                     operation == get_job ? ScriptedPrinter::job_state(cancelled ? 9 : 5, 1) : ""};
    });
    const PrintOutcome outcome = printer_at(printer).print({"leg-1", as_bytes(pdf)});
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(outcome.kind, Kind::printed) << outcome.reason;
    EXPECT_EQ(outcome.sheets, 1U);
}

TEST(PrinterThatFailsUs, ACancelledJobThatDoesNotEndIsUnknown) {
    const ScriptedPrinter printer([](int operation) {
        return Reply{Reply::Kind::answer, operation == print_job
                                              ? ScriptedPrinter::listed_job(4, "leg-1")
                                          : operation == get_job ? ScriptedPrinter::job_state(5, 1)
                                                                 : ""};
    });
    const PrintOutcome outcome = printer_at(printer).print({"leg-1", as_bytes(pdf)});
    EXPECT_EQ(outcome.kind, Kind::unknown) << outcome.reason;
    EXPECT_EQ(outcome.sheets, 1U);
}

} // namespace
} // namespace songda::printing
