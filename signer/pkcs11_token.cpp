#include "signer/pkcs11_token.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/ecdsa_check.hpp"
#include "base/sha256.hpp"
#include "signer/pkcs11_objects.hpp"

namespace songda::signer {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

/// The key or the call is wrong; the token is there. Everything else is met by opening it again.
bool is_about_key(CK_RV result) {
    return result == CKR_KEY_TYPE_INCONSISTENT || result == CKR_KEY_FUNCTION_NOT_PERMITTED ||
           result == CKR_KEY_SIZE_RANGE || result == CKR_MECHANISM_INVALID ||
           result == CKR_MECHANISM_PARAM_INVALID || result == CKR_DATA_LEN_RANGE ||
           result == CKR_FUNCTION_NOT_SUPPORTED;
}

milliseconds longer(milliseconds pause, const Pkcs11Options& options) {
    return std::min(std::max(pause * 2, options.pause_first), options.pause_max);
}

/// A key that was opened. All but the first two belong to the token's mutex.
struct KeyEntry {
    Pkcs11Uri uri;
    Bytes public_key;
    std::uint64_t generation = 0; ///< of the connection that `handle` is valid in
    CK_OBJECT_HANDLE handle = 0;
    milliseconds pause{0}; ///< a key that is not there is not looked for all the time
    SteadyTime look_at{};
};

class Token final : public Pkcs11Token, public std::enable_shared_from_this<Token> {
public:
    Token(Pkcs11Options options, std::unique_ptr<Pkcs11Module> module)
        : options_(std::move(options)), module_(std::move(module)),
          sessions_max_(options_.sessions_max) {}

    [[nodiscard]] Result<void> start();
    Result<std::unique_ptr<const SigningKey>> open_key(const Pkcs11Uri& uri) override;
    [[nodiscard]] Result<EcdsaSignature> sign(KeyEntry& key, const Digest& digest);

private:
    /// A session lent to one thread.
    struct Lease {
        CK_SESSION_HANDLE session = 0;
        std::uint64_t generation = 0;
    };
    using Lock = std::unique_lock<std::mutex>;

    [[nodiscard]] Result<Lease> take();
    [[nodiscard]] std::optional<Lease> open_session(Lock& lock);
    /// What a lent session was good for.
    enum class Use { signed_well, usable, lost };
    void give_back(const Lease& lease, Use use);
    void lose(std::uint64_t generation, const std::string& why);
    void reconnect(Lock& lock, SteadyTime deadline);
    [[nodiscard]] Result<CK_SESSION_HANDLE> connect_again(bool soft);
    [[nodiscard]] Result<CK_SESSION_HANDLE> connect();
    [[nodiscard]] Result<CK_OBJECT_HANDLE> handle_of(KeyEntry& key, const Lease& lease);
    [[nodiscard]] CK_RV sign_in(const Lease& lease, CK_OBJECT_HANDLE handle, const Digest& digest,
                                Bytes& raw) const;
    [[nodiscard]] Error named(const Error& error) const {
        return {error.fault, "token \"" + options_.token + "\": " + error.detail};
    }
    [[nodiscard]] Error away() const { return named({Fault::unavailable, why_}); }
    void tell_away(const Error& why);
    void publish();

    const Pkcs11Options options_;
    const std::unique_ptr<Pkcs11Module> module_;

    CK_SLOT_ID slot_ = 0; ///< of whoever connects; one at a time
    bool pin_proven_ = false;

    std::mutex mutex_; ///< guards all below
    std::condition_variable changed_;
    std::uint64_t generation_ = 0; ///< counts connections
    bool connected_ = false;
    bool connecting_ = false;
    std::vector<CK_SESSION_HANDLE> idle_;
    std::size_t open_ = 0; ///< sessions of this connection
    std::size_t lent_ = 0; ///< sessions in use, of any connection
    std::size_t sessions_max_;
    milliseconds pause_{0}; ///< 0: something was signed since the last connection
    SteadyTime retry_at_{};
    std::string why_;
    std::optional<Error> refused_; ///< the PIN; final
    bool told_away_ = false;
    std::optional<std::optional<Error>> news_;

    std::atomic<bool> has_news_{false};
    std::mutex telling_; ///< `told` hears things in their order
};

class TokenKey final : public SigningKey {
public:
    TokenKey(std::shared_ptr<Token> token, std::unique_ptr<KeyEntry> entry)
        : token_(std::move(token)), entry_(std::move(entry)) {}

