#include "issuer/issuer.hpp"
#include "issuer/profile_check.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "base/sha256.hpp"
#include "issuer/detail/batch.hpp"
#include "issuer/render/copy_stamp.hpp"
#include "issuer/render/detail/compiled.hpp"

namespace songda::issuer {
namespace {

/// Rows that share two commits. Large enough that a sync costs little per document, small enough
/// that one batch does not hold its finished files (40 KB each) for long.
constexpr std::size_t batch_rows = 128;

} // namespace

IssuerMetrics::IssuerMetrics(metrics::Registry& registry)
    : issued(registry.counter("songda_documents_issued_total", "Documents issued.")),
      replayed(registry.counter("songda_documents_replayed_total",
                                "Requests answered from an earlier issue.")),
      refused(registry.counter("songda_documents_refused_total",
                               "Decisions refused with findings or conflicts.")),
      failed(registry.counter("songda_documents_failed_total",
                              "Decisions not issued for a reason of ours.")),
      seconds(
          registry.seconds("songda_issue_seconds", "From rows in to answers durable, a call.")) {}

struct Issuer::Impl {
    explicit Impl(IssuerParts given)
        : parts(std::move(given)), meters(parts.metrics), sequencer(parts.store) {}

    /// Renderers keep large buffers; they are lent, one to a thread at a time.
    std::unique_ptr<Renderer> borrow() {
        const std::scoped_lock lock(mutex);
        if (idle.empty()) {
            return std::make_unique<Renderer>();
        }
        auto taken = std::move(idle.back());
        idle.pop_back();
        return taken;
    }
    void give_back(std::unique_ptr<Renderer> renderer) {
        const std::scoped_lock lock(mutex);
        idle.push_back(std::move(renderer));
    }

    /// Whose rows, and by what.
    struct Work {
        const DepartmentCode& department;
        const TemplateSet& templates;
    };

    [[nodiscard]] std::shared_ptr<const TemplateSet> templates() const {
        const std::scoped_lock lock(templates_mutex);
        return in_force;
    }
    /// Builds the set anew. Holds the lock meanwhile: readers wait some microseconds.
    template <class Change>
    void change_templates(Change change) {
        const std::scoped_lock lock(templates_mutex);
        change();
        auto made = std::make_shared<TemplateSet>();
        for (const auto& ready : own) {
            made->add_own(ready);
        }
        for (const PublishedTemplate& one : published) {
            made->add_published(one);
        }
        for (const auto& [id, version] : versions) {
            made->remember_version(id, version);
        }
        in_force = std::move(made);
    }

    /// Takes batches of rows until none is left.
    void work(const Work& given, std::span<detail::Item> items, detail::Turn turn,
              std::atomic<std::size_t>& next) {
        auto renderer = borrow();
        const detail::Desk desk{parts, running, sequencer, given.templates};
        for (std::size_t at = 0; (at = next.fetch_add(batch_rows)) < items.size();) {
            const auto some = items.subspan(at, std::min(batch_rows, items.size() - at));
            detail::Batch(desk, given.department, *renderer, some, turn).run();
        }
        give_back(std::move(renderer));
    }

    /// On several threads if there are many. Rows of a later turn are left waiting.
    void run(const Work& given, std::span<detail::Item> items, detail::Turn turn) {
        std::atomic<std::size_t> next{0};
        const std::size_t batches = (items.size() + batch_rows - 1) / batch_rows;
        std::vector<std::jthread> helpers;
        for (std::size_t i = 1; i < std::min<std::size_t>(parts.threads, batches); ++i) {
            helpers.emplace_back([&] { work(given, items, turn, next); });
        }
        work(given, items, turn, next);
    }

    /// The rows that wait, from their beginning.
    void run_waiting(const Work& given, std::span<detail::Item> items, detail::Turn turn) {
        std::vector<std::size_t> places;
        std::vector<detail::Item> waiting;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].waits) {
                places.push_back(i);
                waiting.emplace_back().row = items[i].row;
            }
        }
        if (waiting.empty()) {
            return;
        }
        run(given, waiting, turn);
        for (std::size_t i = 0; i < places.size(); ++i) {
            items[places[i]] = std::move(waiting[i]);
        }
    }

    void count(const Answer& answer) const {
        switch (answer.kind) {
        case Answer::Kind::issued: meters.issued.add(); return;
        case Answer::Kind::replayed: meters.replayed.add(); return;
        case Answer::Kind::failed: meters.failed.add(); return;
        default: meters.refused.add();
        }
    }

    IssuerParts parts;
    IssuerMetrics meters;
    detail::RunningKeys running;
    detail::Sequencer sequencer;
    mutable std::mutex templates_mutex; ///< of the next four
    std::vector<std::shared_ptr<const ReadyTemplate>> own;
    std::vector<PublishedTemplate> published;
    std::vector<std::pair<std::string, int>> versions;
    std::shared_ptr<const TemplateSet> in_force = std::make_shared<TemplateSet>();
    std::mutex mutex; ///< of the next
    std::vector<std::unique_ptr<Renderer>> idle;
};

