#include "base/outage_log.hpp"

#include <array>

#include <rapidjson/document.h>

#include "base/certificate.hpp"
#include "base/chain_file.hpp"
#include "base/ecdsa_check.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/sign_bytes.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

constexpr std::array<std::string_view, 5> names = {"key", "print", "paper", "taken", "back"};
constexpr std::string_view signature_member = R"(,"signature":")";

/// What is signed: the line above, so that no line is taken to another place, and this one.
Bytes signed_of(std::string_view head, std::string_view json) {
    Bytes bytes;
    append(bytes, std::string_view("songda-outage-log"));
    bytes.push_back(0);
    append(bytes, head);
    append(bytes, json);
    return bytes;
}

std::optional<OutageEvent> event_of(std::string_view name) {
    for (std::size_t at = 0; at < names.size(); ++at) {
        if (names[at] == name) {
            return static_cast<OutageEvent>(at);
        }
    }
    return std::nullopt;
}

struct SignedLine {
    OutageLine line;
    std::string_view text; ///< what stands before the signature
    Bytes signature;
};

std::optional<SignedLine> parse_line(std::string_view json) {
    const std::size_t cut = json.rfind(signature_member);
    const auto parsed =
        cut == std::string_view::npos ? Result<JsonText>(Error{}) : parse_json(json, 2);
    if (!parsed.ok()) {
        return std::nullopt;
    }
    const rapidjson::Value& root = parsed.value().root();
    const auto event = event_of(member_text(root, "event"));
    const auto at = parse_rfc3339(member_text(root, "at"));
    auto signature = from_base64(member_text(root, "signature"));
    const std::string_view tail = json.substr(cut + signature_member.size());
    if (!event || !at || !signature ||
        tail != std::string(member_text(root, "signature")) + "\"}") {
        return std::nullopt;
    }
    SignedLine found{{*event, *at, {}}, json.substr(0, cut), *std::move(signature)};
    for (const std::string_view name : member_names(root)) {
        if (name != "event" && name != "at" && name != "signature") {
            found.line.fields[std::string(name)] = std::string(member_text(root, name));
        }
    }
    return found;
}

/// A line that names its own key: the certificate must be the kiosk's.
Result<Bytes> next_key(const OutageLine& line, const OutageCertificateKnown& known) {
    const auto der = line.fields.contains("certificate")
                         ? from_base64(line.fields.at("certificate"))
                         : std::nullopt;
    const openssl::Certificate certificate = der ? parse_certificate(*der) : nullptr;
    if (!certificate || !is_p256(X509_get0_pubkey(certificate.get()))) {
        return Error{Fault::corrupt, "names no certificate"};
    }
    const auto is_known = known(sha256(*der));
    if (!is_known.ok()) {
        return is_known.error();
    }
    return is_known.value() ? Result<Bytes>(public_key_der(X509_get0_pubkey(certificate.get())))
                            : Error{Fault::forbidden, "names a certificate of somebody else"};
}

} // namespace

std::string_view outage_event_name(OutageEvent event) {
    return names[static_cast<std::size_t>(event)];
}

Result<std::string> write_outage_line(const OutageLine& line, std::string_view head,
                                      EVP_PKEY* key) {
    std::string json;
    JsonObject object(json);
    object.text("event", outage_event_name(line.event));
    object.text("at", to_rfc3339(line.at));
    for (const auto& [name, value] : line.fields) {
        object.text(name, value);
    }
    const Bytes input = signed_of(head, json);
    const Bytes signature = sign_bytes(key, EVP_sha256(), input);
    if (signature.empty()) {
        return Error{Fault::internal, "the device's key does not sign"};
    }
    object.text("signature", to_base64(signature));
    object.end();
    return json;
}

Result<OutageLogEnd> read_outage_log(std::string_view text, OutageLogEnd from,
                                     const OutageCertificateKnown& known,
                                     const OutageLineReader& each) {
    OutageLogEnd end = std::move(from);
    std::size_t at = 0;
    const ChainReader read = [&](std::string_view json) -> Result<void> {
        const auto found = parse_line(json);
        if (!found) {
            return Error{Fault::corrupt, "is no line of a log"};
        }
        if (found->line.event == OutageEvent::key) {
            auto key = next_key(found->line, known);
            if (!key.ok()) {
                return key.error();
            }
            end.key = std::move(key).value();
        }
        if (end.key.empty() ||
            !ecdsa_fits(sha256(signed_of(end.head, found->text)), found->signature, end.key)) {
            return Error{Fault::forbidden, "is signed by another key"};
        }
        const std::size_t size = text.find('\n', at) + 1 - at;
        if (size > outage_line_bytes_max) {
            return Error{Fault::corrupt, "is too long"};
        }
        each(found->line, text.substr(at, size));
        end.head = text.substr(at, chain_start().size());
        at += size;
        ++end.lines;
        return {};
    };
    const std::string head = end.head;
    const auto chain = read_chain(text, head, read, "outage log", end.lines);
    if (!chain.ok()) {
        return chain.error();
    }
    return chain.value().torn_bytes == 0
               ? Result<OutageLogEnd>(std::move(end))
               : Error{Fault::corrupt, "outage log: the last line is cut short"};
}

} // namespace songda
