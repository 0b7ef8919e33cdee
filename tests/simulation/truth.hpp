#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delivery/leg_state.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/settle_report.hpp"
#include "store/store.hpp"

/// What really happens outside, whatever the engine believes.
namespace songda::simulation {

/// Something that an event of the leg may say: it came to `state` at a moment between the two.
struct Fact {
    delivery::LegState state;
    TimeMs from;
    TimeMs until;
};

struct LegTruth {
    unsigned taken = 0;                 ///< how often the other side acted on it
    bool in_doubt = false;              ///< an attempt began whose answer nobody here can know
    bool answer_lost = false;           ///< it was taken, and the answer to that was never given
    std::optional<TimeMs> arrived = {}; ///< in the mailbox, account or telephone
    bool came_back = false;             ///< or did not arrive at all
    bool bounce_told = false;           ///< and the office heard it
    std::vector<Fact> facts = {};
    /// Details of events that somebody outside was told to be kept: they are in the history.
    std::vector<std::string> kept = {};
};

struct DocumentTruth {
    DocumentId id;
    DepartmentCode department;
    TimeMs issued;
    store::DocumentStatus status = store::DocumentStatus::valid;
    std::optional<Date> valid_until = {};
    SignatureLevel wanted = SignatureLevel::b_b;
    SignatureLevel level = SignatureLevel::b_b;
    bool by_hand = false; ///< a person took part in its service
    store::InboxId inbox = {};
};

/// Somebody outside says something about a leg; perhaps twice, late, or as a liar.
struct Tell {
    TimeMs at;
    LegId leg;
    unsigned number = 0; ///< the same when it is said again
    bool forged = false;
    std::optional<delivery::MailReport> mail = {};
    std::optional<delivery::LegReport> report = {};
    std::optional<store::TrackedEvent> tracked = {};
};

class Truth {
public:
    LegTruth& leg(const LegId& id) { return legs_[id]; }
    [[nodiscard]] const std::map<LegId, LegTruth>& legs() const { return legs_; }

    DocumentTruth* document(const DocumentId& id) {
        for (DocumentTruth& each : documents) {
            if (each.id == id) {
                return &each;
            }
        }
        return nullptr;
    }

    void fault(std::string what) {
        if (faults.size() < 5) {
            faults.push_back(std::move(what));
        }
    }

    std::vector<DocumentTruth> documents;
    std::vector<Tell> tells;
    std::vector<std::string> faults; ///< of the engine
    unsigned numbers = 0;
    /// How much happened, so that nobody believes in a history in which nothing did.
    std::map<std::string, std::size_t> counts;

private:
    std::map<LegId, LegTruth> legs_;
};

} // namespace songda::simulation
