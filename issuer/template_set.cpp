#include "issuer/template_set.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace songda::issuer {
namespace {

constexpr TimeMs always{std::numeric_limits<std::int64_t>::min()};

Finding unknown(std::string_view pointer, std::string_view value, std::string_view zh,
                std::string_view en) {
    return {std::string(pointer), "known", std::string(value), std::string(zh), std::string(en)};
}

Finding item_needed() {
    return {"/item", "required", "", "该文书按事项分别启用模板，应写明事项编码 item",
            "is needed: templates of this type are for single items"};
}

/// An item's own template before an area's, a county's before its city's.
auto rank(const TemplateScope& scope, bool published) {
    return std::make_tuple(scope.item.empty(), -static_cast<int>(area_digits(scope.area)),
                           !published);
}

} // namespace

std::size_t area_digits(std::string_view area) {
    return area.size() != 6 ? 0 : area.ends_with("0000") ? 2 : area.ends_with("00") ? 4 : 6;
}

bool area_holds(std::string_view area, std::string_view region) {
    return region.starts_with(area.substr(0, area_digits(area)));
}

Result<std::shared_ptr<const CompiledTemplate>> PreviewTemplate::get(const CompiledTemplate& of) {
    const std::scoped_lock lock(mutex_);
    if (compiled_ == nullptr) {
        auto made = compile_preview(of);
        if (!made.ok()) {
            return made;
        }
        compiled_ = std::move(made).value();
    }
    return compiled_;
}

const ReadyTemplate* TemplateSet::Line::active(TimeMs now) const {
    const auto next = std::find_if(editions.begin(), editions.end(),
                                   [now](const Edition& edition) { return edition.from > now; });
    return next == editions.begin() ? nullptr : std::prev(next)->ready.get();
}

bool TemplateSet::Line::names(std::string_view id) const {
    return std::any_of(editions.begin(), editions.end(),
                       [id](const Edition& edition) { return edition.ready->spec().id == id; });
}

TemplateSet::Line& TemplateSet::line_of(Department& department, const Template& spec,
                                        bool published) {
    std::vector<std::string>& types = department.types_of[spec.id];
    if (std::find(types.begin(), types.end(), spec.type_code) == types.end()) {
        types.push_back(spec.type_code);
    }
    Lines& lines = department.by_type[spec.type_code];
    const auto own = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
        return published && line.published && line.scope == spec.scope;
    });
    if (own != lines.end()) {
        return *own;
    }
    const auto behind = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
        return rank(spec.scope, published) < rank(line.scope, line.published);
    });
    return *lines.insert(behind, {spec.scope, published, {}});
}

void TemplateSet::add_own(std::shared_ptr<const ReadyTemplate> ready) {
    const Template& spec = ready->spec();
    remember_version(spec.id, spec.version);
    Department& department = departments_[ready->compiled->face().code];
    line_of(department, spec, false).editions.push_back({std::move(ready), always, 0});
}

void TemplateSet::add_published(PublishedTemplate published) {
    const Template& spec = published.ready->spec();
    remember_version(spec.id, spec.version);
    Department& department = departments_[published.ready->compiled->face().code];
    std::vector<Edition>& editions = line_of(department, spec, true).editions;
    const Edition edition{published.ready, china_midnight(published.from), published.number};
    const auto behind = std::find_if(editions.begin(), editions.end(), [&](const Edition& other) {
        return std::make_pair(edition.from, edition.number) <
               std::make_pair(other.from, other.number);
    });
    editions.insert(behind, edition);
}

void TemplateSet::remember_version(const std::string& id, int version) {
    versions_[id].insert(version);
}

TemplateSet::Active TemplateSet::find_active(const Lines& lines, std::string_view item,
                                             TimeMs now) {
    for (const Line& line : lines) {
        const ReadyTemplate* const ready = line.is_for(item) ? line.active(now) : nullptr;
        if (ready != nullptr) {
            return {&line, ready};
        }
    }
    return {};
}

/// It is known, and not what documents of this scope are issued by.
TemplateChoice TemplateSet::refuse_id(const Lines& lines, const WantedTemplate& wanted,
                                      TimeMs now) {
    std::string_view item = wanted.item;
    for (const Line& line : lines) {
        if (item.empty() && line.names(wanted.id)) {
            item = line.scope.item;
        }
    }
    const Active instead = find_active(lines, item, now);
    if (instead.ready == nullptr || instead.ready->spec().id == wanted.id) {
        return {nullptr,
                Finding{"/template", "in_force", std::string(wanted.id),
                        "这个模板目前没有适用的施行版次", "has no edition in force for it now"}};
    }
    const std::string& id = instead.ready->spec().id;
    return {nullptr, Finding{"/template", "superseded", id, fmt::format("现行模板为 {}", id),
                             fmt::format("is not the one in force: that is {}", id)}};
}

