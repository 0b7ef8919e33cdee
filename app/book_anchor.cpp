#include "app/book_anchor.hpp"

#include "base/log.hpp"

namespace songda::app {

void BookAnchor::start() {
    thread_ = std::thread([this] { run(); });
}

void BookAnchor::stop() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void BookAnchor::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        note();
        lock.lock();
        wake_.wait_for(lock, between_, [this] { return stopping_; });
    }
    lock.unlock();
    note();
}

void BookAnchor::note() {
    const auto head = parts_.seals->book_head();
    if (head.ok() && (head.value().lines == 0 || head.value() == noted_)) {
        return;
    }
    auto written = head.ok() ? Result<void>() : Result<void>(head.error());
    if (written.ok()) {
        const store::AuditRow row{parts_.clock.now(), "service", std::string(book_head_action),
                                  std::to_string(head.value().lines), head.value().hash};
        written = parts_.store.append_audit({&row, 1});
    }
    if (!written.ok()) {
        log::warning("seal_book_head_not_noted", {{"why", written.error().detail}});
        return;
    }
    noted_ = head.value();
}

} // namespace songda::app
