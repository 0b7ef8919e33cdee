// Which template a decision gets: by id or by type, the most specific scope first, by the clock at
// midnight of China, published before configured; what is superseded is refused and told what is
// in force. A table of all pairs of scopes says who wins.
#include "issuer/template_set.hpp"

#include <gtest/gtest.h>

#include "issuer/render/detail/compiled.hpp"

namespace songda::issuer {
namespace {

constexpr std::string_view office = "11320199014138860W";
constexpr Date today{2026, 11, 25};
constexpr Date tomorrow{2026, 11, 26};
const TimeMs noon{china_midnight(today).value + 12 * 3'600'000};

struct Given {
    std::string id;
    TemplateScope scope{};
    int version = 1;
    std::string type = "ZY";
};

std::shared_ptr<const ReadyTemplate> ready(const Given& given) {
    auto impl = std::make_unique<CompiledTemplate::Impl>();
    impl->spec.id = given.id;
    impl->spec.version = given.version;
    impl->spec.type_code = given.type;
    impl->spec.scope = given.scope;
    impl->face.code = office;
    auto made = std::make_shared<ReadyTemplate>();
    made->compiled = std::make_shared<const CompiledTemplate>(
        std::unique_ptr<const CompiledTemplate::Impl>(std::move(impl)));
    return made;
}

/// `id@version`, or the finding.
std::string chosen(const TemplateSet& set, const WantedTemplate& wanted, TimeMs now = noon) {
    const TemplateChoice choice = set.choose(office, wanted, now);
    return choice.ready != nullptr
               ? choice.ready->spec().full_name()
               : choice.finding->pointer + ' ' + choice.finding->rule + ' ' + choice.finding->value;
}

TEST(AreaCodes, HoldWhatBeginsLikeThem) {
    EXPECT_TRUE(area_holds("", "320106"));
    EXPECT_TRUE(area_holds("320000", "320106"));
    EXPECT_TRUE(area_holds("320100", "320106"));
    EXPECT_TRUE(area_holds("320106", "320106"));
    EXPECT_FALSE(area_holds("320106", "320100")) << "a city is not in its county";
    EXPECT_FALSE(area_holds("320200", "320106"));
    EXPECT_FALSE(area_holds("330000", "320106"));
}

TEST(TemplateSet, MostSpecificScopeWinsWhateverTheOrderOfComing) {
    // From the most specific to the least: an item before an area.
    const std::vector<TemplateScope> scopes = {{"320106", "1"}, {"320100", "1"}, {"320000", "1"},
                                               {"", "1"},       {"320106", ""},  {"320100", ""},
                                               {"320000", ""},  {"", ""}};
    for (std::size_t first = 0; first < scopes.size(); ++first) {
        for (std::size_t second = first + 1; second < scopes.size(); ++second) {
            for (const bool turned : {false, true}) {
                TemplateSet set;
                set.add_published(
                    {ready({turned ? "b" : "a", scopes[turned ? second : first]}), today, 1});
                set.add_published(
                    {ready({turned ? "a" : "b", scopes[turned ? first : second]}), today, 1});
                EXPECT_EQ(chosen(set, {"", "ZY", "1"}), "a@1") << first << ' ' << second;
                EXPECT_EQ(chosen(set, {"b", "", "1"}), "/template superseded a");
            }
        }
    }
}

TEST(TemplateSet, PublishedStandsBeforeConfiguredAtOneScopeOnly) {
    TemplateSet set;
    set.add_own(ready({"old"}));
    EXPECT_EQ(chosen(set, {"old", "", ""}), "old@1");
    set.add_published({ready({"new"}), today, 1});
    EXPECT_EQ(chosen(set, {"", "ZY", ""}), "new@1");
    EXPECT_EQ(chosen(set, {"old", "", ""}), "/template superseded new");
    set.add_own(ready({"of-item", {"", "1"}}));
    EXPECT_EQ(chosen(set, {"", "ZY", "1"}), "of-item@1") << "nothing is published for its scope";
    EXPECT_EQ(chosen(set, {"", "ZY", "2"}), "new@1");
}

TEST(TemplateSet, ConfiguredTemplatesOfOneTypeStandSideBySide) {
    TemplateSet set;
    set.add_own(ready({"a"}));
    set.add_own(ready({"b"}));
    EXPECT_EQ(chosen(set, {"a", "", ""}), "a@1");
    EXPECT_EQ(chosen(set, {"b", "", ""}), "b@1");
    EXPECT_EQ(chosen(set, {"", "ZY", ""}), "/document_type one_template a, b");
}

TEST(TemplateSet, EditionBecomesActiveAtMidnightOfChina) {
    TemplateSet set;
    set.add_own(ready({"a", {}, 1}));
    set.add_published({ready({"a", {}, 3}), tomorrow, 2});
    set.add_published({ready({"a", {}, 2}), today, 1});
    const TimeMs midnight = china_midnight(tomorrow);
    EXPECT_EQ(chosen(set, {"a", "", ""}, {china_midnight(today).value - 1}), "a@1");
    EXPECT_EQ(chosen(set, {"a", "", ""}, china_midnight(today)), "a@2");
    EXPECT_EQ(chosen(set, {"a", "", ""}, {midnight.value - 1}), "a@2");
    EXPECT_EQ(chosen(set, {"a", "", ""}, midnight), "a@3");
    EXPECT_EQ(midnight.value % 86'400'000, 16 * 3'600'000) << "16:00 UTC";
}

TEST(TemplateSet, OfTwoWithOneFirstDayTheNewerHolds) {
    for (const bool turned : {false, true}) {
        TemplateSet set;
        for (const std::uint32_t number : {turned ? 2U : 1U, turned ? 1U : 2U}) {
            set.add_published({ready({"a", {}, static_cast<int>(number)}), today, number});
        }
        EXPECT_EQ(chosen(set, {"a", "", ""}), "a@2");
    }
}

TEST(TemplateSet, ScheduledOrUnknownIsToldAsThat) {
    TemplateSet set;
    set.add_published({ready({"a"}), tomorrow, 1});
    EXPECT_EQ(chosen(set, {"a", "", ""}), "/template in_force a");
    EXPECT_EQ(chosen(set, {"", "ZY", ""}), "/document_type in_force ZY");
    EXPECT_EQ(chosen(set, {"b", "", ""}), "/template known b");
    EXPECT_EQ(chosen(set, {"", "BZ", ""}), "/document_type known BZ");
    EXPECT_EQ(set.choose("another", {"a", "", ""}, noon).finding->rule, "known");
}

TEST(TemplateSet, SupersededByAnotherIdIsRefusedFromThatDayOn) {
    TemplateSet set;
    set.add_published({ready({"a"}), today, 1});
    set.add_published({ready({"b"}), tomorrow, 2});
    EXPECT_EQ(chosen(set, {"a", "", ""}), "a@1");
    EXPECT_EQ(chosen(set, {"b", "", ""}), "/template superseded a");
    EXPECT_EQ(chosen(set, {"a", "", ""}, china_midnight(tomorrow)), "/template superseded b");
}

TEST(TemplateSet, WithoutAnItemATemplateForAnyIsMeant) {
    TemplateSet set;
    set.add_published({ready({"a", {"", "1"}, 2}), today, 1});
    EXPECT_EQ(chosen(set, {"a", "", ""}), "a@2") << "it names the only item that it is for";
    EXPECT_EQ(chosen(set, {"", "ZY", ""}), "/item required ");
    EXPECT_EQ(chosen(set, {"", "ZY", "9"}), "/document_type in_force ZY");
    set.add_published({ready({"a", {"", "2"}, 3}), today, 1});
    EXPECT_EQ(chosen(set, {"a", "", ""}), "/item required ");
    EXPECT_EQ(chosen(set, {"a", "", "2"}), "a@3");
    set.add_published({ready({"a", {}, 4}), today, 1});
    EXPECT_EQ(chosen(set, {"a", "", ""}), "a@4");
    EXPECT_EQ(chosen(set, {"", "ZY", ""}), "a@4");
    EXPECT_EQ(chosen(set, {"a", "", "1"}), "a@2");
}

TEST(TemplateSet, RemembersTheNewestVersionOfAll) {
    TemplateSet set;
    set.add_own(ready({"a", {}, 2}));
    set.remember_version("a", 7);
    set.remember_version("a", 5);
    EXPECT_EQ(set.newest_version("a"), 7);
    EXPECT_EQ(set.newest_version("b"), 0);
}

} // namespace
} // namespace songda::issuer
