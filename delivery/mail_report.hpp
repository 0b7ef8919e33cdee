#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "delivery/channel.hpp"
#include "store/store.hpp"

/// What a mail that came back means for its leg (delivery.md §4.3): pure, beside settle.hpp. Every
/// step that it records is one that the table allows; whatever the order in which reports come, and
/// however often, the leg ends in the same state, but for what §1.3 itself decides by the order
/// (docs/states/leg.md, "When mail comes back").
namespace songda::delivery {

struct MailReport {
    enum class Kind {
        failed,    ///< it will not arrive
        delayed,   ///< the relay goes on trying
        delivered, ///< it is in the mailbox
        passed_on, ///< relayed or expanded to where no more is told
        complaint, ///< the recipient called it spam
        unclear,   ///< it came back in nobody's form
    };
    Kind kind = Kind::unclear;
    Reason reason = Reason::none; ///< of `failed`
    bool believed = true;         ///< of `delivered`: else it only tells
    std::string trace;            ///< protocol facts, no mailbox; at most mail_trace_bytes_max
    std::optional<TimeMs> happened = {};
    std::string source; ///< which mail said it: the beginning of its SHA-256, hexadecimal
    std::optional<Digest> whole = {}; ///< all of that SHA-256
};
inline constexpr std::size_t mail_trace_bytes_max = 400;

/// `delayed`, as events, metrics and the log say it.
[[nodiscard]] std::string_view report_name(MailReport::Kind kind);

/// Kind of an event that tells and moves nothing; its detail begins with the report's name.
inline constexpr std::string_view report_event = "mail_report";
/// No more of them are kept of one leg: who knows its return path could write for ever.
inline constexpr std::size_t report_notes_max = 50;

struct ReportSettlement {
    enum class Kind {
        moved, ///< `update` is a step
        noted, ///< `update` only tells
        known, ///< this mail was settled before, or there is no room for more notes
        later, ///< the leg is with a courier: ask again when it is not
    };
    Kind kind = Kind::known;
    std::optional<store::LegUpdate> update = {};
};

/// `events`: all of the leg, as they stand. The time of what happened is the report's, if it lies
/// between the leg's making and now; else now.
[[nodiscard]] ReportSettlement settle_mail_report(const store::LegRow& leg,
                                                  std::span<const store::LegEvent> events,
                                                  const MailReport& report, TimeMs now);

/// The event is a step of this leg, and not a note or the document's status.
[[nodiscard]] bool is_step(const store::LegEvent& event);

/// What a note says, for people: 邮件延迟，邮件服务器仍在尝试. Empty for no note.
[[nodiscard]] std::string_view note_words_zh(const store::LegEvent& event);
[[nodiscard]] std::string_view note_words(const store::LegEvent& event);

} // namespace songda::delivery
