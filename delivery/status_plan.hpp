#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "delivery/plan.hpp"
#include "store/store.hpp"

namespace songda::delivery {

/// A department that supervises what was approved (监管部门, 苏政办发〔2018〕64号 四(三)), as the
/// issuing department's configuration names it.
struct Supervisor {
    std::vector<Choice> choices; ///< where it is told: mailbox, portal account, or both
    /// Template ids or type codes that it supervises; empty: all of the department's.
    std::vector<std::string> templates;
    bool issued = false; ///< it gets a notice of each document issued (抄送), not of changes only
};
using Supervisors = std::map<DepartmentCode, std::vector<Supervisor>>;

/// Plans what a change of a document's status does to its deliveries: what waits is stopped or
/// held, what is out is marked, and everybody is told (告知): each address that the document's own
/// legs have, and who supervises. Needs no secret, so that `songda status` plans as the service
/// does. Safe to call from several threads.
class StatusPlanner {
public:
    /// `random` outlives it.
    StatusPlanner(Supervisors supervisors, Random& random)
        : supervisors_(std::move(supervisors)), random_(random) {}

    /// As store::Follow. Supervisors are told of the document whose history changed, not once more
    /// of each copy.
    [[nodiscard]] store::Aftermath after(const store::TouchedDocument& touched) const;

    /// Tells those who asked for it that the document was issued; stored with it.
    [[nodiscard]] std::vector<store::LegWrite>
    tell_issued(const store::DocumentRow& document) const;

private:
    struct Telling;
    void tell_supervisors(const Telling& telling, bool issued,
                          std::vector<store::LegWrite>& to) const;

    const Supervisors supervisors_;
    Random& random_;
};

} // namespace songda::delivery
