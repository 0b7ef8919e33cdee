#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/check.hpp"
#include "signer/pkcs11_token.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::fakes {

/// A token of SoftHSM 2 in a folder of its own. SoftHSM finds it by an environment variable, which
/// is this process's: one at a time.
class SoftToken {
public:
    static constexpr const char* module = "/usr/lib/softhsm/libsofthsm2.so";
    static constexpr const char* pin = "2468";

    explicit SoftToken(const std::string& label = "songda-test") : label_(label) {
        std::filesystem::create_directories(tokens());
        std::ofstream(config()) << "directories.tokendir = " << tokens().string()
                                << "\nobjectstore.backend = file\nlog.level = ERROR\n";
        setenv("SOFTHSM2_CONF", config().c_str(), 1);
        add(label);
    }
    ~SoftToken() { unsetenv("SOFTHSM2_CONF"); }
    SoftToken(const SoftToken&) = delete;
    SoftToken& operator=(const SoftToken&) = delete;

    /// One more token in the same folder.
    void add(const std::string& label) const {
        run("softhsm2-util --init-token --free --label " + label + " --pin " + pin +
            " --so-pin 13579");
    }
    /// Puts the key of a PEM file on the token, unextractable.
    void import(const std::string& key, const std::string& object, const std::string& id) const {
        run("softhsm2-util --import " + key + " --token " + label_ + " --label " + object +
            " --id " + id + " --pin " + pin);
    }
    [[nodiscard]] std::filesystem::path tokens() const { return folder_.path() / "tokens"; }
    [[nodiscard]] std::string config() const { return folder_.path() / "softhsm2.conf"; }
    [[nodiscard]] const std::string& label() const { return label_; }
    [[nodiscard]] signer::Pkcs11Options options() const {
        signer::Pkcs11Options options;
        options.module = module;
        options.token = label_;
        options.pin = signer::Secret(pin);
        options.pause_first = std::chrono::milliseconds(20);
        options.pause_max = std::chrono::milliseconds(100);
        return options;
    }
    static void run(const std::string& line) {
        SONGDA_CHECK(std::system((line + " >/dev/null").c_str()) == 0);
    }

private:
    TemporaryFolder folder_;
    const std::string label_;
};

} // namespace songda::fakes
