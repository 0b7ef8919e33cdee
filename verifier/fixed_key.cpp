// Before any header of OpenSSL: multiples can be computed beforehand only through calls that are
// deprecated in 3.0. Where a later library does nothing on them, the answers stay the same and take
// longer.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "verifier/fixed_key.hpp"

#include <array>

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

/// Numbers of one computation, given back to the context when it ends.
class Numbers {
public:
    explicit Numbers(BN_CTX* context) : context_(context) { BN_CTX_start(context); }
    ~Numbers() { BN_CTX_end(context_); }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;

    [[nodiscard]] BIGNUM* make() const { return BN_CTX_get(context_); }
    [[nodiscard]] BIGNUM* make(ByteView bytes) const {
        BIGNUM* const number = make();
        return number == nullptr ? nullptr
                                 : BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number);
    }

private:
    BN_CTX* context_;
};

/// A signature whose numbers are in range.
struct Waiting {
    std::size_t at; ///< which claim
    BIGNUM* r;
    BIGNUM* s; ///< after `invert`: 1/s
};

/// FIPS 186-4 §6.4: (x, y) = (e/s) G + (r/s) Q; the signature fits if r is x modulo the order.
class Verification {
public:
    Verification(const EC_GROUP* curve, const EC_GROUP* of_key, BN_CTX* context)
        : curve_(curve), of_key_(of_key), context_(context) {}

    [[nodiscard]] bool in_range(const BIGNUM* number) const {
        return number != nullptr && BN_is_zero(number) == 0 && BN_cmp(number, order_) < 0;
    }

    /// All at once: one inversion of the product, then three multiplications each (Montgomery).
    [[nodiscard]] bool invert(std::span<const Waiting> waiting) const {
        const Numbers numbers(context_);
        std::vector<BIGNUM*> products; // of all before
        BIGNUM* all = numbers.make(one);
        bool computed = all != nullptr;
        for (const Waiting& claim : waiting) {
            products.push_back(all);
            all = numbers.make();
            computed = computed && all != nullptr && multiply(all, products.back(), claim.s);
        }
        computed = computed && BN_mod_inverse(all, all, order_, context_) != nullptr;
        BIGNUM* const inverse = numbers.make();
        for (std::size_t at = waiting.size(); computed && at-- > 0;) {
            BIGNUM* const s = waiting[at].s;
            computed = inverse != nullptr && multiply(inverse, all, products[at]) &&
                       multiply(all, all, s) && BN_copy(s, inverse) != nullptr;
        }
        return computed;
    }

    [[nodiscard]] bool fits(const Digest& hash, const Waiting& claim) const {
        const Numbers numbers(context_);
        BIGNUM* const e = numbers.make(hash);
        BIGNUM* const u = numbers.make();
        const Point sum(EC_POINT_new(curve_));
        const Point part(EC_POINT_new(curve_));
        return u != nullptr && multiply(e, e, claim.s) && multiply(u, claim.r, claim.s) &&
               EC_POINT_mul(curve_, sum.get(), e, nullptr, nullptr, context_) == 1 &&
               EC_POINT_mul(of_key_, part.get(), u, nullptr, nullptr, context_) == 1 &&
               EC_POINT_add(curve_, sum.get(), sum.get(), part.get(), context_) == 1 &&
               EC_POINT_is_at_infinity(curve_, sum.get()) == 0 && has_x(sum.get(), claim.r);
    }

private:
    static constexpr std::array<std::uint8_t, 1> one = {1};

    [[nodiscard]] bool multiply(BIGNUM* result, const BIGNUM* left, const BIGNUM* right) const {
        return BN_mod_mul(result, left, right, order_, context_) == 1;
    }

    /// Whether the point's x is r modulo the order. In projective coordinates x is X/Z²: comparing
    /// X with r Z² saves another inversion.
    [[nodiscard]] bool has_x(const EC_POINT* point, const BIGNUM* r) const {
        const Numbers numbers(context_);
        BIGNUM* const x = numbers.make();
        BIGNUM* const z = numbers.make();
        BIGNUM* const candidate = numbers.make();
        BIGNUM* const product = numbers.make();
        bool computed =
            product != nullptr && BN_copy(candidate, r) != nullptr &&
            EC_POINT_get_Jprojective_coordinates_GFp(curve_, point, x, nullptr, z, context_) == 1 &&
            BN_mod_sqr(z, z, field_, context_) == 1;
        while (computed && BN_cmp(candidate, field_) < 0) {
            computed = BN_mod_mul(product, candidate, z, field_, context_) == 1;
            if (computed && BN_cmp(product, x) == 0) {
                return true;
            }
            computed = computed && BN_add(candidate, candidate, order_) == 1;
        }
        return false;
    }

    const EC_GROUP* curve_;
    const EC_GROUP* of_key_;
    BN_CTX* context_;
    const BIGNUM* order_ = EC_GROUP_get0_order(curve_);
    const BIGNUM* field_ = EC_GROUP_get0_field(curve_);
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

std::vector<bool> FixedKey::fit(std::span<const SignedHash> claims) const {
    thread_local const Context kept(BN_CTX_new());
    const Verification verification{impl_->curve.get(), impl_->of_key.get(), kept.get()};
    const Numbers numbers(kept.get());
    std::vector<bool> answers(claims.size(), false);
    std::vector<Waiting> waiting;
    waiting.reserve(claims.size());
    for (std::size_t at = 0; at < claims.size(); ++at) {
        BIGNUM* const r = numbers.make(claims[at].signature.r);
        BIGNUM* const s = numbers.make(claims[at].signature.s);
        if (verification.in_range(r) && verification.in_range(s)) {
            waiting.push_back({at, r, s});
        }
    }
    if (verification.invert(waiting)) {
        for (const Waiting& one : waiting) {
            answers[one.at] = verification.fits(claims[one.at].hash, one);
        }
    }
    ERR_clear_error();
    return answers;
}

} // namespace songda::verifier
