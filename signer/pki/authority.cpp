#include "signer/pki/authority.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/certificate.hpp"
#include "base/durable_file.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/pki/lint.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t certificate_bytes_max = 64U << 10U;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t serial_bytes = 16;
constexpr std::size_t serial_digits_min = 4;
constexpr int days_max = 7305;
/// A root that comes out of its safe once a year.
constexpr std::int64_t clock_leap_days_max = 400;

std::string hash_text(ByteView bytes) {
    return to_hex(sha256(bytes));
}

std::string to_upper(std::string_view text) {
    std::string upper(text);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return upper;
}

/// 126 random bits, positive, always 16 octets (RFC 5280 §4.1.2.2 asks for at most 20; CA/Browser
/// Baseline Requirements §7.1 for at least 64 bits).
Bytes draw_serial(Random& random) {
    Bytes serial(serial_bytes);
    random.fill(serial);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3FU) | 0x40U);
    return serial;
}

Result<std::string> certificate_pem(X509* certificate) {
    const openssl::Bio out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) {
        ERR_clear_error();
        return Error{Fault::internal, "the certificate cannot be encoded"};
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

Error lint_error(const std::vector<std::string>& findings) {
    std::string all = "nothing was issued, the certificate is not what its profile says:";
    for (const std::string& finding : findings) {
        all += "\n  " + finding;
    }
    return Error{Fault::internal, std::move(all)};
}

} // namespace

Authority::Authority(std::string folder, FolderLock lock, Journal journal, Book book,
                     const Clock& clock, Random& random, std::string by)
    : folder_(std::move(folder)), lock_(std::move(lock)), journal_(std::move(journal)),
      book_(std::move(book)), clock_(clock), random_(random), by_(std::move(by)) {}

Result<Authority> Authority::open_folder(const std::string& folder, const Clock& clock,
                                         Random& random, std::string by) {
    auto lock = FolderLock::take(folder);
    if (!lock.ok()) {
        return lock.error();
    }
    auto journal = Journal::open(folder + "/journal");
    if (!journal.ok()) {
        return journal.error();
    }
    auto book = read_book(journal.value().lines());
    if (!book.ok()) {
        return book.error();
    }
    Authority authority(folder, std::move(lock).value(), std::move(journal).value(),
                        std::move(book).value(), clock, random, std::move(by));
    const auto recovered = authority.recover();
    return recovered.ok() ? Result(std::move(authority)) : recovered.error();
}

Result<Authority> Authority::open(const std::string& folder, const Clock& clock, Random& random,
                                  std::string by) {
    if (!is_there(folder + "/journal")) {
        return Error{Fault::not_found, folder + ": no authority; songda pki init makes one"};
    }
    auto authority = open_folder(folder, clock, random, std::move(by));
    if (authority.ok() && !authority.value().complete()) {
        return Error{Fault::conflict, folder + ": songda pki init did not end; run the same again"};
    }
    return authority;
}

Result<Authority> Authority::init(const std::string& folder, const AuthorityTerms& terms,
                                  const Secrets& secrets, const Clock& clock, Random& random,
                                  std::string by) {
    const auto fit = check_terms(terms);
    if (!fit.ok()) {
        return fit.error();
    }
    const auto made = make_folder(folder + "/certificates", 0700);
    if (!made.ok()) {
        return made.error();
    }
    auto opened = open_folder(folder, clock, random, std::move(by));
    if (!opened.ok()) {
        return opened.error();
    }
    Authority& authority = opened.value();
    if (authority.book_.terms && terms_fields(authority.terms()) != terms_fields(terms)) {
        return Error{Fault::conflict, folder + ": an authority with other terms is there"};
    }
    if (authority.complete()) {
        return opened;
    }
    if (!authority.book_.terms) {
        const auto begun = authority.record("init", terms_fields(terms));
        if (!begun.ok()) {
            return begun.error();
        }
    }
    const auto hierarchy = authority.make_hierarchy(secrets);
    return hierarchy.ok() ? std::move(opened) : hierarchy.error();
}

