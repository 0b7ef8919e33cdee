#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace songda::app {

/// The command line, one function a command; each returns the exit status: 0 done, 1 refused,
/// 2 wrong use or a failure, 130 stopped by Ctrl-C. What they
/// print is for people, Chinese first.

int run_serve(const std::string& config);

struct IssueArguments {
    std::string config;
    std::string department; ///< empty: the only one of the configuration
    std::string input;      ///< NDJSON file
    std::string output;     ///< folder for the PDFs; empty: they stay in the store
    std::string url;        ///< of a running service, to issue through it; empty: see key_file
    std::string key_file;   ///< file with the API key; with it a held store is no obstacle
    std::string ca_file;    ///< authorities of an https service; empty: the system's
    std::string client_certificate; ///< who we are to an https service, instead of a key
    std::string client_key;
};
int run_issue(const IssueArguments& arguments);

struct KeyAddArguments {
    std::string config;
    std::string department;
    std::string label;
    std::vector<std::string> scopes;
    int days = 365;
};
int run_key_add(const KeyAddArguments& arguments);
int run_key_list(const std::string& config);
int run_key_revoke(const std::string& config, const std::string& kid);

struct QrKeyArguments {
    std::string config;
    std::string kid;
    std::string since; ///< day from which others must be believed to have it
    std::string reason;
};
int run_qr_key_list(const std::string& config);
int run_qr_key_compromised(const QrKeyArguments& arguments);

struct StatusArguments {
    std::string config;
    std::string document; ///< id or key
    std::string status;   ///< empty: show the history
    std::string reason;
    std::string basis;       ///< the provision that it rests on
    std::string description; ///< of status other: what it is
};
int run_status(const StatusArguments& arguments);

/// Who collected at the counter; numbers and names come from standard input.
struct CollectionArguments {
    std::string capacity; ///< as whom: self, representative or agent; empty: nobody collects
    std::string identity; ///< kind of the identity document
    std::string checked;  ///< how it was checked
    std::string mandate;  ///< number of an agent's mandate
    std::string mandate_day;
    std::uint32_t copy = 0; ///< paper copy handed over; 0: none
    std::string place;
};
int run_collection(const std::string& config, const std::string& document,
                   const CollectionArguments& arguments);

struct DeliveryArguments {
    std::string config;
    std::string document; ///< id or key
    std::string resend;   ///< channel to send over once more
    std::string leg;      ///< the leg that `step` is of; neither this nor resend: show the legs
    std::string step;     ///< what an operator found out or decided
    std::string at;       ///< day or moment at which it happened; empty: now
    std::string reason;
    CollectionArguments collect;
};
int run_delivery(const DeliveryArguments& arguments);

/// Dead letters, beside a running service.
struct DeadLetterArguments {
    std::string config;
    std::string leg;        ///< empty: those that the filters take
    std::string department; ///< empty: all of the configuration
    std::string channel;
    std::string because; ///< the leg's reason
    int days = 0;        ///< given up so many days ago at least
    bool replay = false; ///< send once more under the same key
    bool close = false;  ///< somebody has seen to it
    std::string reason;
};
/// To show: 0 there is none, 1 there are some; to replay or close: 0 done, 1 not with each.
int run_dead_letters(const DeadLetterArguments& arguments);

struct ServiceArguments {
    std::string config;
    std::string document; ///< id or key; empty: list what is to be served
    int days = 3;         ///< so many working days ahead
    std::string step;     ///< by_hand, served_by_hand or closed
    std::string consent;  ///< given or withdrawn
    std::string form = "送达地址确认书";
    std::string form_version;
    std::string at; ///< day or moment at which it happened; empty: now
    std::string reason;
    DeadLetterArguments dead;
};
int run_service(const ServiceArguments& arguments);

