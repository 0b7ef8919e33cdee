#include "app/stop_request.hpp"

#include <array>
#include <csignal>

namespace songda::app {
namespace {

volatile std::sig_atomic_t stop_asked = 0;

constexpr std::array stop_signals = {SIGINT, SIGTERM};

void ask(int) {
    stop_asked = 1;
}

} // namespace

StopRequest::StopRequest() {
    stop_asked = 0;
    struct sigaction action {};
    action.sa_handler = ask;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    for (const int signal : stop_signals) {
        sigaction(signal, &action, nullptr);
    }
}

StopRequest::~StopRequest() {
    for (const int signal : stop_signals) {
        std::signal(signal, SIG_DFL);
    }
}

bool StopRequest::asked() const {
    return stop_asked != 0;
}

} // namespace songda::app
