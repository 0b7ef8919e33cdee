#pragma once

#include <mutex>
#include <optional>

#include "base/result.hpp"

/// What the files of the store in memory share.
namespace songda::fakes::memory {

using Lock = std::lock_guard<std::mutex>;

inline Error full() {
    return {Fault::no_space, "no space"};
}

template <class Map>
std::optional<typename Map::mapped_type> look_up(const Map& map,
                                                 const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
}

} // namespace songda::fakes::memory
