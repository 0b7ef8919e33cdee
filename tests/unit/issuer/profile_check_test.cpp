// Decisions by the document profile of their template: what the template's fields and the desk say
// is looked at by its members, and a template whose documents could never keep to it is refused.
#include "issuer/profile_check.hpp"

#include <gtest/gtest.h>

namespace songda::issuer {
namespace {

const catalogue::Profiles& shipped() {
    static const auto read =
        catalogue::Profiles::read(SONGDA_SOURCE_DIR "/catalogue/profiles").value();
    return read;
}

Template permit_decision() {
    return read_template(SONGDA_SOURCE_DIR "/templates/permit-decision").value();
}

const DepartmentFace face = {"11320199014138860W", "示例市行政审批局", "示审", "320199",
                             "示例市行政审批局"};

Decision decision(DecisionFields fields) {
    Decision made;
    made.decided_on = {2026, 11, 24};
    made.recipient =
        Private<Recipient>({RecipientKind::organisation, "示例市鑫𠮷餐饮管理有限公司", "", "", ""});
    made.fields = Private<DecisionFields>(std::move(fields));
    made.ways.delivery = {"portal", "email"};
    return made;
}

DecisionFields good_fields() {
    return {
        {"item_name", "食品经营许可"},         {"applied_on", "2026-11-10"},
        {"accepted_on", "2026-11-12"},         {"basis", "《中华人民共和国食品安全法》第三十五条"},
        {"decision_text", "热食类食品制售。"}, {"licence_handed", "食品经营许可证"}};
}

std::vector<std::string> told(const Template& spec, const Decision& from) {
    std::vector<std::string> found;
    for (const Finding& finding : check_profile(*shipped().find(spec.profile), spec, face, from)) {
        found.push_back(finding.pointer + ' ' + finding.rule);
    }
    return found;
}

TEST(ProfileCheck, GoodDecisionHasNoFinding) {
    EXPECT_EQ(told(permit_decision(), decision(good_fields())), std::vector<std::string>{});
}

TEST(ProfileCheck, FindingsPointIntoTheDecision) {
    auto fields = good_fields();
    fields[1].second = "2026-11-25";
    fields[2].second = "2026-11-26";
    fields[4].second = "略";
    EXPECT_EQ(told(permit_decision(), decision(fields)),
              (std::vector<std::string>{"/fields/accepted_on applied.decided",
                                        "/fields/decision_text ZY.content"}));
    Decision unnamed = decision(good_fields());
    unnamed.recipient = Private<Recipient>(Recipient{});
    unnamed.decided_on = {};
    EXPECT_EQ(
        told(permit_decision(), unnamed),
        (std::vector<std::string>{"/recipient/name notice.head", "/decided_on notice.signed_on"}));
}

TEST(ProfileCheck, AFindingSaysWhatTheLawSays) {
    auto fields = good_fields();
    fields.erase(fields.begin() + 3);
    const auto findings =
        check_profile(*shipped().find("ZY"), permit_decision(), face, decision(std::move(fields)));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].pointer, "/fields/basis");
    EXPECT_EQ(findings[0].value, "");
    EXPECT_EQ(
        findings[0].message_zh,
        "没有写明所依据的法律条款：“申请人的申请符合法定条件、标准的，行政机关应当依法作出准予"
        "行政许可的书面决定”（《中华人民共和国行政许可法》第三十八条第一款）");
    EXPECT_EQ(findings[0].message_en, "the provision that it rests on is missing "
                                      "(《中华人民共和国行政许可法》第三十八条第一款)");
}

/// Refusals are served online here, so that the address for filing online is asked for.
TEST(ProfileCheck, ChannelsOfTheDecisionDecideWhatIsAskedFor) {
    Template spec = permit_decision();
    spec.profile = "BZY";
    DecisionFields fields = {{"item_name", "食品经营许可"},
                             {"applied_on", "2026-11-10"},
                             {"accepted_on", "2026-11-12"},
                             {"basis", "第三十五条"}};
    for (const auto& [name, value] :
         {std::pair("reasons", "没有隔断"), std::pair("review_organ", "示例市人民政府"),
          std::pair("review_term", "六十日"), std::pair("court", "示例区人民法院"),
          std::pair("court_term", "3个月")}) {
        TemplateField field;
        field.name = field.member = name;
        spec.fields.push_back(field);
        fields.emplace_back(name, value);
    }
    EXPECT_TRUE(find_profile(&shipped(), spec).ok());
    EXPECT_EQ(told(spec, decision(fields)),
              (std::vector<std::string>{"/fields/court_term remedies.obsolete",
                                        "/fields remedies.review_address"}));
    EXPECT_EQ(check_profile(*shipped().find("BZY"), spec, face, decision(fields))[0].value,
              "3个月");
}

TEST(ProfileCheck, ATemplateThatCouldNeverKeepToItsProfileIsRefused) {
    Template spec = permit_decision();
    EXPECT_EQ(find_profile(&shipped(), spec).value(), shipped().find("ZY"));
    spec.fields.erase(spec.fields.begin());
    spec.fields.pop_back();
    spec.fields.pop_back();
    const auto refused = find_profile(&shipped(), spec);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::invalid_input);
    EXPECT_EQ(refused.error().detail,
              "permit-decision@4: no field holds item, which profile ZY asks for (notice.head)\n"
              "permit-decision@4: no field holds content, which profile ZY asks for (ZY.content)");
    spec = permit_decision();
    spec.profile = "BZ";
    EXPECT_NE(find_profile(&shipped(), spec).error().detail.find("no field holds items"),
              std::string::npos)
        << "fields hold texts, no rows";
}

TEST(ProfileCheck, AProfileThatIsNotThereIsRefused) {
    Template spec = permit_decision();
    EXPECT_FALSE(find_profile(nullptr, spec).ok());
    spec.profile = "NONE";
    EXPECT_NE(find_profile(&shipped(), spec).error().detail.find("no document profile NONE"),
              std::string::npos);
    spec.profile.clear();
    EXPECT_EQ(find_profile(nullptr, spec).value(), nullptr);
}

TEST(ProfileCheck, SecondNoticeOfACaseIsAskedWhichOneItSupersedes) {
    const catalogue::Profile& profile = *shipped().find("BZ");
    EXPECT_TRUE(counts_earlier(profile));
    EXPECT_FALSE(counts_earlier(*shipped().find("ZY")));
    Template spec;
    spec.profile = "BZ";
    const auto asks = [&](int earlier) {
        const auto found = check_profile(profile, spec, face, decision({}), earlier);
        return std::any_of(found.begin(), found.end(),
                           [](const Finding& finding) { return finding.rule == "BZ.once"; });
    };
    EXPECT_FALSE(asks(0));
    EXPECT_TRUE(asks(1));
}

} // namespace
} // namespace songda::issuer
