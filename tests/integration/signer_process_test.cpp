// The real service with its keys in the real songda-signer: what it issues and stamps verifies with
// poppler and openssl; no private key is in its memory or among its files; the signer is caged and
// leaves no core; kill -9 of the signer and the loss of its token lose nothing and double nothing.
#include <array>
#include <atomic>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/open_file.hpp"
#include "base/openssl_handles.hpp"
#include "store/lmdb/open_lmdb.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/signer_process.hpp"
#include "tests/fakes/soft_token.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;
using nlohmann::json;

bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

/// The private number of a key file, as its 32 bytes lie in memory: big-endian, and in the order of
/// the machine's words.
std::array<std::string, 2> scalar_of(const std::string& path) {
    const openssl::Bio file(BIO_new_file(path.c_str(), "r"));
    const openssl::Pkey key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
    BIGNUM* number = nullptr;
    SONGDA_CHECK(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
    std::array<std::string, 2> spelt = {std::string(32, '\0'), std::string(32, '\0')};
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(spelt[0].data()), 32);
    BN_bn2lebinpad(number, reinterpret_cast<unsigned char*>(spelt[1].data()), 32);
    BN_clear_free(number);
    return spelt;
}

/// How often `wanted` lies in the memory of a process that only root may look into.
int count_in_memory(pid_t process, const std::array<std::string, 2>& wanted) {
    const std::string base = "/proc/" + std::to_string(process);
    std::ifstream maps(base + "/maps");
    const Descriptor memory(open((base + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    SONGDA_CHECK(memory.get() >= 0);
    int found = 0;
    std::string part;
    for (std::string line; std::getline(maps, line);) {
        std::size_t begin = 0;
        std::size_t end = 0;
        char readable = 0;
        if (std::sscanf(line.c_str(), "%zx-%zx %c", &begin, &end, &readable) != 3 ||
            readable != 'r' || has(line, "[v")) {
            continue;
        }
        for (std::size_t at = begin; at < end; at += part.size()) {
            part.resize(std::min<std::size_t>(end - at, 64U << 20U));
            if (pread(memory.get(), part.data(), part.size(), static_cast<off_t>(at)) <= 0) {
                break;
            }
            for (const std::string& each : wanted) {
                for (std::size_t hit = part.find(each); hit != std::string::npos;
                     hit = part.find(each, hit + 1)) {
                    ++found;
                }
            }
        }
    }
    return found;
}

std::string read_status(pid_t process, const std::string& name) {
    return run_command("grep -h '^" + name + ":' /proc/" + std::to_string(process) +
                       "/task/*/status | sort | uniq -c | tr -s ' \\t' ' '")
        .output;
}

/// The service, with its keys in a signer process beside it.
class SignerProcessTest : public ::testing::Test {
protected:
    void open(const fakes::SignerPlaces& places = {}) {
        signer_ = std::make_unique<fakes::SignerProcess>(places);
        live::Service::Options options;
        options.signer_socket = signer_->socket();
        service_ = std::make_unique<live::Service>(options);
        ASSERT_EQ(run_command("head -n 6 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + rows())
                      .status,
                  0);
    }
    void start() {
        ASSERT_TRUE(signer_->start()) << signer_->complaint();
        ASSERT_TRUE(service_->start()) << service_->complaint();
        api_key_ = service_->make_key();
        std::ofstream(at("api-key")) << api_key_ << '\n';
    }
    [[nodiscard]] std::string at(const std::string& name) const {
        return service_->folder() / name;
    }
    [[nodiscard]] std::string rows() const { return at("rows.jsonl"); }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(service_->port());
    }
    [[nodiscard]] CommandResult issue() const {
        return live::run_songda("issue " + rows() + " --out " + at("pdf") + " -c " +
                                service_->config() + " --url " + url() + " --key " + at("api-key"));
    }
    [[nodiscard]] CommandResult stamp() const {
        const std::string query = SONGDA_SOURCE_DIR "/tests/golden/timestamp/sha256-cert-nonce.tsq";
        return run_command("curl -fsS -H 'Content-Type: application/timestamp-query' "
                           "--data-binary @" +
                           query + ' ' + url() + "/tsa -o " + at("reply.tsr") +
                           " && openssl ts -verify -queryfile " + query + " -in " +
                           at("reply.tsr") + " -CAfile " + fakes::sample_keys_folder() +
                           "/trust/root.pem");
    }
    void expect_six_valid_files() const {
        const CommandResult count = run_command("for f in " + at("pdf") +
                                                "/*.pdf; do pdfsig \"$f\"; done | "
                                                "grep -c 'Signature is Valid'");
        EXPECT_EQ(count.output, "6\n");
        const CommandResult genuine = live::run_verify("--trust " + fakes::sample_keys_folder() +
                                                       "/trust " + at("pdf") + "/*.pdf");
        EXPECT_EQ(genuine.status, 0) << genuine.output;
    }
    [[nodiscard]] bool gauge(const std::string& line) const {
        return has(run_command("curl -fsS " + url() + "/metrics").output, line + '\n');
    }

    std::unique_ptr<fakes::SignerProcess> signer_;
    std::unique_ptr<live::Service> service_;
    std::string api_key_;
};

TEST_F(SignerProcessTest, IssuesAndStampsThroughIt) {
    open();
    start();
    const CommandResult done = issue();
    ASSERT_EQ(done.status, 0) << done.output;
    expect_six_valid_files();
    const CommandResult stamped = stamp();
    EXPECT_EQ(stamped.status, 0) << stamped.output;
    EXPECT_TRUE(gauge("songda_signer_away 0"));
    EXPECT_EQ(service_->stop(), 0);
    const int status = signer_->end(SIGTERM);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << signer_->complaint();
}

TEST_F(SignerProcessTest, LinksNeitherStoreNorNetworkNorRenderer) {
    const CommandResult linked = run_command("ldd " SONGDA_SIGNER_PROGRAM);
    ASSERT_EQ(linked.status, 0);
    for (const auto* library : {"lmdb", "curl", "libssl", "boost", "podofo", "harfbuzz", "qrencode",
                                "qpdf", "prometheus", "tcmalloc"}) {
        EXPECT_FALSE(has(linked.output, library)) << linked.output;
    }
}

TEST_F(SignerProcessTest, NoPrivateKeyIsInTheServiceNorLeavesTheSigner) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root looks into their memory";
    }
    open();
    start();
    ASSERT_EQ(issue().status, 0);
    ASSERT_EQ(stamp().status, 0);
    const auto seal = fakes::sample_seal();
    for (const std::string& path :
         {seal.seal_key, seal.qr_key, fakes::sample_keys_folder() + "/tsa/tsa.key"}) {
        const auto scalar = scalar_of(path);
        EXPECT_EQ(count_in_memory(service_->process(), scalar), 0) << path;
        EXPECT_GT(count_in_memory(signer_->process(), scalar), 0) << "this test sees nothing";
        const CommandResult open_files =
            run_command("ls -l /proc/" + std::to_string(service_->process()) + "/fd; cat /proc/" +
                        std::to_string(service_->process()) + "/maps");
        EXPECT_FALSE(has(open_files.output, path.substr(path.rfind('/')))) << open_files.output;
    }
    const pid_t id = signer_->process();
    // 1 main thread and 4 that sign.
    EXPECT_EQ(read_status(id, "Seccomp"), " 5 Seccomp: 2\n");
    EXPECT_EQ(read_status(id, "NoNewPrivs"), " 5 NoNewPrivs: 1\n");
    const std::string limits =
        run_command("tr -s ' ' </proc/" + std::to_string(id) + "/limits").output;
    for (const auto* line : {"Max core file size 0 0", "Max processes 0 0", "Max open files 80 80",
                             "Max address space 268435456 268435456"}) {
        EXPECT_TRUE(has(limits, line)) << line << '\n' << limits;
    }
    // Everything is locked: nothing of it gets into swap.
    EXPECT_FALSE(has(signer_->complaint(), "signer_memory_not_locked")) << signer_->complaint();
    EXPECT_FALSE(has(read_status(id, "VmLck"), "VmLck: 0 kB"));
    const int status = signer_->end(SIGSEGV);
    EXPECT_TRUE(WIFSIGNALED(status) && !WCOREDUMP(status)) << "it left a core";
}

TEST_F(SignerProcessTest, StartedAsRootItBecomesItsUser) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "needs root";
    }
    const fakes::TemporaryFolder keys;
    const auto seal = fakes::sample_seal();
    fakes::SignerPlaces places;
    places.seal_key = keys.path() / "seal.key";
    places.qr_key = keys.path() / "qr.key";
    places.stamp_key = keys.path() / "tsa.key";
    ASSERT_EQ(run_command("cp " + seal.seal_key + ' ' + seal.qr_key + ' ' +
                          fakes::sample_keys_folder() + "/tsa/tsa.key " + keys.path().string() +
                          " && cp " + seal.seal_certificate + " " + fakes::sample_keys_folder() +
                          "/tsa/tsa.pem " + keys.path().string() + " && chown -R nobody " +
                          keys.path().string())
                  .status,
              0);
    open(places);
    ASSERT_EQ(run_command("sed -i 's/^run_as = .*/run_as = \"nobody\"/; s#^certificate = "
                          "\".*/#certificate = \"" +
                          keys.path().string() + "/#' " + signer_->config() +
                          " && chown -R nobody " + signer_->folder().string())
                  .status,
              0);
    start();
    EXPECT_EQ(issue().status, 0);
    const std::string nobody = run_command("id -u nobody | tr -d '\\n'").output;
    EXPECT_EQ(read_status(signer_->process(), "Uid"),
              " 5 Uid: " + nobody + ' ' + nobody + ' ' + nobody + ' ' + nobody + '\n');
    EXPECT_EQ(read_status(signer_->process(), "CapEff"), " 5 CapEff: 0000000000000000\n");
}

