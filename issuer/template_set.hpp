#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "catalogue/profile.hpp"
#include "issuer/finding.hpp"
#include "issuer/templates/compiled_template.hpp"

namespace songda::issuer {

/// Does the area, a province (320000), city (320100) or county (320106) of GB/T 2260, hold the
/// region? The empty one holds all.
[[nodiscard]] bool area_holds(std::string_view area, std::string_view region);
/// How much of the code says where: 0, 2, 4 or 6 digits.
[[nodiscard]] std::size_t area_digits(std::string_view area);

/// A template for previews, compiled when the first one is asked for: most templates never are.
/// Thread-safe.
class PreviewTemplate {
public:
    [[nodiscard]] Result<std::shared_ptr<const CompiledTemplate>> get(const CompiledTemplate& of);

private:
    std::mutex mutex_;
    std::shared_ptr<const CompiledTemplate> compiled_;
};

/// A compiled template with what issuing by it takes. Immutable; share it between threads.
struct ReadyTemplate {
    std::shared_ptr<const CompiledTemplate> compiled;
    Digest prefix{};                             ///< under which the store keeps its prefix
    const catalogue::Profile* profile = nullptr; ///< null: the template names none
    std::shared_ptr<PreviewTemplate> preview = std::make_shared<PreviewTemplate>();

    [[nodiscard]] int approvals() const { return profile == nullptr ? 0 : profile->approvals; }
    [[nodiscard]] const Template& spec() const { return compiled->spec(); }
};

/// A published edition for one department.
struct PublishedTemplate {
    std::shared_ptr<const ReadyTemplate> ready;
    Date from;                ///< in force from its midnight in China
    std::uint32_t number = 0; ///< of two with one first day the greater holds
};

/// What a decision says of the template that it wants: its id, or a document type.
struct WantedTemplate {
    std::string_view id;
    std::string_view type;
    std::string_view item; ///< may be empty
};

struct TemplateChoice {
    const ReadyTemplate* ready = nullptr; ///< null: `finding` says why
    std::optional<Finding> finding;
};

/// What every department issues by, and from when. For one scope (area, item) and document type
/// one published edition is in force at a time; the most specific scope wins, an item before an
/// area, and at one scope what is published before what the configuration has (docs/formats/
/// template.md, "Published"). Immutable once filled; share it between threads.
class TemplateSet {
public:
    /// Of the department's configuration: in force at all times, where nothing is published.
    void add_own(std::shared_ptr<const ReadyTemplate> ready);
    void add_published(PublishedTemplate published);
    /// Documents may have been issued by this version, though it is not in force any more.
    void remember_version(const std::string& id, int version);

    /// For one moment. The answer is good as long as the set.
    [[nodiscard]] TemplateChoice choose(std::string_view department, const WantedTemplate& wanted,
                                        TimeMs now) const;
    /// The highest version of the template that is known; 0: it is not.
    [[nodiscard]] int newest_version(std::string_view id) const;
    /// All that are known, also of editions that were withdrawn.
    [[nodiscard]] const std::set<int>& versions_of(std::string_view id) const;
    /// Any of the department's; null: it has none.
    [[nodiscard]] const ReadyTemplate* any_of(std::string_view department) const;

private:
    struct Edition {
        std::shared_ptr<const ReadyTemplate> ready;
        TimeMs from;
        std::uint32_t number = 0;
    };
    /// What follows each other in one scope.
    struct Line {
        TemplateScope scope;
        bool published = false;
        std::vector<Edition> editions; ///< by first day and number

        [[nodiscard]] const ReadyTemplate* active(TimeMs now) const;
        [[nodiscard]] bool names(std::string_view id) const;
        [[nodiscard]] bool is_for(std::string_view item) const {
            return scope.item.empty() || scope.item == item;
        }
    };
    using Lines = std::vector<Line>; ///< of one document type, the most specific first
    struct Active {
        const Line* line = nullptr;
        const ReadyTemplate* ready = nullptr;
    };
    struct Department {
        std::map<std::string, Lines, std::less<>> by_type;
        /// Types by the ids of their templates: one, unless somebody gave a template another type.
        std::map<std::string, std::vector<std::string>, std::less<>> types_of;
    };

    static Line& line_of(Department& department, const Template& spec, bool published);
    /// The first one in force of the lines that are for the item.
    static Active find_active(const Lines& lines, std::string_view item, TimeMs now);
    static Active find_named(const Lines& lines, const WantedTemplate& wanted, TimeMs now);
    static TemplateChoice choose_id(const Lines& lines, const WantedTemplate& wanted, TimeMs now);
    static TemplateChoice choose_type(const Lines& lines, const WantedTemplate& wanted, TimeMs now);
    static TemplateChoice refuse_id(const Lines& lines, const WantedTemplate& wanted, TimeMs now);

    std::map<std::string, Department, std::less<>> departments_;
    std::map<std::string, std::set<int>, std::less<>> versions_;
};

} // namespace songda::issuer