    Result<EcdsaSignature> sign(const Digest& digest) const override {
        return token_->sign(*entry_, digest);
    }
    Bytes public_key() const override { return entry_->public_key; }

private:
    const std::shared_ptr<Token> token_;
    const std::unique_ptr<KeyEntry> entry_;
};

Result<void> Token::start() {
    const CK_RV begun = module_->initialise();
    if (begun != CKR_OK) {
        return Error{Fault::unavailable, options_.module + ": " + pkcs11_result_name(begun)};
    }
    const auto session = connect();
    if (!session.ok()) {
        return named(session.error());
    }
    generation_ = 1;
    connected_ = true;
    open_ = 1;
    idle_ = {session.value()};
    return {};
}

Result<std::unique_ptr<const SigningKey>> Token::open_key(const Pkcs11Uri& uri) {
    const auto lease = take();
    if (!lease.ok()) {
        return lease.error();
    }
    const auto found =
        find_key(*module_, lease.value().session, uri, options_.require_unextractable);
    give_back(lease.value(), Use::usable);
    if (!found.ok()) {
        return named(found.error());
    }
    auto entry = std::make_unique<KeyEntry>(KeyEntry{uri, found.value().public_key});
    const Digest question = sha256(as_bytes("songda: do both halves of this key belong together?"));
    const auto made = sign(*entry, question);
    if (!made.ok()) {
        return made.error();
    }
    if (!ecdsa_fits(question, write_ecdsa_der(made.value()), entry->public_key)) {
        return named({Fault::invalid_input,
                      "the public key or certificate beside the key is of another key"});
    }
    return std::unique_ptr<const SigningKey>(
        std::make_unique<const TokenKey>(shared_from_this(), std::move(entry)));
}

Result<EcdsaSignature> Token::sign(KeyEntry& key, const Digest& digest) {
    Error why = {Fault::unavailable, "not tried"};
    // Once more on a token that was opened again, so that the end of a session is no failure.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto lease = take();
        if (!lease.ok()) {
            publish();
            return lease.error();
        }
        const auto handle = handle_of(key, lease.value());
        if (!handle.ok()) {
            why = named({Fault::unavailable, handle.error().detail});
            const bool looked = handle.error().fault != Fault::held;
            give_back(lease.value(), looked ? Use::lost : Use::usable);
            if (!looked) {
                break;
            }
            lose(lease.value().generation, handle.error().detail);
            continue;
        }
        Bytes raw;
        const CK_RV result = sign_in(lease.value(), handle.value(), digest, raw);
        const auto made = read_ecdsa_fixed(raw);
        const bool good = result == CKR_OK && made && is_in_range(*made);
        give_back(lease.value(), good                   ? Use::signed_well
                                 : is_about_key(result) ? Use::usable
                                                        : Use::lost);
        if (good) {
            publish();
            return with_low_s(*made);
        }
        why = named({Fault::unavailable, result == CKR_OK ? "it answered with what is no signature"
                                                          : pkcs11_result_name(result)});
        if (is_about_key(result)) {
            why.fault = Fault::internal;
            break;
        }
        lose(lease.value().generation, pkcs11_result_name(result));
    }
    publish();
    return why;
}

CK_RV Token::sign_in(const Lease& lease, CK_OBJECT_HANDLE handle, const Digest& digest,
                     Bytes& raw) const {
    CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
    const CK_RV begun = (*module_)->C_SignInit(lease.session, &mechanism, handle);
    if (begun != CKR_OK) {
        return begun;
    }
    Digest data = digest;
    raw.resize(64);
    CK_ULONG size = raw.size();
    const CK_RV result =
        (*module_)->C_Sign(lease.session, data.data(), data.size(), raw.data(), &size);
    raw.resize(std::min<std::size_t>(size, raw.size()));
    return result;
}

/// Fault held: it was not there a moment ago, and is not looked for yet.
Result<CK_OBJECT_HANDLE> Token::handle_of(KeyEntry& key, const Lease& lease) {
    {
        const Lock lock(mutex_);
        if (key.generation == lease.generation) {
            return key.handle;
        }
        if (steady_now() < key.look_at) {
            return Error{Fault::held, "the key was not on the token"};
        }
    }
    auto found = find_key(*module_, lease.session, key.uri, options_.require_unextractable);
    if (found.ok() && found.value().public_key != key.public_key) {
        found = Error{Fault::invalid_input, "another key stands in the place of the one that was "
                                            "opened: restart with its certificate"};
    }
    const Lock lock(mutex_);
    if (!found.ok()) {
        // The first look after a connection that worked may have been at a token half away.
        key.look_at = steady_now() + key.pause;
        key.pause = longer(key.pause, options_);
        return found.error();
    }
    key.generation = lease.generation;
    key.handle = found.value().handle;
    key.pause = milliseconds(0);
    return key.handle;
}

Result<Token::Lease> Token::take() {
    const SteadyTime deadline = steady_now() + options_.wait;
    Lock lock(mutex_);
    while (true) {
        if (refused_) {
            return named({Fault::unavailable, refused_->detail});
        }
        if (connected_ && !idle_.empty()) {
            const Lease lease{idle_.back(), generation_};
            idle_.pop_back();
            ++lent_;
            return lease;
        }
        if (connected_ && open_ < sessions_max_) {
            if (const auto lease = open_session(lock)) {
                return *lease;
            }
            continue;
        }
        if (!connected_ && !connecting_) {
            if (steady_now() < retry_at_) {
                return away();
            }
            reconnect(lock, deadline);
            continue;
        }
        if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) {
            return connected_ ? named({Fault::unavailable, "all its sessions are busy"}) : away();
        }
    }
}