Result<IssuedCertificate> Authority::issue(const IssueOrder& order, EVP_PKEY* public_key,
                                           const Passphrase& passphrase) {
    const auto fit = check_names(order.names, order.profile, terms());
    if (!fit.ok()) {
        return fit.error();
    }
    if (suite_of(public_key) != terms().suite) {
        return Error{Fault::invalid_input, "the key is not of this authority's suite, " +
                                               std::string(suite_name(terms().suite))};
    }
    if (order.profile == Profile::timestamp && terms().suite != Suite::p256) {
        return Error{Fault::invalid_input,
                     "time-stamps are signed with P-256; take an authority of that suite"};
    }
    const auto known = find_issued(order, public_key);
    if (!known.ok()) {
        return known.error();
    }
    if (known.value()) {
        return IssuedCertificate{*known.value(), true};
    }
    const BookEntry& issuing = *book_.newest(Profile::issuing);
    // Status is told to the end: its signer may still be renewed.
    if (issuing.revocation && order.profile != Profile::ocsp_signer) {
        return Error{Fault::conflict, "the issuing authority is revoked; it issues nothing more"};
    }
    const auto above = certificate(issuing);
    if (!above.ok()) {
        return above.error();
    }
    const auto key = read_key(issuing_key_path(), passphrase);
    if (!key.ok()) {
        return key.error();
    }
    if (X509_check_private_key(above.value().get(), key.value().get()) != 1) {
        ERR_clear_error();
        return Error{Fault::corrupt, issuing_key_path() + ": is not the authority's key"};
    }
    auto entry = sign_new(order, public_key, {above.value().get(), key.value().get()});
    return entry.ok() ? Result(IssuedCertificate{std::move(entry).value(), false}) : entry.error();
}

Result<std::optional<BookEntry>> Authority::find_issued(const IssueOrder& order,
                                                        const EVP_PKEY* key) const {
    const std::string public_key = public_key_hash(key);
    for (const BookEntry& entry : book_.entries) {
        if (entry.public_key != public_key || entry.standing != Standing::issued) {
            continue;
        }
        if (entry.profile == order.profile && entry.names == order.names && !entry.revocation &&
            entry.renews == order.renews) {
            return std::optional(entry);
        }
        return Error{Fault::conflict, "this key has a certificate already (" + entry.serial +
                                          "); every certificate has a key of its own"};
    }
    return std::optional<BookEntry>();
}

Result<BookEntry> Authority::plan(const IssueOrder& order, const Issuer& issuer) {
    const int days = order.days == 0 ? profile_days(order.profile) : order.days;
    if (days < 1 || days > days_max) {
        return Error{Fault::invalid_input, "a certificate lives from a day to 20 years"};
    }
    BookEntry entry;
    entry.profile = order.profile;
    entry.names = order.names;
    entry.renews = order.renews;
    entry.not_before = {now().value / 1000 * 1000};
    entry.not_after = entry.not_before + (days * day_ms - 1000);
    if (issuer.certificate != nullptr) {
        const Validity above = validity_of(issuer.certificate);
        if (above.not_after < entry.not_after && order.days == 0) {
            entry.not_after = above.not_after;
        }
        if (above.not_after < entry.not_after || above.not_after <= entry.not_before) {
            return Error{Fault::invalid_input, "the authority itself ends on " +
                                                   to_text(china_date(above.not_after)) +
                                                   "; nothing can live longer"};
        }
    }
    return entry;
}

