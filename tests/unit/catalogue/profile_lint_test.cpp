// The lint of documents by the profiles that ship: silent on a good document of every type, and on
// each change that breaks a rule it tells that rule and no other, with the place and the offending
// words. Beside the table, everything a profile asks for is taken away once.
#include "catalogue/profile_lint.hpp"

#include <cstdint>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "profile_cases.hpp"
#include "profile_documents.hpp"

namespace songda::catalogue {
namespace {

using Facts = DocumentFacts;

const Profiles& shipped() {
    static const auto read = Profiles::read(SONGDA_SOURCE_DIR "/catalogue/profiles");
    EXPECT_TRUE(read.ok()) << read.error().detail;
    return read.value();
}

std::set<std::string> rules_of(const std::vector<ProfileFinding>& findings) {
    std::set<std::string> rules;
    for (const ProfileFinding& finding : findings) {
        rules.insert(finding.rule->id);
    }
    return rules;
}

std::vector<ProfileFinding> lint(const char* code, const Facts& facts) {
    return lint_document(*shipped().find(code), facts);
}

TEST(ProfileLint, GoodDocumentsHaveNoFinding) {
    EXPECT_EQ(good_documents().size(), shipped().all().size());
    for (const auto& [code, facts] : good_documents()) {
        for (const ProfileFinding& finding : lint(code.c_str(), facts)) {
            ADD_FAILURE() << code << ' ' << finding.rule->id << ' ' << finding.where << ' '
                          << finding.text;
        }
    }
}

TEST(ProfileLint, ChangesThatBreakNoRuleRaiseNoAlarm) {
    for (const DocumentCase& one : good_changes()) {
        Facts facts = good_documents().at(one.code);
        one.change(facts);
        EXPECT_EQ(rules_of(lint(one.code, facts)), one.rules) << one.code << ": " << one.what;
    }
}

TEST(ProfileLint, EachChangeIsToldByItsRuleAndNoOther) {
    for (const DocumentCase& one : bad_changes()) {
        Facts facts = good_documents().at(one.code);
        one.change(facts);
        const auto findings = lint(one.code, facts);
        EXPECT_EQ(rules_of(findings), one.rules) << one.code << ": " << one.what;
        if (!findings.empty() && one.where != nullptr) {
            EXPECT_EQ(findings.front().where, one.where) << one.code << ": " << one.what;
        }
        if (!findings.empty() && one.text != nullptr) {
            EXPECT_EQ(findings.front().text, one.text) << one.code << ": " << one.what;
        }
    }
}

TEST(ProfileLint, EveryRuleHasACaseThatBreaksIt) {
    std::set<std::string> broken;
    for (const DocumentCase& one : bad_changes()) {
        broken.insert(one.rules.begin(), one.rules.end());
    }
    for (const auto& [code, profile] : shipped().all()) {
        for (const ProfileRule& rule : profile.rules) {
            EXPECT_TRUE(broken.contains(rule.id)) << code << ' ' << rule.id;
        }
    }
}

TEST(ProfileLint, EveryMemberThatIsAskedForIsToldWhereItIsTakenAway) {
    std::size_t taken = 0;
    for (const auto& [code, profile] : shipped().all()) {
        for (const ProfileRule& rule : profile.rules) {
            if (rule.optional || (rule.kind != RuleKind::present && rule.kind != RuleKind::form &&
                                  rule.kind != RuleKind::choice)) {
                continue;
            }
            for (const std::string& member : rule.members) {
                Facts facts = good_documents().at(code);
                if (facts.texts.erase(member) == 0 || member == "outcome" || member == "way") {
                    continue; // another case asks for it, or it decides what is asked for
                }
                const auto findings = lint(code.c_str(), facts);
                ASSERT_EQ(findings.size(), 1U) << code << ' ' << member;
                EXPECT_EQ(findings[0].rule->id, rule.id) << code << ' ' << member;
                EXPECT_EQ(findings[0].where, member) << code;
                ++taken;
            }
        }
    }
    EXPECT_GT(taken, 100U);
}

TEST(ProfileLint, AllIsToldAtOnceAndEachPlaceOnce) {
    std::vector<std::string> told;
    for (const ProfileFinding& finding : lint("BZY", {})) {
        told.push_back(finding.rule->id + ' ' + finding.where);
    }
    EXPECT_EQ(told, (std::vector<std::string>{
                        "notice.head number", "notice.head recipient", "notice.head item",
                        "notice.head department", "notice.signed_on signed_on", "notice.seal seal",
                        "applied.days applied_on", "applied.days accepted_on",
                        "reasons.present reasons", "reasons.basis legal_basis",
                        "remedies.review_organ review_organ", "remedies.review_term review_term",
                        "remedies.court court", "remedies.court_term court_term"}));
}

TEST(ProfileLint, AFormThatMayBeAbsentIsStillLookedAt) {
    const auto profile = parse_profile("code = \"A\"\ntitle = \"t\"\nname = \"n\"\n"
                                       "[[basis]]\nlaw = \"l\"\narticle = \"a\"\n"
                                       "[[rule]]\nid = \"A.day\"\nkind = \"form\"\nform = \"day\"\n"
                                       "members = [\"day\"]\noptional = true\nquote = \"q\"\n"
                                       "source = \"s\"\nzh = \"z\"\nen = \"e\"\n",
                                       "A.toml", {});
    ASSERT_TRUE(profile.ok()) << profile.error().detail;
    Facts facts;
    EXPECT_TRUE(lint_document(profile.value(), facts).empty());
    facts.texts["day"] = {"2026-11-24"};
    EXPECT_TRUE(lint_document(profile.value(), facts).empty());
    facts.texts["day"] = {"someday"};
    EXPECT_EQ(lint_document(profile.value(), facts).size(), 1U);
}

TEST(ProfileLint, DaysAreReadAsDocumentsWriteThem) {
    EXPECT_EQ(parse_document_day("2026-02-28"), (Date{2026, 2, 28}));
    EXPECT_EQ(parse_document_day("2026年2月28日"), (Date{2026, 2, 28}));
    EXPECT_EQ(parse_document_day("2026年02月08日"), (Date{2026, 2, 8}));
    for (const char* const none : {"", "日", "2026年2月29日", "2026年2月", "26年2月8日", "年月日",
                                   "至2026年2月8日", "2026年2月8日前", "2026年123月8日"}) {
        EXPECT_EQ(parse_document_day(none), std::nullopt) << none;
    }
}

/// Whatever stands in any member: no harm, and a place of the facts or the profile is told.
TEST(ProfileLint, AnyTextIsTakenWithoutHarm) {
    rc::check([](const std::string& text, const std::vector<std::string>& texts) {
        static_cast<void>(is_blank(text));
        static_cast<void>(names_a_term(text));
        static_cast<void>(parse_document_day(text));
        for (const auto& [code, good] : good_documents()) {
            Facts facts = good;
            for (auto& [member, values] : facts.texts) {
                values = texts;
                values.push_back(text);
            }
            for (auto& [member, rows] : facts.rows) {
                rows.push_back({{"material", text}, {text, text}});
            }
            facts.earlier = static_cast<int>(texts.size());
            for (const ProfileFinding& finding : lint(code.c_str(), facts)) {
                RC_ASSERT(finding.rule != nullptr);
                RC_ASSERT(!finding.where.empty());
            }
        }
    });
}

TEST(ProfileLint, ATermOfDaysIsATermWhateverStandsAroundIt) {
    rc::check([](std::uint16_t count) {
        const std::string days = std::to_string(count) + "个工作日";
        RC_ASSERT(names_a_term(days) == (count > 0));
        RC_ASSERT(names_a_term("自收到之日起" + days + "内") == (count > 0));
    });
}

} // namespace
} // namespace songda::catalogue
