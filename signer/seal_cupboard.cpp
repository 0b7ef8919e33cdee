#include "signer/seal_cupboard.hpp"

#include <map>

#include "base/certificate.hpp"
#include "base/electronic_seal.hpp"
#include "base/open_file.hpp"
#include "signer/seals/seal_source.hpp"
#include "signer/timestamp_token.hpp"

namespace songda::signer {
namespace {

/// How far the time of an electronic seal may be from the clock of whoever holds the key: nobody
/// seals with an earlier day.
constexpr std::int64_t sealed_tolerance_ms = 300'000;

/// A seal with its keys; the authority of time-stamps has no second one.
struct Held {
    SealForm form;
    std::unique_ptr<const SigningKey> key;
    std::unique_ptr<const SigningKey> qr_key;
    std::optional<Sm2Key> sm2_key{};
};

struct Terms {
    bool production;
    TimeMs now;
};

Result<std::vector<Bytes>> read_chain(const std::string& path) {
    const auto chain = read_certificates(path);
    if (!chain.ok()) {
        return chain.error();
    }
    std::vector<Bytes> encoded;
    for (const auto& each : chain.value()) {
        encoded.push_back(certificate_der(each.get()));
    }
    return encoded;
}

/// The files of an SM2 seal; both empty: there is none.
struct Sm2Files {
    std::string certificate{};
    std::string electronic_seal{};
};

Result<SealForm> read_form(const std::string& certificate, const DepartmentCode& department,
                           Bytes qr_public_key, const Sm2Files& sm2 = {}) {
    auto chain = read_chain(certificate);
    auto sm2_chain =
        sm2.certificate.empty() ? Result(std::vector<Bytes>()) : read_chain(sm2.certificate);
    auto electronic_seal = sm2.electronic_seal.empty()
                               ? Result(Bytes())
                               : read_whole(sm2.electronic_seal, electronic_seal_bytes_max);
    if (!chain.ok() || !sm2_chain.ok()) {
        return chain.ok() ? sm2_chain.error() : chain.error();
    }
    if (!electronic_seal.ok()) {
        return electronic_seal.error();
    }
    auto form = SealForm::make({department, std::move(chain).value(), std::move(qr_public_key),
                                std::move(sm2_chain).value(), std::move(electronic_seal).value()});
    const std::string& named = !sm2.electronic_seal.empty() ? sm2.electronic_seal
                               : !sm2.certificate.empty()   ? sm2.certificate
                                                            : certificate;
    return form.ok() ? std::move(form)
                     : Error{form.error().fault, named + ": " + form.error().detail};
}

/// What holds for every certificate that something is signed with. `key` is of either suite.
template <class Key>
Result<void> check_common(const std::string& path, const X509* certificate, const Key& key,
                          const Terms& terms) {
    if (!key.belongs_to(certificate)) {
        return Error{Fault::invalid_input, path + ": the certificate belongs to another key"};
    }
    const Validity validity = validity_of(certificate);
    if (terms.now < validity.not_before || validity.not_after < terms.now) {
        return Error{Fault::forbidden, path + ": the certificate is not valid now"};
    }
    return is_sample_certificate(certificate) && terms.production
               ? Error{Fault::invalid_input, path + ": a sample key never signs in production"}
               : Result<void>();
}

bool holds(const Validity& validity, TimeMs now) {
    return validity.not_before <= now && now <= validity.not_after;
}

Result<void> check_electronic_seal(const std::string& path, const Sm2Form& sm2,
                                   const Terms& terms) {
    if (sm2.electronic_seal && !holds(*sm2.electronic_seal, terms.now)) {
        return Error{Fault::forbidden, path + ": the electronic seal is not valid now"};
    }
    return sm2.sample && terms.production
               ? Error{Fault::invalid_input, path + ": a sample key never signs in production"}
               : Result<void>();
}

Result<Held> open_seal(SealKeys keys, const Terms& terms) {
    auto form = read_form(keys.certificate, keys.department, keys.qr_key->public_key(),
                          keys.sm2 ? Sm2Files{keys.sm2->certificate, keys.sm2->electronic_seal}
                                   : Sm2Files());
    if (!form.ok()) {
        return form.error();
    }
    const X509* const certificate = form.value().certificate();
    std::vector<Result<void>> checks = {
        check_common(keys.certificate, certificate, *keys.document_key, terms),
        check_seal_certificate(keys.certificate, certificate, keys.department)};
    if (const Sm2Form* const sm2 = form.value().sm2()) {
        const std::string& path = keys.sm2->certificate;
        checks.push_back(check_common(path, sm2->chain.front().get(), keys.sm2->key, terms));
        checks.push_back(check_seal_certificate(path, sm2->chain.front().get(), keys.department));
        checks.push_back(check_electronic_seal(keys.sm2->electronic_seal, *sm2, terms));
    }
    for (const auto& checked : checks) {
        if (!checked.ok()) {
            return checked.error();
        }
    }
    Held held{std::move(form).value(), std::move(keys.document_key), std::move(keys.qr_key)};
    if (keys.sm2) {
        held.sm2_key = std::move(keys.sm2->key);
    }
    return held;
}

Result<Held> open_stamp(StampKey stamp, const Terms& terms) {
    auto form = read_form(stamp.certificate, {}, {});
    if (!form.ok()) {
        return form.error();
    }
    const auto checked =
        check_common(stamp.certificate, form.value().certificate(), *stamp.key, terms);
    if (!checked.ok()) {
        return checked.error();
    }
    if (!is_timestamp_certificate(form.value().certificate())) {
        return Error{Fault::invalid_input,
                     stamp.certificate + ": the certificate is not for time-stamps alone (extended "
                                         "key usage timeStamping, critical, and no other)"};
    }
    return Held{std::move(form).value(), std::move(stamp.key), nullptr};
}

class LocalCupboard final : public SealCupboard {
public:
    LocalCupboard(std::map<DepartmentCode, Held> held, std::optional<std::int64_t> tolerance_ms,
                  const Clock& clock)
        : held_(std::move(held)), tolerance_ms_(tolerance_ms), clock_(clock) {
        for (const auto& [department, seal] : held_) {
            faces_.push_back(seal.form.face());
        }
    }

