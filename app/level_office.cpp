#include "app/level_office.hpp"

#include "app/timestamp_server.hpp"
#include "base/log.hpp"
#include "delivery/standing.hpp"

namespace songda::app {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;

LevelKeeping::Options options_of(const AugmentationConfig& config) {
    LevelKeeping::Options options;
    options.threads = config.threads;
    options.per_minute = config.per_minute;
    options.renew_before_ms = config.renew_before_days * day_ms;
    options.retry_most_ms = config.retry_minutes_max * minute_ms;
    return options;
}

/// The metrics count them; an outage of all of them is told by who works with the ladder.
void note_miss(const signer::TimestampMiss& miss) {
    log::debug("timestamp_missed", {{"authority", miss.authority}, {"why", miss.error.detail}});
}

} // namespace

Result<std::unique_ptr<LevelOffice>> LevelOffice::open(const Config& config, Desk& desk,
                                                       Timestamping* built_in) {
    std::unique_ptr<LevelOffice> office(new LevelOffice(*config.augmentation, desk));
    std::vector<std::unique_ptr<signer::TimestampServer>> servers;
    for (const std::string& name : config.augmentation->authorities) {
        auto server = open_named_server(
            name, {config.timestamp, built_in, desk.trust(), desk.clock(), desk.metrics()});
        if (!server.ok()) {
            return server.error();
        }
        servers.push_back(std::move(server).value());
    }
    auto house =
        LadderHouse::open(config, std::move(servers), desk.clock(), desk.random(), &note_miss);
    if (!house.ok()) {
        return house.error();
    }
    office->house_ = std::move(house).value();
    return office;
}

void LevelOffice::start(std::function<void()> released) {
    keeping_ = std::make_unique<LevelKeeping>(
        LevelKeeping::Parts{desk_.store(), house_->augmenter(), desk_.clock(), desk_.random(),
                            desk_.metrics(), &delivery::release_levelled, std::move(released)},
        options_of(config_));
    keeping_->start();
}

void LevelOffice::stop() {
    keeping_.reset();
}

} // namespace songda::app