Result<BookEntry> Authority::sign_new(const IssueOrder& order, EVP_PKEY* public_key,
                                      const Issuer& issuer) {
    auto planned = plan(order, issuer);
    if (!planned.ok()) {
        return planned.error();
    }
    BookEntry& entry = planned.value();
    auto made = plan_certificate(
        {order.profile, order.names, entry.not_before, entry.not_after, draw_serial(random_)},
        public_key, issuer.certificate, terms());
    if (!made.ok()) {
        return made.error();
    }
    X509* const certificate = made.value().get();
    const auto before = lint_plan(certificate, order.profile, issuer.certificate, terms());
    if (!before.empty()) {
        return lint_error(before);
    }
    entry.serial = serial_text(certificate);
    entry.public_key = public_key_hash(public_key);
    entry.to_be_signed = hash_text(to_be_signed(certificate));
    const auto intended = record("intent", intent_fields(entry));
    if (!intended.ok()) {
        return intended.error();
    }
    const auto signature = sign_certificate(certificate, issuer.key);
    if (!signature.ok()) {
        return signature.error();
    }
    // What was planned and nothing else, signed by the key that was meant: a fault of memory or of
    // the library shows here, before anybody has the certificate (reliability §1.3 b).
    const X509* const above = issuer.certificate == nullptr ? certificate : issuer.certificate;
    if (hash_text(to_be_signed(certificate)) != entry.to_be_signed ||
        !signature_holds(certificate, above)) {
        return Error{Fault::internal, "the signed certificate is not the planned one"};
    }
    const auto pem = certificate_pem(certificate);
    if (!pem.ok()) {
        return pem.error();
    }
    const auto written = replace_file(certificate_path(entry.serial), pem.value(), 0644);
    if (!written.ok()) {
        return written.error();
    }
    const auto issued =
        record("issued", {{"serial", entry.serial},
                          {"certificate", hash_text(certificate_der(certificate))}});
    return issued.ok() ? Result(*book_.find(entry.serial)) : issued.error();
}

Result<void> Authority::recover() {
    recovery_.torn_bytes = journal_.torn_bytes();
    std::vector<BookEntry> open;
    std::copy_if(book_.entries.begin(), book_.entries.end(), std::back_inserter(open),
                 [](const BookEntry& entry) { return entry.standing == Standing::intended; });
    for (const BookEntry& entry : open) {
        const auto settled = settle(entry);
        if (!settled.ok()) {
            return settled.error();
        }
    }
    return {};
}

/// A certificate appears under its name only whole and on the disk: if it is there the intent is
/// fulfilled, if not it never left the process.
Result<void> Authority::settle(const BookEntry& open) {
    const std::string path = certificate_path(open.serial);
    if (!is_there(path)) {
        recovery_.abandoned.push_back(open.serial);
        return record("void", {{"serial", open.serial}, {"why", "a command did not end"}});
    }
    const auto read = read_certificates(path);
    if (!read.ok()) {
        return read.error();
    }
    X509* const certificate = read.value().front().get();
    if (hash_text(to_be_signed(certificate)) != open.to_be_signed) {
        return Error{Fault::corrupt, path + ": is not what the journal planned"};
    }
    recovery_.finished.push_back(open.serial);
    return record("issued", {{"serial", open.serial},
                             {"certificate", hash_text(certificate_der(certificate))}});
}

Result<void> Authority::revoke(std::string_view serial, const RevocationReason& reason,
                               std::optional<TimeMs> invalid_since) {
    const auto entry = find(serial);
    if (!entry.ok()) {
        return entry.error();
    }
    const auto& before = entry.value().revocation;
    if (entry.value().profile == Profile::root) {
        return Error{Fault::conflict, "a root is not revoked: those who trust it take it away"};
    }
    if (before && before->reason->code != hold_code) {
        return Error{Fault::conflict, entry.value().serial + " was revoked on " +
                                          to_text(china_date(before->at)) + " (" +
                                          std::string(before->reason->name) + ')'};
    }
    if (before && reason.code == hold_code) {
        return Error{Fault::conflict, entry.value().serial + " is on hold already"};
    }
    if (invalid_since && now() < *invalid_since) {
        return Error{Fault::invalid_input, "a key is not lost in the future"};
    }
    for (const std::string& each : with_its_key(entry.value())) {
        const auto& present = book_.find(each)->revocation;
        if (present && (present->reason->code != hold_code || reason.code == hold_code)) {
            continue; // a command that did not end came so far
        }
        JournalFields fields = {{"serial", each}, {"reason", std::string(reason.name)}};
        if (invalid_since) {
            fields.emplace("invalid_since", to_rfc3339(*invalid_since));
        }
        const auto revoked = record("revoked", std::move(fields));
        if (!revoked.ok()) {
            return revoked;
        }
    }
    return {};
}

