#pragma once

#include <string>
#include <string_view>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::delivery::push {

/// Who we are to a push service (VAPID, RFC 8292): browsers subscribe to this key, and only its
/// holder may write to them. Immutable; safe from several threads.
class Vapid {
public:
    /// `key_file`: PEM of a P-256 key. `contact`: `mailto:…` or `https://…`, whom the service's
    /// operator may ask. Faults name the file or the contact.
    [[nodiscard]] static Result<Vapid> make(const std::string& key_file, std::string contact);

    /// As a page hands it to `PushManager.subscribe`.
    [[nodiscard]] const std::string& public_key() const { return public_key_; }
    /// Value of `Authorization` for a POST to this origin (`https://HOST`). Fault internal.
    [[nodiscard]] Result<std::string> authorization(std::string_view origin, TimeMs now) const;

private:
    Vapid() = default;
    openssl::Pkey key_;
    std::string contact_;
    std::string public_key_;
};

} // namespace songda::delivery::push
