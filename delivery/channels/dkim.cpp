#include "delivery/channels/dkim.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/sha256.hpp"
#include "base/sign_bytes.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/key_file.hpp"
#include "delivery/channels/mailbox.hpp"

namespace songda::delivery {
namespace {

constexpr int rsa_bits_min = 2048;
constexpr std::size_t signature_columns = 72;

/// Fields of ours, each named once more than it stands there: who adds another one, or a first
/// Reply-To or Cc, breaks the signature (RFC 6376 §8.15). Content-Type is what a wrapper changes.
constexpr std::array<std::string_view, 11> signed_fields = {"from",
                                                            "reply-to",
                                                            "to",
                                                            "cc",
                                                            "subject",
                                                            "date",
                                                            "message-id",
                                                            "mime-version",
                                                            "auto-submitted",
                                                            "content-type",
                                                            "content-transfer-encoding"};

bool is_rsa(const openssl::Pkey& key) {
    return EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return out;
}

/// Every run of spaces and tabs is one space, none at the end. A fold's line ends are left out.
std::string squeezed(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\r' || c == '\n') {
            continue;
        }
        if (!is_blank(c)) {
            out += c;
        } else if (out.empty() || out.back() != ' ') {
            out += ' ';
        }
    }
    out.resize(out.find_last_not_of(' ') + 1);
    return out;
}

/// `name:value` of one field, folds and all; RFC 6376 §3.4.2.
std::string relaxed(std::string_view field) {
    const std::size_t colon = std::min(field.find(':'), field.size());
    std::string name = lower(field.substr(0, colon));
    name.resize(name.find_last_not_of(" \t") + 1);
    const std::string value = squeezed(field.substr(std::min(colon + 1, field.size())));
    return name + ':' + value.substr(value.starts_with(' ') ? 1 : 0);
}

std::size_t end_of_header(std::string_view message) {
    return std::min(message.find("\r\n\r\n"), message.size());
}

/// By name, from the first downwards.
std::map<std::string, std::vector<std::string>> fields_of(std::string_view message) {
    std::string_view rest = message.substr(0, end_of_header(message));
    std::map<std::string, std::vector<std::string>> fields;
    while (!rest.empty()) {
        std::size_t end = rest.find("\r\n");
        while (end != std::string_view::npos && end + 2 < rest.size() && is_blank(rest[end + 2])) {
            end = rest.find("\r\n", end + 2);
        }
        const std::string field = relaxed(rest.substr(0, end));
        fields[field.substr(0, field.find(':'))].push_back(field);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    }
    return fields;
}

/// RSASSA-PKCS1-v1_5 over SHA-256, or PureEdDSA over the hash (RFC 8463 §3).
std::string signature_of(const openssl::Pkey& key, const Digest& digest) {
    if (!is_rsa(key)) {
        return to_base64(sign_bytes(key.get(), nullptr, digest));
    }
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
    std::size_t size = signature.size();
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    const bool good =
        context && EVP_PKEY_sign_init(context.get()) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
        EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) == 1;
    ERR_clear_error();
    return good ? to_base64(ByteView(signature).first(size)) : std::string();
}

std::string folded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += signature_columns) {
        out += at == 0 ? "" : "\r\n ";
        out += text.substr(at, signature_columns);
    }
    return out;
}

std::vector<std::string_view> signed_names() {
    std::vector<std::string_view> names;
    for (const std::string_view name : signed_fields) {
        names.insert(names.end(), 2, name);
    }
    return names;
}

/// `h=` of those, a few on a line.
std::string listed(const std::vector<std::string_view>& names) {
    std::string out;
    std::size_t column = 0;
    for (const std::string_view name : names) {
        if (column + name.size() > signature_columns) {
            out += "\r\n ";
            column = 0;
        }
        out += name;
        out += ':';
        column += name.size() + 1;
    }
    out.pop_back();
    return out;
}

} // namespace

