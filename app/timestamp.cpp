// songda timestamp FILE: a time-stamp of a file from the configured authorities, the first that
// gives one. What is sent is the file's SHA-256 and nothing of the file.

#include <filesystem>
#include <fstream>
#include <optional>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/ladder.hpp"
#include "app/terminal.hpp"
#include "app/timestamp_server.hpp"
#include "base/durable_file.hpp"
#include "base/random.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "verifier/archive.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/frame.hpp"

namespace songda::app {
namespace {

Result<Digest> hash_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    Sha256 hash;
    std::string piece(1U << 20U, '\0');
    bool any = in.peek() != std::ifstream::traits_type::eof();
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
        hash.update(
            as_bytes(std::string_view(piece.data(), static_cast<std::size_t>(in.gcount()))));
    }
    if (!any || in.bad()) {
        return Error{Fault::not_found, path + ": cannot be read, or is empty"};
    }
    return hash.finish();
}

struct Servers {
    std::vector<std::unique_ptr<HttpTimestampServer>> owned;
    std::vector<signer::TimestampServer*> asked;
};

Result<Servers> open_servers(const std::vector<TimestampClientConfig>& clients,
                             const Clock& clock) {
    Servers servers;
    for (const TimestampClientConfig& client : clients) {
        auto server = HttpTimestampServer::open(client, clock);
        if (!server.ok()) {
            return Error{server.error().fault,
                         "timestamp.client \"" + client.name + "\": " + server.error().detail};
        }
        servers.asked.push_back(server.value().get());
        servers.owned.push_back(std::move(server).value());
    }
    return servers;
}

/// What openssl takes as roots: the only file of the folder, or one that is joined first.
struct Roots {
    std::string join; ///< a command, with its end of line; empty: none is needed
    std::string file;
};

Roots roots_in(const std::string& trust_folder) {
    std::vector<std::string> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(trust_folder, ignored)) {
        if (entry.path().extension() == ".pem") {
            files.push_back(entry.path().string());
        }
    }
    return files.size() == 1 ? Roots{"", files.front()}
                             : Roots{"  cat " + trust_folder + "/*.pem >roots.pem\n", "roots.pem"};
}

void print_stamped(const TimestampArguments& arguments, const signer::Timestamp& stamp,
                   const Roots& roots) {
    fmt::print("时间 time       {}\n"
               "机构 authority  {} · {}\n"
               "策略 policy     {}\n"
               "已存 written    {}\n"
               "核对 check it with:\n"
               "{}  openssl ts -verify -data {} -in {} -CAfile {}\n",
               to_china_time(stamp.proof.time), stamp.authority, stamp.proof.authority,
               stamp.proof.policy, arguments.output, roots.join, arguments.file, arguments.output,
               roots.file);
}

void tell_miss(const signer::TimestampMiss& miss) {
    fmt::print(stderr, "  未取得 no time-stamp from {}: {}\n", miss.authority, miss.error.detail);
}

/// Asks, tells who gave none, and why; nothing if nobody did.
std::optional<signer::Timestamp> stamp_or_tell(const std::vector<TimestampClientConfig>& clients,
                                               const Digest& digest, std::string& trust_folder) {
    const SystemClock clock;
    SystemRandom random;
    const auto servers = open_servers(clients, clock);
    if (!servers.ok()) {
        tell_failure(servers.error());
        return std::nullopt;
    }
    signer::TimestampClient client(servers.value().asked, {}, clock, random);
    auto outcome = client.stamp(digest);
    for (const signer::TimestampMiss& miss : outcome.missed) {
        tell_miss(miss);
    }
    if (!outcome.timestamp) {
        tell_failure("没有机构给出时间戳", "no authority gave a time-stamp");
        return std::nullopt;
    }
    trust_folder = clients[outcome.missed.size()].trust_folder;
    return std::move(outcome.timestamp);
}

int stamp_file(const TimestampArguments& arguments,
               const std::vector<TimestampClientConfig>& clients) {
    const auto digest = hash_file(arguments.file);
    if (!digest.ok()) {
        return tell_failure(digest.error());
    }
    std::string trust_folder;
    const auto stamp = stamp_or_tell(clients, digest.value(), trust_folder);
    if (!stamp) {
        return 2;
    }
    const auto written = replace_file(arguments.output, as_text(stamp->reply));
    if (!written.ok()) {
        return tell_failure(written.error());
    }
    print_stamped(arguments, *stamp, roots_in(trust_folder));
    return 0;
}

