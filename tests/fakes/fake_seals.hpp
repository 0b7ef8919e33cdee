#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>

#include "base/sha256.hpp"
#include "signer/seal_cupboard.hpp"
#include "signer/seals/seal_rules.hpp"

namespace songda::fakes {

/// A register that a test decides: what it forbids are types of documents.
class FakeRules final : public signer::SealRules {
public:
    void suspend(const std::string& type) {
        const std::scoped_lock lock(mutex_);
        suspended_.insert(type);
    }
    void resume(const std::string& type) {
        const std::scoped_lock lock(mutex_);
        suspended_.erase(type);
    }
    static signer::SealRefusal refusal() {
        return {"seal_suspended", "印章“示例章”已暂停使用：请由印章管理员恢复，或改用其他印章",
                "the seal is suspended: have the keeper of seals resume it, or use another"};
    }
    [[nodiscard]] signer::SealRuling rule(const DepartmentCode&, signer::SealPurpose,
                                          const signer::SealUse& use, TimeMs) override {
        const std::scoped_lock lock(mutex_);
        return {"seal-1", suspended_.contains(use.type) ? std::optional(refusal()) : std::nullopt};
    }

private:
    std::mutex mutex_;
    std::set<std::string> suspended_; ///< guarded by mutex_
};

/// The same register as one of several owners has it.
class SharedRules final : public signer::SealRules {
public:
    explicit SharedRules(std::shared_ptr<SealRules> rules) : rules_(std::move(rules)) {}
    [[nodiscard]] signer::SealRuling rule(const DepartmentCode& department,
                                          signer::SealPurpose purpose, const signer::SealUse& use,
                                          TimeMs now) override {
        return rules_->rule(department, purpose, use, now);
    }

private:
    const std::shared_ptr<SealRules> rules_;
};

/// A cupboard without keys: what it "signs" follows from the request. It may be away.
class FakeCupboard final : public signer::SealCupboard {
public:
    /// Called before each batch is signed.
    std::function<void(std::span<const signer::SealRequest>)> before = nullptr;
    std::atomic<bool> away{false};
    std::atomic<int> touched{0}; ///< how often a key was

    [[nodiscard]] static EcdsaSignature signature_of(const signer::SealRequest& request) {
        EcdsaSignature made;
        made.r = sha256(request.content);
        made.s.fill(1);
        return made;
    }
    [[nodiscard]] const std::vector<signer::SealFace>& faces() const override { return faces_; }
    std::vector<Result<EcdsaSignature>>
    sign(std::span<const signer::SealRequest> requests) override {
        if (before) {
            before(requests);
        }
        std::vector<Result<EcdsaSignature>> made;
        for (const auto& request : requests) {
            touched += away ? 0 : 1;
            made.push_back(away ? Result<EcdsaSignature>(Error{Fault::unavailable, "away"})
                                : Result<EcdsaSignature>(signature_of(request)));
        }
        return made;
    }

private:
    std::vector<signer::SealFace> faces_;
};

} // namespace songda::fakes
