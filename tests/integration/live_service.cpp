#include "tests/integration/live_service.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"
#include "tests/fakes/sample_keys.hpp"

namespace songda::live {
namespace {

int wait_for(pid_t process) {
    int status = 0;
    SONGDA_CHECK(waitpid(process, &status, 0) == process);
    return status;
}

/// The number in "(127.0.0.1:PORT)" of the first line that the service prints.
std::uint16_t port_in(const std::string& line) {
    const std::size_t end = line.rfind(')');
    const std::size_t colon = line.rfind(':', end);
    return static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1, end - colon - 1)));
}

/// The tables of [delivery].
void write_delivery(std::ostream& out, const Service::Options& options, const std::string& keys) {
    const bool deliver = options.portal_port != 0 && options.mail_port != 0;
    const std::string secrets = keys + "/delivery/";
    out << "[delivery]\nsecret_file = \"" << secrets << "delivery.secret\"\n"
        << "paused = " << (deliver ? "false" : "true")
        << "\nproviders_folder = \"providers\"\n[delivery.portal]\n"
        << "url = \"http://127.0.0.1:" << options.portal_port << "/songda\"\n"
        << "signing_key = \"" << secrets << "webhook.key\"\n"
        << "secret_files = [\"" << secrets << "webhook.secret\"]\n"
        << "allow_private_addresses = true\n[delivery.web_push]\nsigning_key = \"" << secrets
        << "web-push.key\"\ncontact = \"mailto:postmaster@songda.example.org\"\nca_file = \""
        << keys << "/tls/client-authority.pem\"\nallow_private_addresses = true\n"
        << "[delivery.email]\nserver = \"" << (options.plain_mail ? "127.0.0.1" : "localhost")
        << "\"\n"
        << "port = " << std::max<int>(options.mail_port, 1) << '\n';
    if (options.plain_mail) {
        out << "tls = \"none\"\n";
    } else {
        out << "tls = \"starttls\"\nca_file = \"" << keys << "/tls/client-authority.pem\"\n"
            << "user = \"songda\"\npassword_file = \"" << secrets << "smtp.password\"\n";
    }
    out << "from = \"noreply@songda.example.org\"\nfrom_name = \"示例市行政审批局\"\n"
        << "bounce_domain = \"bounce.songda.example.org\"\nbounces = \"" << options.bounces_folder
        << "\"\n[delivery.email.dkim]\ndomain = \"songda.example.org\"\n"
        << "[[delivery.email.dkim.key]]\nselector = \"s1\"\nfile = \"" << secrets
        << "dkim-rsa.key\"\n[[delivery.email.dkim.key]]\nselector = \"e1\"\nfile = \"" << secrets
        << "dkim-ed25519.key\"\n";
    if (!options.fax_device.empty()) {
        out << "[delivery.fax]\ndevice = \"" << options.fax_device << "\"\n";
    }
    if (options.sms_port != 0) {
        out << "[[delivery.provider]]\nname = \"sms\"\nchannel = \"sms\"\nfile = \""
            << options.sms_file << "\"\nbase_url = \"http://127.0.0.1:" << options.sms_port
            << "\"\nallow_private_addresses = true\n[delivery.provider.secret_files]\n"
            << "access_key_id = \"" << secrets << "sms.id\"\n"
            << "access_key_secret = \"" << secrets << "sms.secret\"\n"
            << "report_token = \"" << secrets << "sms.token\"\n";
    }
}

} // namespace

CommandResult run_command(const std::string& line) {
    CommandResult result;
    FILE* const pipe = popen(("{ " + line + "; } 2>&1").c_str(), "r");
    SONGDA_CHECK(pipe != nullptr);
    std::array<char, 4096> part{};
    for (std::size_t got = 0; (got = fread(part.data(), 1, part.size(), pipe)) > 0;) {
        result.output.append(part.data(), got);
    }
    const int status = pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return result;
}

std::string in_days(int days) {
    return "LD_PRELOAD=" SONGDA_FAKETIME " FAKETIME=+" + std::to_string(days) + "d ";
}

CommandResult run_songda(const std::string& arguments) {
    return run_command(std::string(SONGDA_PROGRAM) + ' ' + arguments);
}

CommandResult run_verify(const std::string& arguments) {
    return run_command(std::string(SONGDA_VERIFY_PROGRAM) + ' ' + arguments);
}

std::string register_seal(const std::string& config) {
    const std::string id = fakes::department.text + "-1";
    const std::string end = " --reason 试用 -c " + config;
    for (const std::string& step :
         {"make --all-types" + end, "activate " + id + end, "activate " + id + end}) {
        const auto done = run_songda("seal " + step);
        if (done.status != 0) {
            std::fputs(done.output.c_str(), stderr);
        }
        SONGDA_CHECK(done.status == 0);
    }
    return id;
}

