// The table of status steps: every pair tried on the real store, what is final stays, and the page
// that shows the table is printed from it. SONGDA_UPDATE_PAGES=1 writes the page anew.
#include "store/document_status.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/printed_page.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

std::string page() {
    std::ostringstream out;
    out << "# Status of a document 文书状态\n\n"
           "Printed from `store/document_status.hpp`; a test compares. The numbers are stored. "
           "Every step is a row of\nthe history; expired is no status: it follows from the last "
           "day of validity.\n\n"
           "| # | status | 中文 | code | may become (operation) |\n|---|---|---|---|---|\n";
    for (const DocumentStatus status : document_statuses) {
        out << "| " << static_cast<int>(status) << " | `" << status_name(status) << "` | "
            << status_name_zh(status) << " | " << status_code(status) << " |";
        std::string separator = " ";
        for (const StatusStep& step : status_steps) {
            if (step.from == status) {
                out << separator << '`' << status_name(step.to) << "` ("
                    << operation_code(step.operation) << ' ' << operation_name_zh(step.operation)
                    << ')';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    return out.str();
}

/// The way from `valid`, which every document has first.
std::vector<DocumentStatus> way_to(DocumentStatus status) {
    return status == DocumentStatus::valid ? std::vector<DocumentStatus>{} : std::vector{status};
}

TEST(DocumentStatus, EveryPairIsAllowedOrRefusedAsTheTableSays) {
    const samples::Directory directory;
    const auto store = samples::open_small(directory.path());
    std::uint64_t number = 0;
    for (const DocumentStatus from : document_statuses) {
        for (const DocumentStatus to : document_statuses) {
            SCOPED_TRACE(std::string(status_name(from)) + " → " + std::string(status_name(to)));
            ++number;
            const Bytes file = samples::file_bytes(number, 10);
            ASSERT_TRUE(samples::put(*store, samples::issue(number, file)));
            const auto id = samples::numbered<DocumentId>(number);
            for (const DocumentStatus step : way_to(from)) {
                ASSERT_TRUE(store
                                ->set_status(
                                    id, {{step, TimeMs{3000}, "way", "who"}, samples::audit_row(1)})
                                .value()
                                .changed);
            }
            const auto before = store->status_history(id).value();
            const std::uint64_t audits = store->statistics().value().audit_rows;
            const StatusChange change{to, TimeMs{4000}, "why", "who"};
            const auto outcome = store->set_status(id, {change, samples::audit_row(2)}).value();
            EXPECT_EQ(outcome.changed, may_follow(from, to));
            if (outcome.changed) {
                EXPECT_EQ(outcome.last.change.status, to);
                EXPECT_EQ(outcome.last.change.reason, change.reason);
                EXPECT_EQ(outcome.last.change.operation, find_step(from, to)->operation);
                EXPECT_EQ(store->status_history(id).value().size(), before.size() + 1);
            } else {
                EXPECT_EQ(outcome.last, before.back());
                EXPECT_EQ(store->status_history(id).value(), before);
                EXPECT_EQ(store->statistics().value().audit_rows, audits);
            }
        }
    }
}

TEST(DocumentStatus, WhatIsFinalStaysAndNothingRepeats) {
    for (const DocumentStatus to : document_statuses) {
        EXPECT_FALSE(may_follow(to, to));
        EXPECT_FALSE(may_follow(to, DocumentStatus::expired)) << "time alone makes it that";
        for (const DocumentStatus final : {DocumentStatus::revoked, DocumentStatus::cancelled,
                                           DocumentStatus::superseded, DocumentStatus::forfeited}) {
            EXPECT_FALSE(may_follow(final, to)) << status_name(final) << status_name(to);
        }
    }
    EXPECT_TRUE(may_follow(DocumentStatus::suspended, DocumentStatus::valid));
}

TEST(DocumentStatus, PageShowsTheTable) {
    EXPECT_EQ(fakes::printed_page("docs/states/document.md", page()), page());
}

} // namespace
} // namespace songda::store
