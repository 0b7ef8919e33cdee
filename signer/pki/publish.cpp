#include "signer/pki/publish.hpp"

#include <algorithm>
#include <filesystem>

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/durable_file.hpp"

namespace songda::signer {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr std::int64_t root_list_days = 365;
constexpr std::int64_t responder_days_least = 10;
constexpr std::int64_t clock_tolerance_ms = 300'000;
constexpr std::size_t list_bytes_max = 64U << 20U;
constexpr std::string_view responder_name = "在线状态签名 OCSP";

TimeMs whole_second(TimeMs time) {
    return {time.value / 1000 * 1000};
}

ocsp::Times from(TimeMs begin, std::int64_t length_ms) {
    return {begin, begin + length_ms};
}

std::vector<const BookEntry*> revoked_of(const Book& book, bool by_root) {
    std::vector<const BookEntry*> revoked;
    for (const BookEntry& entry : book.entries) {
        if (entry.revocation && (entry.profile == Profile::issuing) == by_root) {
            revoked.push_back(&entry);
        }
    }
    return revoked;
}

std::optional<CrlFacts> published_list(const std::string& path, const X509* issuer) {
    const auto bytes = read_whole(path, list_bytes_max);
    return bytes.ok() ? read_crl(bytes.value(), issuer) : std::nullopt;
}

/// The one who signs answers: a certificate and its key.
struct Responder {
    openssl::Certificate certificate;
    openssl::Pkey key;
    std::string issued; ///< its serial if it is new
};

std::string responder_key_path(const Authority& authority, const std::string& public_key) {
    return authority.folder() + "/keys/ocsp-" + public_key.substr(0, 16) + ".key";
}

bool serves(const Authority& authority, const BookEntry* entry) {
    if (entry == nullptr || entry->revocation || entry->not_after < authority.now()) {
        return false;
    }
    // In the authority's own last days none can be had that lasts longer.
    const bool last = entry->not_after >= authority.book().newest(Profile::issuing)->not_after;
    return (last || entry->not_after - authority.now() >= responder_days_least * day_ms) &&
           is_there(responder_key_path(authority, entry->public_key));
}

Result<std::string> issue_responder(Authority& authority, const Passphrase& passphrase) {
    const auto key = make_key(authority.terms().suite);
    if (!key.ok()) {
        return key.error();
    }
    const std::string path = responder_key_path(authority, public_key_hash(key.value().get()));
    const auto made = make_folder(folder_of(path), 0700);
    const auto written = made.ok() ? write_key(path, key.value().get(), passphrase) : made;
    if (!written.ok()) {
        return written.error();
    }
    const auto issued =
        authority.issue({Profile::ocsp_signer,
                         {authority.terms().organization, "", std::string(responder_name), ""},
                         0,
                         ""},
                        key.value().get(), passphrase);
    return issued.ok() ? Result(issued.value().entry.serial) : issued.error();
}

/// Keys of responders that signed before, and of one that a crash kept from its certificate.
void remove_other_keys(const std::string& kept) {
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(folder_of(kept), ignored)) {
        if (file.path() != kept && file.path().filename().string().starts_with("ocsp-")) {
            std::filesystem::remove(file.path(), ignored);
        }
    }
}

Result<Responder> find_responder(Authority& authority, const Passphrase& passphrase) {
    Responder responder;
    if (!serves(authority, authority.book().newest(Profile::ocsp_signer))) {
        auto issued = issue_responder(authority, passphrase);
        if (!issued.ok()) {
            return issued.error();
        }
        responder.issued = std::move(issued).value();
    }
    const BookEntry& entry = *authority.book().newest(Profile::ocsp_signer);
    auto certificate = authority.certificate(entry);
    if (!certificate.ok()) {
        return certificate.error();
    }
    responder.certificate = std::move(certificate).value();
    const std::string path = responder_key_path(authority, entry.public_key);
    auto key = read_key(path, passphrase);
    if (!key.ok()) {
        return key.error();
    }
    responder.key = std::move(key).value();
    remove_other_keys(path);
    return responder;
}

struct File {
    std::string path;
    Bytes bytes;
};

Result<void> write_files(const std::vector<File>& files) {
    for (const File& file : files) {
        const auto written = replace_file(file.path, as_text(file.bytes), 0644);
        if (!written.ok()) {
            return written.error();
        }
    }
    return {};
}

/// Is it half over, or older than what it must say?
bool root_list_due(const Authority& authority, const std::optional<CrlFacts>& list) {
    const auto revoked = revoked_of(authority.book(), true);
    return !list || authority.now() - list->times.this_update > root_list_days * day_ms / 2 ||
           std::any_of(revoked.begin(), revoked.end(), [&](const BookEntry* entry) {
               return list->times.this_update <= entry->revocation->at;
           });
}

Result<void> renew_root_list(Authority& authority, const PublishOrder& order, const X509* root,
                             PublishReport& report) {
    auto list = published_list(authority.root_list_path(), root);
    if (root_list_due(authority, list) && order.root && is_there(authority.root_key_path())) {
        const auto key = read_key(authority.root_key_path(), *order.root);
        const auto made =
            key.ok() ? publish_root_list(authority, key.value().get()) : Result<void>(key.error());
        if (!made.ok()) {
            return made.error();
        }
        report.root_list_new = true;
        list = published_list(authority.root_list_path(), root);
    }
    if (!list) {
        return Error{Fault::unavailable, authority.root_list_path() +
                                             ": the root has signed no list; its key is needed"};
    }
    report.root_list = list->times;
    return {};
}

