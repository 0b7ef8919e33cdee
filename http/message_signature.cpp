#include "http/message_signature.hpp"

#include <algorithm>
#include <charconv>

#include "base/sha256.hpp"
#include "base/sign_bytes.hpp"
#include "base/text_codec.hpp"
#include "http/detail/field_text.hpp"

namespace songda::http {

using namespace detail;

namespace {

using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

Error malformed(std::string_view what) {
    return {Fault::invalid_input, std::string(what)};
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A header's fields of one name, joined (RFC 9421 §2.1). Nothing: there is none.
std::optional<std::string> field_value(const Request& request, std::string_view name) {
    std::optional<std::string> value;
    for (const auto& [each, text] : request.headers) {
        if (same_name(each, name)) {
            value = (value ? *value + ", " : std::string()) + std::string(trimmed(text));
        }
    }
    return value;
}

/// Walks over a dictionary of RFC 8941. After the first refusal everything is empty.
class FieldWalk {
public:
    explicit FieldWalk(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }

    bool take(char c) {
        const bool there = ok_ && !rest_.empty() && rest_.front() == c;
        if (there) {
            rest_.remove_prefix(1);
        }
        return there;
    }
    void need(char c) { ok_ = take(c) && ok_; }
    void skip(std::string_view blanks) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }
    std::string key() {
        return word(
            !rest_.empty() && (is_lower(rest_.front()) || rest_.front() == '*'), [](char c) {
                return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
            });
    }
    std::string quoted() {
        std::string text;
        need('"');
        while (ok_ && !rest_.empty() && rest_.front() != '"') {
            take('\\');
            const char c = rest_.empty() ? '\0' : rest_.front();
            if (c < 0x20 || c > 0x7E) {
                ok_ = false;
                return {};
            }
            text += c;
            rest_.remove_prefix(1);
        }
        need('"');
        return text;
    }
    Bytes bytes() {
        need(':');
        const std::size_t end = rest_.find(':');
        const auto decoded =
            ok_ && end != std::string_view::npos ? from_base64(rest_.substr(0, end)) : std::nullopt;
        if (!decoded) {
            ok_ = false;
            return {};
        }
        rest_.remove_prefix(end + 1);
        return *decoded;
    }
    std::int64_t integer() {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        ok_ = ok_ && error == std::errc() && end - rest_.data() <= 15;
        rest_.remove_prefix(ok_ ? static_cast<std::size_t>(end - rest_.data()) : 0);
        return value;
    }
    /// A bare item of a kind that no parameter of ours has.
    void pass_item() {
        if (rest_.starts_with('"')) {
            quoted();
        } else if (rest_.starts_with(':')) {
            bytes();
        } else {
            word(true, [](char c) { return c > 0x20 && c < 0x7F && c != ';' && c != ','; });
        }
    }
    /// Between two members of a dictionary.
    void next_member() {
        skip(" \t");
        if (!rest_.empty()) {
            need(',');
            skip(" \t");
            ok_ = ok_ && !rest_.empty();
        }
    }

private:
    template <class Fits>
    std::string word(bool begins, Fits fits) {
        const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), fits);
        ok_ = ok_ && begins && end != rest_.begin();
        if (!ok_) {
            return {};
        }
        std::string text(rest_.begin(), end);
        rest_.remove_prefix(text.size());
        return text;
    }

    std::string_view rest_;
    bool ok_ = true;
};

void read_components(FieldWalk& walk, MessageSignature& to) {
    walk.need('(');
    walk.skip(" ");
    while (walk.ok() && !walk.take(')')) {
        to.components.push_back(walk.quoted());
        if (walk.take(' ')) {
            walk.skip(" ");
        } else {
            walk.need(')');
            return;
        }
    }
}

void read_parameters(FieldWalk& walk, MessageSignature& to) {
    while (walk.take(';')) {
        walk.skip(" ");
        const std::string name = walk.key();
        if (!walk.take('=')) {
            continue; // a flag, true by itself
        }
        if (name == "created") {
            to.created = walk.integer();
        } else if (name == "expires") {
            to.expires = walk.integer();
        } else if (name == "keyid") {
            to.key_id = walk.quoted();
        } else if (name == "alg") {
            to.algorithm = walk.quoted();
        } else {
            walk.pass_item();
        }
    }
}

