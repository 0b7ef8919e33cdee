// songda timestamp FILE: a time-stamp of a file from the configured authorities, the first that
// gives one. What is sent is the file's SHA-256 and nothing of the file.

#include <filesystem>
#include <fstream>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "app/timestamp_server.hpp"
#include "base/durable_file.hpp"
#include "base/random.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

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
    const auto digest = hash_file(arguments.file);
    if (!digest.ok()) {
        return tell_failure(digest.error());
    }
    const SystemClock clock;
    SystemRandom random;
    const auto servers = open_servers(clients, clock);
    if (!servers.ok()) {
        return tell_failure(servers.error());
    }
    signer::TimestampClient client(servers.value().asked, {}, clock, random);
    const auto outcome = client.stamp(digest.value());
    for (const signer::TimestampMiss& miss : outcome.missed) {
        fmt::print(stderr, "  未取得 no time-stamp from {}: {}\n", miss.authority,
                   miss.error.detail);
    }
    if (!outcome.timestamp) {
        return tell_failure("没有机构给出时间戳", "no authority gave a time-stamp");
    }
    const auto written = replace_file(arguments.output, as_text(outcome.timestamp->reply));
    if (!written.ok()) {
        return tell_failure(written.error());
    }
    const std::size_t answered = outcome.missed.size();
    print_stamped(arguments, *outcome.timestamp, roots_in(clients[answered].trust_folder));
    return 0;
}

} // namespace songda::app
