// songda issue FILE.jsonl --out DIR: issues from the command line, by itself while no service runs,
// else through the service.

#include <filesystem>

#include <fmt/core.h>

#include "api/problem.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/issue_output.hpp"
#include "app/terminal.hpp"

namespace songda::app {
namespace {

void tell_refusal(std::size_t row, const issuer::Answer& answer) {
    using Kind = issuer::Answer::Kind;
    if (answer.kind == Kind::refused) {
        for (const issuer::Finding& finding : answer.findings) {
            tell_finding(row,
                         {finding.pointer, finding.rule, finding.message_zh, finding.message_en});
        }
        return;
    }
    const std::string_view why =
        answer.kind == Kind::key_missing ? "缺少幂等键 needs an idempotency key"
        : answer.kind == Kind::key_conflict ? "幂等键已用于不同内容 key used with other content"
        : answer.kind == Kind::key_running   ? "同键正在办理 the same key is running"
        : answer.kind == Kind::case_conflict ? "该办件已出具 this case already has one"
                                             : "";
    tell_row(row, why.empty() ? fmt::format("{} ({})", api::fault_words(answer.error.fault),
                                            answer.error.detail)
                              : std::string(why));
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
    IssueCounts counts;
    Progress progress("出证 issuing", lines.size());
    for (std::size_t at = 0; at < lines.size(); at += issue_rows_per_call) {
        std::vector<issuer::Row> rows;
        for (std::size_t i = at; i < std::min(at + issue_rows_per_call, lines.size()); ++i) {
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
    return tell_counts(counts, folder);
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

/// The service holds the store: says what to type instead.
int tell_held(const Error& held, const IssueArguments& arguments, const Config& config,
              const DepartmentConfig& department) {
    tell_failure(held);
    fmt::print(stderr,
               "  服务正在运行，请经由服务出证 the service is running; issue through it:\n");
    const std::string key = arguments.key_file.empty() ? "api-key" : arguments.key_file;
    if (!config.http.tls_certificate.empty()) {
        fmt::print(stderr,
                   "  curl --data-binary @{} -H 'Authorization: Bearer KEY' "
                   "-H 'Content-Type: application/x-ndjson' {}/api/v1/documents:batch\n",
                   arguments.input, config.http.public_base);
        return 2;
    }
    if (arguments.key_file.empty()) {
        fmt::print(stderr, "  songda key add -c {} -d {} >{}\n", arguments.config, department.code,
                   key);
    }
    fmt::print(stderr, "  songda issue {} --out {} --url http://{}:{} --key {}\n", arguments.input,
               arguments.output, config.http.address, config.http.port, key);
    return 2;
}

/// By itself when the store is free; through the service that holds it when there is a key for it.
int issue_here_or_there(const IssueArguments& arguments, const std::vector<std::string>& lines) {
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
    auto desk = Desk::open(config.value());
    if (desk.ok()) {
        return issue_here(*desk.value(), {department->code}, lines, arguments.output);
    }
    if (desk.error().fault != Fault::conflict) {
        return tell_failure(desk.error());
    }
    const HttpConfig& http = config.value().http;
    if (arguments.key_file.empty() || !http.tls_certificate.empty() || http.port == 0) {
        return tell_held(desk.error(), arguments, config.value(), *department);
    }
    return issue_through({http.address, http.port, "localhost"}, arguments.key_file, lines,
                         arguments.output);
}

} // namespace

int run_issue(const IssueArguments& arguments) {
    const auto lines = read_lines(arguments.input);
    if (!lines.ok()) {
        return tell_failure(lines.error());
    }
    std::error_code failure;
    std::filesystem::create_directories(arguments.output, failure);
    if (failure) {
        return tell_failure("无法建立文件夹", arguments.output);
    }
    if (arguments.url.empty()) {
        return issue_here_or_there(arguments, lines.value());
    }
    if (arguments.key_file.empty()) {
        return tell_failure("经由服务出证须有 --key FILE", "--url needs --key FILE");
    }
    const auto service = parse_service_url(arguments.url);
    return service.ok()
               ? issue_through(service.value(), arguments.key_file, lines.value(), arguments.output)
               : tell_failure(service.error());
}

} // namespace songda::app
