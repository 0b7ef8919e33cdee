#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "app/paced_thread.hpp"
#include "base/time.hpp"
#include "signer/seal_cupboard.hpp"
#include "store/store.hpp"

namespace songda::app {

/// The audit's word for a noted head; its subject is the number of lines, its detail the hash.
inline constexpr std::string_view book_head_action = "seal_book_head";

/// Notes in the store's audit how far the book of uses goes, so that lines that are taken away from
/// its end are missed (`songda audit verify`): when it begins, at most once a minute while the book
/// grows, and when it ends. A thread of its own between `start` and `stop`; `note` by hand without
/// it. All parts outlive it.
class BookAnchor {
public:
    struct Parts {
        store::Store& store;
        std::shared_ptr<signer::SealCupboard> seals;
        const Clock& clock;
    };
    explicit BookAnchor(Parts parts,
                        std::chrono::milliseconds between = std::chrono::milliseconds(60'000))
        : parts_(std::move(parts)), between_(between) {}
    ~BookAnchor() { stop(); }
    BookAnchor(const BookAnchor&) = delete;
    BookAnchor& operator=(const BookAnchor&) = delete;

    void start();
    /// Notes the last head. Twice is once.
    void stop();
    /// Unless it is the one that was noted last, or there is no book.
    void note();

private:
    const Parts parts_;
    const std::chrono::milliseconds between_;
    signer::BookHead noted_; ///< of whoever calls `note`
    std::optional<PacedThread> thread_;
};

} // namespace songda::app
