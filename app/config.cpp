#include "app/config.hpp"

#include <algorithm>
#include <set>

#include "app/numeric_address.hpp"
#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"
#include "catalogue/codes.hpp"
#include "delivery/channels/mailbox.hpp"
#include "signer/key_places.hpp"

namespace songda::app {
namespace {

/// Each is told of each change over two ways at most.
constexpr std::size_t supervisors_max = 16;
/// One after the other is waited for.
constexpr std::size_t timestamp_clients_max = 8;

/// Refuses what is given and not fit; what is missing is told as missing already.
template <class Value, class Fit>
void must(TomlTable& table, std::string_view key, const Value& value, Fit fit,
          std::string_view rule) {
    if (table.has(key) && !fit(value)) {
        table.refuse(key, rule);
    }
}

bool are_numeric_addresses(const std::vector<std::string>& texts) {
    return std::all_of(texts.begin(), texts.end(), &is_numeric_address);
}

/// As the gate compares them: lower case, no port.
bool are_host_names(const std::vector<std::string>& texts) {
    return std::all_of(texts.begin(), texts.end(), [](const std::string& text) {
        return !text.empty() &&
               text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-[]:") ==
                   std::string::npos &&
               (text.front() == '[') == (text.find(':') != std::string::npos);
    });
}

/// Scheme, host and nothing that ends a path: what is printed in front of `/v/KEY`.
bool is_base(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (url.starts_with(scheme)) {
            url.remove_prefix(scheme.size());
            return !url.empty() && url.front() != '/' && !url.ends_with('/') &&
                   std::all_of(url.begin(), url.end(), [](char c) {
                       return c > ' ' && c <= '~' &&
                              std::string_view("?#\"<>\\^`{|}@").find(c) == std::string_view::npos;
                   });
        }
    }
    return false;
}

bool is_web_address(std::string_view url) {
    return url.starts_with("http://") || url.starts_with("https://");
}

/// GB/T 2260.
bool is_region(std::string_view text) {
    return text.size() == 6 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

HttpConfig read_http(TomlTable table, const ConfigPaths& path) {
    HttpConfig http;
    http.address = table.text_or("address", "127.0.0.1");
    http.port = static_cast<std::uint16_t>(table.integer_or("port", 8080, 0, 65535));
    http.public_base = table.text("public_base");
    must(table, "public_base", http.public_base, &is_base,
         "must begin with http:// or https:// and end without a slash");
    http.hosts = table.texts_or_none("hosts");
    must(table, "hosts", http.hosts, &are_host_names, "must be names in lower case, without port");
    must(table, "address", http.address, &is_numeric_address, "must be a numeric address");
    http.tls_certificate =
        path.file(table, "tls_certificate", table.text_or("tls_certificate", ""));
    http.tls_key = path.file(table, "tls_key", table.text_or("tls_key", ""));
    http.tls_client_authority =
        path.file(table, "tls_client_authority", table.text_or("tls_client_authority", ""));
    if (http.tls_certificate.empty() != http.tls_key.empty()) {
        table.refuse("tls_key", "tls_certificate and tls_key go together");
    }
    if (!http.tls_client_authority.empty() && http.tls_certificate.empty()) {
        table.refuse("tls_client_authority", "needs tls_certificate");
    }
    http.tls_hsts_seconds = table.integer_or("tls_hsts_seconds", 31'536'000, 0, 63'072'000);
    http.io_threads = static_cast<unsigned>(table.integer_or("io_threads", 2, 1, 64));
    http.worker_threads = static_cast<unsigned>(table.integer_or("worker_threads", 8, 1, 256));
    http.operations_peers = table.texts_or_none("operations_peers");
    must(table, "operations_peers", http.operations_peers, &are_numeric_addresses,
         "must be numeric addresses");
    http.requests_per_minute = table.number_or("requests_per_minute", 600);
    http.requests_per_minute_document = table.number_or("requests_per_minute_document", 120);
    for (const auto& [key, rate] :
         {std::pair("requests_per_minute", http.requests_per_minute),
          std::pair("requests_per_minute_document", http.requests_per_minute_document)}) {
        must(
            table, key, rate, [](double value) { return value > 0; }, "must be more than 0");
    }
    return http;
}

PortalConfig read_portal(TomlTable table, const ConfigPaths& path) {
    PortalConfig portal;
    portal.url = table.text("url");
    must(table, "url", portal.url, &is_web_address, "must begin with http:// or https://");
    portal.signing_key = path.file(table, "signing_key", table.text_or("signing_key", ""));
    for (const std::string& file : table.texts_or_none("secret_files")) {
        portal.secret_files.push_back(path.file(table, "secret_files", file));
    }
    portal.ca_file = path.file(table, "ca_file", table.text_or("ca_file", ""));
    portal.allow_private_addresses = table.boolean_or("allow_private_addresses", false);
    portal.threads = static_cast<unsigned>(table.integer_or("threads", 2, 1, 64));
    return portal;
}

void read_dkim(TomlTable table, const ConfigPaths& path, EmailConfig& to) {
    to.dkim_domain = table.text("domain");
    must(table, "domain", to.dkim_domain, &delivery::is_domain,
         "must be a domain, like example.org");
    for (TomlTable key : table.tables("key")) {
        delivery::DkimKeyFile file;
        file.selector = key.text("selector");
        must(key, "selector", file.selector, &delivery::is_dkim_selector,
             "must be labels of letters, digits and hyphens");
        file.path = path.file(key, "file", key.text("file"));
        to.dkim_keys.push_back(std::move(file));
    }
    if (to.dkim_keys.empty() || to.dkim_keys.size() > delivery::DkimSigner::keys_max) {
        table.refuse("key", "one to four [[delivery.email.dkim.key]] are needed");
    }
}

EmailConfig read_email(TomlTable table, const ConfigPaths& path) {
    EmailConfig email;
    email.server = table.text("server");
    email.port = static_cast<std::uint16_t>(table.integer_or("port", 587, 1, 65535));
    email.tls = table.text_or("tls", "starttls");
    if (email.tls != "none" && email.tls != "starttls" && email.tls != "tls") {
        table.refuse("tls", "must be none, starttls or tls");
    }
    email.ca_file = path.file(table, "ca_file", table.text_or("ca_file", ""));
    email.user = table.text_or("user", "");
    email.password_file = path.file(table, "password_file", table.text_or("password_file", ""));
    if (email.user.empty() != email.password_file.empty()) {
        table.refuse("password_file", "user and password_file go together");
    }
    email.from = table.text("from");
    email.from_name = table.text("from_name");
    email.bounce_domain = table.text("bounce_domain");
    must(table, "from", email.from, &delivery::is_mailbox, "must be a mailbox, like a@example.org");
    must(table, "bounce_domain", email.bounce_domain, &delivery::is_domain,
         "must be a domain, like bounce.example.org");
    email.bounces_folder = path(table.text_or("bounces", ""));
    email.delivered_reports = table.boolean_or("delivered_reports", false);
    if (table.has("dkim")) {
        read_dkim(table.table("dkim"), path, email);
    }
    email.attach_file = table.boolean_or("attach_file", true);
    email.threads = static_cast<unsigned>(table.integer_or("threads", 4, 1, 64));
    email.attempt_seconds = table.integer_or("attempt_seconds", 60, 5, 600);
    return email;
}

DeliveryConfig read_delivery(TomlTable table, const ConfigPaths& path) {
    DeliveryConfig delivery;
    delivery.secret_file = path.file(table, "secret_file", table.text("secret_file"));
    delivery.link_days = table.integer_or("link_days", 30, 1, 365);
    delivery.serve_within = table.integer_or("serve_within_working_days", 10, 0, 365);
    delivery.fallback_hours = table.integer_or("fallback_after_hours", 72, 1, 2160);
    delivery.post_by_hand = table.boolean_or("post_by_hand", false);
    delivery.paused = table.boolean_or("paused", false);
    delivery.portal = read_portal(table.table("portal"), path);
    delivery.email = read_email(table.table("email"), path);
    if (table.has("web_push")) {
        delivery.web_push = read_web_push(table.table("web_push"), path);
    }
    if (table.has("fax")) {
        delivery.fax = read_fax(table.table("fax"));
    }
    delivery.providers = read_providers(table, path);
    delivery.providers_folder = path(table.text_or("providers_folder", ""));
    if (!delivery.providers.empty() && delivery.providers_folder.empty()) {
        table.refuse("providers_folder", "is missing: providers keep what they report there");
    }
    return delivery;
}

SignerConfig read_signer(TomlTable table, const ConfigPaths& path) {
    SignerConfig signer;
    signer.socket = path(table.text("socket"));
    signer.wait_ms = table.integer_or("wait_ms", 5000, 100, 60'000);
    return signer;
}

/// With a signer process nothing of a key stands in this file, so that nobody believes it to be
/// read here.
void refuse_keys(TomlTable& table, std::initializer_list<std::string_view> keys,
                 std::string_view place) {
    for (const std::string_view key : keys) {
        if (table.has(key)) {
            (void)table.text_or(key, "");
            table.refuse(key, "is the signer process's, as this file has [signer]: move it to " +
                                  std::string(place) + " of songda-signer.toml");
        }
    }
}

/// Dotted numbers, as object identifiers are written: at least two, without leading zeros.
bool is_object_identifier(std::string_view text) {
    std::size_t arcs = 0;
    for (std::size_t begin = 0; begin <= text.size(); ++arcs) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        const std::string_view arc = text.substr(begin, end - begin);
        if (arc.empty() || arc.find_first_not_of("0123456789") != std::string_view::npos ||
            (arc.size() > 1 && arc.front() == '0')) {
            return false;
        }
        begin = end + 1;
    }
    return arcs >= 2 && text.front() <= '2' && (text[1] == '.');
}

TimestampAuthorityConfig read_timestamp_authority(TomlTable table, const ConfigPaths& path,
                                                  signer::KeyPlaces* keys) {
    TimestampAuthorityConfig authority;
    if (keys != nullptr) {
        authority.key = (*keys)(table, "key");
        authority.key_passphrase_file = path.secret(table, "key_passphrase_file");
        authority.certificate = path.file(table, "certificate", table.text("certificate"));
    } else {
        refuse_keys(table, {"key", "certificate", "key_passphrase_file"}, "[timestamp]");
    }
    authority.policy = table.text("policy");
    must(table, "policy", authority.policy, &is_object_identifier,
         "must be an object identifier, like 1.3.6.1.4.1.99999.1");
    authority.accuracy_ms = table.integer_or("accuracy_ms", 1000, 1, 3'600'000);
    authority.state_folder = path(table.text("state_folder"));
    authority.absence_hours_max = table.integer_or("absence_hours_max", 24, 1, 8784);
    return authority;
}

TimestampClientConfig read_timestamp_client(TomlTable& table, const ConfigPaths& path) {
    TimestampClientConfig client;
    client.name = table.text("name");
    client.url = table.text("url");
    must(table, "url", client.url, &is_web_address, "must begin with http:// or https://");
    client.policy = table.text_or("policy", "");
    if (!client.policy.empty()) {
        must(table, "policy", client.policy, &is_object_identifier,
             "must be an object identifier, like 1.3.6.1.4.1.99999.1");
    }
    client.trust_folder = path.folder(table, "trust_folder");
    client.ca_file = path.file(table, "ca_file", table.text_or("ca_file", ""));
    client.user = table.text_or("user", "");
    client.password_file = path.file(table, "password_file", table.text_or("password_file", ""));
    if (client.user.empty() != client.password_file.empty()) {
        table.refuse("password_file", "user and password_file go together");
    }
    if (!client.user.empty() && !client.url.starts_with("https://")) {
        table.refuse("user", "a password goes over https only");
    }
    client.timeout_seconds = table.integer_or("timeout_seconds", 10, 1, 120);
    client.tolerance_seconds = table.integer_or("tolerance_seconds", 60, 1, 3600);
    return client;
}

TimestampConfig read_timestamp(TomlTable table, const ConfigPaths& path, signer::KeyPlaces* keys) {
    TimestampConfig timestamp;
    if (table.has("authority")) {
        timestamp.authority = read_timestamp_authority(table.table("authority"), path, keys);
    }
    for (TomlTable& client : table.tables("client")) {
        timestamp.clients.push_back(read_timestamp_client(client, path));
    }
    if (timestamp.clients.size() > timestamp_clients_max) {
        table.refuse("client", "at most 8");
    }
    return timestamp;
}

void check_authorities(TomlTable& table, const std::vector<std::string>& names,
                       const TimestampConfig& timestamp) {
    for (const std::string& name : names) {
        const bool known =
            name == built_in_authority
                ? timestamp.authority.has_value()
                : std::any_of(timestamp.clients.begin(), timestamp.clients.end(),
                              [&](const TimestampClientConfig& each) { return each.name == name; });
        if (!known) {
            table.refuse("authorities", name + ": is no name of a [[timestamp.client]], nor "
                                               "built-in with a [timestamp.authority]");
        }
    }
}

AugmentationConfig read_augmentation(TomlTable table, const TimestampConfig& timestamp) {
    AugmentationConfig augmentation;
    augmentation.authorities = table.texts("authorities");
    check_authorities(table, augmentation.authorities, timestamp);
    if (table.has("authorities") && augmentation.authorities.empty()) {
        table.refuse("authorities", "at least one is needed");
    }
    augmentation.threads = static_cast<unsigned>(table.integer_or("threads", 2, 1, 64));
    augmentation.per_minute = table.integer_or("per_minute", 0, 0, 1'000'000);
    augmentation.renew_before_days = table.integer_or("renew_before_days", 180, 1, 3660);
    augmentation.retry_minutes_max = table.integer_or("retry_minutes_max", 60, 1, 1440);
    return augmentation;
}

SupervisorConfig read_supervisor(TomlTable table) {
    SupervisorConfig supervisor;
    supervisor.name = table.text("name");
    supervisor.email = table.text_or("email", "");
    supervisor.portal_account = table.text_or("portal_account", "");
    if (!supervisor.email.empty()) {
        must(table, "email", supervisor.email, &delivery::is_mailbox,
             "must be a mailbox, like a@example.org");
    }
    if (supervisor.email.empty() && supervisor.portal_account.empty()) {
        table.refuse("email", "email, portal_account or both are needed");
    }
    supervisor.templates = table.texts_or_none("templates");
    supervisor.issued = table.boolean_or("issued", false);
    return supervisor;
}

/// No `keys`: the signer process has them.
void read_seal(TomlTable& table, const ConfigPaths& path, signer::KeyPlaces* keys,
               DepartmentConfig& department) {
    if (keys == nullptr) {
        refuse_keys(table,
                    {"seal_key", "seal_certificate", "qr_key", "key_passphrase_file", "sm2_key",
                     "sm2_certificate", "sm2_electronic_seal"},
                    "[[seal]]");
        return;
    }
    department.seal_key = (*keys)(table, "seal_key");
    department.seal_certificate =
        path.file(table, "seal_certificate", table.text("seal_certificate"));
    department.qr_key = (*keys)(table, "qr_key");
    department.key_passphrase_file = path.secret(table, "key_passphrase_file");
    const signer::Sm2Place sm2 = signer::read_sm2_place(table, path);
    department.sm2_key = sm2.key;
    department.sm2_certificate = sm2.certificate;
    department.electronic_seal = sm2.electronic_seal;
}

/// How the messages over records are written.
Sm2Style read_sm2_style(TomlTable table) {
    const std::string shape = table.text_or("shape", "gbt-35275");
    const std::string algorithm = table.text_or("algorithm", "sm2-with-sm3");
    if (shape != "gbt-35275" && shape != "cades") {
        table.refuse("shape", "is gbt-35275 or cades");
    }
    if (algorithm != "sm2-with-sm3" && algorithm != "sm2-sign") {
        table.refuse("algorithm", "is sm2-with-sm3 or sm2-sign");
    }
    return {shape == "cades" ? Sm2Shape::cades : Sm2Shape::gbt_35275,
            algorithm == "sm2-sign" ? Sm2Algorithm::sm2_sign : Sm2Algorithm::sm2_with_sm3};
}

DepartmentConfig read_department(TomlTable& table, const ConfigPaths& path, signer::KeyPlaces* keys,
                                 const std::string& templates_folder) {
    DepartmentConfig department;
    department.code = table.text("code");
    const auto verdict = catalogue::check_credit_code(department.code);
    if (table.has("code") && verdict != catalogue::CodeVerdict::good) {
        table.refuse("code", catalogue::verdict_text_en(verdict));
    }
    department.name = table.text("name");
    department.number_prefix = table.text("number_prefix");
    department.region = table.text("region");
    must(table, "region", department.region, &is_region, "must be 6 digits (GB/T 2260)");
    department.seal_text = table.text_or("seal_text", department.name);
    for (const char* const fact : {"review_organ", "review_address", "court", "contact"}) {
        department.facts.emplace_back(fact, table.text_or(fact, ""));
    }
    department.templates = table.texts("templates");
    for (const std::string& name : department.templates) {
        (void)path.file(table, "templates", templates_folder + '/' + name + "/template.toml");
    }
    if (table.has("published_types")) {
        department.published_types = table.texts("published_types");
    }
    read_seal(table, path, keys, department);
    for (const std::string& file : table.texts_or_none("client_certificates")) {
        department.client_certificates.push_back(path.file(table, "client_certificates", file));
    }
    for (TomlTable& supervisor : table.tables("supervisor")) {
        department.supervisors.push_back(read_supervisor(supervisor));
    }
    if (department.supervisors.size() > supervisors_max) {
        table.refuse("supervisor", "at most 16");
    }
    return department;
}

log::Level read_level(TomlTable& root) {
    const std::string text = root.text_or("log_level", "info");
    if (text != "debug" && text != "info" && text != "warning" && text != "error") {
        root.refuse("log_level", "must be debug, info, warning or error");
    }
    return text == "debug"     ? log::Level::debug
           : text == "warning" ? log::Level::warning
           : text == "error"   ? log::Level::error
                               : log::Level::info;
}

} // namespace

Result<Config> read_config(const std::string& file_path, Files files) {
    auto file = TomlFile::open(file_path);
    if (!file.ok()) {
        return file.error();
    }
    const ConfigPaths path(file_path, files);
    TomlTable root = file.value().root();
    Config config;
    config.production = root.boolean_or("production", true);
    config.log_file = path(root.text_or("log_file", ""));
    config.log_level = read_level(root);
    config.templates_folder = path.folder(root, "templates_folder");
    config.profiles_folder = path.folder(root, "profiles_folder");
    config.calendar_folder = path.folder(root, "calendar_folder");
    config.register_folders = path.folders(root, "register_folders");
    config.fonts_folder = path.folder(root, "fonts_folder");
    config.web_folder = path.folder(root, "web_folder");
    config.trust_folder = path.folder(root, "trust_folder");
    config.http = read_http(root.table("http"), path);
    TomlTable store = root.table("store");
    config.store.folder = path(store.text("folder"));
    config.store.segment_mib =
        static_cast<std::uint64_t>(store.integer_or("segment_mib", 1024, 1, 16384));
    config.store.reserve_mib =
        static_cast<std::uint64_t>(store.integer_or("reserve_mib", 64, 1, 1 << 20));
    TomlTable pki = root.table("pki");
    config.pki.publish_folder = path.folder_or_none(pki, "publish");
    TomlTable status = root.table("certificate_status");
    config.status = {status.integer_or("timeout_seconds", 5, 1, 60),
                     status.boolean_or("allow_private_addresses", false)};
    config.sm2 = read_sm2_style(root.table("sm2"));
    config.four_eyes = root.table("editions").boolean_or("four_eyes", true);
    config.delivery = read_delivery(root.table("delivery"), path);
    if (root.has("kiosk")) {
        config.kiosk = read_kiosk(root.table("kiosk"), path);
    }
    if (root.has("pkcs11")) {
        config.pkcs11 = signer::read_token_place(root.table("pkcs11"), path, config.production);
    }
    if (root.has("signer")) {
        config.signer = read_signer(root.table("signer"), path);
        if (config.pkcs11) {
            root.refuse("pkcs11", "is the signer process's, as this file has [signer]: move it to "
                                  "songda-signer.toml");
        }
    }
    // Production needs it where the keys are; elsewhere it is only looked at.
    config.seals =
        signer::read_register_place(root, path, config.production && !config.signer.has_value());
    signer::KeyPlaces places(path, config.pkcs11.has_value());
    signer::KeyPlaces* const keys = config.signer ? nullptr : &places;
    config.timestamp = read_timestamp(root.table("timestamp"), path, keys);
    if (root.has("augmentation")) {
        config.augmentation = read_augmentation(root.table("augmentation"), config.timestamp);
    }
    if (root.has("evidence")) {
        TomlTable table = root.table("evidence");
        config.evidence = read_evidence(table, path);
        check_authorities(table, config.evidence->authorities, config.timestamp);
    }
    std::set<std::string> codes;
    for (TomlTable& table : root.tables("department")) {
        config.departments.push_back(read_department(table, path, keys, config.templates_folder));
        if (!codes.insert(config.departments.back().code).second) {
            table.refuse("code", "is listed twice");
        }
    }
    config.halls = read_halls(root, path, codes);
    if (config.departments.empty()) {
        root.refuse("department", "at least one [[department]] is needed");
    }
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return config;
}

} // namespace songda::app
