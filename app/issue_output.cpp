#include "app/issue_output.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/core.h>

#include "app/stop_request.hpp"
#include "app/terminal.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::app {

std::string file_path(const std::string& folder, const DocumentKey& key) {
    return folder + '/' + to_text(key) + ".pdf";
}

bool is_kept(const std::string& path, std::string_view sha256_hex) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return false;
    }
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    return to_hex(sha256(as_bytes(bytes))) == sha256_hex;
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

namespace {

/// What a shell makes of SIGINT.
constexpr int stopped_status = 130;

/// The last lines of a run.
void tell_end(const IssueCounts& counts, const std::string& folder, std::size_t done,
              double seconds) {
    fmt::print("出证 issued {} · 重放 replayed {} · 拒绝 refused {}{}{}\n", counts.issued,
               counts.replayed, counts.refused, folder.empty() ? "" : " → ", folder);
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    fmt::print("用时 took {:.1f} s · 每秒 {:.0f} 份 rows/s\n", seconds, rate);
}

void tell_go_on() {
    fmt::print(stderr, "  请再次运行同一命令，不会重复出证 run the same command again: "
                       "nothing is issued twice\n");
}

} // namespace

int issue_rows(RowFile& rows, const IssueCounts& counts, const std::string& folder,
               const IssueChunk& issue) {
    const StopRequest stop;
    const SystemClock clock;
    Progress progress("出证 issuing", rows.rows(), clock);
    std::size_t done = 0;
    Result<void> issued;
    while (issued.ok() && !stop.asked()) {
        const auto& lines = rows.next();
        if (lines.empty()) {
            break;
        }
        issued = issue(lines, rows.first_row());
        done += issued.ok() ? lines.size() : 0;
        progress.set(done);
    }
    progress.finish();
    tell_end(counts, folder, done, progress.seconds());
    if (!issued.ok()) {
        if (issued.error().fault == Fault::unavailable) {
            tell_go_on();
        }
        return tell_failure(issued.error());
    }
    if (done < rows.rows()) {
        fmt::print(stderr, "songda: 已中断，未办 {} 行 stopped, {} rows are left\n",
                   rows.rows() - done, rows.rows() - done);
        tell_go_on();
        return stopped_status;
    }
    return counts.refused == 0 ? 0 : 1;
}

} // namespace songda::app