/// Evidence of service, beside a running service.
struct EvidenceArguments {
    std::string config;
    std::string document; ///< id or key
    std::string output;   ///< file
};
int run_evidence_status(const EvidenceArguments& arguments);
int run_evidence_export(const EvidenceArguments& arguments);
/// 0: some record means it; 1: none does.
int run_evidence_match(const EvidenceArguments& arguments);
int run_evidence_receipt(const EvidenceArguments& arguments);

/// Files of providers of SMS, WeChat messages and calls, without the service.
struct ProviderArguments {
    std::string file;
    std::string to;      ///< to check: empty: a made-up one
    bool status = false; ///< the message of a change of status, not that of an issue
    bool ask = false;    ///< to try: asks afterwards what became of it
    std::vector<std::string> secret_files; ///< to try: NAME=FILE
    std::string base_url;                  ///< to try: instead of the file's
    std::string ca_file;
    bool allow_private_addresses = false;
};
/// 0 good, 1 too long; 2 failure.
int run_provider_check(const ProviderArguments& arguments);
/// 0 accepted, 1 not; 2 failure.
int run_provider_try(const ProviderArguments& arguments);

struct NumbersArguments {
    enum class Action { show, advance, confirm };
    Action action = Action::show;
    std::string config;
    std::optional<std::uint64_t> by;
    std::optional<std::uint64_t> past;
    std::string sequence;   ///< empty: all
    std::string department; ///< of the sequence; empty: the only one of the configuration
    std::string reason;     ///< to confirm
};
int run_numbers(const NumbersArguments& arguments);

/// Documents on their way to the level that they are served with.
struct LevelsArguments {
    enum class Action { show, retry, renew };
    Action action = Action::show;
    std::string config;
    std::string document; ///< to retry: id or key; empty: all that wait
    std::string before;   ///< to renew: what was put behind documents before this day
    std::string reason;   ///< to renew
};
/// To show: 0 nothing is late or parked, 1 something is; 2 failure.
int run_levels(const LevelsArguments& arguments);

struct TimestampArguments {
    std::string config;
    std::string file;
    std::string output; ///< for the TimeStampResp; empty: the file's name and .tsr
    std::string into;   ///< for a document of ours with the time-stamp in it; empty: beside it
    std::string level = "B-T"; ///< that the document is brought to
};
int run_timestamp(const TimestampArguments& arguments);

/// The built-in time-stamp authority's time, beside the service.
struct TsaArguments {
    enum class Action { show, confirm };
    Action action = Action::show;
    std::string config;
    std::string reason; ///< to confirm
};
/// 0 time is told, 1 it is not, 2 failure.
int run_tsa(const TsaArguments& arguments);

/// The book of uses of seals, beside the service.
struct AuditArguments {
    std::string config;
    bool json = false;
    bool files = false;   ///< to verify: read every file
    std::string seal;     ///< to list: id; empty: all
    std::string document; ///< to list: id or key; empty: all
    std::string since;    ///< to list: a day; empty: from the first
};
/// 0 all is whole, 1 findings, 2 failure.
int run_audit_verify(const AuditArguments& arguments);
int run_audit_list(const AuditArguments& arguments);

int run_backup(const std::string& config, const std::string& folder);
int run_check_store(const std::string& config);

struct ItemsArguments {
    std::string file;
    std::string other;        ///< power list, file to write, upper list
    std::string code_pattern; ///< regular expression for codes of no known form; empty: any
    bool json = false;
};
/// On lists of items: 0 good, 1 findings, 2 failure.
int run_items_check(const ItemsArguments& arguments);
int run_items_convert(const ItemsArguments& arguments);
int run_items_coverage(const ItemsArguments& arguments);

