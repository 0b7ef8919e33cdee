#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/private.hpp"
#include "base/time.hpp"
#include "delivery/channels/guarded_http.hpp"
#include "delivery/channels/provider/spec.hpp"

/// What is sent to a provider: a pure function of its file, the message and the moment.
namespace songda::delivery::provider {

/// By the names that the file uses.
using Secrets = std::map<std::string, Private<std::string>, std::less<>>;

/// What a message is about. No code is among it: the code that opens an inbox never goes the way
/// that its link goes (delivery.md §6.2).
struct MessageFacts {
    Occasion occasion = Occasion::issued;
    Private<std::string> to;
    std::string leg;           ///< our id of the dispatch, which reports bring back
    Private<std::string> link; ///< issued: opens the inbox, with the code; status: the verify page
    std::string title;         ///< 食品经营许可证
    std::string number;        ///< of the document
    std::string department;
    std::string status; ///< 撤销; of occasion `status`
};

/// Of one call.
struct CallFacts {
    TimeMs now;
    std::string nonce; ///< 32 hexadecimal digits, never the same twice
    const Secrets& secrets;
    std::string token; ///< of has_token(spec.auth)
};

/// The message as its recipient reads it, for its length; empty if the file does not say.
[[nodiscard]] std::string message_text(const Message& message, const MessageFacts& facts);

/// How long an SMS is, in UTF-16 units: 70 in one part, else 67 a part.
struct SmsLength {
    std::size_t units = 0;
    std::size_t parts = 0;
};
[[nodiscard]] SmsLength sms_length(std::string_view text);

/// `message` is the spec's of `facts.occasion`. All secrets of the spec are there.
[[nodiscard]] HttpCall build_submit(const Spec& spec, const Message& message,
                                    const MessageFacts& facts, const CallFacts& call);

/// Whom a lookup is about.
struct LookupFacts {
    Private<std::string> to;
    std::string leg;
    std::string ref; ///< the provider's own id; empty: none is known
    Date day;        ///< in China, of the sending
};
/// For a spec with a lookup.
[[nodiscard]] HttpCall build_lookup(const Spec& spec, const LookupFacts& facts,
                                    const CallFacts& call);

/// Asks for a token. For has_token(spec.auth).
[[nodiscard]] HttpCall build_token_call(const Spec& spec, const Secrets& secrets);

} // namespace songda::delivery::provider
