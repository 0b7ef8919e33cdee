#include "signer/pkcs11_module.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <dlfcn.h>

#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

/// More tokens than any machine has.
constexpr std::size_t slots_max = 256;

/// Fields of CK_TOKEN_INFO are padded with spaces.
template <std::size_t size>
std::string_view trimmed(const unsigned char (&field)[size]) {
    const std::string_view text(reinterpret_cast<const char*>(field), size);
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

struct ResultName {
    CK_RV result;
    std::string_view name;
};
constexpr std::array result_names = {
    ResultName{CKR_HOST_MEMORY, "CKR_HOST_MEMORY"},
    ResultName{CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID"},
    ResultName{CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
    ResultName{CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
    ResultName{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
    ResultName{CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY"},
    ResultName{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
    ResultName{CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"},
    ResultName{CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT"},
    ResultName{CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
    ResultName{CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
    ResultName{CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"},
    ResultName{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
    ResultName{CKR_PIN_INVALID, "CKR_PIN_INVALID"},
    ResultName{CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
    ResultName{CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED"},
    ResultName{CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
    ResultName{CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED"},
    ResultName{CKR_SESSION_COUNT, "CKR_SESSION_COUNT"},
    ResultName{CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
    ResultName{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
    ResultName{CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED"},
    ResultName{CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
    ResultName{CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED"},
    ResultName{CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"},
};

} // namespace

std::string pkcs11_result_name(CK_RV result) {
    const auto* const known =
        std::find_if(result_names.begin(), result_names.end(),
                     [&](const ResultName& entry) { return entry.result == result; });
    return known == result_names.end() ? "PKCS#11 result " + std::to_string(result)
                                       : std::string(known->name);
}

Result<std::unique_ptr<Pkcs11Module>> Pkcs11Module::load(const std::string& path) {
    // Never closed: libraries leave threads and handlers behind that would run into nothing.
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* const why = dlerror();
        return Error{Fault::invalid_input,
                     path + ": cannot be loaded: " + (why == nullptr ? "" : why)};
    }
    const auto list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    if (list == nullptr || list(&functions) != CKR_OK || functions == nullptr) {
        return Error{Fault::invalid_input, path + ": is no PKCS#11 module"};
    }
    return std::unique_ptr<Pkcs11Module>(new Pkcs11Module(functions));
}

Pkcs11Module::~Pkcs11Module() {
    finalise();
}

CK_RV Pkcs11Module::initialise() {
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV result = functions_->C_Initialize(&arguments);
    initialised_ = initialised_ || result == CKR_OK;
    return result == CKR_CRYPTOKI_ALREADY_INITIALIZED ? CKR_OK : result;
}

void Pkcs11Module::finalise() {
    if (initialised_) {
        (void)functions_->C_Finalize(nullptr);
        initialised_ = false;
    }
}

Result<CK_SLOT_ID> Pkcs11Module::find_token(const std::string& label,
                                            const std::string& serial) const {
    std::vector<CK_SLOT_ID> slots(slots_max);
    CK_ULONG count = slots.size();
    const CK_RV listed = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (listed != CKR_OK) {
        return Error{Fault::unavailable, "the slots: " + pkcs11_result_name(listed)};
    }
    slots.resize(count);
    std::vector<CK_SLOT_ID> fit;
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        if (functions_->C_GetTokenInfo(slot, &info) == CKR_OK && trimmed(info.label) == label &&
            (serial.empty() || trimmed(info.serialNumber) == serial)) {
            fit.push_back(slot);
        }
    }
    if (fit.size() > 1) {
        return Error{Fault::invalid_input, "two tokens have that label: add serial=…"};
    }
    if (fit.empty()) {
        return Error{Fault::not_found, "no such token is plugged in"};
    }
    return fit.front();
}

Bytes Pkcs11Module::attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                              CK_ATTRIBUTE_TYPE type) const {
    CK_ATTRIBUTE wanted{type, nullptr, 0};
    if (functions_->C_GetAttributeValue(session, object, &wanted, 1) != CKR_OK ||
        wanted.ulValueLen == 0 || wanted.ulValueLen == CK_UNAVAILABLE_INFORMATION ||
        wanted.ulValueLen > (1UL << 16U)) {
        return {};
    }
    Bytes value(wanted.ulValueLen);
    wanted.pValue = value.data();
    if (functions_->C_GetAttributeValue(session, object, &wanted, 1) != CKR_OK ||
        wanted.ulValueLen > value.size()) {
        return {};
    }
    value.resize(wanted.ulValueLen);
    return value;
}

CK_RV Pkcs11Module::find(CK_SESSION_HANDLE session, std::vector<CK_ATTRIBUTE> wanted,
                         std::size_t most, std::vector<CK_OBJECT_HANDLE>& found) const {
    CK_RV result = functions_->C_FindObjectsInit(session, wanted.data(), wanted.size());
    if (result != CKR_OK) {
        return result;
    }
    found.resize(most);
    CK_ULONG count = 0;
    result = functions_->C_FindObjects(session, found.data(), most, &count);
    found.resize(std::min<std::size_t>(count, most));
    const CK_RV ended = functions_->C_FindObjectsFinal(session);
    return result == CKR_OK ? ended : result;
}

} // namespace songda::signer
