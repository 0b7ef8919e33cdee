#pragma once

#include <functional>
#include <memory>

#include "app/config.hpp"
#include "app/desk.hpp"
#include "app/ladder.hpp"
#include "app/level_keeping.hpp"
#include "app/timestamping.hpp"

namespace songda::app {

/// Augmentation wired: authorities by configuration, the ladder that asks them, the threads that
/// bring documents of the desk's store to their level.
class LevelOffice {
public:
    /// `config` has [augmentation]. Faults name the key at fault. `desk` and `built_in`, null
    /// without an authority here, outlive it.
    [[nodiscard]] static Result<std::unique_ptr<LevelOffice>> open(const Config& config, Desk& desk,
                                                                   Timestamping* built_in);

    /// `released`: after a revision is stored, deliveries may be due.
    void start(std::function<void()> released);
    /// Lets what is begun end.
    void stop();

private:
    LevelOffice(const AugmentationConfig& config, Desk& desk) : config_(config), desk_(desk) {}

    const AugmentationConfig config_;
    Desk& desk_;
    std::unique_ptr<LadderHouse> house_;
    std::unique_ptr<LevelKeeping> keeping_;
};

} // namespace songda::app
