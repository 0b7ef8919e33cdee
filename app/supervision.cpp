#include "app/supervision.hpp"

namespace songda::app {

delivery::Supervisors supervisors_of(const Config& config) {
    using delivery::ChannelKind;
    delivery::Supervisors supervisors;
    for (const DepartmentConfig& department : config.departments) {
        for (const SupervisorConfig& each : department.supervisors) {
            delivery::Supervisor supervisor{{}, each.templates, each.issued};
            for (const auto& [channel, address] :
                 {std::pair(ChannelKind::portal, each.portal_account),
                  std::pair(ChannelKind::email, each.email)}) {
                if (!address.empty()) {
                    supervisor.choices.push_back({channel, Private<std::string>(address)});
                }
            }
            supervisors[{department.code}].push_back(std::move(supervisor));
        }
    }
    return supervisors;
}

store::Follow follow_by(const delivery::StatusPlanner& planner) {
    return [&planner](const store::TouchedDocument& touched) { return planner.after(touched); };
}

} // namespace songda::app
