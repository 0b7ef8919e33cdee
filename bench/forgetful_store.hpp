#pragma once

#include "store/detail/ticket_mint.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::bench {

/// A store for measuring what comes before it: it looks at what it is given and forgets it. Keeping
/// the files would spend a quarter of the time on clearing fresh pages. It answers like a store in
/// which nothing has happened yet.
class ForgetfulStore final : public fakes::MemoryStore {
public:
    Result<std::vector<SigningTicket>>
    put_intents(std::span<const store::Intent> intents) override {
        std::vector<SigningTicket> tickets;
        tickets.reserve(intents.size());
        for (const store::Intent& intent : intents) {
            tickets.push_back(store::TicketMint::mint(intent.id, intent.digest));
        }
        return tickets;
    }
    Result<std::vector<store::IssueOutcome>>
    put_issues(std::span<const store::IssueWrite> issues) override {
        std::vector<store::IssueOutcome> outcomes;
        outcomes.reserve(issues.size());
        for (const store::IssueWrite& issue : issues) {
            const bool sound = !issue.rest.empty() && issue.rest.back() == '\n' &&
                               issue.document.file.size > issue.rest.size();
            outcomes.push_back(
                {sound ? store::IssueOutcome::Kind::created : store::IssueOutcome::Kind::no_intent,
                 issue.document.id});
        }
        return outcomes;
    }
};

} // namespace songda::bench