/// Nothing: look again at how things stand.
std::optional<Token::Lease> Token::open_session(Lock& lock) {
    Lease lease{0, generation_};
    ++open_;
    ++lent_;
    lock.unlock();
    const CK_RV result =
        (*module_)->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &lease.session);
    lock.lock();
    if (result == CKR_OK) {
        return lease;
    }
    --lent_;
    if (lease.generation == generation_ && connected_) {
        --open_;
        if (result == CKR_SESSION_COUNT && open_ > 0) {
            sessions_max_ = open_;
        } else {
            lock.unlock();
            lose(lease.generation, pkcs11_result_name(result));
            lock.lock();
        }
    }
    changed_.notify_all();
    return std::nullopt;
}

void Token::give_back(const Lease& lease, Use use) {
    const Lock lock(mutex_);
    --lent_;
    if (lease.generation == generation_ && connected_ && use != Use::lost) {
        idle_.push_back(lease.session);
    }
    if (use == Use::signed_well) {
        pause_ = milliseconds(0);
        if (told_away_) {
            told_away_ = false;
            news_.emplace(std::nullopt);
            has_news_ = true;
        }
    }
    changed_.notify_all();
}

void Token::lose(std::uint64_t generation, const std::string& why) {
    const Lock lock(mutex_);
    if (generation != generation_ || !connected_) {
        return;
    }
    connected_ = false;
    idle_.clear();
    open_ = 0;
    why_ = why;
    retry_at_ = steady_now() + pause_;
    if (pause_.count() > 0) {
        tell_away(away());
    }
}

void Token::reconnect(Lock& lock, SteadyTime deadline) {
    connecting_ = true;
    const bool soft = pause_.count() == 0;
    const bool still = changed_.wait_until(lock, deadline, [this] { return lent_ == 0; });
    Result<CK_SESSION_HANDLE> made = Error{Fault::unavailable, "calls to it still run"};
    if (still) {
        lock.unlock();
        made = connect_again(soft);
        lock.lock();
    }
    connecting_ = false;
    pause_ = longer(pause_, options_);
    if (made.ok()) {
        ++generation_;
        connected_ = true;
        open_ = 1;
        idle_ = {made.value()};
    } else {
        why_ = made.error().detail;
        retry_at_ = steady_now() + pause_;
        if (made.error().fault == Fault::forbidden) {
            refused_ = made.error();
        }
        tell_away(named(made.error()));
    }
    changed_.notify_all();
}

/// With no call to the library running. `soft`: the library as it is may do.
Result<CK_SESSION_HANDLE> Token::connect_again(bool soft) {
    if (soft) {
        (void)(*module_)->C_CloseAllSessions(slot_);
        auto made = connect();
        if (made.ok() || made.error().fault == Fault::forbidden) {
            return made;
        }
    }
    module_->finalise();
    const CK_RV begun = module_->initialise();
    return begun == CKR_OK
               ? connect()
               : Result<CK_SESSION_HANDLE>(
                     Error{Fault::unavailable, options_.module + ": " + pkcs11_result_name(begun)});
}

Result<CK_SESSION_HANDLE> Token::connect() {
    const auto slot = module_->find_token(options_.token, options_.serial);
    if (!slot.ok()) {
        return slot.error();
    }
    slot_ = slot.value();
    CK_SESSION_HANDLE session = 0;
    const CK_RV result =
        (*module_)->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
    if (result != CKR_OK) {
        return Error{Fault::unavailable, "no session: " + pkcs11_result_name(result)};
    }
    const auto logged_in = log_in(*module_, session, slot_, options_.pin, pin_proven_);
    if (!logged_in.ok()) {
        (void)(*module_)->C_CloseSession(session);
        return logged_in.error();
    }
    pin_proven_ = true;
    return session;
}

void Token::tell_away(const Error& why) {
    if (!told_away_) {
        told_away_ = true;
        news_ = why;
        has_news_ = true;
    }
}

void Token::publish() {
    if (!has_news_) { // nearly always; two locks saved
        return;
    }
    const std::scoped_lock telling(telling_);
    std::optional<std::optional<Error>> news;
    {
        const Lock lock(mutex_);
        news.swap(news_);
        has_news_ = false;
    }
    if (news && options_.told) {
        options_.told(*news);
    }
}

} // namespace

Result<std::shared_ptr<Pkcs11Token>> Pkcs11Token::open(Pkcs11Options options) {
    auto module = Pkcs11Module::load(options.module);
    if (!module.ok()) {
        return module.error();
    }
    auto token = std::make_shared<Token>(std::move(options), std::move(module).value());
    const auto started = token->start();
    if (!started.ok()) {
        return started.error();
    }
    return std::shared_ptr<Pkcs11Token>(std::move(token));
}

} // namespace songda::signer
