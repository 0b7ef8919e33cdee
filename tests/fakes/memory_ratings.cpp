// Ratings of the store in memory.
#include <algorithm>

#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

Result<bool> MemoryStore::step_rating(const std::optional<RatingRow>& before,
                                      const RatingRow& after, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (after.case_key.empty() || after.case_key.size() > rating_case_bytes_max ||
        (before &&
         (before->department != after.department || before->case_key != after.case_key))) {
        return Error{Fault::invalid_input, "another case"};
    }
    const std::pair key(after.department.text, after.case_key);
    if (look_up(ratings_, key) != before) {
        return false;
    }
    ratings_[key] = after;
    record(audit);
    return true;
}

Result<std::optional<RatingRow>> MemoryStore::find_rating(const DepartmentCode& department,
                                                          std::string_view case_key) {
    const Lock lock(mutex_);
    return look_up(ratings_, std::pair(department.text, std::string(case_key)));
}

Result<std::vector<RatingCount>> MemoryStore::rating_counts(const DepartmentCode& department) {
    const Lock lock(mutex_);
    std::map<std::pair<std::string, std::uint8_t>, std::uint64_t> counts;
    for (const auto& [key, row] : ratings_) {
        if (row.department == department && row.counts) {
            ++counts[{row.template_version, row.level}];
        }
    }
    std::vector<RatingCount> found;
    for (const auto& [what, count] : counts) {
        found.push_back({what.first, what.second, count});
    }
    return found;
}

Result<std::vector<RatingRow>> MemoryStore::open_ratings(const DepartmentCode& department,
                                                         std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<RatingRow> found;
    for (const auto& [key, row] : ratings_) {
        if (row.department == department && row.due) {
            found.push_back(row);
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const RatingRow& left, const RatingRow& right) {
        return *left.due < *right.due;
    });
    found.resize(std::min(found.size(), limit));
    return found;
}

} // namespace songda::fakes
