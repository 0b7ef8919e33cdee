#pragma once

#include <map>
#include <mutex>
#include <string>

#include "app/config.hpp"
#include "base/time.hpp"
#include "verifier/gathering.hpp"

namespace songda::app {

/// The folder that `songda pki publish` writes (docs/formats/pki.md): OCSP answers by the hash of
/// what is asked, lists by the last part of their address.
class FolderStatusSource final : public verifier::StatusSource {
public:
    explicit FolderStatusSource(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<Bytes> find_answer(const verifier::StatusQuestion& question) override;
    [[nodiscard]] Result<Bytes> find_list(const verifier::StatusQuestion& question) override;

private:
    const std::string folder_;
};

/// The addresses that certificates name, over HTTP: OCSP by POST (RFC 6960 appendix A.1), lists by
/// GET. No redirect is followed, answers have a size limit, and private addresses are connected to
/// only where the configuration says so: whoever makes a certificate chooses what it names. An
/// answer is kept for ten minutes, so that a list is not fetched for each document; who gives none
/// is left alone for one.
class HttpStatusSource final : public verifier::StatusSource {
public:
    /// The clock outlives it.
    HttpStatusSource(const StatusConfig& config, const Clock& clock)
        : config_(config), clock_(clock) {}
    [[nodiscard]] Result<Bytes> find_answer(const verifier::StatusQuestion& question) override;
    [[nodiscard]] Result<Bytes> find_list(const verifier::StatusQuestion& question) override;

private:
    /// A request of either kind.
    struct Call {
        const char* method;
        std::string_view accepts; ///< media type of the answer
        std::size_t bytes_max;
        std::string body;
    };
    /// What was answered, or why nothing was.
    struct Kept {
        Result<Bytes> answer;
        TimeMs at;
    };
    [[nodiscard]] Result<Bytes> call_first(const std::vector<std::string>& addresses,
                                           const Call& call);
    [[nodiscard]] Result<Bytes> call_kept(const std::string& address, const Call& call);
    [[nodiscard]] Result<Bytes> call_now(const std::string& address, const Call& call) const;

    const StatusConfig config_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Kept> kept_; ///< by address and what was asked; guarded by mutex_
};

} // namespace songda::app