Result<void> read_inputs(std::string_view text, std::vector<MessageSignature>& to) {
    FieldWalk walk(text);
    while (walk.ok() && !walk.at_end()) {
        MessageSignature read;
        read.label = walk.key();
        walk.need('=');
        const std::string_view from = walk.rest();
        read_components(walk, read);
        read_parameters(walk, read);
        read.parameters = from.substr(0, from.size() - walk.rest().size());
        walk.next_member();
        auto sorted = read.components;
        std::sort(sorted.begin(), sorted.end());
        if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
            return malformed("Signature-Input names a component twice");
        }
        if (read.components.size() > signed_components_max || to.size() == message_signatures_max) {
            return malformed("Signature-Input is longer than anybody needs");
        }
        to.push_back(std::move(read));
    }
    return walk.ok() ? Result<void>() : malformed("Signature-Input is no dictionary of RFC 8941");
}

Result<void> read_values(std::string_view text, std::vector<MessageSignature>& to) {
    FieldWalk walk(text);
    while (walk.ok() && !walk.at_end()) {
        const std::string label = walk.key();
        walk.need('=');
        Bytes value = walk.bytes();
        walk.next_member();
        for (MessageSignature& each : to) {
            if (each.label == label) {
                each.signature = std::move(value);
                break;
            }
        }
    }
    return walk.ok() ? Result<void>() : malformed("Signature is no dictionary of RFC 8941");
}

/// RFC 9421 §2.2; nothing: not in the request, or not understood.
std::optional<std::string> component_value(const Request& request, const std::string& name) {
    if (name == "@method") {
        return request.method;
    }
    if (name == "@path") {
        return request.path;
    }
    if (name == "@query") {
        return '?' + request.query;
    }
    if (name == "@authority") {
        const auto host = field_value(request, "host");
        return host ? std::optional(to_lower(*host)) : std::nullopt;
    }
    const bool header = !name.empty() && name.front() != '@' && name == to_lower(name);
    return header ? field_value(request, name) : std::nullopt;
}

/// What a signature must cover to vouch for the request; empty: it does.
std::string uncovered(const Request& request, const MessageSignature& signature) {
    std::vector<std::string> needed = {"@method", "@path", "@authority"};
    if (!request.query.empty()) {
        needed.emplace_back("@query");
    }
    if (!request.header("idempotency-key").empty()) {
        needed.emplace_back("idempotency-key");
    }
    if (!request.body.empty()) {
        needed.insert(needed.end(), {"content-digest", "content-type"});
    }
    for (const std::string& each : needed) {
        if (std::find(signature.components.begin(), signature.components.end(), each) ==
            signature.components.end()) {
            return each;
        }
    }
    return {};
}

/// RFC 9530: of several digests the SHA-256 one must be there and fit.
bool digest_fits(const Request& request) {
    const auto value = field_value(request, "content-digest");
    FieldWalk walk(value ? std::string_view(*value) : std::string_view());
    bool fits = false;
    while (walk.ok() && !walk.at_end()) {
        const std::string algorithm = walk.key();
        walk.need('=');
        const Bytes digest = walk.bytes();
        walk.next_member();
        if (algorithm == "sha-256") {
            const Digest ours = sha256(as_bytes(request.body));
            fits = std::equal(digest.begin(), digest.end(), ours.begin(), ours.end());
        }
    }
    return walk.ok() && fits;
}

bool is_good(const Ed25519Key& key, std::string_view text, const Bytes& signature) {
    const openssl::Pkey pkey(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
    const Context context(EVP_MD_CTX_new());
    return pkey && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                            as_bytes(text).data(), text.size()) == 1;
}

