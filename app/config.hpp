#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/evidence_config.hpp"
#include "app/fax_config.hpp"
#include "app/hall_config.hpp"
#include "app/kiosk_config.hpp"
#include "app/provider_config.hpp"
#include "app/web_push_config.hpp"
#include "base/config_paths.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/sm2.hpp"
#include "delivery/channels/dkim.hpp"
#include "signer/key_cabinet.hpp"
#include "signer/seals/register_place.hpp"

namespace songda::app {

/// A department that supervises what another approves (监管部门).
struct SupervisorConfig {
    std::string name;
    std::string email;                  ///< may be empty
    std::string portal_account;         ///< may be empty, but not both
    std::vector<std::string> templates; ///< ids or type codes; empty: all
    bool issued = false;
};

/// One department that this service issues for.
struct DepartmentConfig {
    std::string code;
    std::string name;
    std::string number_prefix;
    std::string region;
    std::string seal_text;
    std::vector<std::string> templates;
    std::string seal_key; ///< path, or pkcs11: address; as all of these empty with a signer process
    std::string seal_certificate;
    std::string qr_key; ///< as seal_key
    std::vector<std::string> client_certificates;
    /// What its letters say of it beside its name: 复议机关, 网上申请复议的网址, 管辖法院,
    /// 联系方式.
    std::vector<std::pair<std::string, std::string>> facts{};
    std::vector<SupervisorConfig> supervisors{};
    /// Document types that published templates may come for; none: those of `templates`.
    std::optional<std::vector<std::string>> published_types{};
    std::string key_passphrase_file{}; ///< empty: its key files are not encrypted
    std::string sm2_key{};             ///< path; empty: no SM2 seal
    std::string sm2_certificate{};     ///< with sm2_key
    std::string electronic_seal{};     ///< SESeal for these; empty: its files get no such seal
};

struct HttpConfig {
    std::string address;
    std::uint16_t port = 0;
    std::string public_base;
    std::vector<std::string> hosts;
    std::string tls_certificate;
    std::string tls_key;
    std::string tls_client_authority;
    std::int64_t tls_hsts_seconds = 0;
    unsigned io_threads = 0;
    unsigned worker_threads = 0;
    std::vector<std::string> operations_peers;
    double requests_per_minute = 0;          ///< of one address, on public routes
    double requests_per_minute_document = 0; ///< about one document
};

/// The process that holds the keys (docs/operating/signer.md); none: they are in this one.
struct SignerConfig {
    std::string socket;
    std::int64_t wait_ms = 0; ///< for one answer
};

/// How certificates stand, for those who check documents.
struct PkiConfig {
    std::string publish_folder; ///< empty: it is served elsewhere, or nowhere
};

struct StoreConfig {
    std::string folder;
    std::uint64_t segment_mib = 0;
    std::uint64_t reserve_mib = 0;
};

/// Where the portal (政务服务网) hears of documents for its account holders.
struct PortalConfig {
    std::string url;
    std::string signing_key;
    std::vector<std::string> secret_files;
    std::string ca_file;
    bool allow_private_addresses = false;
    unsigned threads = 0;
};

struct EmailConfig {
    std::string server;
    std::uint16_t port = 0;
    std::string tls; ///< none, starttls or tls
    std::string ca_file;
    std::string user;
    std::string password_file;
    std::string from;
    std::string from_name;
    std::string bounce_domain;
    std::string bounces_folder;     ///< Maildir of what comes back; empty: nobody looks
    bool delivered_reports = false; ///< `delivered` counts as arrival
    std::string dkim_domain;        ///< empty: mails go unsigned
    std::vector<delivery::DkimKeyFile> dkim_keys;
    bool attach_file = true;
    unsigned threads = 0;
    std::int64_t attempt_seconds = 0;
};

struct DeliveryConfig {
    std::string secret_file;
    std::int64_t link_days = 0;
    std::int64_t serve_within = 10;   ///< working days after the decision; 0: there is no term
    std::int64_t fallback_hours = 72; ///< how long the ways before a fallback have
    bool paused = false;              ///< legs are planned and wait; nothing leaves
    bool post_by_hand = false;        ///< clerks hand letters to the post
    PortalConfig portal;
    EmailConfig email;
    std::optional<WebPushConfig> web_push{}; ///< absent: the page offers no subscription
    std::optional<FaxConfig> fax{};          ///< absent: no decision may name it
    std::vector<ProviderConfig> providers{};
    std::string providers_folder{}; ///< what they were sent and what they reported; with providers
    [[nodiscard]] std::int64_t fallback_ms() const { return fallback_hours * 3'600'000; }
};

/// The built-in time-stamp authority.
struct TimestampAuthorityConfig {
    std::string key; ///< path, or pkcs11: address; empty with a signer process, as the certificate
    std::string certificate;
    std::string policy;
    std::int64_t accuracy_ms = 0;
    std::string state_folder;
    std::int64_t absence_hours_max = 0;
    std::string key_passphrase_file{}; ///< empty: the key file is not encrypted
};

/// A time-stamp authority that is asked, our own or another's.
struct TimestampClientConfig {
    std::string name;
    std::string url;
    std::string policy;       ///< empty: any
    std::string trust_folder; ///< roots of its certificates
    std::string ca_file;      ///< authorities of its TLS certificate; empty: the system's
    std::string user;
    std::string password_file;
    std::int64_t timeout_seconds = 0;
    std::int64_t tolerance_seconds = 0;
};

/// Who is asked how certificates stand, at the addresses that they name themselves.
struct StatusConfig {
    std::int64_t timeout_seconds = 0;
    bool allow_private_addresses = false;
};

struct TimestampConfig {
    std::optional<TimestampAuthorityConfig> authority{};
    std::vector<TimestampClientConfig> clients{}; ///< in the order in which they are asked
};

/// How documents are brought to the level that their templates declare.
struct AugmentationConfig {
    /// Who is asked for time-stamps, in this order: names of [[timestamp.client]], or
    /// built_in_authority.
    std::vector<std::string> authorities;
    unsigned threads = 0;
    std::int64_t per_minute = 0; ///< documents; 0: no limit
    std::int64_t renew_before_days = 0;
    std::int64_t retry_minutes_max = 0;
};
/// The [timestamp.authority] of the same service, without a connection.
inline constexpr std::string_view built_in_authority = "built-in";

struct Config {
    bool production = false;
    std::string log_file;
    log::Level log_level = log::Level::info;
    std::string templates_folder;
    std::string profiles_folder;
    std::string calendar_folder;
    std::vector<std::string> register_folders; ///< 名录: areas and departments
    std::string fonts_folder;
    std::string web_folder;
    std::string trust_folder;
    HttpConfig http;
    StoreConfig store;
    PkiConfig pki;
    StatusConfig status;
    DeliveryConfig delivery;
    TimestampConfig timestamp;
    std::optional<AugmentationConfig> augmentation{};
    std::optional<EvidenceConfig> evidence{}; ///< none: records are chained, and not sealed
    /// Documents are collected at kiosks 自助机 too.
    std::optional<KioskConfig> kiosk{};
    Sm2Style sm2; ///< of the messages over records
    std::optional<signer::TokenPlace> pkcs11{};
    std::optional<SignerConfig> signer{};
    /// The register of seals; none: seals are used without one. With a signer process it is that
    /// one's, and only looked at from here.
    std::optional<signer::RegisterPlace> seals{};
    std::vector<HallConfig> halls{};
    /// Nobody publishes an edition of their own.
    bool four_eyes = true;
    std::vector<DepartmentConfig> departments;
};

/// Reads and checks the whole file; config/songda.toml explains every key. Relative paths are taken
/// from the file's own folder. Fault invalid_input: every finding with file, line and key, one a
/// line.
[[nodiscard]] Result<Config> read_config(const std::string& path, Files files = Files::named);

} // namespace songda::app
