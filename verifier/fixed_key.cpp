// Before any header of OpenSSL: multiples can be computed beforehand only through calls that are
// deprecated in 3.0. Where a later library does nothing on them, the answers stay the same and take
// longer.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "verifier/fixed_key.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/deleter.hpp"

namespace songda::verifier {
namespace {

using Group = std::unique_ptr<EC_GROUP, Deleter<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Deleter<EC_POINT_free>>;
using Context = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;

Group make_curve() {
    return Group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
}

/// Numbers of one verification, given back to the context when it ends.
class Numbers {
public:
    explicit Numbers(BN_CTX* context) : context_(context) { BN_CTX_start(context); }
    ~Numbers() { BN_CTX_end(context_); }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;

    [[nodiscard]] BIGNUM* make() { return BN_CTX_get(context_); }
    [[nodiscard]] BIGNUM* make(ByteView bytes) {
        BIGNUM* const number = make();
        return number == nullptr ? nullptr
                                 : BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number);
    }

private:
    BN_CTX* context_;
};

} // namespace

struct FixedKey::Impl {
    Group curve = make_curve();
    Group of_key = make_curve(); ///< the same curve with the key's point as its generator
};

FixedKey::FixedKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FixedKey::FixedKey(FixedKey&&) noexcept = default;
FixedKey& FixedKey::operator=(FixedKey&&) noexcept = default;
FixedKey::~FixedKey() = default;

Result<FixedKey> FixedKey::make(const EVP_PKEY* key) {
    auto impl = std::make_unique<Impl>();
    unsigned char* encoded = nullptr;
    const std::size_t size =
        is_p256(key) ? EVP_PKEY_get1_encoded_public_key(const_cast<EVP_PKEY*>(key), &encoded) : 0;
    EC_GROUP* const group = impl->of_key.get();
    const Point point(EC_POINT_new(group));
    const Context context(BN_CTX_new());
    const bool made =
        size > 0 && EC_POINT_oct2point(group, point.get(), encoded, size, context.get()) == 1 &&
        EC_GROUP_set_generator(group, point.get(), EC_GROUP_get0_order(impl->curve.get()),
                               BN_value_one()) == 1 &&
        EC_GROUP_precompute_mult(group, context.get()) == 1;
    OPENSSL_free(encoded);
    if (!made) {
        ERR_clear_error();
        return Error{Fault::invalid_input, "not a P-256 key"};
    }
    return FixedKey(std::move(impl));
}

/// FIPS 186-4 §6.4: (x, y) = (e/s) G + (r/s) Q; the signature fits if r is x modulo the order.
bool FixedKey::fits(const Digest& hash, const EcdsaSignature& signature) const {
    thread_local const Context kept(BN_CTX_new());
    BN_CTX* const context = kept.get();
    const EC_GROUP* const curve = impl_->curve.get();
    const BIGNUM* const order = EC_GROUP_get0_order(curve);
    Numbers numbers(context);
    BIGNUM* const e = numbers.make(hash);
    BIGNUM* const r = numbers.make(signature.r);
    BIGNUM* const s = numbers.make(signature.s);
    BIGNUM* const x = numbers.make();
    const auto in_range = [order](const BIGNUM* number) {
        return BN_is_zero(number) == 0 && BN_cmp(number, order) < 0;
    };
    if (x == nullptr || !in_range(r) || !in_range(s)) {
        return false;
    }
    const Point sum(EC_POINT_new(curve));
    const Point part(EC_POINT_new(curve));
    const bool computed =
        BN_mod_inverse(s, s, order, context) != nullptr &&
        BN_mod_mul(e, e, s, order, context) == 1 && BN_mod_mul(x, r, s, order, context) == 1 &&
        EC_POINT_mul(curve, sum.get(), e, nullptr, nullptr, context) == 1 &&
        EC_POINT_mul(impl_->of_key.get(), part.get(), x, nullptr, nullptr, context) == 1 &&
        EC_POINT_add(curve, sum.get(), sum.get(), part.get(), context) == 1 &&
        EC_POINT_is_at_infinity(curve, sum.get()) == 0 &&
        EC_POINT_get_affine_coordinates(curve, sum.get(), x, nullptr, context) == 1 &&
        BN_nnmod(x, x, order, context) == 1;
    if (!computed) {
        ERR_clear_error();
    }
    return computed && BN_cmp(x, r) == 0;
}

} // namespace songda::verifier