TEST_F(SignerProcessTest, WhoIsNotAmongItsUsersGetsNothing) {
    fakes::SignerPlaces places;
    places.users = "[\"nobody\"]";
    open(places);
    ASSERT_TRUE(signer_->start()) << signer_->complaint();
    EXPECT_FALSE(service_->start());
    EXPECT_TRUE(has(service_->complaint(), "is this user among the `users`"))
        << service_->complaint();
    EXPECT_TRUE(has(signer_->complaint(), "signer_peer_refused")) << signer_->complaint();
}

TEST_F(SignerProcessTest, WrongSetUpIsToldWithWhatToDo) {
    open();
    ASSERT_TRUE(signer_->start()) << signer_->complaint();
    const std::string again = std::string(SONGDA_SIGNER_PROGRAM) + " -c " + signer_->config();
    EXPECT_TRUE(has(run_command(again).output, "another songda-signer answers there"));
    signer_->kill();
    std::filesystem::permissions(signer_->folder(), std::filesystem::perms(0755));
    const CommandResult entered = run_command(again);
    EXPECT_EQ(entered.status, 1);
    EXPECT_TRUE(has(entered.output, "everybody may enter the socket's folder: chmod 750"));
    std::filesystem::permissions(signer_->folder(), std::filesystem::perms(0750));
    fakes::SignerPlaces sample;
    sample.production = true;
    sample.more = "[seals]\nfolder = \"seals\"\n";
    const fakes::SignerProcess production(sample);
    EXPECT_TRUE(
        has(run_command(std::string(SONGDA_SIGNER_PROGRAM) + " -c " + production.config()).output,
            geteuid() == 0 ? "run_as: in production keys are not root's"
                           : "a sample key never signs in production"));
    ASSERT_EQ(run_command("sed -i 's/^users.*/users = [\"nobody-of-that-name\"]/; s/^threads.*//; "
                          "s/^qr_key.*/qr-key = 1/' " +
                          signer_->config())
                  .status,
              0);
    const CommandResult wrong = run_command(again);
    for (const auto* finding :
         {"users: \"nobody-of-that-name\" is no user of this machine", "seal[0].qr_key: is missing",
          "seal[0].qr-key: is not a known key"}) {
        EXPECT_TRUE(has(wrong.output, finding)) << finding << '\n' << wrong.output;
    }
}

