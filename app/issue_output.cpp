#include "app/issue_output.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/core.h>

namespace songda::app {

Result<std::vector<std::string>> read_lines(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(std::move(line));
    }
    return lines;
}

bool write_file(const std::string& path, ByteView bytes) {
    const std::string half = path + ".part";
    std::ofstream out(half, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    out.close();
    std::error_code failure;
    std::filesystem::rename(half, path, failure);
    return out.good() && !failure;
}

void tell_finding(std::size_t row, const RowFinding& finding) {
    fmt::print(stderr, "  第{}行 row {}: {} [{}] {} {}\n", row, row, finding.pointer, finding.rule,
               finding.zh, finding.en);
}

void tell_row(std::size_t row, std::string_view why) {
    fmt::print(stderr, "  第{}行 row {}: {}\n", row, row, why);
}

int tell_counts(const IssueCounts& counts, const std::string& folder) {
    fmt::print("出证 issued {} · 重放 replayed {} · 拒绝 refused {} → {}\n", counts.issued,
               counts.replayed, counts.refused, folder);
    return counts.refused == 0 ? 0 : 1;
}

} // namespace songda::app
