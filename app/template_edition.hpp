#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"
#include "issuer/templates/template.hpp"
#include "store/store.hpp"

/// A template as an edition of the store: docs/formats/template.md, "Published form".
namespace songda::app {

/// `SPJY`, `SPJY@320100`, `SPJY@320100:000123005000`: type, area and item. Of one name one edition
/// is in force, so that one template is active for each area, item and type.
[[nodiscard]] std::string edition_name(const issuer::Template& spec);

/// The template of an edition's bytes. Faults: of the store; invalid_input (it is none, or another
/// name's).
[[nodiscard]] Result<issuer::Template> read_template_edition(store::Store& store,
                                                             const store::EditionRow& row);

/// Is in force, was, or will be: documents may have been issued by it.
[[nodiscard]] bool was_published(const store::EditionRow& row);

/// Those that get a template of the type when one is published for the area: their configuration
/// lists the type (`published_types`, else the types of their `templates`), and their region lies
/// in the area. Faults: of reading their templates.
[[nodiscard]] Result<std::vector<const DepartmentConfig*>>
departments_taking(const Config& config, std::string_view type, std::string_view area);

} // namespace songda::app
