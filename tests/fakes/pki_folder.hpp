#pragma once

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "signer/pki/authority.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::fakes {

/// What a line of shell prints, both outputs.
inline std::string shell(const std::string& line) {
    FILE* const pipe = popen(("{ " + line + "; } 2>&1").c_str(), "r");
    SONGDA_CHECK(pipe != nullptr);
    std::string output;
    std::array<char, 4096> part{};
    for (std::size_t got = 0; (got = fread(part.data(), 1, part.size(), pipe)) > 0;) {
        output.append(part.data(), got);
    }
    pclose(pipe);
    return output;
}

/// A clock that the test moves.
class HandClock final : public Clock {
public:
    HandClock() : time_(SystemClock().now()) {}
    [[nodiscard]] TimeMs now() const override { return time_; }
    void set(TimeMs time) { time_ = time; }

private:
    TimeMs time_;
};

/// An authority in a folder of the test's own.
class PkiFolder {
public:
    PkiFolder() { std::ofstream(file("passphrase")) << passphrase().reveal() << '\n'; }
    static signer::Passphrase passphrase() { return signer::Passphrase("一段足够长的口令 long"); }
    static signer::AuthorityTerms terms() {
        return {"江苏省示例根",      "江苏省示例签发",  "江苏省示例", "http://localhost",
                "sp.example.gov.cn", "1.2.156.99999.1", false};
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
    [[nodiscard]] std::string authority_folder() const { return file("authority"); }
    [[nodiscard]] signer::Authority init() {
        auto made = signer::Authority::init(authority_folder(), terms(),
                                            {passphrase(), passphrase()}, clock_, random_, "test");
        if (!made.ok()) {
            std::fprintf(stderr, "%s\n", made.error().detail.c_str());
        }
        return std::move(made).value();
    }
    [[nodiscard]] signer::Authority open() {
        return signer::Authority::open(authority_folder(), clock_, random_, "test").value();
    }
    [[nodiscard]] HandClock& clock() { return clock_; }
    [[nodiscard]] Random& random() { return random_; }

private:
    TemporaryFolder folder_;
    HandClock clock_;
    SystemRandom random_;
};

} // namespace songda::fakes
