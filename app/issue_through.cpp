// songda issue --url: the same rows through the running service, as any client would send them.

#include <algorithm>
#include <charconv>
#include <fstream>

#include <fmt/core.h>
#include <rapidjson/document.h>

#include "app/issue_output.hpp"
#include "app/terminal.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "http/client.hpp"

namespace songda::app {
namespace {

using rapidjson::Value;

constexpr std::size_t key_bytes_max = 512;

/// The first line that is not empty; `songda key add` prints nothing else on standard output.
Result<std::string> read_key(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    for (std::string line; std::getline(in, line);) {
        const bool visible = std::all_of(line.begin(), line.end(),
                                         [](char letter) { return letter > ' ' && letter <= '~'; });
        if (!line.empty()) {
            return visible && line.size() <= key_bytes_max && line.find('.') != std::string::npos
                       ? Result<std::string>(line)
                       : Error{Fault::invalid_input, path + ": not an API key (KID.SECRET)"};
        }
    }
    return Error{Fault::invalid_input, path + ": no API key in it"};
}

/// In both languages.
std::string title_of(const Value& problem) {
    return fmt::format("{} {}", member_text(problem, "title"), member_text(problem, "title_en"));
}

/// What the service said instead of an answer, in its own words.
Error refusal_of(const http::Response& response) {
    const auto problem = parse_json(response.body);
    const std::string said = problem.ok() ? title_of(problem.value().root()) : "";
    const Fault fault = response.status < 500 ? Fault::forbidden : Fault::unavailable;
    return {fault, fmt::format("the service answered {} {}", response.status, said)};
}

/// One run over the rows of a file.
class Errand {
public:
    Errand(http::Client client, std::string key, std::string folder)
        : client_(std::move(client)), folder_(std::move(folder)) {
        if (!key.empty()) {
            credential_.emplace_back("Authorization", "Bearer " + std::move(key));
        }
    }

    /// Sends the rows and takes their answers. A fault ends the run.
    [[nodiscard]] Result<void> issue(const std::vector<std::string>& lines, std::size_t first_row) {
        std::string body;
        for (const std::string& line : lines) {
            body += line + '\n';
        }
        http::Headers headers = credential_;
        headers.emplace_back("Content-Type", "application/x-ndjson");
        const auto sent = client_.send("POST", "/api/v1/documents:batch", headers, body);
        if (!sent.ok()) {
            return sent.error();
        }
        if (sent.value().status != 200) {
            return refusal_of(sent.value());
        }
        std::string_view answers = sent.value().body;
        for (std::size_t row = first_row; row < first_row + lines.size(); ++row) {
            const std::size_t end = answers.find('\n');
            const auto answer = parse_json(answers.substr(0, end));
            if (end == std::string_view::npos || !answer.ok()) {
                return Error{Fault::corrupt, "the service's answer has no line for each row"};
            }
            answers.remove_prefix(end + 1);
            const auto taken = take(row, answer.value().root());
            if (!taken.ok()) {
                return taken;
            }
        }
        return {};
    }
    [[nodiscard]] const IssueCounts& counts() const { return counts_; }

private:
    Result<void> take(std::size_t row, const Value& answer) {
        const Value* const document = find_member(answer, "document");
        if (document == nullptr) {
            ++counts_.refused;
            tell_problem(row, answer);
            return {};
        }
        const Value* const replayed = find_member(answer, "replayed");
        ++(replayed != nullptr && replayed->IsTrue() ? counts_.replayed : counts_.issued);
        return folder_.empty() ? Result<void>() : download(*document);
    }