/// Where the template that a decision names is in force. Without an item a line for any is meant.
TemplateSet::Active TemplateSet::find_named(const Lines& lines, const WantedTemplate& wanted,
                                            TimeMs now) {
    Active of_an_item;
    for (const Line& line : lines) {
        const bool fits = wanted.item.empty() || line.is_for(wanted.item);
        const ReadyTemplate* const ready = fits ? line.active(now) : nullptr;
        if (ready == nullptr || ready->spec().id != wanted.id) {
            continue;
        }
        if (!wanted.item.empty() || line.scope.item.empty()) {
            return {&line, ready};
        }
        of_an_item = of_an_item.line == nullptr ? Active{&line, ready} : of_an_item;
    }
    return of_an_item;
}

TemplateChoice TemplateSet::choose_id(const Lines& lines, const WantedTemplate& wanted,
                                      TimeMs now) {
    const Active named = find_named(lines, wanted, now);
    if (named.line == nullptr) {
        return refuse_id(lines, wanted, now);
    }
    const std::string& its_item = named.line->scope.item;
    if (wanted.item.empty() && !its_item.empty() &&
        std::any_of(lines.begin(), lines.end(), [&](const Line& line) {
            const ReadyTemplate* const ready = line.active(now);
            return ready != nullptr && ready->spec().id == wanted.id && line.scope.item != its_item;
        })) {
        return {nullptr, item_needed()};
    }
    const std::string_view item = wanted.item.empty() ? its_item : wanted.item;
    const Active best = find_active(lines, item, now);
    if (best.ready->spec().id == wanted.id) {
        return {best.ready, std::nullopt};
    }
    // Templates of the configuration stand side by side; what is published stands alone.
    const bool one_of_several = !best.line->published && best.line->scope == named.line->scope;
    return one_of_several ? TemplateChoice{named.ready, std::nullopt}
                          : refuse_id(lines, {wanted.id, wanted.type, item}, now);
}

TemplateChoice TemplateSet::choose_type(const Lines& lines, const WantedTemplate& wanted,
                                        TimeMs now) {
    const Active best = find_active(lines, wanted.item, now);
    if (best.ready == nullptr) {
        const bool of_items = std::any_of(lines.begin(), lines.end(), [now](const Line& line) {
            return line.active(now) != nullptr;
        });
        return {nullptr,
                of_items && wanted.item.empty()
                    ? item_needed()
                    : Finding{"/document_type", "in_force", std::string(wanted.type),
                              "该类文书目前没有施行中的模板", "has no template in force now"}};
    }
    std::string several = best.ready->spec().id;
    for (const Line& line : lines) {
        if (&line != best.line && !line.published && !best.line->published &&
            line.scope == best.line->scope) {
            several += ", " + line.active(now)->spec().id;
        }
    }
    if (several != best.ready->spec().id) {
        return {nullptr, Finding{"/document_type", "one_template", several,
                                 "该类文书有多个模板，请用 template 指明",
                                 "has several templates; name one with template"}};
    }
    return {best.ready, std::nullopt};
}

TemplateChoice TemplateSet::choose(std::string_view department, const WantedTemplate& wanted,
                                   TimeMs now) const {
    static const Department none;
    const auto found = departments_.find(department);
    const Department& of = found == departments_.end() ? none : found->second;
    if (wanted.id.empty()) {
        const auto lines = of.by_type.find(wanted.type);
        return lines != of.by_type.end()
                   ? choose_type(lines->second, wanted, now)
                   : TemplateChoice{nullptr, unknown("/document_type", wanted.type,
                                                     "本部门没有这类文书的模板",
                                                     "is no document type of this department")};
    }
    TemplateChoice choice{nullptr, unknown("/template", wanted.id, "本部门没有启用这个模板",
                                           "is no template of this department")};
    const auto types = of.types_of.find(wanted.id);
    for (std::size_t i = 0; types != of.types_of.end() && i < types->second.size(); ++i) {
        choice = choose_id(of.by_type.find(types->second[i])->second, wanted, now);
        if (choice.ready != nullptr) {
            break;
        }
    }
    return choice;
}

int TemplateSet::newest_version(std::string_view id) const {
    const std::set<int>& versions = versions_of(id);
    return versions.empty() ? 0 : *versions.rbegin();
}

const std::set<int>& TemplateSet::versions_of(std::string_view id) const {
    static const std::set<int> none;
    const auto found = versions_.find(id);
    return found == versions_.end() ? none : found->second;
}

const ReadyTemplate* TemplateSet::any_of(std::string_view department) const {
    const auto of = departments_.find(department);
    if (of == departments_.end()) {
        return nullptr;
    }
    for (const auto& [type, lines] : of->second.by_type) {
        for (const Line& line : lines) {
            if (!line.editions.empty()) {
                return line.editions.front().ready.get();
            }
        }
    }
    return nullptr;
}

} // namespace songda::issuer
