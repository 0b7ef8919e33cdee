#include "signer/timestamp_authority.hpp"

#include <algorithm>

#include <openssl/err.h>

#include "base/der.hpp"
#include "base/sha256.hpp"
#include "signer/timestamp_token.hpp"

namespace songda::signer {
namespace {

Result<void> check_certificate(const TimestampAuthorityRules& rules, const X509* certificate,
                               const SigningKey& key, bool production, TimeMs now) {
    const std::string& path = rules.certificate;
    if (!key.belongs_to(certificate)) {
        return Error{Fault::invalid_input, path + ": the certificate belongs to another key"};
    }
    if (!is_timestamp_certificate(certificate)) {
        return Error{Fault::invalid_input,
                     path + ": the certificate is not for time-stamps alone (extended key usage "
                            "timeStamping, critical, and no other)"};
    }
    const Validity validity = validity_of(certificate);
    if (now < validity.not_before || validity.not_after < now) {
        return Error{Fault::forbidden, path + ": the certificate is not valid now"};
    }
    return is_sample_certificate(certificate) && production
               ? Error{Fault::invalid_input, path + ": a sample key never signs in production"}
               : Result<void>();
}

/// A held or late clock and a full disk pass by themselves or by the operator's hand.
TimestampRefusal no_time(Fault fault) {
    const bool passes =
        fault == Fault::unavailable || fault == Fault::held || fault == Fault::no_space;
    return {passes ? PkiFailure::time_not_available : PkiFailure::system_failure,
            "The time is not available now."};
}

} // namespace

Bytes policy_der(const std::string& dotted) {
    const std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>> object(
        OBJ_txt2obj(dotted.c_str(), 1));
    if (!object) {
        ERR_clear_error();
        return {};
    }
    Bytes der(static_cast<std::size_t>(i2d_ASN1_OBJECT(object.get(), nullptr)));
    unsigned char* at = der.data();
    i2d_ASN1_OBJECT(object.get(), &at);
    return der;
}

Result<std::unique_ptr<TimestampAuthority>>
TimestampAuthority::open(const TimestampAuthorityRules& rules,
                         std::unique_ptr<const SigningKey> key, bool production, TimeMs now,
                         MarkedTime& time, Random& random) {
    const auto chain = read_certificates(rules.certificate);
    if (!chain.ok()) {
        return chain.error();
    }
    const X509* const certificate = chain.value().front().get();
    const auto checked = check_certificate(rules, certificate, *key, production, now);
    if (!checked.ok()) {
        return checked.error();
    }
    auto cms = CmsBuilder::make(chain.value(), CmsContent::timestamp);
    if (!cms.ok()) {
        return cms.error();
    }
    std::unique_ptr<TimestampAuthority> authority(
        new TimestampAuthority(std::move(key), std::move(cms).value(), time, random));
    authority->policy_ = policy_der(rules.policy);
    if (authority->policy_.empty()) {
        return Error{Fault::invalid_input, "policy \"" + rules.policy + "\": not dotted numbers"};
    }
    authority->accuracy_ = write_accuracy(rules.accuracy_ms);
    authority->validity_ = validity_of(certificate);
    authority->sample_ = is_sample_certificate(certificate);
    return authority;
}

TimestampAuthority::Answer TimestampAuthority::answer(ByteView request) {
    const auto parsed = parse_timestamp_request(request);
    if (const auto* const refusal = std::get_if<TimestampRefusal>(&parsed)) {
        return {write_refused(*refusal), refusal->failure};
    }
    const auto stamped = stamp(*std::get_if<TimestampRequest>(&parsed));
    if (const auto* const refusal = std::get_if<TimestampRefusal>(&stamped)) {
        return {write_refused(*refusal), refusal->failure};
    }
    return {write_granted(*std::get_if<Bytes>(&stamped)), std::nullopt};
}

std::variant<Bytes, TimestampRefusal> TimestampAuthority::stamp(const TimestampRequest& request) {
    if (!request.policy.empty() &&
        !std::equal(request.policy.begin(), request.policy.end(), policy_.begin(), policy_.end())) {
        return TimestampRefusal{PkiFailure::unaccepted_policy, "Another policy is stamped under."};
    }
    const auto time = time_.next();
    if (!time.ok()) {
        return no_time(time.error().fault);
    }
    if (time.value() < validity_.not_before || validity_.not_after < time.value()) {
        return TimestampRefusal{PkiFailure::system_failure,
                                "The certificate of the authority is not valid now."};
    }
    TimestampSerial serial{};
    random_.fill(serial);
    const Bytes info = write_timestamp_info(
        {policy_, request.imprint, make_serial(serial), time.value(), accuracy_, request.nonce});
    const auto signature = key_->sign(sha256(cms_.signed_attributes(sha256(info))));
    if (!signature.ok()) {
        return TimestampRefusal{PkiFailure::system_failure, "The key did not sign."};
    }
    return cms_.build_token(info, write_ecdsa_der(signature.value()), request.certificates_wanted);
}

} // namespace songda::signer
