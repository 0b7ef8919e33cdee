#include "verifier/inspector/added_bytes.hpp"

#include <optional>
#include <string_view>

namespace songda::inspector {
namespace {

constexpr std::string_view blanks = " \t\r\n\f";

bool is_blank(char c) {
    return blanks.find(c) != std::string_view::npos;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Offset of `12 0 obj` whose `obj` stands at `at`; nothing if no such head is there.
std::optional<std::size_t> object_head(std::string_view text, std::size_t at) {
    for (int number = 0; number < 2; ++number) {
        const std::size_t end = at;
        while (at > 0 && is_blank(text[at - 1])) {
            --at;
        }
        const std::size_t digits_end = at;
        while (at > 0 && is_digit(text[at - 1])) {
            --at;
        }
        if (digits_end == end || at == digits_end) {
            return std::nullopt;
        }
    }
    return at;
}

/// Every object head is one that the cross-reference table names.
bool all_heads_are_named(std::string_view text, std::size_t end,
                         const std::set<std::size_t>& named) {
    for (std::size_t at = text.find("obj", end); at != std::string_view::npos;
         at = text.find("obj", at + 1)) {
        const auto head = object_head(text, at);
        if (head && named.count(*head) == 0) {
            return false;
        }
    }
    return true;
}

/// Walks over the parts of revisions.
class Walk {
public:
    Walk(std::string_view text, std::size_t at, const std::set<std::size_t>& named)
        : text_(text), at_(at), named_(named) {}

    bool run() {
        std::size_t revisions = 0;
        while (skip_blanks(), at_ < text_.size()) {
            const bool object = named_.count(at_) != 0;
            if (!(object ? skip_past("endobj") : end_revision())) {
                return false;
            }
            revisions += object ? 0 : 1;
            ended_ = !object;
        }
        return revisions > 0 && ended_;
    }

private:
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) {
            ++at_;
        }
    }
    bool skip_past(std::string_view word) {
        const std::size_t found = text_.find(word, at_);
        at_ = found == std::string_view::npos ? text_.size() : found + word.size();
        return found != std::string_view::npos;
    }
    bool take(std::string_view word) {
        const bool there = text_.substr(at_, word.size()) == word;
        at_ += there ? word.size() : 0;
        return there;
    }
    /// `xref … trailer … startxref 123 %%EOF`, or the last three alone behind a stream.
    bool end_revision() {
        if (take("xref") && !(skip_past("trailer") && to("startxref"))) {
            return false;
        }
        if (!take("startxref")) {
            return false;
        }
        skip_blanks();
        while (at_ < text_.size() && is_digit(text_[at_])) {
            ++at_;
        }
        skip_blanks();
        return take("%%EOF");
    }
    bool to(std::string_view word) {
        const std::size_t found = text_.find(word, at_);
        at_ = found == std::string_view::npos ? text_.size() : found;
        return found != std::string_view::npos;
    }

    std::string_view text_;
    std::size_t at_;
    const std::set<std::size_t>& named_;
    bool ended_ = false;
};

} // namespace

bool are_revisions(ByteView file, std::size_t end, const std::set<std::size_t>& named) {
    const std::string_view text = as_text(file);
    return all_heads_are_named(text, end, named) && Walk(text, end, named).run();
}

} // namespace songda::inspector
