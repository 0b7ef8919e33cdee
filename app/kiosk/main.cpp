// songda-kiosk: the program on a kiosk 自助机. It holds the device's key, speaks to the service,
// prints, and serves the page to the device's own browser.

#include <csignal>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "app/kiosk/local_door.hpp"
#include "base/log.hpp"
#include "http/server.hpp"

namespace songda {
namespace {

int tell_failure(const Error& error) {
    fmt::print(stderr, "songda-kiosk: {}\n", error.detail);
    return 2;
}

http::Response refuse(int status, std::string_view why) {
    http::Response response;
    response.status = status;
    response.body = std::string(why) + '\n';
    return response;
}

/// Whoever sets it up is still there: what would make each print fail is said now.
void tell_printer(const std::string& words) {
    fmt::print("打印机 printer: {}\n", words);
    if (words == "gone") {
        fmt::print("  打印机没有应答，请检查 [printer] uri 和电源 it does not answer: look at uri "
                   "and power\n");
    } else if (words.ends_with("no-page-count")) {
        fmt::print("  打印机不报告印出的面数，无法确认文书完整，本机不会发放；请换一台报告 "
                   "job-impressions-completed 的打印机\n"
                   "  it does not say how many sides came out, so nothing can be handed out here: "
                   "use one that does\n");
    }
}

int enrol(const app::DeviceConfig& config, const std::string& code) {
    const SystemClock clock;
    auto device = app::KioskDevice::open(config, clock);
    if (!device.ok()) {
        return tell_failure(device.error());
    }
    const auto enrolled = device.value()->enrol(code);
    if (!enrolled.ok()) {
        return tell_failure(enrolled.error());
    }
    fmt::print("已登记 enrolled: {}/device.pem\n", config.folder);
    tell_printer(device.value()->printer_words());
    return 0;
}

int run(const app::DeviceConfig& config, const sigset_t& stop_signals) {
    const SystemClock clock;
    auto device = app::KioskDevice::open(config, clock);
    if (!device.ok()) {
        return tell_failure(device.error());
    }
    auto routes = app::make_local_routes(*device.value(), config.web_folder);
    if (!routes.ok()) {
        return tell_failure(routes.error());
    }
    http::ServerOptions options;
    options.port = config.page_port; // loopback alone, and no name but its own
    options.hosts = {"localhost", "127.0.0.1"};
    options.io_threads = 1;
    options.worker_threads = 4;
    metrics::Registry registry;
    auto server =
        http::Server::start(std::move(options), std::move(routes).value(), &refuse, registry);
    if (!server.ok()) {
        return tell_failure(server.error());
    }
    device.value()->start();
    fmt::print("页面 page http://127.0.0.1:{}/\n", server.value()->port());
    std::fflush(stdout);
    int received = 0;
    sigwait(&stop_signals, &received);
    server.value()->stop();
    device.value()->end_session();
    return 0;
}

} // namespace
} // namespace songda

int main(int count, char** words) {
    CLI::App options("songda-kiosk: 自助机程序 the program on a kiosk", "songda-kiosk");
    std::string path = "songda-kiosk.toml";
    std::string code;
    options.add_option("-c,--config", path, "配置文件 configuration file")->capture_default_str();
    options.require_subcommand(1);
    auto* enrolling = options.add_subcommand("enrol", "凭登记码登记本机 enrol by the code");
    enrolling->add_option("CODE", code, "songda kiosk add 给出的登记码 the enrolment code")
        ->required();
    options.add_subcommand("run", "运行 run");
    CLI11_PARSE(options, count, words);

    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGINT);
    sigaddset(&stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    const auto config = songda::app::read_device_config(path);
    if (!config.ok()) {
        return songda::tell_failure(config.error());
    }
    return enrolling->parsed() ? songda::enrol(config.value(), code)
                               : songda::run(config.value(), stop_signals);
}
