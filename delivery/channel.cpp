#include "delivery/channel.hpp"

namespace songda::delivery {

std::string_view purpose_name(store::LegPurpose purpose) {
    switch (purpose) {
    case store::LegPurpose::service: return "service";
    case store::LegPurpose::notice: return "notice";
    case store::LegPurpose::supervision: return "supervision";
    }
    return "service";
}

std::string_view purpose_name_zh(store::LegPurpose purpose) {
    switch (purpose) {
    case store::LegPurpose::service: return "送达";
    case store::LegPurpose::notice: return "告知";
    case store::LegPurpose::supervision: return "抄送";
    }
    return "送达";
}

std::string_view reason_name(Reason reason) {
    switch (reason) {
    case Reason::none: return "";
    case Reason::address_invalid: return "address_invalid";
    case Reason::address_unreachable: return "address_unreachable";
    case Reason::mailbox_full: return "mailbox_full";
    case Reason::policy_rejected: return "policy_rejected";
    case Reason::content_too_large: return "content_too_large";
    case Reason::config_auth: return "config_auth";
    case Reason::config_cert: return "config_cert";
    case Reason::rate_limited: return "rate_limited";
    case Reason::provider_down: return "provider_down";
    case Reason::network: return "network";
    case Reason::timeout: return "timeout";
    case Reason::outcome_unknown: return "outcome_unknown";
    case Reason::endpoint_gone: return "endpoint_gone";
    case Reason::lease_lost: return "lease_lost";
    case Reason::no_news: return "no_news";
    case Reason::deadline_passed: return "deadline_passed";
    case Reason::storage: return "storage";
    case Reason::service_stopped: return "service_stopped";
    case Reason::channel_paused: return "channel_paused";
    case Reason::earlier_first: return "earlier_first";
    case Reason::bounced: return "bounced";
    case Reason::lost: return "lost";
    case Reason::overturned: return "overturned";
    case Reason::served_already: return "served_already";
    case Reason::blocked_by_user: return "blocked_by_user";
    case Reason::quota: return "quota";
    case Reason::template_invalid: return "template_invalid";
    case Reason::not_answered: return "not_answered";
    case Reason::quiet_hours: return "quiet_hours";
    case Reason::awaits_handover: return "awaits_handover";
    case Reason::contradicted: return "contradicted";
    case Reason::refused: return "refused";
    case Reason::not_home: return "not_home";
    case Reason::moved: return "moved";
    case Reason::closed: return "closed";
    case Reason::verification_failed: return "verification_failed";
    case Reason::expired_unclaimed: return "expired_unclaimed";
    case Reason::damaged: return "damaged";
    case Reason::customs: return "customs";
    case Reason::line_busy: return "line_busy";
    case Reason::no_fax: return "no_fax";
    case Reason::line_failed: return "line_failed";
    case Reason::pages_missing: return "pages_missing";
    }
    return "";
}

} // namespace songda::delivery
