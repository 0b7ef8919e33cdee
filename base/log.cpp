#include "base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.hpp"

namespace songda::log {
namespace {

/// The pattern writes the time; the message is already the rest of a JSON object. UTC.
constexpr auto pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> instance = [] {
        auto made = spdlog::stderr_logger_mt("songda");
        made->set_pattern(pattern, spdlog::pattern_time_type::utc);
        return made;
    }();
    return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string_view level_name(Level level) {
    switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
    }
    return "error";
}

} // namespace

Result<void> open(const std::string& path, Level least) {
    logger()->set_level(to_spdlog(least));
    if (path.empty()) {
        return {};
    }
    try {
        auto made = spdlog::basic_logger_mt("songda-file", path);
        made->set_pattern(pattern, spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::info);
        made->set_level(to_spdlog(least));
        logger() = std::move(made);
    } catch (const spdlog::spdlog_ex& failure) {
        return Error{Fault::unavailable, std::string("log_file: ") + failure.what()};
    }
    return {};
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!logger()->should_log(to_spdlog(level))) {
        return;
    }
    std::string line;
    line.append("\"level\":\"").append(level_name(level)).append("\",\"event\":");
    append_json_string(line, event);
    for (const Field& field : fields) {
        line += ',';
        append_json_string(line, field.name);
        line += ':';
        if (field.quoted) {
            append_json_string(line, field.text);
        } else {
            line += field.text;
        }
    }
    logger()->log(to_spdlog(level), "{}", line);
}

} // namespace songda::log