Issuer::Issuer(IssuerParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
Issuer::~Issuer() = default;

Result<std::shared_ptr<const ReadyTemplate>>
Issuer::prepare(std::shared_ptr<const CompiledTemplate> compiled) const {
    const auto profile = find_profile(impl_->parts.profiles, compiled->spec());
    if (!profile.ok()) {
        return profile.error();
    }
    const auto licence = check_licence_template(compiled->spec());
    if (!licence.ok()) {
        return licence.error();
    }
    const auto stored = impl_->parts.store.put_prefix(compiled->prefix());
    if (!stored.ok()) {
        return stored.error();
    }
    auto ready = std::make_shared<ReadyTemplate>();
    ready->compiled = std::move(compiled);
    ready->prefix = stored.value();
    ready->profile = profile.value();
    return std::shared_ptr<const ReadyTemplate>(std::move(ready));
}

Result<void> Issuer::add_template(std::shared_ptr<const CompiledTemplate> compiled) {
    auto ready = prepare(std::move(compiled));
    if (!ready.ok()) {
        return ready.error();
    }
    impl_->change_templates([&] { impl_->own.push_back(std::move(ready).value()); });
    return {};
}

void Issuer::set_published(std::vector<PublishedTemplate> published,
                           const std::vector<std::pair<std::string, int>>& versions) {
    impl_->change_templates([&] {
        impl_->published.swap(published);
        impl_->versions = versions;
    });
}

Result<std::size_t> Issuer::recover() {
    const auto open = impl_->parts.store.open_intents();
    if (!open.ok()) {
        return open.error();
    }
    std::vector<DocumentId> ids;
    for (const store::Intent& intent : open.value()) {
        log::warning("intent_closed",
                     {{"document", to_text(intent.id)}, {"number", intent.number}});
        ids.push_back(intent.id);
    }
    if (ids.empty()) {
        return std::size_t{0};
    }
    auto closed = impl_->parts.store.void_intents(ids, "interrupted before the record was durable");
    if (!closed.ok() && closed.error().fault == Fault::no_space) {
        log::warning("intent_left_open", {{"why", closed.error().detail}});
        return std::size_t{
            0}; // a full disk must not keep the doors shut: the next start closes them
    }
    return closed;
}

Result<Preview> Issuer::preview(const DepartmentCode& department, std::string_view json) {
    detail::Item item;
    item.row = {json, "preview", {}};
    const auto templates = impl_->templates();
    const detail::Desk desk{impl_->parts, impl_->running, impl_->sequencer, *templates};
    auto renderer = impl_->borrow();
    auto file = detail::Batch(desk, department, *renderer, {}, detail::Turn::copies).preview(item);
    impl_->give_back(std::move(renderer));
    if (!file.ok()) {
        return file.error();
    }
    if (item.answer.kind == Answer::Kind::failed && !item.open) {
        return item.answer.error;
    }
    Preview made;
    made.findings = std::move(item.answer.findings);
    if (made.findings.empty()) {
        const ByteView bytes = file.value().view();
        made.file.assign(bytes.begin(), bytes.end());
        made.digest = sha256(bytes);
        made.template_id = item.ready->spec().id;
        made.title = item.ready->compiled->spec().title;
        made.case_number = item.decision.case_number;
        made.approvals = item.ready->approvals();
    }
    return made;
}

Result<Issuer::Print> Issuer::print(const store::DocumentRow& document,
                                    std::string_view words) const {
    const auto templates = impl_->templates();
    const ReadyTemplate* const any = templates->any_of(document.department.text);
    if (any == nullptr) {
        return Error{Fault::unavailable, "the department has no template, hence no fonts"};
    }
    const auto file = impl_->parts.store.read_issued(document);
    if (!file.ok()) {
        return file.error();
    }
    const auto stamped = stamp_paper_copy(file.value(), words, *any->compiled->impl().fonts);
    if (!stamped.ok()) {
        return stamped.error();
    }
    const ByteView bytes = stamped.value().file.view();
    return Print{Bytes(bytes.begin(), bytes.end()), stamped.value().pages};
}

std::optional<int> Issuer::approvals_of(const DepartmentCode& department,
                                        const std::string& template_id) const {
    const auto templates = impl_->templates();
    const TemplateChoice choice =
        templates->choose(department.text, {template_id, "", ""}, impl_->parts.clock.now());
    return choice.ready == nullptr ? std::nullopt : std::optional(choice.ready->approvals());
}

std::vector<Answer> Issuer::issue(const DepartmentCode& department, std::span<const Row> rows) {
    const auto started = std::chrono::steady_clock::now();
    const auto templates = impl_->templates(); // outlives the items
    std::vector<detail::Item> items(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        items[i].row = rows[i];
    }
    const Impl::Work work{department, *templates};
    impl_->run(work, items, detail::Turn::plain);
    impl_->run_waiting(work, items, detail::Turn::superseding);
    impl_->run_waiting(work, items, detail::Turn::copies);
    std::vector<Answer> answers;
    answers.reserve(items.size());
    for (detail::Item& item : items) {
        impl_->count(item.answer);
        answers.push_back(std::move(item.answer));
    }
    impl_->meters.seconds.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    return answers;
}

} // namespace songda::issuer
