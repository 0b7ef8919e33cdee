#include "app/ways.hpp"

namespace songda::app {
namespace {

using delivery::ChannelKind;

Private<std::string> address_of(const issuer::Recipient& recipient, ChannelKind channel) {
    switch (channel) {
    case ChannelKind::portal: return Private(recipient.portal_account);
    case ChannelKind::email: return Private(recipient.email);
    case ChannelKind::sms:
    case ChannelKind::voice: return Private(recipient.phone);
    case ChannelKind::wechat: return Private(recipient.wechat);
    case ChannelKind::fax: return Private(recipient.fax);
    case ChannelKind::web_push:
    case ChannelKind::kiosk:
    case ChannelKind::counter: break;
    case ChannelKind::post: return Private(recipient.address);
    }
    return {};
}

std::vector<delivery::Choice> choices_of(const std::vector<std::string>& names,
                                         const issuer::Recipient& recipient) {
    std::vector<delivery::Choice> choices;
    for (const std::string& name : names) {
        if (const auto channel = delivery::parse_channel(name)) {
            choices.push_back({*channel, address_of(recipient, *channel)});
        }
    }
    return choices;
}

} // namespace

issuer::WaysOffered ways_offered(const Config& config) {
    issuer::WaysOffered offered = {"portal", "email", "counter"};
    if (config.delivery.post_by_hand) {
        offered.emplace_back("post");
    }
    if (config.kiosk) {
        offered.emplace_back("kiosk");
    }
    if (config.delivery.fax) {
        offered.emplace_back("fax");
    }
    for (const ProviderConfig& provider : config.delivery.providers) {
        offered.push_back(provider.channel);
    }
    return offered;
}

delivery::PlanRequest plan_request(const store::DocumentRow& document,
                                   const issuer::Decision& decision) {
    const issuer::Recipient& recipient = decision.recipient.reveal();
    return {document, choices_of(decision.ways.delivery, recipient), recipient.code,
            choices_of(decision.ways.fallback, recipient),
            choices_of(decision.ways.notices, recipient)};
}

std::optional<store::ConsentEntry> consent_of(const issuer::Decision& decision, TimeMs at) {
    const auto& consent = decision.ways.consent;
    return consent ? std::optional(store::ConsentEntry{true, consent->form, consent->version,
                                                       consent->given_on, at, "decision"})
                   : std::nullopt;
}

} // namespace songda::app
