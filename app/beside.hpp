#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "store/store.hpp"

/// What the commands share that an operator runs beside the service.
namespace songda::app {

/// Who acts, on the audit trail.
inline constexpr std::string_view operator_name = "operator:command-line";

/// The store beside a running service, or null and a told failure.
[[nodiscard]] std::unique_ptr<store::Store> open_or_tell(const std::string& config_path);

/// A document by its id or its key, or null and a told failure.
[[nodiscard]] std::optional<store::DocumentRow> find_or_tell(store::Store& store,
                                                             const std::string& text);

} // namespace songda::app