    const std::vector<SealFace>& faces() const override { return faces_; }

    std::vector<Result<EcdsaSignature>> sign(std::span<const SealRequest> requests) override {
        std::vector<Result<EcdsaSignature>> made;
        made.reserve(requests.size());
        for (const SealRequest& request : requests) {
            made.push_back(sign(request));
        }
        return made;
    }

private:
    Result<EcdsaSignature> sign(const SealRequest& request) const {
        const auto found = held_.find(request.department);
        if (found == held_.end()) {
            return Error{Fault::not_found, "no seal for this department"};
        }
        const Held& seal = found->second;
        const auto value = seal.form.value_to_sign(request);
        if (!value.ok()) {
            return value.error();
        }
        const auto allowed = check_time(seal.form, request);
        if (!allowed.ok()) {
            return allowed.error();
        }
        if (is_by_sm2(request.purpose)) {
            return seal.sm2_key->sign_hash(value.value());
        }
        return (request.purpose == SealPurpose::qr ? seal.qr_key : seal.key)->sign(value.value());
    }

    /// What is valid may have run out since the start. `request` has a value to sign.
    Result<void> check_time(const SealForm& form, const SealRequest& request) const {
        const TimeMs now = clock_.now();
        if (request.purpose == SealPurpose::timestamp) {
            return check_stamp_time(*time_of_timestamp_info(request.content));
        }
        if (!holds(is_by_sm2(request.purpose) ? form.sm2()->validity : form.validity(), now)) {
            return Error{Fault::forbidden, "the seal certificate is not valid now"};
        }
        if (request.purpose != SealPurpose::electronic_seal) {
            return {};
        }
        const TimeMs told = read_sealed_content(request.content)->at;
        if (std::abs(told - now) > sealed_tolerance_ms) {
            return Error{Fault::forbidden, "an electronic seal of another time than now"};
        }
        return holds(*form.sm2()->electronic_seal, told)
                   ? Result<void>()
                   : Error{Fault::forbidden, "the electronic seal is not valid now: have its maker "
                                             "renew it"};
    }

    Result<void> check_stamp_time(TimeMs told) const {
        return tolerance_ms_ && std::abs(told - clock_.now()) > *tolerance_ms_
                   ? Error{Fault::forbidden, "a time-stamp of another time than now"}
                   : Result<void>();
    }

    const std::map<DepartmentCode, Held> held_;
    const std::optional<std::int64_t> tolerance_ms_;
    const Clock& clock_;
    std::vector<SealFace> faces_;
};

} // namespace

Result<std::unique_ptr<SealCupboard>> open_seal_cupboard(std::vector<SealKeys> seals,
                                                         std::optional<StampKey> stamp,
                                                         bool production, const Clock& clock) {
    const Terms terms{production, clock.now()};
    std::map<DepartmentCode, Held> held;
    const auto tolerance_ms = stamp ? stamp->tolerance_ms : std::nullopt;
    if (stamp) {
        auto opened = open_stamp(*std::move(stamp), terms);
        if (!opened.ok()) {
            return opened.error();
        }
        held.emplace(DepartmentCode{}, std::move(opened).value());
    }
    for (SealKeys& keys : seals) {
        const DepartmentCode department = keys.department;
        const std::string certificate = keys.certificate;
        auto seal = open_seal(std::move(keys), terms);
        if (!seal.ok()) {
            return seal.error();
        }
        if (!held.emplace(department, std::move(seal).value()).second) {
            return Error{Fault::invalid_input,
                         certificate + ": a second seal for " + department.text};
        }
    }
    return std::unique_ptr<SealCupboard>(
        std::make_unique<LocalCupboard>(std::move(held), tolerance_ms, clock));
}

} // namespace songda::signer