TEST_F(SignerProcessTest, OutlivesTheLossOfItsToken) {
    fakes::SoftToken soft;
    soft.import(fakes::sample_seal().seal_key, "seal", "01");
    soft.import(fakes::sample_seal().qr_key, "qr", "02");
    soft.import(fakes::sample_keys_folder() + "/tsa/tsa.key", "tsa", "03");
    fakes::SignerPlaces places{"pkcs11:token=songda-test;object=seal",
                               "pkcs11:token=songda-test;object=qr",
                               "pkcs11:token=songda-test;object=tsa",
                               "[pkcs11]\nmodule = \"" + std::string(fakes::SoftToken::module) +
                                   "\"\npin_file = \"token.pin\"\n",
                               {},
                               false};
    open(places);
    std::ofstream(signer_->folder() / "token.pin") << fakes::SoftToken::pin << '\n';
    start();
    ASSERT_EQ(issue().status, 0);
    expect_six_valid_files();
    const std::string away = soft.tokens().string() + "-away";
    std::filesystem::rename(soft.tokens(), away);
    EXPECT_NE(stamp().status, 0);
    std::filesystem::rename(away, soft.tokens());
    bool back = false;
    for (int i = 0; i < 100 && !back; ++i) {
        back = stamp().status == 0 || run_command("sleep 0.1").status != 0;
    }
    EXPECT_TRUE(back) << signer_->complaint();
    EXPECT_TRUE(has(signer_->complaint(), "token_away")) << signer_->complaint();
    EXPECT_FALSE(has(signer_->complaint(), fakes::SoftToken::pin)) << "the PIN is in the log";
    const int status = signer_->end(SIGTERM);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

/// A client that sends rows until each is issued, and keeps what it was told.
class Client {
public:
    Client(const live::Service& service, std::string api_key, std::size_t number)
        : service_(service), api_key_(std::move(api_key)), number_(number) {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; samples_.size() < 24 && std::getline(in, line);) {
            samples_.push_back(json::parse(line));
        }
    }
    /// Eight new rows, sent until all are issued.
    void issue_some() {
        std::map<std::string, json> open;
        for (int i = 0; i < 8; ++i) {
            const std::string name = std::to_string(number_) + '-' + std::to_string(++count_);
            json row = samples_[count_ % samples_.size()];
            row["case_number"] = "case-" + name;
            row["idempotency_key"] = "key-" + name;
            open[name] = row;
        }
        for (int i = 0; i < 1000 && !open.empty(); ++i) {
            send(open);
        }
        faults += open.size();
    }

    std::map<std::string, std::string> documents; ///< by row
    std::size_t faults = 0;
    std::size_t refused = 0;            ///< rows that were told to come again
    std::atomic<std::size_t> issued{0}; ///< as `documents`, for other threads

private:
    void send(std::map<std::string, json>& open) {
        std::string body;
        std::vector<std::string> names;
        for (const auto& [name, row] : open) {
            body += row.dump() + '\n';
            names.push_back(name);
        }
        auto client = service_.client();
        const auto answer = client.value().send(
            "POST", "/api/v1/documents:batch",
            {{"Authorization", "Bearer " + api_key_}, {"Content-Type", "application/x-ndjson"}},
            body);
        if (!answer.ok() || answer.value().status != 200) {
            ++faults;
            return;
        }
        std::istringstream lines(answer.value().body);
        std::size_t i = 0;
        for (std::string line; std::getline(lines, line); ++i) {
            const json told = json::parse(line);
            if (told["status"] == 201) {
                documents[names[i]] = told["document"]["id"];
                open.erase(names[i]);
                ++issued;
            } else if (told["status"] == 503) {
                ++refused;
            } else {
                ++faults;
                std::printf("%s\n", line.c_str());
            }
        }
        if (!open.empty()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    const live::Service& service_;
    const std::string api_key_;
    const std::size_t number_;
    std::vector<json> samples_;
    std::size_t count_ = 0;
};

TEST_F(SignerProcessTest, KilledTwentyTimesUnderLoadItLosesAndDoublesNothing) {
    const fakes::TemporaryFolder seals;
    fakes::SignerPlaces places;
    places.more = "[seals]\nfolder = \"" + seals.path().string() + "\"\nfour_eyes = false\n";
    open(places);
    live::register_seal(signer_->config());
    std::ofstream(service_->config(), std::ios::app) << places.more;
    start();
    std::atomic<bool> ended{false};
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<Client>(*service_, api_key_, i));
        threads.emplace_back([&ended, client = clients.back().get()] {
            while (!ended) {
                client->issue_some();
            }
        });
    }
    const auto issued = [&clients] {
        std::size_t count = 0;
        for (const auto& client : clients) {
            count += client->issued;
        }
        return count;
    };
    for (int kill = 0; kill < 20; ++kill) {
        const std::size_t before = issued();
        for (int i = 0; issued() < before + 8 && i < 500; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(40 + 17 * (kill % 5)));
        signer_->kill();
        std::this_thread::sleep_for(std::chrono::milliseconds(kill % 4 * 30));
        ASSERT_TRUE(signer_->start()) << signer_->complaint();
    }
    ended = true;
    threads.clear();
    std::set<std::string> promised;
    std::size_t told = 0;
    std::size_t refused = 0;
    for (const auto& client : clients) {
        EXPECT_EQ(client->faults, 0U);
        told += client->documents.size();
        refused += client->refused;
        for (const auto& [row, document] : client->documents) {
            promised.insert(document);
        }
    }
    EXPECT_EQ(promised.size(), told) << "two rows share a document";
    EXPECT_GT(told, 100U);
    EXPECT_GT(refused, 0U) << "no kill came between";
    EXPECT_TRUE(gauge("songda_signer_away 0"));
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_TRUE(has(service_->complaint(), "signer_away")) << service_->complaint();
    store::LmdbOptions options;
    options.directory = service_->store_folder();
    options.exclusive = false;
    options.segment_bytes = std::uint64_t{16} << 20U;
    const auto store = store::open_lmdb(options).value();
    std::set<std::string> cases;
    std::optional<DocumentId> after;
    for (bool more = true; more;) {
        const auto rows = store->list_documents(fakes::department, after, 1000).value();
        for (const store::DocumentRow& row : rows) {
            EXPECT_TRUE(promised.contains(to_text(row.id))) << "nobody was told of it";
            EXPECT_TRUE(cases.insert(row.case_number).second) << row.case_number << " twice";
            after = row.id;
        }
        more = !rows.empty();
    }
    EXPECT_EQ(cases.size(), told);
    EXPECT_TRUE(store->open_intents().value().empty());
    const CommandResult audit = live::run_songda("audit verify --files -c " + service_->config());
    EXPECT_EQ(audit.status, 0) << "every document has its use: " << audit.output;
    EXPECT_TRUE(has(audit.output, "文书 documents " + std::to_string(told))) << audit.output;
    std::printf("%s", audit.output.c_str());
    std::printf("kills 20, issued %zu, told to come again %zu, lost 0, doubled 0\n", told, refused);
}

} // namespace
} // namespace songda
