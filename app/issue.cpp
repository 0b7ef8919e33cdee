// songda issue FILE.jsonl --out DIR: issues from the command line, by itself while no service runs,
// else through the service.

#include <filesystem>

#include <fmt/core.h>

#include "api/problem.hpp"
#include "app/book_anchor.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/issue_output.hpp"
#include "app/terminal.hpp"
#include "base/text_codec.hpp"

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
    if (answer.kind == Kind::seal_refused) {
        const signer::SealRefusal& refusal = *answer.seal->refused;
        tell_finding(row, {answer.seal->seal, refusal.rule, refusal.zh, refusal.en});
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
    return store.read_issued(*row.value());
}

/// Puts an issued file where the operator wants it, unless a run before did.
Result<void> keep(Desk& desk, const store::DocumentRow& document, const std::string& folder) {
    const std::string path = file_path(folder, document.key);
    if (is_kept(path, to_hex(document.file_hash))) {
        return {};
    }
    const auto file = read_issued(desk.store(), document.id);
    if (!file.ok()) {
        return file.error();
    }
    return write_file(path, file.value()) ? Result<void>() : cannot_write(path);
}

int issue_here(Desk& desk, const DepartmentCode& department, RowFile& file,
               const std::string& folder) {
    IssueCounts counts;
    const auto issue = [&](const std::vector<std::string>& lines,
                           std::size_t first_row) -> Result<void> {
        std::vector<issuer::Row> rows;
        for (const std::string& line : lines) {
            rows.push_back({line, {}});
        }
        std::size_t row = first_row;
        for (const issuer::Answer& answer : desk.issuer().issue(department, rows)) {
            const bool replayed = answer.kind == issuer::Answer::Kind::replayed;
            if (!replayed && answer.kind != issuer::Answer::Kind::issued) {
                ++counts.refused;
                tell_refusal(row++, answer);
                continue;
            }
            ++row;
            ++(replayed ? counts.replayed : counts.issued);
            const auto kept = folder.empty() ? Result<void>() : keep(desk, answer.document, folder);
            if (!kept.ok()) {
                return kept;
            }
        }
        return {};
    };
    const int status = issue_rows(file, counts, folder, issue);
    BookAnchor({desk.store(), desk.seals(), desk.clock()}).note();
    return status;
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

/// How this machine reaches its own service; nothing when the configuration does not tell the port.
std::optional<http::ClientOptions> own_service(const HttpConfig& config) {
    if (config.port == 0) {
        return std::nullopt;
    }
    http::ClientOptions service;
    service.address = config.address;
    service.port = config.port;
    if (!config.tls_certificate.empty()) {
        service.tls.emplace();
        // What the certificate names, whatever the port in front of the service.
        const auto base = parse_service_url(config.public_base);
        service.host = base.ok() ? base.value().host : service.host;
    }
    return service;
}

/// The service holds the store: says what to type instead.
int tell_held(const Error& held, const IssueArguments& arguments, const Config& config,
              const DepartmentConfig& department) {
    tell_failure(held);
    fmt::print(stderr,
               "  服务正在运行，请经由服务出证 the service is running; issue through it:\n");
    const std::string key = arguments.key_file.empty() ? "api-key" : arguments.key_file;
    if (arguments.key_file.empty()) {
        fmt::print(stderr, "  songda key add -c {} -d {} >{}\n", arguments.config, department.code,
                   key);
    }
    const auto own = own_service(config.http);
    const bool secure = !config.http.tls_certificate.empty();
    const std::string out = arguments.output.empty() ? "" : " --out " + arguments.output;
    fmt::print(stderr, "  songda issue {}{} --url {}://{}:{} --key {}{}\n", arguments.input, out,
               secure ? "https" : "http", secure && own ? own->host : config.http.address,
               config.http.port, key, secure ? " --ca ROOT.pem" : "");
    return 2;
}

/// Adds what the command line says of TLS. False, after telling why, when it does not fit.
bool add_tls(http::ClientOptions& service, const IssueArguments& arguments) {
    const bool wanted = !arguments.ca_file.empty() || !arguments.client_certificate.empty();
    if (wanted && !service.tls) {
        tell_failure("--ca 与 --client-certificate 仅用于 https 服务",
                     "--ca and --client-certificate are for an https service");
        return false;
    }
    if (service.tls) {
        service.tls = {arguments.ca_file, arguments.client_certificate, arguments.client_key};
    }
    return true;
}

bool has_credential(const IssueArguments& arguments) {
    return !arguments.key_file.empty() || !arguments.client_certificate.empty();
}

/// By itself when the store is free; through the service that holds it when there is a key for it.
int issue_here_or_there(const IssueArguments& arguments, RowFile& rows) {
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
        return issue_here(*desk.value(), {department->code}, rows, arguments.output);
    }
    if (desk.error().fault != Fault::conflict) {
        const auto present = read_config(arguments.config, Files::present);
        return tell_failure(present.ok() ? desk.error() : present.error());
    }
    auto service = own_service(config.value().http);
    if (!has_credential(arguments) || !service) {
        return tell_held(desk.error(), arguments, config.value(), *department);
    }
    return add_tls(*service, arguments)
               ? issue_through({*std::move(service), arguments.key_file}, rows, arguments.output)
               : 2;
}

} // namespace

int run_issue(const IssueArguments& arguments) {
    auto rows = RowFile::open(arguments.input);
    if (!rows.ok()) {
        return tell_failure(rows.error());
    }
    std::error_code failure;
    if (!arguments.output.empty()) {
        std::filesystem::create_directories(arguments.output, failure);
    }
    if (failure) {
        return tell_failure("无法建立文件夹", arguments.output);
    }
    if (arguments.url.empty()) {
        return issue_here_or_there(arguments, rows.value());
    }
    if (!has_credential(arguments)) {
        return tell_failure("经由服务出证须有 --key FILE 或 --client-certificate FILE",
                            "--url needs --key FILE or --client-certificate FILE");
    }
    auto service = parse_service_url(arguments.url);
    if (!service.ok()) {
        return tell_failure(service.error());
    }
    return add_tls(service.value(), arguments)
               ? issue_through({std::move(service).value(), arguments.key_file}, rows.value(),
                               arguments.output)
               : 2;
}

} // namespace songda::app
