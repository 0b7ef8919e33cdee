#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/fakes/child_process.hpp"

namespace songda::fakes {

/// What Python's e-mail package makes of a mail; see read_mail.py.
inline nlohmann::json read_mail(const std::string& mail) {
    const TemporaryFolder folder;
    const std::string path = folder.path() / "mail.eml";
    std::ofstream(path, std::ios::binary) << mail;
    const std::string command =
        "/usr/bin/python3 " SONGDA_SOURCE_DIR "/tests/unit/channels/read_mail.py " + path;
    FILE* const pipe = popen(command.c_str(), "r");
    std::string out;
    for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
        out += static_cast<char>(c);
    }
    if (pclose(pipe) != 0) {
        std::abort();
    }
    return nlohmann::json::parse(out);
}

} // namespace songda::fakes
