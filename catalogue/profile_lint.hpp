#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "catalogue/profile.hpp"

/// Does a document say all that its profile asks for, and nothing that it refuses? Pure functions;
/// a document with a finding is not issued.
namespace songda::catalogue {

/// What a document says, by the members that docs/formats/profile.md names.
struct DocumentFacts {
    using Texts = std::map<std::string, std::vector<std::string>, std::less<>>;
    using Row = std::map<std::string, std::string, std::less<>>;

    Texts texts; ///< `reasons` and `channels` may have several, others have one
    std::map<std::string, std::vector<Row>, std::less<>> rows; ///< `items`: a row each
    int earlier = 0; ///< documents of this type that the case has already
};

struct ProfileFinding {
    const ProfileRule* rule = nullptr; ///< of the profile, which must live as long
    std::string where; ///< `items[2].supply`, counted from 1; the member where it is missing
    std::string text;  ///< the offending words; empty where something is missing
};

/// All findings, in the order of the rules. A place is told once, by the first rule that it breaks:
/// a missing day is not also a day of wrong form. The facts may hold any bytes.
[[nodiscard]] std::vector<ProfileFinding> lint_document(const Profile& profile,
                                                        const DocumentFacts& facts);

/// Nothing but spaces and marks: nobody is told anything by it.
[[nodiscard]] bool is_blank(std::string_view text);

/// `2026-11-24` or `2026年11月24日`, and only a day that exists.
[[nodiscard]] std::optional<Date> parse_document_day(std::string_view text);

/// The text names a day that exists, with its year, or a number of days (`5个工作日`, `三十日`):
/// the reader can tell when it is too late.
[[nodiscard]] bool names_a_term(std::string_view text);

} // namespace songda::catalogue
