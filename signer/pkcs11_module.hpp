#pragma once

#include <memory>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// CKR_… in words.
[[nodiscard]] std::string pkcs11_result_name(CK_RV result);

/// A vendor's PKCS#11 library in this process. Its functions may be called by several threads
/// between `initialise` and `finalise`; these two while nobody else calls. One object for one
/// library: `finalise` ends it for the whole process. A child must exec before it uses it.
class Pkcs11Module {
public:
    /// Fault invalid_input: the file is no PKCS#11 library.
    [[nodiscard]] static Result<std::unique_ptr<Pkcs11Module>> load(const std::string& path);
    ~Pkcs11Module();
    Pkcs11Module(const Pkcs11Module&) = delete;
    Pkcs11Module& operator=(const Pkcs11Module&) = delete;

    [[nodiscard]] CK_RV initialise();
    void finalise();

    /// The slot that holds the token of that label, and of that serial number unless that is
    /// empty. Faults: not_found (not plugged in now), invalid_input (two fit), unavailable.
    [[nodiscard]] Result<CK_SLOT_ID> find_token(const std::string& label,
                                                const std::string& serial) const;

    /// Value of one attribute; empty when the token does not tell it.
    [[nodiscard]] Bytes attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                  CK_ATTRIBUTE_TYPE type) const;

    /// Up to `most` objects that have all of `wanted`.
    [[nodiscard]] CK_RV find(CK_SESSION_HANDLE session, std::vector<CK_ATTRIBUTE> wanted,
                             std::size_t most, std::vector<CK_OBJECT_HANDLE>& found) const;

    const CK_FUNCTION_LIST* operator->() const { return functions_; }

private:
    explicit Pkcs11Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}

    CK_FUNCTION_LIST* const functions_;
    bool initialised_ = false; ///< by this object
};

} // namespace songda::signer
