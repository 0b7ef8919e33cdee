#include "delivery/channels/provider/request.hpp"

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/header_text.hpp"
#include "delivery/channels/provider/acs3.hpp"

namespace songda::delivery::provider {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string secret_of(const Secrets& secrets, std::string_view placeholder) {
    const auto found = secrets.find(placeholder.substr(placeholder.find('.') + 1));
    SONGDA_CHECK(found != secrets.end()); // looked for when the provider was opened
    return found->second.reveal();
}

Values values_of(const Secrets& secrets) {
    return [&secrets](std::string_view name) { return secret_of(secrets, name); };
}

/// What a person reads: of one line, whatever a department wrote.
std::string message_value(const MessageFacts& facts, std::string_view name) {
    const std::string& link = facts.link.reveal();
    if (name == "to") {
        return facts.to.reveal();
    }
    if (name == "link") {
        return link;
    }
    if (name == "link_tail") {
        return link.substr(link.rfind('/') + 1);
    }
    return clean_line(name == "title"        ? facts.title
                      : name == "number"     ? facts.number
                      : name == "department" ? facts.department
                      : name == "status"     ? facts.status
                                             : "");
}

Values values_of(const MessageFacts& facts) {
    return [&facts](std::string_view name) { return message_value(facts, name); };
}

/// `{"link":"…"}`, or with a member `{"link":{"value":"…"}}`.
std::string params_json(const Message& message, const MessageFacts& facts,
                        const std::string& member) {
    std::string json;
    JsonObject object(json);
    for (const Field& param : message.params) {
        const std::string value = param.value.fill(values_of(facts));
        if (member.empty()) {
            object.text(param.name, value);
        } else {
            object.begin(param.name);
            JsonObject inner(json);
            inner.text(member, value);
            inner.end();
        }
    }
    object.end();
    return json;
}

/// Seconds, as every provider's examples have them.
std::string iso_seconds(TimeMs now) {
    return to_rfc3339(now).substr(0, 19) + 'Z';
}

/// `20261130`.
std::string compact(Date day) {
    std::string text = to_text(day);
    std::erase(text, '-');
    return text;
}

/// One request to one provider at one moment; what it is about is `about`'s.
class Builder {
public:
    Builder(const Spec& spec, const Submit& request, Values about, const CallFacts& call)
        : spec_(spec), request_(request), about_(std::move(about)), call_(call) {}

    HttpCall build() {
        const Submit& submit = request_;
        const Values values = [this](std::string_view name) { return value(name); };
        out_.method = submit.method;
        path_ = submit.path.fill(values);
        query_ = filled(submit.query, values);
        out_.headers = filled(submit.headers, values);
        if (!submit.json.empty()) {
            out_.body = submit.json.fill(values);
            out_.headers.emplace_back("content-type", "application/json; charset=utf-8");
        } else if (!submit.form.empty()) {
            out_.body = form_encoded(filled(submit.form, values));
            out_.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
        }
        authenticate();
        out_.url = spec_.base_url + path_;
        if (!query_.empty()) {
            out_.url += '?' + form_encoded(query_);
        }
        return std::move(out_);
    }

private:
    static Pairs filled(const std::vector<Field>& fields, const Values& values) {
        Pairs pairs;
        for (const Field& field : fields) {
            pairs.emplace_back(field.name, field.value.fill(values));
        }
        return pairs;
    }
    std::string value(std::string_view name) const {
        if (name.starts_with("secret.")) {
            return secret_of(call_.secrets, name);
        }
        return name == "timestamp" || name == "timestamp_iso" || name == "nonce"
                   ? moment_value(name)
                   : about_(name);
    }
    std::string moment_value(std::string_view name) const {
        return name == "timestamp"       ? std::to_string(call_.now.value / 1000)
               : name == "timestamp_iso" ? iso_seconds(call_.now)
                                         : call_.nonce;
    }
    /// What an HMAC may be over.
    std::string signed_value(std::string_view name) const {
        if (name.starts_with("secret.")) {
            return secret_of(call_.secrets, name);
        }
        return name == "method"        ? out_.method
               : name == "path"        ? path_
               : name == "query"       ? form_encoded(query_)
               : name == "body"        ? out_.body
               : name == "body_sha256" ? to_hex(sha256(as_bytes(out_.body)))
                                       : moment_value(name);
    }

