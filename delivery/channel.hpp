#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/private.hpp"
#include "delivery/channel_kind.hpp"
#include "store/rows.hpp"

namespace songda::delivery {

/// `service`, `notice` or `supervision`; 送达, 告知 or 抄送.
[[nodiscard]] std::string_view purpose_name(store::LegPurpose purpose);
[[nodiscard]] std::string_view purpose_name_zh(store::LegPurpose purpose);

/// Why a leg stands where it stands (delivery.md §9.2). Stored by name.
enum class Reason {
    none,
    address_invalid,     ///< no such mailbox; syntax the other side refuses
    address_unreachable, ///< the domain or host is not there for good
    mailbox_full,
    policy_rejected, ///< content or sender refused: operations must look
    content_too_large,
    config_auth, ///< our credentials are wrong
    config_cert, ///< TLS was demanded and not offered, or the certificate does not fit
    rate_limited,
    provider_down,
    network,
    timeout,
    outcome_unknown, ///< it may have taken effect
    endpoint_gone,   ///< 410: the receiver wants no more
    lease_lost,      ///< the worker vanished between lease and answer
    no_news,
    deadline_passed,
    storage,          ///< our own copy could not be read
    service_stopped,  ///< not tried: the service was told to stop
    channel_paused,   ///< not tried: the breaker had just opened
    earlier_first,    ///< not tried: something sent before it to the same address is not over
    bounced,          ///< it came back, and nothing says why
    lost,             ///< whoever carried it lost it
    overturned,       ///< contested, and found not to have arrived
    served_already,   ///< another way has served the document
    blocked_by_user,  ///< the recipient wants no such messages
    quota,            ///< the provider's quota, or what one recipient may get a day
    template_invalid, ///< the provider does not know our template, or its parameters do not fit
    not_answered,     ///< a call that nobody took
    quiet_hours,      ///< not tried: people sleep
    awaits_handover,  ///< not tried: a clerk hands it to the post
    contradicted,     ///< reports that cannot both be true
    refused,          ///< the addressee would not take it
    not_home,
    moved,
    closed,              ///< the addressee's office or shop
    verification_failed, ///< whoever opened could not show that they may take it
    expired_unclaimed,
    damaged,
    customs,
    line_busy,     ///< the fax number was busy
    no_fax,        ///< a person or nothing that faxes took the call
    line_failed,   ///< the call broke off, or no page could be sent
    pages_missing, ///< fewer pages were confirmed, or printed, than the document has
};

[[nodiscard]] std::string_view reason_name(Reason reason);

/// How an applicant collects: derived from the leg, the same on every attempt (collection.hpp).
struct Collection {
    std::string link;          ///< `https://HOST/inbox/TOKEN`
    Private<std::string> code; ///< 8 digits; never in the same message as the link's mail
};

/// What a leg of notice or supervision tells (告知): a change of a document's status. It serves
/// nothing; the document itself is not in it.
struct Notice {
    store::StatusChange change;
    /// In the document's history, or in that of its main; expiry_sequence: it expired.
    std::uint32_t sequence = 0;
    bool present = true; ///< still what holds; else `now` holds, and the notice is history
    store::DocumentStatus now = store::DocumentStatus::valid;
    std::string verify; ///< address of the document's page
};

/// One attempt to deliver one document, with everything that a channel may need. Views live until
/// `send` returns.
struct Dispatch {
    const store::LegRow& leg; ///< `address`: the mailbox, or the portal account
    const store::DocumentRow& document;
    ByteView file; ///< the signed bytes; empty unless ChannelTraits::needs_file
    const Collection& collection;
    TimeMs now; ///< of this attempt
    /// Of a leg that tells and does not serve: then there is no file, no code, and a link only if
    /// it tells the recipient that the document is there.
    const Notice* notice = nullptr;
};

/// What the outside world answered. Retrying is decided in delivery/settle.cpp, never in a channel.
struct Outcome {
    enum class Kind {
        accepted,      ///< the other side took it over; not yet with the addressee
        reached,       ///< the addressee's own device confirmed all of it
        temporary,     ///< it surely did not take effect; again later
        permanent,     ///< refused for good
        ambiguous,     ///< it may have taken effect: never resent blindly
        configuration, ///< we are set up wrongly: the channel pauses, the leg loses no attempt
        not_now,       ///< not tried: a limit of ours; the leg waits for `retry_after_ms`
    };
    Kind kind = Kind::temporary;
    Reason reason = Reason::none;
    /// Protocol facts for the evidence, at most 500 bytes: reply codes, queue ids. No personal
    /// data: a mailbox in a reply is cut out.
    std::string trace;
    /// The other side said when to come back (Retry-After), already clamped; 0: it did not.
    std::int64_t retry_after_ms = 0;
    /// `reached`: when, by the other side's clock, if an earlier attempt did it and this one only
    /// found that out. Judged in delivery/found.hpp.
    std::optional<TimeMs> happened = {};
};

/// What the other side says of a leg whose outcome is unknown, when it is asked by the leg's id.
struct Found {
    enum class Kind {
        taken,   ///< it has it; what becomes of it will be known
        reached, ///< it has arrived
        failed,  ///< it had it, and it did not arrive and will not: `reason`
        absent,  ///< it never came there, or came to nothing: it is sent again
        unsure,  ///< no answer, or none that can be relied on
    };
    Kind kind = Kind::unsure;
    Reason reason = Reason::none;
    /// `reached`, `failed`: when, by the other side's clock; nothing: it does not say.
    std::optional<TimeMs> happened = {};
    /// As Outcome::trace.
    std::string trace = {};
};

/// When the sending may have been whose outcome is unknown.
struct SentBetween {
    TimeMs since;
    TimeMs until;
};

struct ChannelTraits {
    /// Sending the same leg twice is recognised by the other side: a lost lease may be sent again.
    bool idempotent = false;
    bool needs_file = false;
    std::int64_t attempt_ms = 0; ///< the longest that `send` or `find` may take
    bool finds = false;          ///< the other side can be asked (`find`)
};

/// One way out of the house. `send` may block for `attempt_ms`; it is called from several threads
/// at once and must not throw.
class Channel {
public:
    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;

    [[nodiscard]] virtual ChannelTraits traits() const = 0;
    [[nodiscard]] virtual Outcome send(const Dispatch& dispatch) = 0;
    /// Asked of a leg that is UNKNOWN, where `ChannelTraits::finds` says so: instead of sending it
    /// blindly once more, or of giving it up.
    [[nodiscard]] virtual Found find(const store::LegRow& /*leg*/, SentBetween /*sent*/) {
        return {};
    }
};

} // namespace songda::delivery
