#include "app/template_edition.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "issuer/template_set.hpp"

namespace songda::app {

std::string edition_name(const issuer::Template& spec) {
    return spec.type_code + (spec.scope.area.empty() ? "" : "@" + spec.scope.area) +
           (spec.scope.item.empty() ? "" : ":" + spec.scope.item);
}

Result<issuer::Template> read_template_edition(store::Store& store, const store::EditionRow& row) {
    const auto content = store.edition_content(row);
    if (!content.ok()) {
        return content.error();
    }
    const auto files = issuer::TemplateFiles::read_published(
        content.value(), fmt::format("{} 第{}版 edition {}", row.name, row.number, row.number));
    if (!files.ok()) {
        return files.error();
    }
    auto spec = issuer::read_template(files.value());
    if (spec.ok() && edition_name(spec.value()) != row.name) {
        return Error{Fault::invalid_input,
                     fmt::format("{}: is for {}", row.name, edition_name(spec.value()))};
    }
    return spec;
}

bool was_published(const store::EditionRow& row) {
    return row.state == store::EditionState::published ||
           (row.state == store::EditionState::withdrawn && row.effective_from.has_value());
}

Result<std::vector<const DepartmentConfig*>>
departments_taking(const Config& config, std::string_view type, std::string_view area) {
    std::vector<const DepartmentConfig*> taking;
    for (const DepartmentConfig& department : config.departments) {
        auto types = department.published_types.value_or(std::vector<std::string>());
        for (const std::string& name : department.templates) {
            if (department.published_types) {
                break;
            }
            const auto spec = issuer::read_template(config.templates_folder + '/' + name);
            if (!spec.ok()) {
                return spec.error();
            }
            types.push_back(spec.value().type_code);
        }
        if (std::find(types.begin(), types.end(), type) != types.end() &&
            issuer::area_holds(area, department.region)) {
            taking.push_back(&department);
        }
    }
    return taking;
}

} // namespace songda::app
