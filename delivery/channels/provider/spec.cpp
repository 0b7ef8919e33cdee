#include "delivery/channels/provider/spec.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/toml_reader.hpp"

namespace songda::delivery::provider {
namespace {

const std::set<std::string> secret_names = {"secret."};
const std::set<std::string> message_names = {"link",       "link_tail", "title", "number",
                                             "department", "status",    "to"};
const std::set<std::string> request_names = {
    "to",     "leg",        "template", "params",    "text",          "link",  "link_tail", "title",
    "number", "department", "status",   "timestamp", "timestamp_iso", "nonce", "secret."};
const std::set<std::string> lookup_names = {
    "to", "leg", "ref", "date", "date_compact", "timestamp", "timestamp_iso", "nonce", "secret."};
const std::set<std::string> signed_names = {"method",        "path",        "query",
                                            "body",          "body_sha256", "timestamp",
                                            "timestamp_iso", "nonce",       "secret."};

template <class Value>
using Words = std::vector<std::pair<std::string_view, Value>>;

const Words<AuthKind> auth_words = {{"header", AuthKind::header},
                                    {"query", AuthKind::query},
                                    {"hmac", AuthKind::hmac},
                                    {"oauth2", AuthKind::oauth2},
                                    {"wechat_token", AuthKind::wechat_token},
                                    {"aliyun_v3", AuthKind::aliyun_v3}};
const Words<VerifyKind> verify_words = {{"token", VerifyKind::token},
                                        {"hmac", VerifyKind::hmac},
                                        {"wechat", VerifyKind::wechat},
                                        {"peers", VerifyKind::peers}};
const Words<ReportFormat> format_words = {
    {"json", ReportFormat::json}, {"form", ReportFormat::form}, {"xml", ReportFormat::xml}};
const Words<bool> encoding_words = {{"hex", false}, {"base64", true}};
const Words<std::string> channel_words = {{"sms", "sms"}, {"wechat", "wechat"}, {"voice", "voice"}};
const Words<std::string> method_words = {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}};
const Words<Verdict::Kind> verdict_words = {{"temporary", Verdict::Kind::temporary},
                                            {"permanent", Verdict::Kind::permanent},
                                            {"configuration", Verdict::Kind::configuration},
                                            {"duplicate", Verdict::Kind::duplicate},
                                            {"token", Verdict::Kind::token}};
const Words<Found::Kind> found_words = {{"taken", Found::Kind::taken},
                                        {"reached", Found::Kind::reached},
                                        {"failed", Found::Kind::failed},
                                        {"absent", Found::Kind::absent},
                                        {"unsure", Found::Kind::unsure}};
const Words<ReportKind> report_words = {{"moving", ReportKind::moving},
                                        {"failed", ReportKind::failed},
                                        {"reached", ReportKind::reached},
                                        {"acknowledged", ReportKind::acknowledged}};

/// Those that a provider can know.
constexpr std::array known_reasons = {
    Reason::address_invalid,   Reason::address_unreachable, Reason::policy_rejected,
    Reason::content_too_large, Reason::config_auth,         Reason::rate_limited,
    Reason::provider_down,     Reason::blocked_by_user,     Reason::quota,
    Reason::template_invalid,  Reason::not_answered};

template <class Value>
std::string listed(const Words<Value>& words) {
    std::string list;
    for (const auto& [word, value] : words) {
        list += (list.empty() ? "" : ", ") + std::string(word);
    }
    return list;
}

template <class Value>
Value word_of(TomlTable& table, std::string_view key, const std::string& text,
              const Words<Value>& words) {
    for (const auto& [word, value] : words) {
        if (word == text) {
            return value;
        }
    }
    if (table.has(key)) {
        table.refuse(key, "must be one of " + listed(words));
    }
    return words.front().second;
}

Reason reason_of(TomlTable& table, std::string_view key, std::string_view name) {
    for (const Reason reason : known_reasons) {
        if (reason_name(reason) == name) {
            return reason;
        }
    }
    std::string list;
    for (const Reason reason : known_reasons) {
        list += (list.empty() ? "" : ", ") + std::string(reason_name(reason));
    }
    table.refuse(key, fmt::format("\"{}\" is no reason; known are {}", name, list));
    return Reason::none;
}

/// `WORD` or `WORD REASON`.
std::pair<std::string, std::string> word_and_reason(const std::string& text) {
    const std::size_t space = text.find(' ');
    return space == std::string::npos ? std::pair(text, std::string())
                                      : std::pair(text.substr(0, space), text.substr(space + 1));
}

bool is_one_line(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

/// Reads one provider's file; keeps the names of the secrets that it meets.
class SpecReader {
public:
    Spec read(TomlTable root) {
        Spec spec;
        spec.channel = word_of(root, "channel", root.text("channel"), channel_words);
        spec.base_url = root.text("base_url");
        if (root.has("base_url") &&
            (!spec.base_url.starts_with("http") || spec.base_url.ends_with('/') ||
             spec.base_url.find("://") == std::string::npos)) {
            root.refuse("base_url", "must be like https://api.example.com, without a / at its end");
        }
        spec.timeout_ms = root.integer_or("timeout_ms", 5000, 500, 60'000);
        spec.idempotent = root.boolean_or("idempotent", false);
        spec.auth = read_auth(root.table("auth"));
        TomlTable submit = root.table("submit");
        spec.submit = read_request(submit, request_names);
        spec.submit.params_member = submit.text_or("params_member", "");
        spec.answer = read_answer(root.table("answer"));
        if (root.has("lookup")) {
            spec.lookup = read_lookup(root.table("lookup"));
        }
        if (root.has("callback")) {
            spec.callback = read_callback(root.table("callback"));
        }
        spec.limits = read_limits(root.table("limits"));
        spec.messages = read_messages(root.table("message"), spec.channel);
        spec.secrets = std::move(secrets_);
        return spec;
    }

private:
    Pattern pattern(TomlTable& table, std::string_view key, const std::string& text, Place place,
                    const std::set<std::string>& allowed) {
        auto parsed = Pattern::parse(text, place, allowed);
        if (!parsed.ok()) {
            table.refuse(key, parsed.error().detail);
            return {};
        }
        if (place == Place::header && !is_one_line(text)) {
            table.refuse(key, "must be one line");
        }
        for (const std::string& name : parsed.value().names()) {
            if (name.starts_with("secret.")) {
                secrets_.insert(name.substr(7));
            }
        }
        return std::move(parsed).value();
    }
    Pattern required(TomlTable& table, std::string_view key, Place place,
                     const std::set<std::string>& allowed) {
        return pattern(table, key, table.text(key), place, allowed);
    }
    std::vector<Field> fields(TomlTable table, Place place, const std::set<std::string>& allowed) {
        std::vector<Field> read;
        for (const std::string& name : table.names()) {
            if (!is_one_line(name)) {
                table.refuse(name, "must have a name of one line");
            }
            read.push_back({name, pattern(table, name, table.text(name), place, allowed)});
        }
        return read;
    }
    /// A JSON pointer.
    static std::string pointer(TomlTable& table, std::string_view key, bool must = true) {
        std::string text = must ? table.text(key) : table.text_or(key, "");
        if (!text.empty() && !text.starts_with('/')) {
            table.refuse(key, "must be a JSON pointer, like /data/code");
        }
        return text;
    }

    Auth read_auth(TomlTable table) {
        Auth auth;
        auth.kind = word_of(table, "kind", table.text("kind"), auth_words);
        switch (auth.kind) {
        case AuthKind::header:
        case AuthKind::query:
            auth.name = table.text("name");
            auth.value = required(table, "value",
                                  auth.kind == AuthKind::header ? Place::header : Place::plain,
                                  secret_names);
            break;
        case AuthKind::hmac:
            auth.name = table.text("header");
            auth.key = required(table, "key", Place::plain, secret_names);
            auth.text = required(table, "text", Place::plain, signed_names);
            auth.base64 =
                word_of(table, "encoding", table.text_or("encoding", "hex"), encoding_words);
            break;
        case AuthKind::aliyun_v3:
            auth.key_id = required(table, "key_id", Place::plain, secret_names);
            auth.key = required(table, "key", Place::plain, secret_names);
            break;
        case AuthKind::oauth2:
        case AuthKind::wechat_token:
            auth.token_path = table.text("token_path");
            auth.client_id = required(table, "client_id", Place::plain, secret_names);
            auth.client_secret = required(table, "client_secret", Place::plain, secret_names);
            if (auth.kind == AuthKind::oauth2) {
                auth.scope = table.text_or("scope", "");
            }
            break;
        }
        return auth;
    }

    Submit read_request(TomlTable& table, const std::set<std::string>& names) {
        Submit submit;
        submit.method = word_of(table, "method", table.text_or("method", "POST"), method_words);
        submit.path = required(table, "path", Place::path, names);
        submit.query = fields(table.table("query"), Place::plain, names);
        submit.headers = fields(table.table("headers"), Place::header, names);
        submit.form = fields(table.table("form"), Place::plain, names);
        const std::string json = table.text_or("json", "");
        submit.json = pattern(table, "json", json, Place::json, names);
        check_json(table, submit.json);
        if (!json.empty() && !submit.form.empty()) {
            table.refuse("json", "either json or form is sent, not both");
        }
        if (submit.method == "GET" && (!json.empty() || !submit.form.empty())) {
            table.refuse("method", "a GET has no json and no form");
        }
        return submit;
    }
    Lookup read_lookup(TomlTable table) {
        constexpr std::int64_t second_ms = 1000;
        Lookup lookup;
        lookup.request = read_request(table, lookup_names);
        lookup.success = pointer(table, "success", false);
        lookup.is = lookup.success.empty() ? "" : table.text("is");
        lookup.list = pointer(table, "list", false);
        lookup.total = pointer(table, "total", false);
        lookup.leg = pointer(table, "leg", false);
        lookup.ref = pointer(table, "ref", false);
        if (lookup.leg.empty() && lookup.ref.empty()) {
            table.refuse("leg", "must say where our id stands, or ref where the provider's does");
        }
        lookup.code = pointer(table, "code");
        lookup.why = pointer(table, "why", false);
        lookup.time = pointer(table, "time", false);
        TomlTable status = table.table("status");
        for (const std::string& code : status.names()) {
            const auto [word, reason] = word_and_reason(status.text(code));
            LookupMeaning meaning{word_of(status, code, word, found_words), Reason::none};
            if (meaning.kind == Found::Kind::failed) {
                meaning.reason =
                    reason.empty() ? Reason::policy_rejected : reason_of(status, code, reason);
            }
            lookup.status[code] = meaning;
        }
        if (table.has("absent_after_s")) {
            lookup.absent_after_ms = second_ms * table.integer("absent_after_s", 1, 86'400);
        }
        lookup.by_day = uses(lookup.request, {"date", "date_compact"});
        lookup.by_ref = uses(lookup.request, {"ref"});
        return lookup;
    }
    static bool uses(const Submit& request, const std::set<std::string>& wanted) {
        std::set<std::string> names = request.path.names();
        names.merge(request.json.names());
        for (const auto* const fields : {&request.query, &request.headers, &request.form}) {
            for (const Field& field : *fields) {
                names.merge(field.value.names());
            }
        }
        return std::any_of(names.begin(), names.end(),
                           [&](const std::string& name) { return wanted.contains(name); });
    }
    static void check_json(TomlTable& table, const Pattern& json) {
        if (json.empty()) {
            return;
        }
        const auto read = parse_json(json.fill(
            [](std::string_view name) { return std::string(name == "params" ? "{}" : "x"); }));
        if (!read.ok()) {
            table.refuse("json", "must be JSON: " + read.error().detail);
        }
    }

    static AnswerShape read_answer(TomlTable table) {
        AnswerShape answer;
        answer.success = pointer(table, "success");
        answer.is = table.text("is");
        answer.code = pointer(table, "code", false);
        if (answer.code.empty()) {
            answer.code = answer.success;
        }
        answer.ref = pointer(table, "ref", false);
        TomlTable codes = table.table("codes");
        for (const std::string& code : codes.names()) {
            const auto [word, reason] = word_and_reason(codes.text(code));
            Verdict verdict{word_of(codes, code, word, verdict_words), default_reason(word)};
            if (!reason.empty()) {
                verdict.reason = reason_of(codes, code, reason);
            }
            answer.codes[code] = verdict;
        }
        return answer;
    }
    static Reason default_reason(std::string_view word) {
        return word == "temporary"       ? Reason::provider_down
               : word == "configuration" ? Reason::config_auth
               : word == "permanent"     ? Reason::policy_rejected
                                         : Reason::none;
    }

    Callback read_callback(TomlTable table) {
        Callback callback;
        callback.verify = read_verify(table.table("verify"));
        callback.format = word_of(table, "format", table.text_or("format", "json"), format_words);
        callback.list = pointer(table, "list", false);
        callback.leg = pointer(table, "leg", false);
        callback.ref = pointer(table, "ref", false);
        if (callback.leg.empty() && callback.ref.empty()) {
            table.refuse("leg", "leg, ref or both are needed: how a report names its message");
        }
        callback.code = pointer(table, "code");
        callback.time = pointer(table, "time", false);
        std::tie(callback.only, callback.only_is) = field_and_value(table, "only");
        std::tie(callback.confirmed, callback.confirmed_is) = field_and_value(table, "confirmed");
        callback.otherwise = pointer(table, "otherwise", false);
        callback.status = read_meanings(table.table("status"));
        if (callback.status.empty()) {
            table.refuse("status", "must say what each code means");
        }
        callback.otherwise_status = read_meanings(table.table("otherwise_status"));
        callback.ack = table.text("ack");
        callback.ack_type = table.text_or("ack_type", "application/json");
        return callback;
    }
    static std::pair<std::string, std::string> field_and_value(TomlTable& table,
                                                               std::string_view key) {
        if (!table.has(key)) {
            return {};
        }
        TomlTable pair = table.table(key);
        return {pointer(pair, "field"), pair.text("is")};
    }
    Verify read_verify(TomlTable table) {
        Verify verify;
        verify.kind = word_of(table, "kind", table.text("kind"), verify_words);
        for (const std::string& peer : table.texts_or_none("peers")) {
            verify.peers.insert(peer);
        }
        if (verify.kind == VerifyKind::peers) {
            if (verify.peers.empty()) {
                table.refuse("peers", "must name the addresses that reports come from");
            }
            return verify;
        }
        verify.secret = required(table, "secret", Place::plain, secret_names);
        if (verify.kind == VerifyKind::hmac) {
            verify.header = table.text("header");
            verify.prefix = table.text_or("prefix", "");
            verify.timestamp_header = table.text_or("timestamp_header", "");
            verify.base64 =
                word_of(table, "encoding", table.text_or("encoding", "hex"), encoding_words);
        }
        return verify;
    }
    static Meanings read_meanings(TomlTable table) {
        Meanings meanings;
        for (const std::string& code : table.names()) {
            const auto [word, reason] = word_and_reason(table.text(code));
            ReportMeaning meaning{word_of(table, code, word, report_words), Reason::none};
            if (meaning.kind == ReportKind::failed) {
                meaning.reason =
                    reason.empty() ? Reason::policy_rejected : reason_of(table, code, reason);
            } else if (!reason.empty()) {
                table.refuse(code, "a reason goes with failed only");
            }
            meanings[code] = meaning;
        }
        return meanings;
    }

    static Limits read_limits(TomlTable table) {
        Limits limits;
        limits.per_second = table.integer_or("per_second", 0, 0, 100'000);
        limits.per_recipient_day = table.integer_or("per_recipient_day", 0, 0, 1000);
        limits.parts_max = table.integer_or("parts_max", 1, 1, 20);
        limits.characters = table.integer_or("characters", 0, 0, 100'000);
        TomlTable quiet = table.table("quiet");
        for (const store::LegPurpose purpose :
             {store::LegPurpose::notice, store::LegPurpose::supervision}) {
            const std::string key(purpose_name(purpose));
            if (quiet.has(key)) {
                limits.quiet[purpose] = read_quiet(quiet, key);
            }
        }
        return limits;
    }
    /// `21:00-08:00`.
    static Quiet read_quiet(TomlTable& table, const std::string& key) {
        const std::string text = table.text(key);
        const auto minutes = [&](std::size_t at) {
            const auto digit = [&](std::size_t i) { return text[at + i] - '0'; };
            for (const std::size_t i : {0U, 1U, 3U, 4U}) {
                if (digit(i) < 0 || digit(i) > 9) {
                    return -1;
                }
            }
            const int hour = digit(0) * 10 + digit(1);
            const int minute = digit(3) * 10 + digit(4);
            return text[at + 2] == ':' && hour < 24 && minute < 60 ? hour * 60 + minute : -1;
        };
        if (text.size() == 11 && text[5] == '-') {
            const Quiet quiet{minutes(0), minutes(6)};
            if (quiet.from >= 0 && quiet.to >= 0 && quiet.from != quiet.to) {
                return quiet;
            }
        }
        table.refuse(key, "must be hours in China, like 21:00-08:00");
        return {};
    }

    std::map<Occasion, Message> read_messages(TomlTable table, const std::string& channel) {
        std::map<Occasion, Message> messages;
        messages[Occasion::issued] = read_message(table.table("issued"), channel);
        if (table.has("status")) {
            messages[Occasion::status] = read_message(table.table("status"), channel);
        }
        return messages;
    }
    Message read_message(TomlTable table, const std::string& channel) {
        Message message;
        message.template_id = table.text("template");
        message.params = fields(table.table("params"), Place::plain, message_names);
        const bool must = channel == "sms"; // its length is money
        message.text = pattern(table, "text", must ? table.text("text") : table.text_or("text", ""),
                               Place::plain, message_names);
        return message;
    }

    std::set<std::string> secrets_;
};

Result<Spec> read(const TomlFile& file) {
    Spec spec = SpecReader().read(file.root());
    const auto finished = file.finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return spec;
}

template <class Value>
std::string_view name_in(const Words<Value>& words, Value value) {
    for (const auto& [word, known] : words) {
        if (known == value) {
            return word;
        }
    }
    return {};
}

} // namespace

Result<Spec> read_spec(const std::string& path) {
    const auto file = TomlFile::open(path);
    return file.ok() ? read(file.value()) : file.error();
}

Result<Spec> parse_spec(std::string_view text, const std::string& name) {
    const auto file = TomlFile::parse(text, name);
    return file.ok() ? read(file.value()) : file.error();
}

std::string_view auth_name(AuthKind kind) {
    return name_in(auth_words, kind);
}

std::string_view verify_name(VerifyKind kind) {
    return name_in(verify_words, kind);
}

} // namespace songda::delivery::provider
