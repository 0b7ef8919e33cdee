// songda issue FILE.jsonl --out DIR: issues from the command line, with no service running.

#include <filesystem>
#include <fstream>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/terminal.hpp"

namespace songda::app {
namespace {

constexpr std::size_t rows_per_call = 256;

struct Counts {
    std::size_t issued = 0;
    std::size_t replayed = 0;
    std::size_t refused = 0;
};

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

void tell_refusal(std::size_t row, const issuer::Answer& answer) {
    using Kind = issuer::Answer::Kind;
    if (answer.kind == Kind::refused) {
        for (const issuer::Finding& finding : answer.findings) {
            fmt::print(stderr, "  第{}行 row {}: {} [{}] {} {}\n", row, row, finding.pointer,
                       finding.rule, finding.message_zh, finding.message_en);
        }
        return;
    }
    const std::string_view why =
        answer.kind == Kind::key_missing ? "缺少幂等键 needs an idempotency key"
        : answer.kind == Kind::key_conflict ? "幂等键已用于不同内容 key used with other content"
        : answer.kind == Kind::key_running   ? "同键正在办理 the same key is running"
        : answer.kind == Kind::case_conflict ? "该办件已出具 this case already has one"
                                             : std::string_view(answer.error.detail);
    fmt::print(stderr, "  第{}行 row {}: {}\n", row, row, why);
}

/// The stored row, not the one in the answer, knows where the file is.
Result<Bytes> read_issued(store::Store& store, const DocumentId& id) {
    const auto row = store.find_document(id);
    if (!row.ok()) {
        return row.error();
    }
    if (!row.value()) {
        return Error{Fault::corrupt, "an issued document is not there"};
    }
    return store.read_file(*row.value());
}

int issue_here(Desk& desk, const DepartmentCode& department, const std::vector<std::string>& lines,
               const std::string& folder) {
    Counts counts;
    Progress progress("出证 issuing", lines.size());
    for (std::size_t at = 0; at < lines.size(); at += rows_per_call) {
        std::vector<issuer::Row> rows;
        for (std::size_t i = at; i < std::min(at + rows_per_call, lines.size()); ++i) {
            rows.push_back({lines[i], {}});
        }
        const auto answers = desk.issuer().issue(department, rows);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const issuer::Answer& answer = answers[i];
            const bool replayed = answer.kind == issuer::Answer::Kind::replayed;
            if (!replayed && answer.kind != issuer::Answer::Kind::issued) {
                ++counts.refused;
                tell_refusal(at + i + 1, answer);
                continue;
            }
            ++(replayed ? counts.replayed : counts.issued);
            const auto file = read_issued(desk.store(), answer.document.id);
            if (!file.ok()) {
                return tell_failure(file.error());
            }
            const std::string path = folder + '/' + to_text(answer.document.key) + ".pdf";
            if (!write_file(path, file.value())) {
                return tell_failure("无法写入", path);
            }
        }
        progress.set(at + answers.size());
    }
    progress.finish();
    fmt::print("出证 issued {} · 重放 replayed {} · 拒绝 refused {} → {}\n", counts.issued,
               counts.replayed, counts.refused, folder);
    return counts.refused == 0 ? 0 : 1;
}

const DepartmentConfig* find_department(const Config& config, const std::string& code) {
    if (code.empty()) {
        return config.departments.size() == 1 ? &config.departments.front() : nullptr;
    }
    for (const DepartmentConfig& department : config.departments) {
        if (department.code == code) {
            return &department;
        }
    }
    return nullptr;
}

} // namespace

int run_issue(const IssueArguments& arguments) {
    const auto config = read_config(arguments.config);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const DepartmentConfig* const department =
        find_department(config.value(), arguments.department);
    if (department == nullptr) {
        return tell_failure("请用 --department 指明部门",
                            "name the department with --department CODE");
    }
    const auto lines = read_lines(arguments.input);
    if (!lines.ok()) {
        return tell_failure(lines.error());
    }
    std::error_code failure;
    std::filesystem::create_directories(arguments.output, failure);
    if (failure) {
        return tell_failure("无法建立文件夹", arguments.output);
    }
    auto desk = Desk::open(config.value());
    if (!desk.ok()) {
        return tell_failure(desk.error());
    }
    return issue_here(*desk.value(), {department->code}, lines.value(), arguments.output);
}

} // namespace songda::app
