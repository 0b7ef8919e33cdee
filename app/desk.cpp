#include "app/desk.hpp"

#include <algorithm>
#include <malloc.h>

#include "app/qr_keys.hpp"
#include "app/seals.hpp"
#include "app/secret_file.hpp"
#include "app/supervision.hpp"
#include "app/ways.hpp"
#include "base/certificate.hpp"
#include "base/log.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/evidence.hpp"
#include "delivery/service_case.hpp"
#include "delivery/tracking.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/template.hpp"
#include "signer/cupboard_signer.hpp"
#include "signer/file_signer.hpp"
#include "store/lmdb/open_lmdb.hpp"

namespace songda::app {

Result<delivery::ApplicantKeys> read_applicant_keys(const Config& config) {
    auto secret = read_secret_hex(config.delivery.secret_file);
    return secret.ok()
               ? delivery::ApplicantKeys::make(std::move(secret).value(), config.http.public_base)
               : Result<delivery::ApplicantKeys>(secret.error());
}

namespace {

constexpr std::int64_t key_list_life_ms = 30LL * 86'400'000;

/// Without the secret nothing that happens in a delivery can be written: its record has no text.
store::Testify testify_of(const Config& config) {
    const auto keys = read_applicant_keys(config);
    if (!keys.ok()) {
        return [](const store::Testified&) { return std::string(); };
    }
    return delivery::make_testify(delivery::EvidenceKeys(keys.value().evidence_secret()));
}

store::LmdbOptions store_options(const Config& config, bool exclusive) {
    store::LmdbOptions options;
    options.directory = config.store.folder;
    options.follow_leg = delivery::follow_service;
    options.settle_tracked = delivery::settle_tracked;
    options.testify = testify_of(config);
    options.gives_up = delivery::gives_up;
    options.exclusive = exclusive;
    options.segment_bytes = config.store.segment_mib << 20U;
    options.reserve_bytes = config.store.reserve_mib << 20U;
    return options;
}

/// A batch's files come and go by the megabyte. Given back to the system each time, their pages
/// would be cleared again for every batch: a quarter of the issuing time (bench/run issue-core).
void keep_freed_memory() {
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

} // namespace

issuer::DepartmentFace face_of(const DepartmentConfig& department) {
    return {department.code,   department.name,      department.number_prefix,
            department.region, department.seal_text, department.facts};
}

Result<std::unique_ptr<store::Store>> open_store_beside(const Config& config) {
    return store::open_lmdb(store_options(config, false));
}

Result<std::unique_ptr<Desk>> Desk::open(const Config& config) {
    signer::harden_process();
    keep_freed_memory();
    std::unique_ptr<Desk> desk(new Desk(config));
    for (const auto step :
         {&Desk::open_store, &Desk::open_seals, &Desk::open_delivery_plan, &Desk::open_catalogue}) {
        const auto done = (desk.get()->*step)();
        if (!done.ok()) {
            return done.error();
        }
    }
    desk->issuer_ = std::make_unique<issuer::Issuer>(issuer::IssuerParts{
        .store = *desk->store_,
        .signer = *desk->signer_,
        .clock = desk->clock_,
        .random = desk->random_,
        .metrics = desk->metrics_,
        .check_output = [&check = desk->own_output_](
                            std::span<const ByteView> files) { return check.check(files); },
        .profiles = &*desk->profiles_,
        .verify_base = config.http.public_base + "/v/",
        .ways_offered = ways_offered(desk->config_),
        .plan_delivery =
            [&desk = *desk](const store::DocumentRow& document, const issuer::Decision& decision) {
                issuer::DeliveryPlan plan{desk.planner_->plan(plan_request(document, decision)),
                                          consent_of(decision, document.issued_at),
                                          desk.serve_by(decision.decided_on)};
                for (store::LegWrite& told : desk.status_planner_->tell_issued(document)) {
                    plan.legs.push_back(std::move(told));
                }
                return plan;
            },
        .follow_status = desk->follow_status(),
        .issued =
            [&issued = desk->issued_] {
                if (issued) {
                    issued();
                }
            },
    });
    const auto templates = desk->open_templates();
    if (!templates.ok()) {
        return templates.error();
    }
    const auto recovered = desk->issuer_->recover();
    if (!recovered.ok()) {
        return recovered.error();
    }
    desk->recovered_ = recovered.value();
    const auto held = desk->store_->numbers_held();
    if (!held.ok()) {
        return held.error();
    }
    desk->numbers_held_ = held.value();
    return desk;
}

Result<void> Desk::open_store() {
    auto opened = store::open_lmdb(store_options(config_, true));
    if (!opened.ok()) {
        return opened.error();
    }
    store_ = std::move(opened).value();
    return {};
}

Result<void> Desk::open_delivery_plan() {
    auto keys = read_applicant_keys(config_);
    if (!keys.ok()) {
        return keys.error();
    }
    keys_of_applicants_.emplace(std::move(keys).value());
    planner_.emplace(*keys_of_applicants_, random_, config_.delivery.fallback_ms(), subscribed());
    status_planner_.emplace(supervisors_of(config_), random_);
    return {};
}

/// A store that cannot be read is told by whoever writes to it; the document goes without.
delivery::Planner::Subscribed Desk::subscribed() const {
    if (!config_.delivery.web_push) {
        return {};
    }
    return [&store = *store_](const store::InboxId& inbox) {
        const auto browsers = store.push_subscriptions(inbox);
        return browsers.ok() && !browsers.value().empty();
    };
}

/// Without a calendar of the year there is no day to say, and whoever asks is told so.
std::optional<Date> Desk::serve_by(Date decided_on) const {
    if (config_.delivery.serve_within == 0) {
        return std::nullopt;
    }
    const auto day =
        calendar_->end_of_term(decided_on, static_cast<int>(config_.delivery.serve_within));
    return day.ok() ? std::optional(day.value()) : std::nullopt;
}

store::Follow Desk::follow_status() const {
    return follow_by(*status_planner_);
}

Result<void> Desk::open_seals() {
    auto seals = open_seal_cupboard(config_, metrics_, clock_);
    if (!seals.ok()) {
        return seals.error();
    }
    seals_ = std::move(seals).value();
    auto signer = signer::make_signer(seals_, config_.production);
    if (!signer.ok()) {
        return signer.error();
    }
    signer_ = std::move(signer).value();
    std::vector<store::QrKeyRow> qr_keys;
    for (const DepartmentConfig& department : config_.departments) {
        auto added = add_seal(department);
        if (!added.ok()) {
            return added.error();
        }
        qr_keys.push_back(std::move(added).value());
    }
    const auto recorded = record_qr_keys(*store_, qr_keys, clock_.now());
    if (!recorded.ok()) {
        return recorded;
    }
    auto trust = verifier::TrustStore::load(config_.trust_folder);
    if (!trust.ok()) {
        return trust.error();
    }
    trust_ = std::move(trust).value();
    return {};
}

Result<store::QrKeyRow> Desk::add_seal(const DepartmentConfig& department) {
    const auto chain = signer_->certificates({department.code});
    if (!chain.ok()) {
        return Error{Fault::invalid_input, "department " + department.code +
                                               ": the signer process has no seal of it: [[seal]] "
                                               "of songda-signer.toml"};
    }
    const X509* const certificate = chain.value().front().get();
    const auto added = own_output_.add_seal(chain.value());
    if (!added.ok()) {
        return added.error();
    }
    auto spki = signer_->qr_public_key({department.code});
    if (!spki.ok()) {
        return spki.error();
    }
    const Validity validity = validity_of(certificate);
    return store::QrKeyRow{{department.code},       department.name,
                           std::move(spki).value(), validity.not_before,
                           validity.not_after,      is_sample_certificate(certificate)};
}

Result<void> Desk::open_catalogue() {
    auto profiles = catalogue::Profiles::read(config_.profiles_folder);
    if (!profiles.ok()) {
        return profiles.error();
    }
    profiles_ = std::move(profiles).value();
    auto calendar = catalogue::WorkingDays::read(config_.calendar_folder);
    if (!calendar.ok()) {
        return calendar.error();
    }
    calendar_ = std::move(calendar).value();
    auto known = catalogue::Register::read(config_.register_folders);
    if (!known.ok()) {
        return known.error();
    }
    register_ = std::move(known).value();
    return {};
}

Result<std::shared_ptr<const issuer::CompiledTemplate>>
Desk::compile(const DepartmentConfig& department, const issuer::Template& spec) const {
    if (spec.service_level.wanted != SignatureLevel::b_b && !config_.augmentation) {
        return Error{Fault::invalid_input,
                     spec.full_name() + ": signature_level " +
                         std::string(level_name(spec.service_level.wanted)) +
                         " needs the table [augmentation] of the configuration"};
    }
    const auto reserved = signer_->cms_bytes_reserved({department.code});
    if (!reserved.ok()) {
        return reserved.error();
    }
    const auto mark =
        signer_->is_sample({department.code}) ? issuer::PageMark::sample : issuer::PageMark::none;
    return issuer::compile_template(spec, face_of(department), fonts_, {reserved.value(), mark});
}

Result<void> Desk::open_templates() {
    auto fonts = issuer::FontSet::load(config_.fonts_folder);
    if (!fonts.ok()) {
        return fonts.error();
    }
    fonts_ = std::move(fonts).value();
    departments_ = config_.departments;
    for (DepartmentConfig& department : departments_) {
        const auto opened = open_own_templates(department);
        if (!opened.ok()) {
            return opened;
        }
    }
    open_published_templates();
    return {};
}

Result<void> Desk::open_own_templates(DepartmentConfig& department) {
    std::vector<std::string> types;
    std::set<std::string> known;
    for (const std::string& name : department.templates) {
        const auto spec = issuer::read_template(config_.templates_folder + '/' + name);
        if (!spec.ok()) {
            return spec.error();
        }
        auto compiled = compile(department, spec.value());
        if (!compiled.ok()) {
            return compiled.error();
        }
        own_output_.add_prefix(compiled.value()->prefix());
        titles_[spec.value().type_code] = spec.value().title;
        types.push_back(spec.value().type_code);
        known.insert({spec.value().id, spec.value().type_code});
        const auto kept = issuer_->add_template(std::move(compiled).value());
        if (!kept.ok()) {
            return kept.error();
        }
    }
    if (!department.published_types) {
        department.published_types = std::move(types);
    }
    known.insert(department.published_types->begin(), department.published_types->end());
    return check_supervisors(department, known);
}

/// A misspelt template would mean that nobody is told of it.
Result<void> Desk::check_supervisors(const DepartmentConfig& department,
                                     const std::set<std::string>& known) {
    for (const SupervisorConfig& supervisor : department.supervisors) {
        for (const std::string& name : supervisor.templates) {
            if (!known.contains(name)) {
                return Error{Fault::invalid_input, "department " + department.code +
                                                       ": supervisor.templates: \"" + name +
                                                       "\" is no template or type that it has"};
            }
        }
    }
    return {};
}

void Desk::open_published_templates() {
    published_ = std::make_unique<PublishedTemplates>(PublishedTemplates::Parts{
        .store = *store_,
        .issuer = *issuer_,
        .clock = clock_,
        .metrics = metrics_,
        .departments = departments_,
        .compile = [this](const DepartmentConfig& department,
                          const issuer::Template& spec) { return compile(department, spec); },
        .taken =
            [this](const issuer::CompiledTemplate& compiled) {
                own_output_.add_prefix(compiled.prefix());
            },
        .known =
            [this](const issuer::Template& spec) {
                const std::scoped_lock lock(titles_mutex_);
                titles_[spec.type_code] = spec.title;
            },
    });
    published_->look();
}

Result<verifier::KeyList> Desk::key_list() const {
    auto keys = listed_qr_keys(*store_);
    if (!keys.ok()) {
        return keys.error();
    }
    verifier::KeyList list;
    list.keys = std::move(keys).value();
    list.issued_at = clock_.now();
    list.next_update = list.issued_at + key_list_life_ms;
    const std::scoped_lock lock(titles_mutex_);
    list.types = titles_;
    return list;
}

} // namespace songda::app
