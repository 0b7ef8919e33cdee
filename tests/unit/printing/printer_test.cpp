// Printing against ippeveprinter of CUPS, which nobody here wrote: what came out is counted, a jam
// and an empty tray have their reasons, a busy printer is no failure, a job whose answer was lost
// is found again and not printed twice.
#include "printing/printer.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "tests/fakes/ipp_printer.hpp"

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
        return Printer::make(
                   {real_.uri(), std::chrono::seconds(5), time, std::chrono::milliseconds(100)})
            .value();
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
    real_.behave("echo 'STATE: +media-empty-error' >&2; sleep 20; exit 0");
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
    EXPECT_FALSE(Printer::make({"http://localhost/", {}, {}, {}}).ok());
    EXPECT_FALSE(Printer::make({"lp0", {}, {}, {}}).ok());
    EXPECT_TRUE(Printer::make({"ipps://printer.local/ipp/print", {}, {}, {}}).ok());
}

} // namespace
} // namespace songda::printing
