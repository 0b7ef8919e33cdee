#include "signer/timestamp_authority.hpp"

#include <algorithm>

#include <openssl/err.h>

#include "base/der.hpp"
#include "base/sha256.hpp"
#include "signer/timestamp_token.hpp"

namespace songda::signer {
namespace {

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
                         std::shared_ptr<SealCupboard> cupboard, MarkedTime& time, Random& random) {
    const auto& faces = cupboard->faces();
    const auto face = std::find_if(faces.begin(), faces.end(), [](const SealFace& each) {
        return each.department.text.empty();
    });
    if (face == faces.end()) {
        return Error{Fault::not_found, "no key for time-stamps is among the seals"};
    }
    auto form = SealForm::make(*face);
    if (!form.ok()) {
        return form.error();
    }
    std::unique_ptr<TimestampAuthority> authority(
        new TimestampAuthority(std::move(cupboard), std::move(form).value(), time, random));
    authority->policy_ = policy_der(rules.policy);
    if (authority->policy_.empty()) {
        return Error{Fault::invalid_input, "policy \"" + rules.policy + "\": not dotted numbers"};
    }
    authority->accuracy_ = write_accuracy(rules.accuracy_ms);
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
    if (time.value() < form_.validity().not_before || form_.validity().not_after < time.value()) {
        return TimestampRefusal{PkiFailure::system_failure,
                                "The certificate of the authority is not valid now."};
    }
    TimestampSerial serial{};
    random_.fill(serial);
    const Bytes info = write_timestamp_info(
        {policy_, request.imprint, make_serial(serial), time.value(), accuracy_, request.nonce});
    const SealRequest wanted{SealPurpose::timestamp, {}, {}, info};
    const auto signature = cupboard_->sign({&wanted, 1}).front();
    if (!signature.ok()) {
        return TimestampRefusal{PkiFailure::system_failure, "The key did not sign."};
    }
    return form_.cms().build_token(info, write_ecdsa_der(signature.value()),
                                   request.certificates_wanted);
}

} // namespace songda::signer
