#include "app/secret_file.hpp"

#include <fstream>

#include "base/text_codec.hpp"

namespace songda::app {

Result<Private<std::string>> read_secret_line(const std::string& path) {
    std::ifstream in(path);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    std::string line;
    std::getline(in, line);
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    if (line.empty()) {
        return Error{Fault::invalid_input, path + ": is empty"};
    }
    return Private<std::string>(std::move(line));
}

Result<Bytes> read_secret_hex(const std::string& path) {
    const auto line = read_secret_line(path);
    if (!line.ok()) {
        return line.error();
    }
    auto bytes = from_hex(line.value().reveal());
    if (!bytes) {
        return Error{Fault::invalid_input, path + ": is not hexadecimal"};
    }
    return *std::move(bytes);
}

} // namespace songda::app
