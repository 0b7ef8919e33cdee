#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"

namespace songda::app {

/// A Maildir that a mail server delivers into and this process empties: each message is moved from
/// `new/` to `cur/` when it is done with, under its hash, which records of evidence name; or to the
/// folder `.unmatched` beside it, for people. Of one thread.
class Maildir {
public:
    /// Makes what is missing of `FOLDER/{new,cur,tmp}` and `FOLDER/.unmatched/…`. Faults as
    /// file_error.
    [[nodiscard]] static Result<Maildir> open(std::string folder);

    /// Names in `new/` behind `after`, in order, at most `most`; and how many there are in all.
    struct Waiting {
        std::vector<std::string> names;
        std::size_t all = 0;
    };
    [[nodiscard]] Result<Waiting> waiting(std::string_view after, std::size_t most) const;
    /// How many messages people have not taken out of `.unmatched`.
    [[nodiscard]] std::size_t unmatched() const;

    struct Message {
        Bytes beginning;  ///< at most `bytes_max`
        std::string hash; ///< of the whole, SHA-256, hexadecimal
    };
    /// Faults: invalid_input (no plain file), as file_error.
    [[nodiscard]] Result<Message> read(const std::string& name, std::size_t bytes_max) const;

    /// Durable order is of no interest: a message that is seen again changes nothing.
    [[nodiscard]] Result<void> keep(const std::string& name, const std::string& hash) const;
    [[nodiscard]] Result<void> set_aside(const std::string& name) const;

private:
    explicit Maildir(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<void> move(const std::string& name, const std::string& target) const;

    std::string folder_;
};

/// A message that was kept in the Maildir `folder`, by its hash; nothing: it is not there, cannot
/// be read or is larger than 32 MiB. From any thread.
[[nodiscard]] std::optional<Bytes> find_kept_mail(const std::string& folder, const Digest& hash);

} // namespace songda::app
