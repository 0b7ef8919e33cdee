#include "api/published_lists.hpp"

namespace songda::api {

Result<catalogue::ItemList> read_list(store::Store& store, const store::EditionRow& edition,
                                      ReadList read) {
    const auto content = store.edition_content(edition);
    if (!content.ok()) {
        return content.error();
    }
    const auto sheet = catalogue::read_sheet(as_text(content.value()));
    if (!sheet.ok()) {
        return Error{Fault::corrupt, "a published list does not read: " + sheet.error().detail};
    }
    return read(sheet.value());
}

Result<std::optional<LevelList>> find_level_list(store::Store& store, store::EditionKind kind,
                                                 ReadList read, const catalogue::Areas& areas,
                                                 std::string level, Date day) {
    while (!level.empty()) {
        const auto area = areas.find(level, day);
        if (!area.ok()) {
            return area.error();
        }
        const auto edition = store.edition_in_force(kind, level, day);
        if (!edition.ok()) {
            return edition.error();
        }
        if (edition.value()) {
            auto list = read_list(store, *edition.value(), read);
            if (!list.ok()) {
                return list.error();
            }
            return std::optional(LevelList{area.value(), std::move(list).value()});
        }
        level = area.value().upper;
    }
    return std::optional<LevelList>();
}

} // namespace songda::api
