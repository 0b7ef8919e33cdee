#include "signer/pki/book.hpp"

#include <algorithm>
#include <charconv>

namespace songda::signer {
namespace {

const std::string& field(const JournalLine& line, const std::string& name) {
    static const std::string none;
    const auto found = line.fields.find(name);
    return found == line.fields.end() ? none : found->second;
}

std::optional<std::uint64_t> number_of(const std::string& text) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(number)
                                                                           : std::nullopt;
}

Error refused(const JournalLine& line, std::string_view why) {
    return Error{Fault::corrupt, "the journal's line '" + line.event + "' of " +
                                     to_rfc3339(line.time) + ' ' + std::string(why)};
}

Result<void> enter_terms(Book& book, const JournalLine& line) {
    if (book.terms) {
        return refused(line, "makes an authority that is there");
    }
    // Journals from before there were two say nothing.
    const std::string named = field(line, "suite");
    const auto suite = named.empty() ? std::optional(Suite::p256) : parse_suite(named);
    if (!suite) {
        return refused(line, "names algorithms that this program does not know");
    }
    book.terms = AuthorityTerms{field(line, "root_name"),       field(line, "issuing_name"),
                                field(line, "organization"),    field(line, "base_url"),
                                field(line, "domain"),          field(line, "policy"),
                                field(line, "sample") == "yes", *suite};
    return {};
}

Result<void> enter_intent(Book& book, const JournalLine& line) {
    BookEntry entry;
    entry.serial = field(line, "serial");
    const auto profile = parse_profile(field(line, "profile"));
    const auto not_before = parse_rfc3339(field(line, "not_before"));
    const auto not_after = parse_rfc3339(field(line, "not_after"));
    if (!book.terms || !profile || !not_before || !not_after || entry.serial.empty() ||
        book.find(entry.serial) != nullptr) {
        return refused(line, "plans no new certificate");
    }
    entry.profile = *profile;
    entry.names = {field(line, "organization"), field(line, "department"),
                   field(line, "common_name"), field(line, "email")};
    entry.not_before = *not_before;
    entry.not_after = *not_after;
    entry.public_key = field(line, "public_key");
    entry.to_be_signed = field(line, "to_be_signed");
    entry.renews = field(line, "renews");
    book.entries.push_back(std::move(entry));
    return {};
}

Result<void> enter_issue(Book& book, const JournalLine& line) {
    BookEntry* const entry = book.find(field(line, "serial"));
    if (entry == nullptr || entry->standing != Standing::intended) {
        return refused(line, "is about no open intent");
    }
    entry->standing = line.event == "issued" ? Standing::issued : Standing::abandoned;
    entry->certificate = field(line, "certificate");
    return {};
}

Result<void> enter_revocation(Book& book, const JournalLine& line) {
    BookEntry* const entry = book.find(field(line, "serial"));
    const RevocationReason* const reason = find_reason(field(line, "reason"));
    if (entry == nullptr || entry->standing != Standing::issued || reason == nullptr ||
        (entry->revocation && entry->revocation->reason->code != hold_code)) {
        return refused(line, "revokes what cannot be revoked");
    }
    // A hold that becomes final has held since the hold began.
    const TimeMs at = entry->revocation ? entry->revocation->at : line.time;
    entry->revocation = Revocation{reason, at, parse_rfc3339(field(line, "invalid_since"))};
    return {};
}

Result<void> enter_release(Book& book, const JournalLine& line) {
    BookEntry* const entry = book.find(field(line, "serial"));
    if (entry == nullptr || !entry->revocation || entry->revocation->reason->code != hold_code) {
        return refused(line, "releases what is not held");
    }
    entry->revocation.reset();
    return {};
}

/// A list's number grows and its time never goes back.
Result<void> enter_list(const JournalLine& line, std::uint64_t& last_number, TimeMs& last_update) {
    const auto number = number_of(field(line, "crl_number"));
    const auto this_update = parse_rfc3339(field(line, "this_update"));
    if (!number || !this_update || *number <= last_number || *this_update < last_update) {
        return refused(line, "publishes what is older than what was published");
    }
    last_number = *number;
    last_update = *this_update;
    return {};
}

Result<void> enter_publication(Book& book, const JournalLine& line) {
    return enter_list(line, book.last.crl_number, book.last.this_update);
}

Result<void> enter_root_publication(Book& book, const JournalLine& line) {
    return enter_list(line, book.last.root_crl_number, book.last.root_this_update);
}

} // namespace

const RevocationReason* find_reason(std::string_view name) {
    const auto* const found =
        std::find_if(revocation_reasons.begin(), revocation_reasons.end(),
                     [name](const RevocationReason& reason) { return reason.name == name; });
    return found == revocation_reasons.end() ? nullptr : found;
}

BookEntry* Book::find(std::string_view serial) {
    const auto found =
        std::find_if(entries.begin(), entries.end(),
                     [serial](const BookEntry& entry) { return entry.serial == serial; });
    return found == entries.end() ? nullptr : &*found;
}

const BookEntry* Book::find(std::string_view serial) const {
    return const_cast<Book*>(this)->find(serial);
}

const BookEntry* Book::newest(Profile profile) const {
    const auto found =
        std::find_if(entries.rbegin(), entries.rend(), [profile](const BookEntry& entry) {
            return entry.profile == profile && entry.standing == Standing::issued;
        });
    return found == entries.rend() ? nullptr : &*found;
}

TimeMs Book::beginning(Profile profile) const {
    return std::find_if(entries.begin(), entries.end(),
                        [profile](const BookEntry& entry) {
                            return entry.profile == profile && entry.standing == Standing::issued;
                        })
        ->not_before;
}

JournalFields terms_fields(const AuthorityTerms& terms) {
    return {{"root_name", terms.root_name},
            {"issuing_name", terms.issuing_name},
            {"organization", terms.organization},
            {"base_url", terms.base_url},
            {"domain", terms.domain},
            {"policy", terms.policy},
            {"sample", terms.sample ? "yes" : "no"},
            {"suite", std::string(suite_name(terms.suite))}};
}

JournalFields intent_fields(const BookEntry& entry) {
    JournalFields fields = {{"serial", entry.serial},
                            {"profile", std::string(profile_name(entry.profile))},
                            {"organization", entry.names.organization},
                            {"common_name", entry.names.common_name},
                            {"not_before", to_rfc3339(entry.not_before)},
                            {"not_after", to_rfc3339(entry.not_after)},
                            {"public_key", entry.public_key},
                            {"to_be_signed", entry.to_be_signed}};
    for (const auto& [name, value] :
         {std::pair("department", entry.names.department), std::pair("email", entry.names.email),
          std::pair("renews", entry.renews)}) {
        if (!value.empty()) {
            fields.emplace(name, value);
        }
    }
    return fields;
}

Result<void> enter(Book& book, const JournalLine& line) {
    static const std::map<std::string_view, Result<void> (*)(Book&, const JournalLine&)> events = {
        {"init", &enter_terms},          {"intent", &enter_intent},
        {"issued", &enter_issue},        {"void", &enter_issue},
        {"revoked", &enter_revocation},  {"released", &enter_release},
        {"publish", &enter_publication}, {"publish-root", &enter_root_publication}};
    const auto found = events.find(line.event);
    return found == events.end() ? refused(line, "is of no kind that is known")
                                 : found->second(book, line);
}

Result<Book> read_book(const std::vector<JournalLine>& lines) {
    Book book;
    for (const JournalLine& line : lines) {
        const auto entered = enter(book, line);
        if (!entered.ok()) {
            return entered.error();
        }
    }
    return book;
}

} // namespace songda::signer
