#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "app/operator.hpp"
#include "store/store.hpp"

/// What the commands share that an operator runs beside the service.
namespace songda::app {

/// A configuration and the store that it names, beside a running service.
struct Beside {
    Config config;
    std::unique_ptr<store::Store> store;
};
/// Nothing after telling why.
[[nodiscard]] std::optional<Beside> open_beside_or_tell(const std::string& config_path);
/// The store alone; null after telling why.
[[nodiscard]] std::unique_ptr<store::Store> open_or_tell(const std::string& config_path);

/// A document by its id or its key, or null and a told failure.
[[nodiscard]] std::optional<store::DocumentRow> find_or_tell(store::Store& store,
                                                             const std::string& text);

/// When it happened, as `--at` says: a moment, a day's beginning, or now. Nothing: it is neither.
[[nodiscard]] std::optional<TimeMs> moment_of(const std::string& text, TimeMs now);

} // namespace songda::app
