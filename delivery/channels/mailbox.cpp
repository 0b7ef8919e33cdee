#include "delivery/channels/mailbox.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t mailbox_octets_max = 254; // RFC 5321 §4.5.3.1.3: a path, less its brackets
constexpr std::size_t local_octets_max = 64;
constexpr std::size_t domain_octets_max = 253;
constexpr std::size_t label_octets_max = 63;
constexpr std::string_view cut = "[mailbox]";

// Not <cctype>: a locale must not widen the grammar.
bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_atom_character(char c) {
    return is_letter_or_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_local_part(std::string_view text) {
    if (text.empty() || text.size() > local_octets_max || text.front() == '.' ||
        text.back() == '.' || text.find("..") != std::string_view::npos) {
        return false;
    }
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '.' || is_atom_character(c); });
}

bool is_label(std::string_view text) {
    if (text.empty() || text.size() > label_octets_max || text.front() == '-' ||
        text.back() == '-') {
        return false;
    }
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '-' || is_letter_or_digit(c); });
}

bool is_space(char c) {
    return c == ' ' || c == '\t';
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_but_for_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char l, char r) { return to_lower(l) == to_lower(r); });
}

/// Printable UTF-8 of the same meaning.
std::string plain(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t good = find_bad_utf8(text).value_or(text.size());
        for (const char c : text.substr(0, good)) {
            const auto byte = static_cast<unsigned char>(c);
            out += (byte < 0x20 || byte == 0x7f) ? '?' : c;
        }
        text.remove_prefix(good);
        if (!text.empty()) {
            out += '?';
            text.remove_prefix(1);
        }
    }
    return out;
}

/// Hides `local` where it stands as a word of its own: `user zhang.san is unknown`.
std::string without_local_part(std::string_view word, std::string_view local) {
    std::string out;
    std::size_t at = 0;
    while (at < word.size()) {
        const bool begins = at == 0 || !is_letter_or_digit(word[at - 1]);
        const std::size_t end = at + local.size();
        const bool ends =
            end <= word.size() && (end == word.size() || !is_letter_or_digit(word[end]));
        if (begins && ends && same_but_for_case(word.substr(at, local.size()), local)) {
            out += cut;
            at = end;
        } else {
            out += word[at++];
        }
    }
    return out;
}

} // namespace

bool is_host_name(std::string_view text) {
    if (text.size() > domain_octets_max) {
        return false;
    }
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

bool is_domain(std::string_view text) {
    return is_host_name(text) && text.find('.') != std::string_view::npos;
}

bool is_mailbox(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && text.size() <= mailbox_octets_max &&
           is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

std::string_view mailbox_domain(std::string_view mailbox) {
    return mailbox.substr(mailbox.find('@') + 1);
}

std::string without_mailboxes(std::string_view text, std::string_view mailbox,
                              std::size_t bytes_max) {
    const std::string clean = plain(text);
    const std::string_view local = mailbox.substr(0, mailbox.find('@'));
    std::string out;
    for (std::size_t at = 0; at < clean.size();) {
        if (is_space(clean[at])) {
            out += clean[at++];
            continue;
        }
        const std::size_t end = std::min(clean.find_first_of(" \t", at), clean.size());
        const std::string_view word = std::string_view(clean).substr(at, end - at);
        if (word.find('@') != std::string_view::npos) {
            out += cut;
        } else {
            out += local.empty() ? std::string(word) : without_local_part(word, local);
        }
        at = end;
    }
    if (out.size() > bytes_max) {
        out.resize(bytes_max);
        out.resize(find_bad_utf8(out).value_or(out.size()));
    }
    return out;
}

} // namespace songda::delivery
