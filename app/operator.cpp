#include "app/operator.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <pwd.h>
#include <unistd.h>

namespace songda::app {
namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_account_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string account_of(uid_t user) {
    std::array<char, 4096> room{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr &&
        is_account_name(found->pw_name)) {
        return found->pw_name;
    }
    return "uid-" + std::to_string(user);
}

std::optional<uid_t> parse_uid(std::string_view text) {
    uid_t user = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), user);
    const bool whole =
        !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole ? std::optional(user) : std::nullopt;
}

} // namespace

std::string operator_name_of(uid_t user, const char* sudo_uid, const char* sudo_user) {
    static constexpr std::string_view prefix = "operator:";
    std::string name(prefix);
    if (user == 0 && sudo_user != nullptr && is_account_name(sudo_user)) {
        return name + sudo_user;
    }
    const auto before = user == 0 && sudo_uid != nullptr ? parse_uid(sudo_uid) : std::nullopt;
    return name + account_of(before.value_or(user));
}

std::string operator_name() {
    return operator_name_of(getuid(), std::getenv("SUDO_UID"), std::getenv("SUDO_USER"));
}

} // namespace songda::app