struct TemplateArguments {
    std::vector<std::string> folders; ///< to check
    std::string config;               ///< empty: a sample department, and the two folders below
    std::string fonts = "build/fonts";
    std::string profiles = "catalogue/profiles";
    std::string department; ///< whose face a preview has; empty: the first that issues by it
    std::string folder;     ///< to preview
    std::string decision;   ///< file with one decision; empty: one is made up
    std::string output;     ///< .pdf or .png
    int page = 1;           ///< of a .png
    bool longest = false;   ///< the decision that is made up is as long as the fields allow
};
/// On folders of templates, without a store: 0 good (warnings are), 1 findings, 2 failure.
int run_template_check(const TemplateArguments& arguments);
int run_template_preview(const TemplateArguments& arguments);

/// One struct for all of `songda pki`; each command reads what its options set.
struct PkiArguments {
    std::string folder; ///< of the authority
    std::string out;    ///< folder that the new key and certificate go to, or the publish folder
    std::string name;   ///< CN; of `init` the root's
    std::string issuing_name;
    std::string organization;
    std::string department;
    std::string email;
    std::string address; ///< `http://HOST` where status is published
    std::string domain;
    std::string policy;
    bool sample = false;
    std::string suite = "p256"; ///< or `sm2`: of a new authority, of a new request
    int days = 0;               ///< 0: what the profile says
    std::string csr;
    std::string certificate; ///< that an outside authority made
    std::string chain;
    std::vector<std::string> trust;
    std::string profile = "seal";
    std::string serial;
    std::string reason;
    std::string since;
    bool pem = false;
    int ocsp_hours = 72;
    int crl_hours = 168;
    bool clock_is_right = false;
    std::string passphrase_file; ///< of the issuing key
    std::string root_passphrase_file;
    std::string key_passphrase_file; ///< of the new key; empty: it is not encrypted
};
int run_pki_init(const PkiArguments& arguments);
int run_pki_seal(const PkiArguments& arguments);
int run_pki_timestamp(const PkiArguments& arguments);
int run_pki_ocsp_signer(const PkiArguments& arguments);
int run_pki_csr(const PkiArguments& arguments);
int run_pki_import(const PkiArguments& arguments);
int run_pki_renew(const PkiArguments& arguments);
int run_pki_renew_issuing(const PkiArguments& arguments);
int run_pki_revoke(const PkiArguments& arguments);
int run_pki_release(const PkiArguments& arguments);
int run_pki_publish(const PkiArguments& arguments);
int run_pki_check(const PkiArguments& arguments); ///< 0 all is well, 1 findings, 2 failure
int run_pki_list(const PkiArguments& arguments);
int run_pki_show(const PkiArguments& arguments);

struct MailArguments {
    std::string config;
    std::string selector; ///< of a key that is not in the configuration yet, with `key`
    std::string key;
};
/// What to publish in the DNS about the keys that sign mails.
int run_dkim_record(const MailArguments& arguments);

/// One struct for all of `songda seal`; each command reads what its options set.
struct SealArguments {
    std::string config; ///< of whoever holds the keys: songda.toml or songda-signer.toml
    std::string id;
    std::string department; ///< empty: the only one of the configuration
    std::string kind = "official";
    std::string name;  ///< of the department; empty: of the configuration, or of the certificate
    std::string words; ///< of the picture; empty: of the configuration, or the name
    std::vector<std::string> types;
    std::vector<std::string> users;
    bool all_types = false;
    bool all_users = false;
    std::string first_day; ///< empty: today, or as before
    std::string last_day;  ///< empty: the certificate's last, or as before
    std::string renews;
    std::string qr_public_key; ///< file; empty: the QR key of the configuration is opened
    std::string reason;
    bool json = false;
};
/// 0 done, 1 refused by the register's rules, 2 failure.
int run_seal_make(const SealArguments& arguments);
int run_seal_activate(const SealArguments& arguments);
int run_seal_suspend(const SealArguments& arguments);
int run_seal_resume(const SealArguments& arguments);
int run_seal_retire(const SealArguments& arguments);
int run_seal_allow(const SealArguments& arguments);
int run_seal_list(const SealArguments& arguments);
int run_seal_show(const SealArguments& arguments);

} // namespace songda::app