Digest dkim_body_hash(std::string_view message) {
    std::string_view rest = message.substr(std::min(end_of_header(message) + 4, message.size()));
    Sha256 hash;
    std::size_t empty_lines = 0; // those at the end do not count
    while (!rest.empty()) {
        const std::size_t end = rest.find("\r\n");
        const std::string line = squeezed(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
        if (line.empty()) {
            ++empty_lines;
            continue;
        }
        for (; empty_lines > 0; --empty_lines) {
            hash.update(as_bytes("\r\n"));
        }
        hash.update(as_bytes(line));
        hash.update(as_bytes("\r\n"));
    }
    return hash.finish();
}

Digest dkim_header_hash(std::string_view message, const std::vector<std::string_view>& names,
                        std::string_view field) {
    auto fields = fields_of(message);
    Sha256 hash;
    for (const std::string_view name : names) {
        auto& left = fields[lower(name)];
        if (!left.empty()) {
            hash.update(as_bytes(left.back()));
            hash.update(as_bytes("\r\n"));
            left.pop_back();
        }
    }
    hash.update(as_bytes(relaxed(field)));
    return hash.finish();
}

bool is_dkim_selector(std::string_view text) {
    return text.size() <= 63 && is_host_name(text);
}

Result<DkimSigner> DkimSigner::make(std::string domain, const std::vector<DkimKeyFile>& keys) {
    if (!is_domain(domain)) {
        return Error{Fault::invalid_input, "DKIM: the domain is none"};
    }
    if (keys.empty() || keys.size() > keys_max) {
        return Error{Fault::invalid_input, fmt::format("DKIM: 1 to {} keys are needed", keys_max)};
    }
    DkimSigner signer;
    signer.domain_ = std::move(domain);
    bool has_rsa = false;
    for (const DkimKeyFile& file : keys) {
        if (!is_dkim_selector(file.selector)) {
            return Error{Fault::invalid_input, "DKIM: not a selector: " + file.selector};
        }
        auto key = read_key_file(file.path);
        if (!key.ok()) {
            return key.error();
        }
        if (!is_rsa(key.value()) && EVP_PKEY_base_id(key.value().get()) != EVP_PKEY_ED25519) {
            return Error{Fault::invalid_input, file.path + ": not an RSA or Ed25519 key"};
        }
        if (is_rsa(key.value()) && EVP_PKEY_get_bits(key.value().get()) < rsa_bits_min) {
            return Error{Fault::invalid_input,
                         fmt::format("{}: an RSA key of less than {} bits 密钥过短", file.path,
                                     rsa_bits_min)};
        }
        has_rsa = has_rsa || is_rsa(key.value());
        signer.keys_.push_back({file.selector, std::move(key).value()});
    }
    if (!has_rsa) {
        return Error{Fault::invalid_input,
                     "DKIM: one of the keys must be RSA, few receivers know Ed25519 "
                     "须至少有一个 RSA 密钥"};
    }
    return signer;
}

Result<std::string> DkimSigner::sign(std::string_view message, TimeMs at) const {
    const std::string body_hash = to_base64(dkim_body_hash(message));
    std::string fields;
    for (const Key& key : keys_) {
        const auto one = field(key, message, body_hash, at);
        if (!one.ok()) {
            return one.error();
        }
        fields += one.value();
    }
    return fields;
}

Result<std::string> DkimSigner::field(const Key& key, std::string_view message,
                                      std::string_view body_hash, TimeMs at) const {
    const std::vector<std::string_view> names = signed_names();
    std::string text =
        fmt::format("DKIM-Signature: v=1; a={}; c=relaxed/relaxed; t={};\r\n"
                    " d={}; s={};\r\n"
                    " h={};\r\n"
                    " bh={};\r\n"
                    " b=",
                    is_rsa(key.key) ? "rsa-sha256" : "ed25519-sha256", at.value / 1000, domain_,
                    key.selector, listed(names), body_hash);
    const std::string signature = signature_of(key.key, dkim_header_hash(message, names, text));
    if (signature.empty()) {
        return Error{Fault::internal, "a mail was not signed"};
    }
    return text + folded(signature) + "\r\n";
}

Result<std::string> dkim_record(const std::string& path) {
    const auto key = read_key_file(path);
    if (!key.ok()) {
        return key.error();
    }
    Bytes bytes;
    if (is_rsa(key.value())) {
        unsigned char* der = nullptr;
        const int size = i2d_PUBKEY(key.value().get(), &der);
        bytes.assign(der, der + std::max(size, 0));
        OPENSSL_free(der);
    } else {
        std::size_t size = 32;
        bytes.resize(size);
        (void)EVP_PKEY_get_raw_public_key(key.value().get(), bytes.data(), &size);
    }
    return fmt::format("v=DKIM1; k={}; p={}", is_rsa(key.value()) ? "rsa" : "ed25519",
                       to_base64(bytes));
}

} // namespace songda::delivery