    static void tell_problem(std::size_t row, const Value& answer) {
        static const Value nothing;
        const Value* const member = find_member(answer, "problem");
        const Value& problem = member == nullptr ? nothing : *member;
        if (find_member(problem, "rule") != nullptr) { // of a seal
            tell_finding(row,
                         {member_text(problem, "seal"), member_text(problem, "rule"),
                          member_text(problem, "message"), member_text(problem, "message_en")});
            return;
        }
        const Value* const findings = find_member(problem, "errors");
        if (findings == nullptr || !findings->IsArray() || findings->Empty()) {
            tell_row(row, title_of(problem));
            return;
        }
        for (const Value& finding : findings->GetArray()) {
            const auto word = [&finding](std::string_view name) {
                return std::string(member_text(finding, name));
            };
            tell_finding(row, {word("pointer"), word("rule"), word("message"), word("message_en")});
        }
    }

    /// The names come from the service, so they are held to their form before they become a path.
    Result<void> download(const Value& document) {
        const auto key = parse_document_key(member_text(document, "key"));
        const auto id = parse_document_id(member_text(document, "id"));
        if (!key || !id) {
            return Error{Fault::corrupt, "the service's answer names no document"};
        }
        const std::string path = file_path(folder_, *key);
        const std::string_view sha256_hex = member_text(document, "sha256");
        if (is_kept(path, sha256_hex)) {
            return {};
        }
        const auto file =
            client_.send("GET", "/api/v1/documents/" + to_text(*id) + "/file", credential_, "");
        if (!file.ok()) {
            return file.error();
        }
        if (file.value().status == 401) {
            return Error{Fault::forbidden,
                         "issued, but this key may not download: it needs the "
                         "scope read (songda key add --scope issue --scope read)"};
        }
        if (file.value().status != 200) {
            return refusal_of(file.value());
        }
        const ByteView bytes = as_bytes(file.value().body);
        if (to_hex(sha256(bytes)) != sha256_hex) {
            return Error{Fault::corrupt, "a file that is not the one that was issued"};
        }
        return write_file(path, bytes) ? Result<void>() : cannot_write(path);
    }

    http::Client client_;
    http::Headers credential_; ///< none: the connection says who we are
    std::string folder_;
    IssueCounts counts_;
};

} // namespace

Result<http::ClientOptions> parse_service_url(std::string_view url) {
    const bool secure = url.starts_with("https://");
    const bool known = secure || url.starts_with("http://");
    url.remove_prefix(known ? url.find("//") + 2 : 0);
    if (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    const std::size_t colon = url.rfind(':');
    const std::string_view host = url.substr(0, colon);
    const std::string_view digits = colon != std::string_view::npos ? url.substr(colon + 1)
                                    : secure                        ? "443"
                                                                    : "80";
    http::ClientOptions service;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), service.port);
    if (!known || host.empty() || host.find_first_of("/@[]?# ") != std::string_view::npos ||
        failure != std::errc() || end != digits.data() + digits.size() || service.port == 0) {
        return Error{Fault::invalid_input,
                     "--url: must be https://HOST:PORT or http://ADDRESS:PORT"};
    }
    service.host = host;
    service.address = host == "localhost" ? "127.0.0.1" : host;
    if (secure) {
        service.tls.emplace();
    } else if (service.address.find_first_not_of("0123456789.") != std::string::npos) {
        return Error{Fault::invalid_input,
                     "--url: http:// takes a numeric address or localhost; use https:// for " +
                         service.host};
    }
    return service;
}

int issue_through(const ServiceAccess& service, RowFile& rows, const std::string& folder) {
    auto key =
        service.key_file.empty() ? Result<std::string>(std::string()) : read_key(service.key_file);
    if (!key.ok()) {
        return tell_failure(key.error());
    }
    auto client = http::Client::connect(service.connection);
    if (!client.ok()) {
        return tell_failure(client.error());
    }
    fmt::print("经由服务 through the service at {}:{}\n", service.connection.address,
               service.connection.port);
    Errand errand(std::move(client).value(), std::move(key).value(), folder);
    return issue_rows(rows, errand.counts(), folder,
                      [&errand](const std::vector<std::string>& lines, std::size_t first_row) {
                          return errand.issue(lines, first_row);
                      });
}

} // namespace songda::app