    void authenticate() {
        const Auth& auth = spec_.auth;
        const Values secrets = values_of(call_.secrets);
        switch (auth.kind) {
        case AuthKind::header:
            out_.headers.emplace_back(auth.name, auth.value.fill(secrets));
            break;
        case AuthKind::query: query_.emplace_back(auth.name, auth.value.fill(secrets)); break;
        case AuthKind::oauth2:
            out_.headers.emplace_back("Authorization", "Bearer " + clean_line(call_.token));
            break;
        case AuthKind::wechat_token: query_.emplace_back("access_token", call_.token); break;
        case AuthKind::hmac: {
            const std::string text =
                auth.text.fill([this](std::string_view name) { return signed_value(name); });
            const Digest mac = hmac_sha256(as_bytes(auth.key.fill(secrets)), as_bytes(text));
            out_.headers.emplace_back(auth.name, auth.base64 ? to_base64(mac) : to_hex(mac));
            break;
        }
        case AuthKind::aliyun_v3: sign_aliyun(); break;
        }
    }
    void sign_aliyun() {
        const std::string& base = spec_.base_url;
        const Values secrets = values_of(call_.secrets);
        const Acs3Request request{
            out_.method, base.substr(base.find("://") + 3), path_, query_, out_.headers, out_.body};
        const Acs3Stamp stamp{iso_seconds(call_.now), call_.nonce};
        for (auto& header : acs3_headers(request, stamp, spec_.auth.key_id.fill(secrets),
                                         spec_.auth.key.fill(secrets))) {
            out_.headers.push_back(std::move(header));
        }
    }

    const Spec& spec_;
    const Submit& request_;
    const Values about_;
    const CallFacts& call_;
    HttpCall out_;
    std::string path_;
    Pairs query_;
};

} // namespace

std::string message_text(const Message& message, const MessageFacts& facts) {
    return message.text.fill(values_of(facts));
}

SmsLength sms_length(std::string_view text) {
    SmsLength length;
    for (const char32_t c : to_code_points(text)) {
        length.units += c > 0xFFFF ? 2 : 1;
    }
    length.parts = length.units <= 70 ? 1 : (length.units + 66) / 67;
    return length;
}

HttpCall build_submit(const Spec& spec, const Message& message, const MessageFacts& facts,
                      const CallFacts& call) {
    const Values about = [&](std::string_view name) {
        return name == "leg"        ? facts.leg
               : name == "template" ? message.template_id
               : name == "params"   ? params_json(message, facts, spec.submit.params_member)
               : name == "text"     ? message_text(message, facts)
                                    : message_value(facts, name);
    };
    return Builder(spec, spec.submit, about, call).build();
}

HttpCall build_lookup(const Spec& spec, const LookupFacts& facts, const CallFacts& call) {
    const Values about = [&](std::string_view name) {
        return name == "to"             ? facts.to.reveal()
               : name == "leg"          ? facts.leg
               : name == "ref"          ? facts.ref
               : name == "date_compact" ? compact(facts.day)
                                        : to_text(facts.day);
    };
    return Builder(spec, spec.lookup->request, about, call).build();
}

HttpCall build_token_call(const Spec& spec, const Secrets& secrets) {
    const Auth& auth = spec.auth;
    const std::string id = auth.client_id.fill(values_of(secrets));
    const std::string secret = auth.client_secret.fill(values_of(secrets));
    const std::string url = spec.base_url + auth.token_path;
    if (auth.kind == AuthKind::wechat_token) {
        const Pairs query = {
            {"grant_type", "client_credential"}, {"appid", id}, {"secret", secret}};
        return {"GET", url + '?' + form_encoded(query), {}, {}};
    }
    Pairs form = {
        {"grant_type", "client_credentials"}, {"client_id", id}, {"client_secret", secret}};
    if (!auth.scope.empty()) {
        form.emplace_back("scope", auth.scope);
    }
    return {
        "POST", url, {{"content-type", "application/x-www-form-urlencoded"}}, form_encoded(form)};
}

} // namespace songda::delivery::provider
