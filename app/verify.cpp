// songda verify FILE.pdf … | --qr TEXT: the public desk on the command line, offline.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/check_qr.hpp"

namespace songda::app {
namespace {

using verifier::Answer;
using verifier::Report;

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    std::ifstream in(path, std::ios::binary);
    if (failure || !in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    if (size > bytes_max) {
        return Error{Fault::invalid_input, path + ": too large to be one of ours"};
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string_view mark(Answer answer) {
    return answer == Answer::yes ? "✔" : answer == Answer::no ? "✘" : "?";
}

void print_axis(std::string_view label, const verifier::AxisAnswer& axis) {
    fmt::print("  {} {}  {} {}\n", mark(axis.answer), label, verifier::reason_text_zh(axis.reason),
               verifier::reason_text_en(axis.reason));
}

void print_report(std::string_view subject, const Report& report) {
    fmt::print("{}\n", subject);
    print_axis("完整 integrity", report.integrity);
    print_axis("签发 authority", report.authority);
    print_axis("现状 status   ", report.status);
    for (const verifier::TimestampFace& stamp : report.timestamps) {
        fmt::print("  {} 归档时间戳 archive time-stamp  {} · {}{}\n", mark(stamp.answer),
                   to_china_time(stamp.time), stamp.authority,
                   stamp.answer == Answer::yes ? "" : "（不在信任之列 not trusted here）");
    }
    if (!report.document) {
        return;
    }
    const verifier::DocumentFace& face = *report.document;
    if (!face.title.empty()) {
        fmt::print("    {} {} · 持有人 holder {}\n", face.title, face.number, face.holder);
    }
    fmt::print("    签发 issued by {} ({})\n", face.issuer_name, face.issuer_code);
    if (face.issued_at) {
        fmt::print("    签发时间 issued at {}\n", to_china_time(*face.issued_at));
    }
    if (face.sample) {
        fmt::print("    样本，不具法律效力 SAMPLE, without legal effect\n");
    }
}

/// 0: nothing speaks against it; 1: a clear no; 3: integrity or authority could not be decided.
int status_of(const Report& report) {
    if (report.any_no()) {
        return 1;
    }
    const bool decided =
        report.integrity.answer == Answer::yes && report.authority.answer == Answer::yes;
    return decided ? 0 : 3;
}

void show(const VerifyArguments& arguments, std::string_view subject, const Report& report) {
    if (arguments.json) {
        fmt::print("{}\n", verifier::report_json(report));
    } else {
        print_report(subject, report);
    }
}

int verify_qr(const VerifyArguments& arguments, TimeMs now) {
    const auto text = read_file(arguments.keys_file, 16U << 20U);
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

int verify_files(const VerifyArguments& arguments, TimeMs now) {
    verifier::TrustStore trust;
    if (!arguments.trust_folder.empty()) {
        auto loaded = verifier::TrustStore::load(arguments.trust_folder);
        if (!loaded.ok()) {
            return tell_failure(loaded.error());
        }
        if (loaded.value().empty()) {
            return tell_failure("信任文件夹中没有根证书：" + arguments.trust_folder,
                                "--trust: no root certificate (PEM file) in that folder");
        }
        trust = std::move(loaded).value();
    }
    int status = 0;
    for (const std::string& path : arguments.files) {
        const auto file = read_file(path, 64U << 20U);
        if (!file.ok()) {
            status = std::max(status, tell_failure(file.error()));
            continue;
        }
        const Report report = verifier::check_pdf(as_bytes(file.value()), trust, now);
        show(arguments, path, report);
        status = std::max(status, status_of(report));
    }
    return status;
}

} // namespace

int run_verify(const VerifyArguments& arguments) {
    const TimeMs now = SystemClock().now();
    if (arguments.files.empty() == arguments.qr_text.empty()) {
        return tell_failure("请给出文件或 --qr 文本之一", "give either files or --qr TEXT");
    }
    return arguments.qr_text.empty() ? verify_files(arguments, now) : verify_qr(arguments, now);
}

} // namespace songda::app
