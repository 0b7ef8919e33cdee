#include "signer/seals/registered_seal.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t text_bytes_max = 512;
constexpr std::size_t hash_digits = 64;

bool is_hash(std::string_view text) {
    return text.size() == hash_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<SealNames> split_names(std::string_view text) {
    SealNames names;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (!is_name(text.substr(0, end)) || names.size() == seal_names_max ||
            !names.emplace(text.substr(0, end)).second) {
            return std::nullopt;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    const bool alone = names.size() == 1 || names.find(any_name) == names.end();
    return !names.empty() && alone ? std::optional(std::move(names)) : std::nullopt;
}

bool includes(const SealNames& wide, const SealNames& narrow) {
    return wide.count(any_name) != 0 ||
           std::includes(wide.begin(), wide.end(), narrow.begin(), narrow.end());
}

bool is_department(std::string_view code) {
    return code.size() == 18 &&
           code.find_first_not_of("0123456789ABCDEFGHJKLMNPQRTUWXY") == std::string_view::npos;
}

} // namespace

const SealKindName& kind_name(SealKind kind) {
    return seal_kinds.at(static_cast<std::size_t>(kind));
}

std::optional<SealKind> parse_seal_kind(std::string_view name) {
    const auto* const found =
        std::find_if(seal_kinds.begin(), seal_kinds.end(),
                     [name](const SealKindName& each) { return each.name == name; });
    return found == seal_kinds.end() ? std::nullopt : std::optional(found->kind);
}

std::string seal_picture(std::string_view shape, std::string_view words) {
    return to_hex(sha256(as_bytes(std::string(shape) + '\n' + std::string(words))));
}

bool is_within(const SealTerms& narrow, const SealTerms& wide) {
    return includes(wide.types, narrow.types) && includes(wide.users, narrow.users) &&
           wide.first_day <= narrow.first_day && narrow.last_day <= wide.last_day;
}

const std::string& seal_field(const JournalFields& fields, const std::string& name) {
    static const std::string none;
    const auto found = fields.find(name);
    return found == fields.end() ? none : found->second;
}

std::string join_names(const SealNames& names) {
    std::string text;
    for (const std::string& name : names) {
        text += text.empty() ? name : ' ' + name;
    }
    return text;
}

JournalFields terms_fields(const SealTerms& terms) {
    return {{"types", join_names(terms.types)},
            {"users", join_names(terms.users)},
            {"first_day", to_text(terms.first_day)},
            {"last_day", to_text(terms.last_day)}};
}

std::optional<SealTerms> read_terms_fields(const JournalFields& fields) {
    auto types = split_names(seal_field(fields, "types"));
    auto users = split_names(seal_field(fields, "users"));
    const auto first_day = parse_date(seal_field(fields, "first_day"));
    const auto last_day = parse_date(seal_field(fields, "last_day"));
    if (!types || !users || !first_day || !last_day) {
        return std::nullopt;
    }
    return SealTerms{*std::move(types), *std::move(users), *first_day, *last_day};
}

JournalFields seal_fields(const NewSeal& seal) {
    JournalFields fields = terms_fields(seal.terms);
    fields.insert({{"department", seal.department.text},
                   {"name", seal.name},
                   {"kind", std::string(kind_name(seal.kind).name)},
                   {"words", seal.words},
                   {"shape", std::string(seal_shape)},
                   {"picture", seal_picture(seal_shape, seal.words)},
                   {"certificate", seal.certificate.hash},
                   {"subject", seal.certificate.subject},
                   {"serial", seal.certificate.serial},
                   {"not_before", to_rfc3339(seal.certificate.not_before)},
                   {"not_after", to_rfc3339(seal.certificate.not_after)}});
    for (const auto& [name, value] :
         {std::pair("qr_key", seal.qr_key), std::pair("renews", seal.renews)}) {
        if (!value.empty()) {
            fields.emplace(name, value);
        }
    }
    return fields;
}

std::optional<NewSeal> read_seal_fields(const JournalFields& fields) {
    const auto get = [&fields](const char* name) { return seal_field(fields, name); };
    auto terms = read_terms_fields(fields);
    const auto kind = parse_seal_kind(get("kind"));
    const auto not_before = parse_rfc3339(get("not_before"));
    const auto not_after = parse_rfc3339(get("not_after"));
    const std::string qr_key = get("qr_key");
    if (!terms || !kind || !not_before || !not_after || !is_department(get("department")) ||
        !is_hash(get("certificate")) || !(qr_key.empty() || is_hash(qr_key)) ||
        get("picture") != seal_picture(get("shape"), get("words"))) {
        return std::nullopt;
    }
    for (const char* const name : {"name", "words", "shape", "subject", "serial"}) {
        if (get(name).empty() || get(name).size() > text_bytes_max) {
            return std::nullopt;
        }
    }
    return NewSeal{{get("department")},
                   get("name"),
                   *kind,
                   get("words"),
                   {get("certificate"), get("subject"), get("serial"), *not_before, *not_after},
                   qr_key,
                   *std::move(terms),
                   get("renews")};
}

} // namespace songda::signer