/// Why one signature does not vouch for the request; empty: it does.
std::string refusal(const Request& request, const MessageSignature& signature,
                    const Ed25519Key& key, std::int64_t now) {
    if (const std::string missing = uncovered(request, signature); !missing.empty()) {
        return "the signature must cover " + missing;
    }
    if (!signature.algorithm.empty() && signature.algorithm != "ed25519") {
        return "alg must be ed25519";
    }
    if (signature.created < now - signature_age_max_s ||
        signature.created > now + signature_age_max_s ||
        (signature.expires && *signature.expires < now)) {
        return "created is more than 5 minutes from our clock, or expires has passed";
    }
    if (!request.body.empty() && !digest_fits(request)) {
        return "Content-Digest is not the sha-256 of the body";
    }
    const auto base = signature_base(request, signature);
    if (!base) {
        return "the signature covers what the request does not have";
    }
    return is_good(key, *base, signature.signature) ? "" : "the signature does not fit the request";
}

} // namespace

Result<std::vector<MessageSignature>> read_signatures(const Request& request) {
    std::vector<MessageSignature> read;
    const auto inputs = field_value(request, "signature-input");
    const auto values = field_value(request, "signature");
    if (!inputs || !values) {
        return read;
    }
    auto done = read_inputs(*inputs, read);
    if (done.ok()) {
        done = read_values(*values, read);
    }
    if (!done.ok()) {
        return done.error();
    }
    std::erase_if(read, [](const MessageSignature& each) { return each.signature.empty(); });
    return read;
}

std::optional<std::string> signature_base(const Request& request,
                                          const MessageSignature& signature) {
    std::string base;
    for (const std::string& each : signature.components) {
        const auto value = component_value(request, each);
        if (!value || value->find_first_of("\r\n") != std::string::npos) {
            return std::nullopt;
        }
        base += '"' + each + "\": " + *value + '\n';
    }
    return base + "\"@signature-params\": " + signature.parameters;
}

Result<SignedBy> verify_request(const Request& request, const FindSigningKey& find, TimeMs now) {
    const auto signatures = read_signatures(request);
    if (!signatures.ok()) {
        return Error{Fault::forbidden, signatures.error().detail};
    }
    std::string why = signatures.value().empty() ? "the request is not signed (RFC 9421)"
                                                 : "no signature is by a key that is known";
    for (const MessageSignature& each : signatures.value()) {
        const auto key = find(each.key_id);
        if (!key) {
            continue;
        }
        why = refusal(request, each, *key, now.value / 1000);
        if (why.empty()) {
            return SignedBy{each.key_id, each.created + 2 * signature_age_max_s, each.signature};
        }
    }
    return Error{Fault::forbidden, why};
}

std::string content_digest(std::string_view body) {
    return "sha-256=:" + to_base64(sha256(as_bytes(body))) + ':';
}

Result<Headers> sign_request(const Request& request, EVP_PKEY* key, std::string_view key_id,
                             TimeMs now) {
    Request whole = request;
    Headers added;
    if (!request.body.empty()) {
        added.emplace_back("Content-Digest", content_digest(request.body));
        whole.headers.push_back(added.back());
    }
    MessageSignature made;
    made.components = {"@method", "@path", "@authority"};
    for (;;) { // what is asked for is said in one place
        std::string missing = uncovered(whole, made);
        if (missing.empty()) {
            break;
        }
        made.components.push_back(std::move(missing));
    }
    for (const std::string& each : made.components) {
        made.parameters += (made.parameters.empty() ? "(\"" : " \"") + each + '"';
    }
    made.parameters += ");created=" + std::to_string(now.value / 1000) + ";keyid=\"" +
                       std::string(key_id) + "\";alg=\"ed25519\"";
    const auto base = signature_base(whole, made);
    if (!base) {
        return Error{Fault::invalid_input, "the request lacks Host or Content-Type"};
    }
    const Bytes signature = sign_bytes(key, nullptr, as_bytes(*base));
    if (signature.empty()) {
        return Error{Fault::internal, "the request cannot be signed"};
    }
    added.emplace_back("Signature-Input", "sig1=" + made.parameters);
    added.emplace_back("Signature", "sig1=:" + to_base64(signature) + ':');
    return added;
}

} // namespace songda::http
