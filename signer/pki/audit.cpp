#include "signer/pki/audit.hpp"

#include <filesystem>
#include <set>

#include "base/certificate.hpp"
#include "signer/pki/lint.hpp"

namespace songda::signer {
namespace {

/// Findings about one certificate; `issuer` is null for a root.
std::vector<std::string> look_at(const BookEntry& entry, const X509* certificate,
                                 const X509* issuer, const AuthorityTerms& terms) {
    std::vector<std::string> findings = lint(certificate, entry.profile, issuer, terms);
    if (!signature_holds(certificate, issuer == nullptr ? certificate : issuer)) {
        findings.emplace_back("it is not signed by its issuer");
    }
    if (serial_text(certificate) != entry.serial) {
        findings.emplace_back("it has another serial number");
    }
    if (public_key_hash(X509_get0_pubkey(certificate)) != entry.public_key) {
        findings.emplace_back("it is for another key");
    }
    return findings;
}

std::vector<std::string> stray_files(const Authority& authority) {
    std::vector<std::string> findings;
    std::error_code failure;
    for (const auto& file :
         std::filesystem::directory_iterator(authority.folder() + "/certificates", failure)) {
        const BookEntry* const entry = authority.book().find(file.path().stem().string());
        if (file.path().extension() == ".pem" &&
            (entry == nullptr || entry->standing != Standing::issued)) {
            findings.push_back(file.path().filename().string() + ": was never issued");
        }
    }
    if (failure) {
        findings.push_back("the certificates cannot be read");
    }
    return findings;
}

} // namespace

std::vector<std::string> audit(const Authority& authority) {
    std::vector<std::string> findings = stray_files(authority);
    std::set<std::string> keys;
    // Those that the certificates behind them in the journal were signed under.
    openssl::Certificate root;
    openssl::Certificate issuing;
    for (const BookEntry& entry : authority.book().entries) {
        if (entry.standing != Standing::issued) {
            continue;
        }
        // The issuing authority's is renewed with its key (renew_issuing).
        if (entry.profile != Profile::issuing && !keys.insert(entry.public_key).second) {
            findings.push_back(entry.serial + ": its key has two certificates");
        }
        auto certificate = authority.certificate(entry);
        if (!certificate.ok()) {
            findings.push_back(certificate.error().detail);
            continue;
        }
        const X509* const issuer = entry.profile == Profile::root      ? nullptr
                                   : entry.profile == Profile::issuing ? root.get()
                                                                       : issuing.get();
        if (issuer == nullptr && entry.profile != Profile::root) {
            findings.push_back(entry.serial + ": its issuer's certificate is missing");
            continue;
        }
        for (const std::string& finding :
             look_at(entry, certificate.value().get(), issuer, authority.terms())) {
            findings.push_back(entry.serial + ": " + finding);
        }
        if (entry.profile == Profile::root || entry.profile == Profile::issuing) {
            (entry.profile == Profile::root ? root : issuing) = std::move(certificate).value();
        }
    }
    return findings;
}

} // namespace songda::signer
