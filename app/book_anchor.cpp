#include "app/book_anchor.hpp"

#include "base/log.hpp"

namespace songda::app {

void BookAnchor::start() {
    thread_.emplace();
    thread_->start([this] {
        note();
        return between_;
    });
}

void BookAnchor::stop() {
    if (thread_) {
        thread_.reset();
        note();
    }
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
