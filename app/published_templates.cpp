#include "app/published_templates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/template_edition.hpp"
#include "base/log.hpp"

namespace songda::app {
namespace {

using store::EditionRow;
using store::EditionState;

std::string described(const EditionRow& row) {
    return fmt::format("{} edition {}", row.name, row.number);
}

bool takes(const DepartmentConfig& department, const issuer::Template& spec) {
    const auto& types = department.published_types;
    return types && std::find(types->begin(), types->end(), spec.type_code) != types->end() &&
           issuer::area_holds(spec.scope.area, department.region);
}

/// Published ones by first day and number: the last that has begun is in force.
std::vector<EditionRow> by_day(const std::vector<EditionRow>& rows) {
    std::vector<EditionRow> published;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(published),
                 [](const EditionRow& row) { return row.state == EditionState::published; });
    std::sort(published.begin(), published.end(), [](const EditionRow& a, const EditionRow& b) {
        return std::tie(*a.effective_from, a.number) < std::tie(*b.effective_from, b.number);
    });
    return published;
}

} // namespace

PublishedTemplates::PublishedTemplates(Parts parts)
    : parts_(std::move(parts)),
      failing_gauge_(
          parts_.metrics.gauge("songda_templates_failing",
                               "Published templates in force or scheduled that cannot be used.")),
      in_force_gauge_(parts_.metrics.gauge("songda_templates_in_force",
                                           "Published templates in force, by name.")) {}

PublishedTemplates::~PublishedTemplates() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void PublishedTemplates::start() {
    thread_ = std::thread([this] { run(); });
}

void PublishedTemplates::run() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, parts_.between_looks, [this] { return stopping_; })) {
        lock.unlock();
        look();
        lock.lock();
    }
}

std::vector<std::string> PublishedTemplates::failing() const {
    const std::scoped_lock lock(mutex_);
    return {failing_.begin(), failing_.end()};
}

/// Rows are few and compared whole: cheaper than anything that would have to be kept in step.
bool PublishedTemplates::is_due(const Rows& rows, Date today) const {
    const bool retry = retry_at_.value != 0 && parts_.clock.now() >= retry_at_;
    return !looked_ || retry || today != day_ || rows != rows_;
}

void PublishedTemplates::look() {
    const auto rows = parts_.store.all_editions(store::EditionKind::template_);
    const TimeMs now = parts_.clock.now();
    if (!rows.ok()) {
        const std::string line = "the store: " + rows.error().detail;
        const std::scoped_lock lock(mutex_);
        if (failing_.insert(line).second) {
            log::error("templates_unreadable", {{"why", rows.error().detail}});
            failing_gauge_.set(static_cast<double>(failing_.size()));
        }
        retry_at_ = now; // the next good look builds all anew
        return;
    }
    const Date today = china_date(now);
    if (is_due(rows.value(), today)) {
        rebuild(rows.value(), today);
        rows_ = rows.value();
        day_ = today;
        looked_ = true;
    }
}

void PublishedTemplates::rebuild(const Rows& rows, Date today) {
    Release release;
    read_all(rows, release);
    for (const DepartmentConfig& department : parts_.departments) {
        for (auto begin = rows.begin(); begin != rows.end();) {
            const auto end = std::find_if(
                begin, rows.end(), [&](const EditionRow& row) { return row.name != begin->name; });
            take_name(department, Rows(begin, end), today, release);
            begin = end;
        }
    }
    tell(release);
    // What nobody issues by any more need not stay compiled.
    std::erase_if(ready_, [&](const auto& entry) {
        return std::none_of(
            release.published.begin(), release.published.end(),
            [&](const issuer::PublishedTemplate& one) { return one.ready == entry.second; });
    });
    retry_at_ =
        release.failing.empty() ? TimeMs{} : parts_.clock.now() + parts_.between_retries.count();
    failing_gauge_.set(static_cast<double>(release.failing.size()));
    parts_.issuer.set_published(std::move(release.published), release.versions);
    const std::scoped_lock lock(mutex_);
    failing_ = std::move(release.failing);
}

/// Also what was withdrawn: its documents are still there to be named.
void PublishedTemplates::read_all(const Rows& rows, Release& release) {
    std::map<std::string, Digest> contents; // of id@version
    Rows in_time;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(in_time), was_published);
    std::stable_sort(in_time.begin(), in_time.end(), [](const EditionRow& a, const EditionRow& b) {
        return a.created < b.created;
    });
    std::map<Digest, Read> reads;
    for (const EditionRow& row : in_time) {
        const auto known = reads_.find(row.content);
        Read& read = reads[row.content];
        if (known != reads_.end() && known->second.spec != nullptr) {
            read = known->second;
        } else if (read.spec == nullptr) {
            auto spec = read_template_edition(parts_.store, row);
            if (spec.ok()) {
                read.spec = std::make_shared<const issuer::Template>(std::move(spec).value());
                parts_.known(*read.spec);
            } else {
                read.why = spec.error().detail;
            }
        }
        if (read.spec == nullptr) {
            continue;
        }
        const std::string full_name = read.spec->full_name();
        if (!contents.emplace(full_name, row.content).second &&
            contents[full_name] != row.content) {
            read = {nullptr, full_name + " was published with other content before"};
            continue;
        }
        release.versions.emplace_back(read.spec->id, read.spec->version);
    }
    reads_ = std::move(reads);
}

void PublishedTemplates::take_name(const DepartmentConfig& department, const Rows& rows, Date today,
                                   Release& release) {
    const Rows published = by_day(rows);
    // From the last to the first: what is to come, what is in force, and only if that cannot be
    // used, what was before.
    for (auto row = published.rbegin(); row != published.rend(); ++row) {
        auto ready = make_ready(department, *row);
        if (ready.ok() && ready.value() == nullptr) {
            continue; // not for this department
        }
        if (!ready.ok()) {
            release.failing.insert(fmt::format("{}: {}", described(*row), ready.error().detail));
            continue;
        }
        release.published.push_back({std::move(ready).value(), *row->effective_from, row->number});
        if (*row->effective_from <= today) {
            release.in_force.emplace(row->name, row->number);
            return;
        }
    }
}

Result<PublishedTemplates::Ready> PublishedTemplates::make_ready(const DepartmentConfig& department,
                                                                 const EditionRow& row) {
    const Read& read = reads_[row.content];
    if (read.spec == nullptr) {
        return Error{Fault::invalid_input, read.why};
    }
    if (!takes(department, *read.spec)) {
        return Ready();
    }
    Ready& kept = ready_[{department.code, row.content}];
    if (kept == nullptr) {
        auto compiled = parts_.compile(department, *read.spec);
        if (!compiled.ok()) {
            return compiled.error();
        }
        parts_.taken(*compiled.value());
        auto ready = parts_.issuer.prepare(std::move(compiled).value());
        if (!ready.ok()) {
            return ready.error();
        }
        kept = std::move(ready).value();
    }
    return kept;
}

void PublishedTemplates::tell(const Release& release) {
    for (const std::string& line : release.failing) {
        if (failing_.find(line) == failing_.end()) { // only this thread writes it
            log::error("template_unusable", {{"why", line}});
        }
    }
    for (const auto& [name, number] : release.in_force) {
        if (in_force_.find({name, number}) == in_force_.end()) {
            log::info("template_in_force", {{"name", name}, {"edition", std::uint64_t{number}}});
        }
    }
    in_force_ = release.in_force;
    in_force_gauge_.set(static_cast<double>(in_force_.size()));
}

} // namespace songda::app
