#pragma once

#include <string>

#include "base/result.hpp"
#include "signer/seals/seal_register.hpp"
#include "tests/fakes/sample_keys.hpp"

/// Seals of the register whose certificates are no files.
namespace songda::fakes {

inline constexpr TimeMs noon{1'796'011'200'000}; ///< 2026-11-30 12:00 in China

/// `certificate`: the first digit of its SHA-256, `b` that of the QR key's.
inline signer::NewSeal new_seal(char certificate = 'a', const DepartmentCode& owner = department) {
    return {owner,
            "示例市行政审批局",
            signer::SealKind::approval,
            "示例市行政审批局",
            {std::string(64, certificate), "CN=示例市行政审批局, O=示例市行政审批局", "7E01",
             china_midnight({2026, 11, 1}), china_midnight({2028, 11, 1})},
            std::string(64, 'b'),
            {{"SPJY", "ZY"}, {"*"}, {2026, 11, 15}, {2028, 10, 31}}};
}

/// A register in a folder, which operators come to one after the other.
class SealFolder {
public:
    explicit SealFolder(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] signer::SealRegister as(const std::string& person, bool four_eyes = true) const {
        return signer::SealRegister::open({folder_, "operator:" + person, four_eyes}, clock_)
            .value();
    }
    /// Made by zhang, activated by zhang and li; its id.
    std::string activate(const signer::NewSeal& seal = new_seal()) const {
        const std::string id = as("zhang").make(seal, "新制").value().seal;
        SONGDA_CHECK(!as("zhang").activate(id, "启用").value().refused);
        SONGDA_CHECK(!as("li").activate(id, "核对无误").value().refused);
        return id;
    }
    [[nodiscard]] signer::RegisterReading read() const {
        return signer::load_register(folder_).value();
    }
    [[nodiscard]] std::string file() const { return folder_ + "/register"; }
    [[nodiscard]] const std::string& folder() const { return folder_; }

    FixedClock clock_{noon};

private:
    std::string folder_;
};

} // namespace songda::fakes