Service::Service(const Options& options) {
    std::string pattern = (std::filesystem::temp_directory_path() / "songda-live-XXXXXX").string();
    SONGDA_CHECK(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    write_config(options);
}

Service::~Service() {
    kill();
    std::filesystem::remove_all(folder_);
}

void Service::write_config(const Options& options) const {
    const std::string keys =
        options.keys_folder.empty() ? fakes::sample_keys_folder() : options.keys_folder;
    const std::string own = keys + '/' + fakes::department.text;
    std::ofstream out(config());
    out << "production = false\nlog_file = \"\"\nlog_level = \"warning\"\n"
        << "templates_folder = \"" SONGDA_SOURCE_DIR "/templates\"\n"
        << "profiles_folder = \"" SONGDA_SOURCE_DIR "/catalogue/profiles\"\n"
        << "calendar_folder = \"" SONGDA_SOURCE_DIR "/catalogue/calendar\"\n"
        << "register_folders = [\"" SONGDA_SOURCE_DIR "/catalogue/areas\", "
           "\"" SONGDA_SOURCE_DIR "/samples/register\"]\n"
        << "fonts_folder = \"" SONGDA_SOURCE_DIR "/build/fonts\"\n"
        << "web_folder = \"" SONGDA_SOURCE_DIR "/web\"\n"
        << "trust_folder = \"" << keys << "/trust\"\n"
        << "[http]\naddress = \"127.0.0.1\"\nport = " << options.port
        << "\npublic_base = \"https://localhost\"\n"
        << "hosts = [\"localhost\", \"127.0.0.1\"]\nio_threads = 2\nworker_threads = 4\n"
        << "operations_peers = [\"127.0.0.1\"]\n"
        << "requests_per_minute = " << options.requests_per_minute << '\n'
        << "requests_per_minute_document = 1000000\n";
    if (options.tls) {
        out << "tls_certificate = \"" << keys << "/tls/server.pem\"\n"
            << "tls_key = \"" << keys << "/tls/server.key\"\n"
            << "tls_client_authority = \"" << keys << "/tls/client-authority.pem\"\n";
    }
    write_delivery(out, options, keys);
    const bool keys_here = options.signer_socket.empty();
    if (!keys_here) {
        out << "[signer]\nsocket = \"" << options.signer_socket << "\"\n";
    }
    out << "[timestamp.authority]\npolicy = \"2.25.67184489543540541074528922606260059044\"\n"
        << "state_folder = \"timestamp\"\n";
    if (keys_here) {
        out << "key = \"" << keys << "/tsa/tsa.key\"\ncertificate = \"" << keys
            << "/tsa/tsa.pem\"\n";
    }
    out << "[pki]\npublish = \"" << options.publish_folder << "\"\n";
    out << "[editions]\nfour_eyes = " << (options.four_eyes ? "true" : "false") << '\n';
    out << "[store]\nfolder = \"store\"\nsegment_mib = 16\nreserve_mib = 1\n"
        << "[[department]]\ncode = \"" << fakes::department.text << "\"\n"
        << "name = \"示例市行政审批局\"\nnumber_prefix = \"示审\"\nregion = \"320199\"\n"
        << "seal_text = \"示例市行政审批局\"\n"
        << "templates = [\"food-business-licence\", \"food-business-licence-duplicate\", "
           "\"pharmacist-registration\", \"licence-annotated-copy\", \"permit-decision\"]\n"
        << "client_certificates = [\"" << own << "/client.pem\"";
    for (const std::string& more : options.client_certificates) {
        out << ", \"" << more << '"';
    }
    out << "]\n";
    if (keys_here) {
        out << "seal_key = \"" << own << "/seal.key\"\nseal_certificate = \"" << own
            << "/seal.pem\"\nqr_key = \"" << own << "/qr.key\"\n";
    }
    out << "[[department.supervisor]]\nname = \"示例市市场监督管理局\"\n"
        << "email = \"supervision@example.org\"\nportal_account = \"jg-1\"\n";
    SONGDA_CHECK(out.good());
}

void Service::spawn() {
    SONGDA_CHECK(process_ < 0);
    int ends[2];
    SONGDA_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const std::string complaints = folder_ / "complaints";
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, complaints.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    std::string program = SONGDA_PROGRAM;
    std::string command = "serve";
    std::string option = "--config=" + config();
    char* const words[] = {program.data(), command.data(), option.data(), nullptr};
    spawned_ = std::chrono::steady_clock::now();
    SONGDA_CHECK(posix_spawn(&process_, program.c_str(), &actions, nullptr, words, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
}

bool Service::wait_ready() {
    std::string line;
    for (char letter = 0; read(output_, &letter, 1) == 1 && letter != '\n';) {
        line += letter;
    }
    if (line.find(':') == std::string::npos) {
        return false;
    }
    port_ = port_in(line);
    ready_time_ = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - spawned_);
    return true;
}

void Service::kill() {
    if (process_ < 0) {
        return;
    }
    ::kill(process_, SIGKILL);
    wait_for(process_);
    close(output_);
    process_ = -1;
}

int Service::stop() {
    ::kill(process_, SIGTERM);
    const int status = wait_for(process_);
    close(output_);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Service::complaint() const {
    std::ifstream in(folder_ / "complaints");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string Service::make_key(const std::string& scopes) {
    const CommandResult made =
        run_songda("key add -c " + config() + " -d " + fakes::department.text + ' ' + scopes);
    SONGDA_CHECK(made.status == 0);
    // The key is the last line, after the advice on standard error.
    const std::string line = made.output.substr(0, made.output.rfind('\n'));
    return line.substr(line.rfind('\n') + 1);
}

Result<http::Client> Service::client() const {
    http::ClientOptions options;
    options.port = port_;
    return http::Client::connect(options);
}

} // namespace songda::live
