// songda-verify FILE… | --qr TEXT: the public desk on the command line, offline.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "app/verify/evidence_lines.hpp"
#include "app/verify/lines.hpp"
#include "app/verify/no_network.hpp"
#include "base/certificate.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/check_qr.hpp"
#include "verifier/evidence_package.hpp"
#include "verifier/record_of.hpp"
#include "verifier/sm2_record.hpp"

namespace {

using namespace songda;
using app::report_line;
using app::report_lines;
using verifier::Answer;
using verifier::Report;

constexpr std::size_t key_list_bytes_max = 16U << 20U;
constexpr std::size_t message_bytes_max = 1U << 20U; ///< also of a record
/// So many files take a while, and a person wants to know how far it is.
constexpr std::size_t many_files = 20;

/// Exit statuses; of many files the first of 2, 1, 3 that holds for one of them.
enum Status { passed = 0, refused = 1, failed = 2, unknown = 3 };

struct Arguments {
    std::vector<std::string> files;
    std::string qr_text;
    std::string keys_file;    ///< key list, for QR texts
    std::string trust_folder; ///< root certificates, for files
    std::string at;           ///< the moment to ask for; empty: now
    std::string message;      ///< SM2 message over the file's record; empty: none
    std::string record;       ///< that record, where the file is not at hand or has none
    std::vector<std::string> evidence_seals; ///< certificate files; of packages of evidence
    bool json = false;
};

int tell_failure(std::string_view zh, std::string_view en) {
    fmt::print(stderr, "songda-verify: {} {}\n", zh, en);
    return failed;
}
int tell_failure(const Error& error) {
    fmt::print(stderr, "songda-verify: {} ({})\n", error.detail, fault_name(error.fault));
    return failed;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    std::ifstream in(path, std::ios::binary);
    if (failure || !in) {
        return Error{Fault::not_found, path + ": 无法读取 cannot be read"};
    }
    if (size > bytes_max) {
        return Error{Fault::invalid_input, path + ": 文件过大 too large"};
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Status status_of(const Report& report) {
    if (report.any_no()) {
        return refused;
    }
    if (report.conclusion) {
        return report.conclusion->indication == "TOTAL-PASSED" ? passed : unknown;
    }
    const bool decided =
        report.integrity.answer == Answer::yes && report.authority.answer == Answer::yes;
    return decided ? passed : unknown;
}

using Message = std::optional<verifier::Sm2Finding>;

void show(const Arguments& arguments, std::string_view subject, const Report& report,
          const Message& message = std::nullopt) {
    fmt::print("{}", arguments.json ? report_line(subject, report, message)
                                    : report_lines(subject, report, message));
}

/// What the message that was given says of the file's record, or of the one beside it. Nothing if
/// none was given.
Result<Message> check_message(const Arguments& arguments, std::string_view file,
                              const verifier::TrustStore& trust, TimeMs at) {
    if (arguments.message.empty()) {
        return Message();
    }
    const auto message = read_file(arguments.message, message_bytes_max);
    const auto beside = arguments.record.empty() ? Result(std::string())
                                                 : read_file(arguments.record, message_bytes_max);
    if (!message.ok() || !beside.ok()) {
        return message.ok() ? beside.error() : message.error();
    }
    const auto inside = verifier::record_of(verifier::split_archived(as_bytes(file)).issued);
    if (arguments.record.empty() && !inside) {
        return Error{Fault::invalid_input,
                     "文件中没有 record.json，请用 --record 指明 the file has no record.json: give "
                     "it with --record FILE"};
    }
    const ByteView record = arguments.record.empty() ? *inside : as_bytes(beside.value());
    return Message(verifier::check_sm2_record(as_bytes(message.value()), record, trust, at));
}

int verify_qr(const Arguments& arguments, TimeMs now) {
    const auto text = read_file(arguments.keys_file, key_list_bytes_max);
    if (!text.ok()) {
        return tell_failure("请用 --keys 指明公布的密钥清单",
                            "give the published key list with --keys FILE");
    }
    const auto keys = verifier::parse_key_list(text.value());
    if (!keys.ok()) {
        return tell_failure(keys.error());
    }
    const Report report = verifier::check_qr(arguments.qr_text, keys.value(), now);
    show(arguments, "二维码 QR code", report);
    if (!arguments.json && keys.value().next_update < now) {
        fmt::print("  ! 密钥清单已过更新时间 the key list is older than its next update ({})\n",
                   to_china_time(keys.value().next_update));
    }
    return status_of(report);
}

/// The exit status is about all that was given; the file's own three axes are as without a message.
Status status_of(const Message& message) {
    if (!message) {
        return passed;
    }
    const Answer integrity = message->integrity.answer;
    const Answer authority = message->authority.answer;
    return integrity == Answer::no || authority == Answer::no     ? refused
           : integrity == Answer::yes && authority == Answer::yes ? passed
                                                                  : unknown;
}

Status worse(Status one, Status other) {
    return one == refused || other == refused ? refused : std::max(one, other);
}

/// How many files came to which status; told on the way where somebody looks.
class Tally {
public:
    explicit Tally(std::size_t total)
        : total_(total),
          drawn_(total > many_files && isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0) {}
    void add(Status status) {
        ++counts_[static_cast<std::size_t>(status)];
        ++done_;
        if (drawn_) {
            fmt::print(stderr, "\r  {}/{}{}", done_, total_, done_ == total_ ? "\n" : "");
        }
    }
    [[nodiscard]] int status() const {
        for (const Status each : {failed, refused, unknown}) {
            if (counts_[static_cast<std::size_t>(each)] != 0) {
                return each;
            }
        }
        return passed;
    }
    void print(std::FILE* to) const {
        fmt::print(to,
                   "共 {} 个文件 files: 通过 passed {} · 不可信 refused {} · 无法判断 unknown {} · "
                   "未能读取 not read {}\n",
                   total_, counts_[passed], counts_[refused], counts_[unknown], counts_[failed]);
    }

private:
    std::size_t total_;
    std::size_t done_ = 0;
    bool drawn_;
    std::array<std::size_t, 4> counts_{};
};

const verifier::Inspector& inspector_here() {
    static const verifier::Inspector inspector = verifier::Inspector::beside_this_program();
    return inspector;
}

Status status_of(Answer answer) {
    return answer == Answer::no ? refused : answer == Answer::yes ? passed : unknown;
}

/// Whom files are held against.
struct Known {
    verifier::TrustStore trust;
    verifier::Certificates evidence_seals;
};

Status fail(const Arguments& arguments, const std::string& path, const Error& error) {
    if (arguments.json) {
        fmt::print("{}", app::failure_line(path, error));
    }
    tell_failure(error);
    return failed;
}

/// The package's own findings, then what its document is in itself.
Status verify_evidence(const Arguments& arguments, const std::string& path, std::string_view file,
                       const Known& known, TimeMs at) {
    if (!arguments.message.empty()) {
        return fail(arguments, path,
                    {Fault::invalid_input, path + ": --sm2 用于文书，不用于证据包 --sm2 is about a "
                                                  "document, not about a package of evidence"});
    }
    const verifier::TrustStore& trust = known.trust;
    const auto report = verifier::check_evidence(as_bytes(file), trust, at, known.evidence_seals);
    fmt::print("{}", arguments.json ? app::evidence_line(path, report)
                                    : app::evidence_lines(path, report));
    const Status status = status_of(report.answer());
    if (report.document.empty()) {
        return status;
    }
    const auto document = verifier::check_pdf(report.document, trust, at, inspector_here());
    if (!document.ok()) {
        tell_failure(document.error());
        return worse(status, failed);
    }
    show(arguments, path + " document.pdf", document.value());
    return worse(status, status_of(document.value()));
}

bool is_package(std::string_view file) {
    return file.starts_with("PK\x03\x04");
}

Status verify_file(const Arguments& arguments, const std::string& path, const Known& known,
                   TimeMs at) {
    const verifier::TrustStore& trust = known.trust;
    const verifier::Inspector& inspector = inspector_here();
    const auto file = read_file(path, verifier::inspected_bytes_max);
    if (file.ok() && is_package(file.value())) {
        return verify_evidence(arguments, path, file.value(), known, at);
    }
    const auto report = file.ok()
                            ? verifier::check_pdf(as_bytes(file.value()), trust, at, inspector)
                            : Result<Report>(file.error());
    const auto message = report.ok() ? check_message(arguments, file.value(), trust, at)
                                     : Result<Message>(report.error());
    if (!message.ok()) {
        return fail(arguments, path, message.error());
    }
    show(arguments, path, report.value(), message.value());
    return worse(status_of(report.value()), status_of(message.value()));
}

/// Roots and lists, and of each certificate file its first: behind a seal's stand its issuers.
Result<Known> read_known(const Arguments& arguments) {
    Known known;
    if (!arguments.trust_folder.empty()) {
        auto loaded = verifier::TrustStore::load(arguments.trust_folder);
        if (!loaded.ok()) {
            return loaded.error();
        }
        if (loaded.value().empty()) {
            return Error{Fault::invalid_input,
                         "信任文件夹中没有根证书 --trust: no root certificate "
                         "(PEM file) in " +
                             arguments.trust_folder};
        }
        known.trust = std::move(loaded).value();
    }
    for (const std::string& path : arguments.evidence_seals) {
        auto certificates = read_certificates(path);
        if (!certificates.ok()) {
            return certificates.error();
        }
        known.evidence_seals.push_back(std::move(certificates.value().front()));
    }
    return known;
}

int verify_files(const Arguments& arguments, TimeMs at) {
    const auto known = read_known(arguments);
    if (!known.ok()) {
        return tell_failure(known.error());
    }
    Tally tally(arguments.files.size());
    for (const std::string& path : arguments.files) {
        tally.add(verify_file(arguments, path, known.value(), at));
    }
    if (arguments.files.size() > 1) {
        tally.print(arguments.json ? stderr : stdout);
    }
    return tally.status();
}

/// `2026-11-24T01:02:03Z`, or a day: its first moment in China.
std::optional<TimeMs> read_time(const std::string& text) {
    if (const auto day = parse_date(text)) {
        return china_midnight(*day);
    }
    return parse_rfc3339(text);
}

int run(const Arguments& arguments) {
    const auto at = arguments.at.empty() ? SystemClock().now() : read_time(arguments.at);
    if (!at) {
        return tell_failure("--at 的时间应如 2026-11-24 或 2026-11-24T09:00:00+08:00",
                            "--at takes a day or a time such as those");
    }
    if (arguments.files.empty() == arguments.qr_text.empty()) {
        return tell_failure("请给出文件或 --qr 文本之一", "give either files or --qr TEXT");
    }
    if ((!arguments.message.empty() && arguments.files.size() != 1) ||
        (arguments.message.empty() && !arguments.record.empty())) {
        return tell_failure("--sm2 只用于一个文件，--record 与 --sm2 同用",
                            "--sm2 is about one file, and --record goes with --sm2");
    }
    if (!app::renounce_network()) {
        return tell_failure("内核不支持 seccomp，无法隔离",
                            "the kernel grants no seccomp filter; nothing was checked");
    }
    return arguments.qr_text.empty() ? verify_files(arguments, *at) : verify_qr(arguments, *at);
}

} // namespace

int main(int count, char** words) {
    CLI::App app(
        "离线核验文书、送达证据包或二维码，只用公开的证书和密钥，不联网\n"
        "Checks documents, packages of evidence and codes offline, with public certificates and "
        "keys.\n"
        "退出状态 exit status: 0 通过 passed · 1 不可信 refused · 2 用法或读取错误 wrong use, "
        "not readable · 3 无法判断 not known");
    Arguments arguments;
    app.add_option("FILE", arguments.files, "PDF，或送达证据包 ZIP or a package of evidence");
    app.add_option(
        "--trust", arguments.trust_folder,
        "信任的根证书和吊销列表所在文件夹 folder of root certificates (*.pem) and revocation "
        "lists (*.crl)");
    app.add_option("--qr", arguments.qr_text, "二维码文本 text of a QR code");
    app.add_option("--keys", arguments.keys_file, "密钥清单 published key list, for --qr");
    app.add_option("--sm2", arguments.message,
                   "随附的国密数据签名（record.p7s），核对文件所附数据 SM2 message over the file's "
                   "record, for one FILE");
    app.add_option("--record", arguments.record,
                   "该数据（record.json），文件未附时 that record, where the file has none");
    app.add_option(
        "--evidence-seal", arguments.evidence_seals,
        "送达服务的封存印章证书（PEM，更换过的可多次给出），核对证据包由谁封存 the service's "
        "evidence seal, to hold who sealed a package against; again for one before");
    app.add_option("--at", arguments.at, "按这一时刻核验 as of this day or time");
    app.add_flag("--json", arguments.json, "机器格式，每个文件一行 machine form, a line a file");
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& failure) {
        const int status = app.exit(failure);
        return status == 0 ? 0 : failed;
    }
    return run(arguments);
}
