// What an authority does with its root's key: the two certificates of its own.
#include <openssl/err.h>

#include "base/certificate.hpp"
#include "signer/pki/authority.hpp"
#include "signer/pki/publish.hpp"

namespace songda::signer {

Result<void> Authority::make_hierarchy(const Secrets& secrets) {
    const AuthorityTerms& asked = terms();
    const BookEntry* root = book_.newest(Profile::root);
    if (root != nullptr && !is_there(root_key_path())) { // another key must not take its place
        return Error{Fault::not_found, root_key_path() + ": is needed to go on"};
    }
    const auto root_key = keep_key(root_key_path(), secrets.root, asked.suite);
    if (!root_key.ok()) {
        return root_key.error();
    }
    if (root == nullptr) {
        const auto signed_root =
            sign_new({Profile::root, {asked.organization, "", asked.root_name, ""}, 0, ""},
                     root_key.value().get(), {nullptr, root_key.value().get()});
        if (!signed_root.ok()) {
            return signed_root.error();
        }
        root = book_.newest(Profile::root);
    }
    const auto above = certificate(*root);
    if (!above.ok()) {
        return above.error();
    }
    const auto key = keep_key(issuing_key_path(), secrets.issuing, asked.suite);
    if (!key.ok()) {
        return key.error();
    }
    if (book_.newest(Profile::issuing) == nullptr) {
        const auto issuing =
            sign_new({Profile::issuing, {asked.organization, "", asked.issuing_name, ""}, 0, ""},
                     key.value().get(), {above.value().get(), root_key.value().get()});
        if (!issuing.ok()) {
            return issuing.error();
        }
    }
    return publish_root_list(*this, root_key.value().get());
}

Result<BookEntry> Authority::renew_issuing(int days, const Passphrase& root_passphrase) {
    const BookEntry last = *book_.newest(Profile::issuing);
    if (last.revocation) {
        return Error{Fault::conflict, "the issuing authority is revoked; make a new one: "
                                      "songda pki init in another folder"};
    }
    if (now() - last.not_before < (last.not_after - last.not_before) / 2) {
        return Error{Fault::conflict, "the issuing authority's certificate " + last.serial +
                                          " is not half over; it holds until " +
                                          to_text(china_date(last.not_after))};
    }
    const auto root = certificate(*book_.newest(Profile::root));
    const auto present = certificate(last);
    const auto key = read_key(root_key_path(), root_passphrase);
    if (!root.ok() || !present.ok() || !key.ok()) {
        return !root.ok() ? root.error() : !present.ok() ? present.error() : key.error();
    }
    if (X509_check_private_key(root.value().get(), key.value().get()) != 1) {
        ERR_clear_error();
        return Error{Fault::corrupt, root_key_path() + ": is not the root's key"};
    }
    return sign_new({Profile::issuing, last.names, days, last.serial},
                    X509_get0_pubkey(present.value().get()),
                    {root.value().get(), key.value().get()});
}

} // namespace songda::signer