Result<std::vector<File>> sign_answers(const Authority& authority, const std::string& folder,
                                       const X509* issuer, const Responder& responder,
                                       ocsp::Times times) {
    std::vector<File> files;
    for (const BookEntry& entry : authority.book().entries) {
        if (entry.standing != Standing::issued || entry.profile == Profile::root ||
            entry.profile == Profile::issuing) {
            continue;
        }
        auto answers =
            make_ocsp_answers({entry, issuer, responder.certificate.get(), responder.key.get(),
                               times, authority.book().beginning(Profile::issuing)});
        if (!answers.ok()) {
            return answers.error();
        }
        for (OcspAnswer& answer : answers.value()) {
            files.push_back(
                {folder + "/ocsp/" + answer.file_name + ".ocsp", std::move(answer.der)});
        }
    }
    return files;
}

/// Number and times of the next list, after all that was published before.
Result<void> plan_publication(Authority& authority, const PublishOrder& order, const X509* issuer,
                              PublishReport& report) {
    const auto present = published_list(order.folder + "/crl/issuing.crl", issuer);
    const Publication& last = authority.book().last;
    TimeMs begin = whole_second(std::max(authority.now(), last.this_update));
    report.crl_number = last.crl_number;
    if (present) {
        begin = std::max(begin, present->times.this_update);
        report.crl_number = std::max(report.crl_number, present->number);
    }
    ++report.crl_number;
    report.clock_behind = authority.clock().now() + clock_tolerance_ms < begin;
    report.crl = from(begin, order.crl_hours * hour_ms);
    report.answers = from(begin, order.ocsp_hours * hour_ms);
    return authority.record("publish",
                            {{"crl_number", std::to_string(report.crl_number)},
                             {"this_update", to_rfc3339(begin)},
                             {"crl_next_update", to_rfc3339(report.crl.next_update)},
                             {"ocsp_next_update", to_rfc3339(report.answers.next_update)}});
}

} // namespace

Result<void> publish_root_list(Authority& authority, EVP_PKEY* root_key) {
    const auto root = authority.certificate(*authority.book().newest(Profile::root));
    if (!root.ok()) {
        return root.error();
    }
    if (X509_check_private_key(root.value().get(), root_key) != 1) {
        ERR_clear_error();
        return Error{Fault::corrupt, authority.root_key_path() + ": is not the root's key"};
    }
    const Publication& last = authority.book().last;
    const auto present = published_list(authority.root_list_path(), root.value().get());
    const std::uint64_t number = std::max(last.root_crl_number, present ? present->number : 0) + 1;
    const TimeMs begin = whole_second(std::max(authority.now(), last.root_this_update));
    const ocsp::Times times = from(begin, root_list_days * day_ms);
    const auto planned =
        authority.record("publish-root", {{"crl_number", std::to_string(number)},
                                          {"this_update", to_rfc3339(begin)},
                                          {"crl_next_update", to_rfc3339(times.next_update)}});
    if (!planned.ok()) {
        return planned.error();
    }
    const auto list =
        make_crl({root.value().get(), root_key, number, times, revoked_of(authority.book(), true),
                  authority.book().beginning(Profile::root)});
    return list.ok() ? replace_file(authority.root_list_path(), as_text(list.value()), 0644)
                     : list.error();
}

Result<PublishReport> publish(Authority& authority, const PublishOrder& order) {
    if (order.ocsp_hours * hour_ms > responder_days_least * day_ms) {
        return Error{Fault::invalid_input, "an answer cannot outlive the one who signs it: at most "
                                           "240 hours"};
    }
    for (const char* const part : {"/ca", "/crl", "/ocsp"}) {
        const auto made = make_folder(order.folder + part, 0755);
        if (!made.ok()) {
            return made.error();
        }
    }
    const auto root = authority.certificate(*authority.book().newest(Profile::root));
    const auto issuing = authority.certificate(*authority.book().newest(Profile::issuing));
    const auto key = read_key(authority.issuing_key_path(), order.issuing);
    if (!root.ok() || !issuing.ok() || !key.ok()) {
        return !root.ok() ? root.error() : !issuing.ok() ? issuing.error() : key.error();
    }
    const X509* const issuer = issuing.value().get();
    const auto responder = find_responder(authority, order.issuing);
    if (!responder.ok()) {
        return responder.error();
    }
    PublishReport report;
    report.new_responder = responder.value().issued;
    const auto rooted = renew_root_list(authority, order, root.value().get(), report);
    const auto planned = rooted.ok() ? plan_publication(authority, order, issuer, report) : rooted;
    if (!planned.ok()) {
        return planned.error();
    }
    const auto revoked = revoked_of(authority.book(), false);
    report.revoked = revoked.size();
    auto list = make_crl({issuer, key.value().get(), report.crl_number, report.crl, revoked,
                          authority.book().beginning(Profile::issuing)});
    auto files = sign_answers(authority, order.folder, issuer, responder.value(), report.answers);
    auto root_list = read_whole(authority.root_list_path(), list_bytes_max);
    if (!list.ok() || !files.ok() || !root_list.ok()) {
        return !list.ok() ? list.error() : !files.ok() ? files.error() : root_list.error();
    }
    report.answers_written = files.value().size();
    files.value().push_back({order.folder + "/ca/root.cer", certificate_der(root.value().get())});
    files.value().push_back({order.folder + "/ca/issuing.cer", certificate_der(issuer)});
    files.value().push_back({order.folder + "/crl/root.crl", std::move(root_list).value()});
    files.value().push_back({order.folder + "/crl/issuing.crl", std::move(list).value()});
    const auto written = write_files(files.value());
    return written.ok() ? Result(report) : written.error();
}

} // namespace songda::signer
