#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "delivery/channel.hpp"
#include "delivery/channels/provider/placeholders.hpp"
#include "delivery/settle_report.hpp"
#include "store/rows.hpp"

/// A provider of SMS, WeChat messages or calls as its file describes it (docs/formats/provider.md):
/// one TOML file makes a provider, no code.
namespace songda::delivery::provider {

struct Field {
    std::string name;
    Pattern value;
};

enum class AuthKind : std::uint8_t {
    header,       ///< a header with a secret in it
    query,        ///< a parameter with a secret in it
    hmac,         ///< HMAC-SHA-256 over a text that the file composes, in a header
    oauth2,       ///< client credentials (RFC 6749 §4.4), then `Authorization: Bearer`
    wechat_token, ///< GET …/token with appid and secret, then the parameter `access_token`
    aliyun_v3,    ///< ACS3-HMAC-SHA256 over the whole request
};

struct Auth {
    AuthKind kind = AuthKind::header;
    std::string name;    ///< of the header or parameter
    Pattern value;       ///< header, query: what it holds
    Pattern key;         ///< hmac, aliyun_v3
    Pattern key_id;      ///< aliyun_v3
    Pattern text;        ///< hmac: what is signed
    bool base64 = false; ///< hmac: else hexadecimal
    std::string token_path;
    Pattern client_id;
    Pattern client_secret;
    std::string scope; ///< oauth2; may be empty
};
[[nodiscard]] inline bool has_token(const Auth& auth) {
    return auth.kind == AuthKind::oauth2 || auth.kind == AuthKind::wechat_token;
}

struct Submit {
    std::string method;
    Pattern path;
    std::vector<Field> query;
    std::vector<Field> headers;
    std::vector<Field> form; ///< or
    Pattern json;
    /// Each parameter of a message is an object with this one member; empty: it is the text itself.
    std::string params_member;
};

/// What a provider says of a message that it is asked for.
struct LookupMeaning {
    Found::Kind kind = Found::Kind::unsure;
    Reason reason = Reason::none; ///< of a failure
};

/// Asks what became of a message whose answer was lost.
struct Lookup {
    Submit request;
    std::string success; ///< JSON pointer; empty: a status 2xx alone
    std::string is;
    std::string list;  ///< JSON pointer of the array; empty: the answer is the message
    std::string total; ///< JSON pointer of how many there are; empty: the list is all
    std::string leg;   ///< JSON pointers inside an element; by one of the two it is ours
    std::string ref;
    std::string code;
    std::string why;  ///< JSON pointer of a failure's code, which the callback explains; or empty
    std::string time; ///< JSON pointer of when it arrived or failed; may be empty
    std::map<std::string, LookupMeaning> status;
    /// From then on after the sending whatever is not there never came there. Nothing: the
    /// provider promises no such thing, and nothing is concluded.
    std::optional<std::int64_t> absent_after_ms;
    bool by_day = false; ///< it is asked of a day
    bool by_ref = false; ///< it is asked by the provider's own id
};

/// What the provider's own code means.
struct Verdict {
    enum class Kind : std::uint8_t { temporary, permanent, configuration, duplicate, token };
    Kind kind = Kind::temporary;
    Reason reason = Reason::none;
};

struct AnswerShape {
    std::string success; ///< JSON pointer
    std::string is;      ///< what stands there after success, as text
    std::string code;    ///< JSON pointer of the code; `success` if the file does not say
    std::string ref;     ///< JSON pointer of the provider's own id; empty: it gives none
    std::map<std::string, Verdict> codes;
};

enum class VerifyKind : std::uint8_t {
    token,  ///< the last part of the path is a secret
    hmac,   ///< HMAC-SHA-256 over the body in a header
    wechat, ///< SHA-1 over token, timestamp and nonce in the query
    peers,  ///< nothing but the address that it comes from
};

struct Verify {
    VerifyKind kind = VerifyKind::token;
    Pattern secret;
    std::string header;           ///< hmac
    std::string prefix;           ///< hmac: what stands before the value
    bool base64 = false;          ///< hmac
    std::string timestamp_header; ///< hmac: signed before the body with a `.`; empty: body alone
    std::set<std::string> peers;  ///< numeric addresses; empty: any
};

enum class ReportFormat : std::uint8_t { json, form, xml };

/// What a code of a report means.
struct ReportMeaning {
    ReportKind kind = ReportKind::moving;
    Reason reason = Reason::none;
};
using Meanings = std::map<std::string, ReportMeaning>;

struct Callback {
    Verify verify;
    ReportFormat format = ReportFormat::json;
    std::string list; ///< JSON pointer of the array; empty: the body is one, or one report
    /// Reports are those where `only` holds `only_is`; empty: all are.
    std::string only;
    std::string only_is;
    std::string leg; ///< JSON pointers inside a report; empty: it does not say
    std::string ref;
    std::string code;
    std::string time;
    std::string confirmed; ///< the recipient pressed a key; acknowledged where it holds …
    std::string confirmed_is;
    std::string otherwise; ///< looked at when the code is not in `status`
    Meanings status;
    Meanings otherwise_status;
    std::string ack;
    std::string ack_type;
};

/// Minutes of the day in China; from before to may go over midnight.
struct Quiet {
    int from = 0;
    int to = 0;
};

struct Limits {
    std::int64_t per_second = 0;        ///< 0: no limit
    std::int64_t per_recipient_day = 0; ///< 0: no limit
    std::map<store::LegPurpose, Quiet> quiet;
    std::int64_t parts_max = 1;  ///< SMS parts of one message
    std::int64_t characters = 0; ///< of a message; 0: no limit (sms: by its parts)
};

/// What is said on one occasion.
struct Message {
    std::string template_id;
    std::vector<Field> params;
    Pattern text; ///< as the provider approved it; to count its length
};

/// On which occasion: `issued`, there is something for you; `status`, what became of it.
enum class Occasion : std::uint8_t { issued, status };

struct Spec {
    std::string channel; ///< sms, wechat or voice
    std::string base_url;
    std::int64_t timeout_ms = 0;
    bool idempotent = false; ///< sending the same leg twice is recognised by the provider
    Auth auth;
    Submit submit;
    AnswerShape answer;
    std::optional<Lookup> lookup;
    std::optional<Callback> callback;
    Limits limits;
    std::map<Occasion, Message> messages;
    std::set<std::string> secrets; ///< names of those that the file asks for
};

/// Reads and checks a whole file. Faults: not_found, invalid_input with one finding a line: file,
/// line, key, and what was expected.
[[nodiscard]] Result<Spec> read_spec(const std::string& path);
[[nodiscard]] Result<Spec> parse_spec(std::string_view text, const std::string& name);

[[nodiscard]] std::string_view auth_name(AuthKind kind);
[[nodiscard]] std::string_view verify_name(VerifyKind kind);

} // namespace songda::delivery::provider
