#include "app/office.hpp"

#include <array>

#include "app/secret_file.hpp"
#include "base/child_program.hpp"
#include "base/log.hpp"
#include "delivery/channels/email_channel.hpp"
#include "delivery/channels/webhook_channel.hpp"

namespace songda::app {
namespace {

/// Legs that share one claim and its two commits (courier.hpp, Lane::claim).
constexpr std::size_t legs_per_claim = 16;

delivery::SmtpTls tls_of(const std::string& word) {
    return word == "none"  ? delivery::SmtpTls::none
           : word == "tls" ? delivery::SmtpTls::tls
                           : delivery::SmtpTls::starttls;
}

} // namespace

Office::~Office() {
    stop();
}

Result<std::unique_ptr<Office>> Office::open(const DeliveryConfig& config, Desk& desk) {
    std::unique_ptr<Office> office(new Office(config, desk));
    for (const auto step : {&Office::open_portal, &Office::open_email, &Office::open_push,
                            &Office::open_fax, &Office::open_returned, &Office::open_providers}) {
        const auto done = (office.get()->*step)();
        if (!done.ok()) {
            return done.error();
        }
    }
    using delivery::ChannelKind;
    std::vector<delivery::Lane> lanes = {
        {ChannelKind::portal, *office->portal_, config.portal.threads, legs_per_claim},
        {ChannelKind::email, *office->email_, config.email.threads, 1},
        {ChannelKind::counter, office->place_, 1, legs_per_claim},
        {ChannelKind::kiosk, office->place_, 1, legs_per_claim},
        {ChannelKind::post, office->post_, 1, legs_per_claim}};
    if (office->push_) {
        lanes.push_back({ChannelKind::web_push, *office->push_, config.web_push->threads, 1});
    }
    if (office->fax_) {
        lanes.push_back({ChannelKind::fax, *office->fax_, config.fax->lines, 1});
    }
    for (const delivery::Lane& lane : office->providers_->lanes()) {
        lanes.push_back(lane);
    }
    office->courier_ = std::make_unique<delivery::Courier>(
        delivery::CourierParts{desk.store(), desk.applicant_keys(), desk.clock(), desk.random(),
                               desk.metrics(), std::move(lanes)});
    return office;
}

void Office::start() {
    if (returned_) { // what was sent before a pause comes back in it
        returned_->start();
    }
    providers_->start(); // what they report is understood although nothing is sent
    if (config_.paused) {
        log::warning("delivery_paused", {});
        return;
    }
    desk_.set_issued([courier = courier_.get()] { courier->wake(); });
    courier_->start();
}

void Office::stop() {
    desk_.set_issued(nullptr);
    returned_.reset();
    if (fax_) {
        fax_->leave(); // a call lasts minutes
    }
    if (courier_) {
        courier_->stop();
    }
}

Result<void> Office::open_portal() {
    delivery::WebhookOptions options;
    options.url = config_.portal.url;
    options.ed25519_key_file = config_.portal.signing_key;
    options.ca_file = config_.portal.ca_file;
    options.allow_private_addresses = config_.portal.allow_private_addresses;
    for (const std::string& file : config_.portal.secret_files) {
        auto secret = read_secret_line(file);
        if (!secret.ok()) {
            return secret.error();
        }
        options.secrets.push_back(std::move(secret).value());
    }
    auto made = delivery::WebhookChannel::make(std::move(options));
    if (!made.ok()) {
        return made.error();
    }
    portal_ = std::move(made).value();
    return {};
}

Result<void> Office::open_email() {
    const EmailConfig& config = config_.email;
    delivery::EmailOptions options;
    options.server = config.server;
    options.port = config.port;
    options.tls = tls_of(config.tls);
    options.ca_file = config.ca_file;
    options.username = config.user;
    if (!config.password_file.empty()) {
        auto password = read_secret_line(config.password_file);
        if (!password.ok()) {
            return password.error();
        }
        options.password = std::move(password).value();
    }
    options.from_address = config.from;
    options.from_name = config.from_name;
    options.bounce_domain = config.bounce_domain;
    options.return_secret = return_secret();
    options.public_base = desk_.public_base();
    options.dkim_domain = config.dkim_domain;
    options.dkim_keys = config.dkim_keys;
    options.attach_file = config.attach_file;
    options.attempt_ms = config.attempt_seconds * 1000;
    auto made = delivery::EmailChannel::make(std::move(options));
    if (!made.ok()) {
        return made.error();
    }
    email_ = std::move(made).value();
    return {};
}

Result<void> Office::open_push() {
    if (!config_.web_push) {
        return {};
    }
    const WebPushConfig& config = *config_.web_push;
    auto made = delivery::push::PushChannel::make(
        {config.signing_key, config.contact, config.ca_file, config.allow_private_addresses},
        desk_.store(), desk_.random());
    if (!made.ok()) {
        return made.error();
    }
    push_ = std::move(made).value();
    return {};
}

Result<void> Office::open_fax() {
    if (!config_.fax) {
        return {};
    }
    delivery::FaxOptions options;
    options.line.uri = config_.fax->device;
    options.line.call = std::chrono::seconds(config_.fax->call_seconds);
    options.phone_context = config_.fax->phone_context;
    auto made = delivery::FaxChannel::make(std::move(options), desk_.clock());
    if (!made.ok()) {
        return Error{made.error().fault, "[delivery.fax]: " + made.error().detail};
    }
    fax_ = std::move(made).value();
    return {};
}

Result<void> Office::open_returned() {
    const EmailConfig& config = config_.email;
    if (config.bounces_folder.empty()) {
        return {};
    }
    ReturnedMailKeeping::Options options;
    options.folder = config.bounces_folder;
    options.domain = config.bounce_domain;
    options.secret = return_secret();
    options.believe_delivered = config.delivered_reports;
    options.reader = beside_this_program("songda-mail-reader");
    auto opened =
        ReturnedMailKeeping::open({desk_.store(), desk_.clock(), desk_.metrics()}, options);
    if (!opened.ok()) {
        return opened.error();
    }
    returned_ = std::move(opened).value();
    return {};
}

Private<Bytes> Office::return_secret() const {
    const Digest secret = desk_.applicant_keys().return_path_secret();
    return Private<Bytes>(Bytes(secret.begin(), secret.end()));
}

Result<void> Office::open_providers() {
    auto opened = Providers::open(config_, desk_);
    if (!opened.ok()) {
        return opened.error();
    }
    providers_ = std::move(opened).value();
    return {};
}

} // namespace songda::app
