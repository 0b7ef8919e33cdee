#include "app/hall_config.hpp"

#include <algorithm>

#include "app/plain_name.hpp"
#include "app/secret_file.hpp"
#include "base/sha256.hpp"

namespace songda::app {
namespace {

constexpr std::size_t token_bytes_min = 16;
constexpr std::size_t notices_max = 20;
constexpr std::size_t notice_bytes_max = 300;

HallConfig read_hall(TomlTable& table, const ConfigPaths& path) {
    HallConfig hall;
    hall.place = table.text("place");
    if (table.has("place") && !is_plain_name(hall.place, 64)) {
        table.refuse("place", "must be small letters, digits and hyphens: it stands in an address");
    }
    hall.title = table.text("title");
    hall.departments = table.texts_or_none("departments");
    hall.token_file = path.file(table, "token_file", table.text("token_file"));
    hall.notices = table.texts_or_none("notices");
    const bool short_enough =
        hall.notices.size() <= notices_max &&
        std::all_of(hall.notices.begin(), hall.notices.end(),
                    [](const std::string& each) { return each.size() <= notice_bytes_max; });
    if (!short_enough) {
        table.refuse("notices", "at most 20, of 300 bytes");
    }
    return hall;
}

} // namespace

std::vector<HallConfig> read_halls(TomlTable& root, const ConfigPaths& path,
                                   const std::set<std::string>& codes) {
    std::vector<HallConfig> halls;
    std::set<std::string> places;
    for (TomlTable& table : root.tables("hall")) {
        halls.push_back(read_hall(table, path));
        if (!places.insert(halls.back().place).second) {
            table.refuse("place", "is listed twice");
        }
        for (const std::string& code : halls.back().departments) {
            if (!codes.contains(code)) {
                table.refuse("departments", code + ": is no code of a [[department]]");
            }
        }
    }
    return halls;
}

Result<std::vector<api::Hall>> open_halls(const std::vector<HallConfig>& halls,
                                          const std::vector<DepartmentCode>& departments) {
    std::vector<api::Hall> opened;
    std::set<Digest> tokens;
    for (const HallConfig& each : halls) {
        const auto token = read_secret_hex(each.token_file);
        if (!token.ok()) {
            return token.error();
        }
        if (token.value().size() < token_bytes_min) {
            return Error{Fault::invalid_input,
                         each.token_file + ": at least 32 hexadecimal digits are needed; openssl "
                                           "rand -hex 16 makes some"};
        }
        api::Hall hall{each.place, each.title, {}, sha256(token.value()), each.notices};
        if (!tokens.insert(hall.token).second) {
            return Error{Fault::invalid_input, each.token_file + ": another hall has this token"};
        }
        for (const std::string& code : each.departments) {
            hall.departments.push_back({code});
        }
        if (hall.departments.empty()) {
            hall.departments = departments;
        }
        opened.push_back(std::move(hall));
    }
    return opened;
}

} // namespace songda::app