Result<std::string> read_document(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(verifier::frame_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.empty()) {
        return Error{Fault::not_found, path + ": cannot be read, or is empty"};
    }
    const auto report =
        verifier::check_own(as_bytes(text), verifier::TrustStore(), SystemClock().now());
    if (!report) {
        return Error{Fault::invalid_input, path + ": 不是送达签发的原始文件 Not an original file "
                                                  "issued by Songda."};
    }
    const verifier::Reason reason = report->integrity.reason;
    return report->integrity.answer == verifier::Answer::yes
               ? Result<std::string>(std::move(text))
               : Error{Fault::invalid_input, path + ": " + std::string(reason_text_zh(reason)) +
                                                 ' ' + std::string(reason_text_en(reason))};
}

void print_archived(const TimestampArguments& arguments, const signer::Augmentation& added,
                    const verifier::Report& report, const std::string& trust_folder) {
    fmt::print("等级 level      {}\n", level_name(added.level));
    if (!report.timestamps.empty()) {
        const verifier::TimestampFace& newest = report.timestamps.back();
        fmt::print("时间 time       {}\n机构 authority  {}\n", to_china_time(newest.time),
                   newest.authority);
    }
    if (added.proven_until) {
        fmt::print("续期 renew by   {}\n", to_china_time(*added.proven_until));
    }
    fmt::print("已存 written    {}\n核对 check it with:\n  songda-verify {} --trust {}\n",
               arguments.into, arguments.into, trust_folder);
}

/// 1 where no other day changes it.
int tell_augment_failure(const Error& error) {
    switch (error.fault) {
    case Fault::forbidden:
        tell_failure("印章证书不受信任或已被吊销，补时间戳无济于事",
                     "the seal proves nothing, and no time-stamp helps: " + error.detail);
        return 1;
    case Fault::unavailable:
        return tell_failure("此刻取不全时间戳和证书状态，文件没有改动，请稍后再试",
                            "not everything can be had now, nothing was written; try again: " +
                                error.detail);
    case Fault::invalid_input: return tell_failure("文件已没有位置再补证明", error.detail);
    default: return tell_failure(error);
    }
}

/// What proves it goes behind the issued bytes of a document of ours, which stay as they are.
int archive_document(const TimestampArguments& arguments, const Config& config) {
    auto text = read_document(arguments.file);
    if (!text.ok()) {
        return tell_failure(text.error());
    }
    const SystemClock clock;
    SystemRandom random;
    const auto house = LadderHouse::open(config, clock, random, tell_miss);
    if (!house.ok()) {
        return tell_failure(house.error());
    }
    const ByteView file = as_bytes(text.value());
    const auto added = house.value()->augmenter().augment(
        file, verifier::split_archived(file).issued.size(), find_level(arguments.level).value());
    if (!added.ok()) {
        return tell_augment_failure(added.error());
    }
    text.value() += as_text(added.value().revisions);
    const auto report =
        verifier::check_own(as_bytes(text.value()), house.value()->roots().timestamps, clock.now());
    if (!report || report->integrity.answer != verifier::Answer::yes) {
        return tell_failure(Error{Fault::internal, "the finished file does not verify"});
    }
    const auto written = replace_file(arguments.into, text.value());
    if (!written.ok()) {
        return tell_failure(written.error());
    }
    print_archived(arguments, added.value(), *report, config.trust_folder);
    return 0;
}

} // namespace

int run_timestamp(const TimestampArguments& given) {
    TimestampArguments arguments = given;
    if (arguments.output.empty()) {
        arguments.output = arguments.file + ".tsr";
    }
    const auto config = read_config(arguments.config);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const auto& clients = config.value().timestamp.clients;
    if (clients.empty()) {
        return tell_failure("配置中没有 [[timestamp.client]]",
                            "the configuration has no [[timestamp.client]]");
    }
    return arguments.into.empty() ? stamp_file(arguments, clients)
                                  : archive_document(arguments, config.value());
}

} // namespace songda::app