std::vector<std::string> Authority::with_its_key(const BookEntry& entry) const {
    std::vector<std::string> serials;
    for (const BookEntry& each : book_.entries) {
        if (each.standing == Standing::issued && each.public_key == entry.public_key &&
            each.serial != entry.serial) {
            serials.push_back(each.serial);
        }
    }
    serials.push_back(entry.serial);
    return serials;
}

Result<void> Authority::release(std::string_view serial) {
    const auto entry = find(serial);
    if (!entry.ok()) {
        return entry.error();
    }
    if (!entry.value().revocation || entry.value().revocation->reason->code != hold_code) {
        return Error{Fault::conflict, entry.value().serial + " is not on hold"};
    }
    for (const std::string& each : with_its_key(entry.value())) {
        const auto& present = book_.find(each)->revocation;
        const auto released = present && present->reason->code == hold_code
                                  ? record("released", {{"serial", each}})
                                  : Result<void>();
        if (!released.ok()) {
            return released;
        }
    }
    return {};
}

bool Authority::complete() const {
    return book_.newest(Profile::issuing) != nullptr && is_there(root_list_path());
}

Result<void> Authority::check_clock() const {
    const TimeMs told = clock_.now();
    const TimeMs last = journal_.lines().back().time;
    return told - last <= clock_leap_days_max * day_ms
               ? Result<void>()
               : Error{Fault::conflict, "the clock says " + to_china_time(told) +
                                            ", the last entry is of " + to_china_time(last) +
                                            ": set the clock, or say --clock-is-right"};
}

TimeMs Authority::now() const {
    const TimeMs told = clock_.now();
    return journal_.lines().empty() ? told : std::max(told, journal_.lines().back().time);
}

Result<BookEntry> Authority::find(std::string_view text) const {
    if (text == "root" || text == "issuing") {
        return *book_.newest(*parse_profile(text));
    }
    const std::string wanted = to_upper(text);
    const BookEntry* found = nullptr;
    for (const BookEntry& entry : book_.entries) {
        if (entry.standing == Standing::issued && entry.serial.starts_with(wanted)) {
            if (found != nullptr || wanted.size() < serial_digits_min) {
                return Error{Fault::invalid_input,
                             "several certificates begin with " + wanted + "; give more digits"};
            }
            found = &entry;
        }
    }
    return found != nullptr
               ? Result(*found)
               : Error{Fault::not_found, "no certificate with serial number " + wanted};
}

Result<openssl::Certificate> Authority::certificate(const BookEntry& entry) const {
    const std::string path = certificate_path(entry.serial);
    const auto pem = read_whole(path, certificate_bytes_max);
    if (!pem.ok()) {
        return pem.error();
    }
    const openssl::Bio in(
        BIO_new_mem_buf(pem.value().data(), static_cast<int>(pem.value().size())));
    openssl::Certificate read(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!read || hash_text(certificate_der(read.get())) != entry.certificate) {
        return Error{Fault::corrupt, path + ": is not the certificate that was issued"};
    }
    return read;
}

Result<std::string> Authority::chain_pem(const BookEntry& entry) const {
    std::vector<const BookEntry*> chain = {&entry};
    if (entry.profile != Profile::root && entry.profile != Profile::issuing) {
        chain.push_back(book_.newest(Profile::issuing));
    }
    std::string all;
    for (const BookEntry* const each : chain) {
        const auto read = certificate(*each);
        if (!read.ok()) {
            return read.error();
        }
        auto pem = certificate_pem(read.value().get());
        if (!pem.ok()) {
            return pem.error();
        }
        all += pem.value();
    }
    return all;
}

std::string Authority::certificate_path(std::string_view serial) const {
    return folder_ + "/certificates/" + std::string(serial) + ".pem";
}

Result<void> Authority::record(std::string_view event, JournalFields fields) {
    fields.emplace("by", by_);
    const TimeMs time = now();
    Book after = book_; // a line that the book refuses is not written
    const auto allowed = enter(after, {time, std::string(event), fields});
    if (!allowed.ok()) {
        return Error{Fault::internal, allowed.error().detail};
    }
    const auto written = journal_.append(event, fields, time);
    if (written.ok()) {
        book_ = std::move(after);
    }
    return written;
}

} // namespace songda::signer
