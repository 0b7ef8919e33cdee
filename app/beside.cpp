#include "app/beside.hpp"

#include "app/desk.hpp"
#include "app/terminal.hpp"

namespace songda::app {
namespace {

Result<std::optional<store::DocumentRow>> find_by_text(store::Store& store,
                                                       const std::string& text) {
    if (const auto id = parse_document_id(text)) {
        return store.find_document(*id);
    }
    if (const auto key = parse_document_key(text)) {
        return store.find_by_key(*key);
    }
    return std::optional<store::DocumentRow>();
}

} // namespace

std::optional<Beside> open_beside_or_tell(const std::string& config_path) {
    auto config = read_config(config_path);
    if (!config.ok()) {
        tell_failure(config.error());
        return std::nullopt;
    }
    auto opened = open_store_beside(config.value());
    if (!opened.ok()) {
        tell_failure(opened.error());
        return std::nullopt;
    }
    return Beside{std::move(config).value(), std::move(opened).value()};
}

std::unique_ptr<store::Store> open_or_tell(const std::string& config_path) {
    auto beside = open_beside_or_tell(config_path);
    return beside ? std::move(beside->store) : nullptr;
}

std::optional<store::DocumentRow> find_or_tell(store::Store& store, const std::string& text) {
    auto found = find_by_text(store, text);
    if (!found.ok()) {
        tell_failure(found.error());
        return std::nullopt;
    }
    if (!found.value()) {
        tell_failure("没有这份文书", "no such document");
    }
    return std::move(found).value();
}

std::optional<TimeMs> moment_of(const std::string& text, TimeMs now) {
    if (text.empty()) {
        return now;
    }
    const auto day = parse_date(text);
    return day ? std::optional(china_midnight(*day)) : parse_rfc3339(text);
}

} // namespace songda::app
