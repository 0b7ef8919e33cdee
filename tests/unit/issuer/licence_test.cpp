// What makes a document an electronic licence: its identifier, what it may follow, and the metadata
// that machines read.
#include "issuer/licence.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "catalogue/licence_identifier.hpp"
#include "issuer/record.hpp"
#include "tests/fakes/fixed_world.hpp"

namespace songda::issuer {
namespace {

const DepartmentCode department{"11430000006122244L"};
constexpr Date today{2026, 11, 25};

class LicenceTest : public ::testing::Test {
protected:
    LicenceTest() {
        spec_.id = "some-licence";
        spec_.version = 3;
        spec_.title = "某许可证";
        spec_.licence = LicenceFace{LicenceKind::original, "11100000000013338W011", "某许可证",
                                    LicenceHolder::any, true};
        decision_.decided_on = {2026, 11, 20};
        decision_.valid_from = Date{2026, 11, 20};
        decision_.valid_until = Date{2031, 11, 19};
        decision_.recipient = Private<Recipient>(
            {RecipientKind::organisation, "示例公司", "91320199MA0000000X", "", ""});
    }
    void relate(store::RelationKind kind) { decision_.relates = Relates{kind, "0", "", ""}; }
    /// Of version 001 in the reference's vectors.
    static EarlierDocument earlier() {
        EarlierDocument made;
        made.row.identifier =
            "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U";
        made.row.number = "NO-1";
        made.row.title = "某许可证";
        made.row.decided_on = Date{2021, 12, 1};
        made.row.valid_from = Date{2021, 12, 1};
        made.row.valid_until = Date{2026, 11, 30};
        made.holder_code = "91320199MA0000000X";
        return made;
    }
    Licence plan(std::optional<EarlierDocument> from = std::nullopt) {
        findings_.clear();
        return plan_licence({spec_, department, decision_, today}, std::move(from), random_,
                            findings_);
    }
    std::vector<std::string> told(std::optional<EarlierDocument> from) {
        static_cast<void>(plan(std::move(from)));
        std::vector<std::string> rules;
        for (const Finding& finding : findings_) {
            rules.push_back(finding.pointer + ' ' + finding.rule);
        }
        return rules;
    }

    Template spec_;
    Decision decision_;
    fakes::SeededRandom random_{7};
    std::vector<Finding> findings_;
    using Rules = std::vector<std::string>;
};

TEST_F(LicenceTest, NewLicenceHasAnIdentifierOfItsOwnThatNobodyCanCountTo) {
    std::set<std::string> serials;
    for (int i = 0; i < 1000; ++i) {
        const Licence licence = plan();
        const auto reading = catalogue::read_licence_identifier(licence.identifier);
        ASSERT_EQ(reading.verdict, catalogue::CodeVerdict::good) << licence.identifier;
        EXPECT_EQ(reading.identifier.type, "11100000000013338W011");
        EXPECT_EQ(reading.identifier.issuer, department.text);
        EXPECT_EQ(reading.identifier.version, "001");
        EXPECT_EQ(reading.identifier.serial.size(), 20U);
        serials.insert(reading.identifier.serial);
        EXPECT_EQ(licence.operation, store::Operation::issued);
    }
    EXPECT_EQ(serials.size(), 1000U);
    EXPECT_TRUE(findings_.empty());
}

TEST_F(LicenceTest, RenewalAndChangeAreTheNextVersionOfTheSameSerial) {
    for (const auto& [kind, operation] :
         {std::pair(store::RelationKind::renews, store::Operation::renewed),
          std::pair(store::RelationKind::changes, store::Operation::changed)}) {
        relate(kind);
        const Licence licence = plan(earlier());
        EXPECT_TRUE(findings_.empty());
        EXPECT_EQ(licence.identifier,
                  "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S");
        EXPECT_EQ(licence.previous_identifier, earlier().row.identifier);
        EXPECT_EQ(licence.operation, operation);
        EXPECT_TRUE(licence.keeps_number);
    }
}

TEST_F(LicenceTest, CopiesHaveTheIdentifierOfTheirMainAndDrawNoNumber) {
    spec_.licence->kind = LicenceKind::duplicate;
    relate(store::RelationKind::duplicate_of);
    decision_.valid_until = earlier().row.valid_until;
    const Licence licence = plan(earlier());
    EXPECT_TRUE(findings_.empty());
    EXPECT_EQ(licence.identifier, earlier().row.identifier);
    EXPECT_TRUE(licence.keeps_number && licence.is_copy());
    decision_.relates.reset();
    EXPECT_EQ(told(std::nullopt), Rules{"/relates required"});
}

TEST_F(LicenceTest, EverythingThatKeepsItFromFollowingIsTold) {
    relate(store::RelationKind::renews);
    EXPECT_EQ(told(std::nullopt), Rules{"/relates/document known"});
    EarlierDocument other = earlier();
    other.holder_code = "91320199MA1111111X";
    other.status.change.status = store::DocumentStatus::suspended;
    other.row.valid_until = Date{2026, 11, 19};
    EXPECT_EQ(told(other), (Rules{"/recipient/code same_holder", "/relates/document holds",
                                  "/relates/document in_time"}));
    for (const Finding& finding : findings_) {
        EXPECT_EQ(finding.message_zh.find("91320199MA1111111X"), std::string::npos)
            << "the other holder is not named";
    }
    other = earlier();
    other.row.identifier =
        "1.2.156.3005.2.11100000000013338W087.11370800MB28559184.37080001202411010001.001.3";
    EXPECT_EQ(told(other), Rules{"/relates/document same_type"});
    other.row.identifier.clear();
    EXPECT_EQ(told(other), Rules{"/relates/document licence"});
    other = earlier();
    other.row.relation = {store::RelationKind::duplicate_of, {}};
    EXPECT_EQ(told(other), Rules{"/relates/document licence"}) << "of a copy nothing is made";
    relate(store::RelationKind::annotates);
    EXPECT_EQ(told(earlier()), Rules{"/relates/kind choice"});
}

/// The decision's day counts (§50), not that of the paper: it may come ten working days later
/// (§44).
TEST_F(LicenceTest, RenewalIsDecidedWhileTheLicenceHolds) {
    relate(store::RelationKind::renews);
    EarlierDocument ends = earlier();
    ends.row.valid_until = decision_.decided_on;
    EXPECT_EQ(told(ends), Rules{}) << "decided on its last day, issued after it";
    ends.row.valid_until = Date{2026, 11, 19};
    EXPECT_EQ(told(ends), Rules{"/relates/document in_time"});
    ends.row.valid_until.reset();
    EXPECT_EQ(told(ends), Rules{}) << "no end";
}

TEST_F(LicenceTest, CopiesDoNotOutliveTheirMain) {
    spec_.licence->kind = LicenceKind::annotated;
    spec_.licence->type.clear();
    relate(store::RelationKind::annotates);
    EXPECT_EQ(told(earlier()), Rules{"/valid_until not_after_main"});
    decision_.valid_until = Date{2026, 11, 30};
    EXPECT_EQ(told(earlier()), Rules{});
    EXPECT_EQ(plan(earlier()).type, "11100000000013338W011") << "of any licence";
    spec_.licence->kind = LicenceKind::duplicate;
    spec_.licence->type = "11100000000013338W011";
    relate(store::RelationKind::duplicate_of);
    decision_.valid_until = Date{2026, 11, 29};
    EXPECT_EQ(told(earlier()), Rules{"/valid_until same_as_main"});
}

TEST_F(LicenceTest, OneWithoutEndSaysSoWhereItsTemplateAllowsIt) {
    decision_.valid_until.reset();
    decision_.long_term = true;
    EXPECT_EQ(told(std::nullopt), Rules{"/valid_until choice"});
    decision_.long_term = false;
    EXPECT_EQ(told(std::nullopt), Rules{"/valid_until required"});
    decision_.long_term = true;
    spec_.licence->long_term = true;
    EXPECT_EQ(told(std::nullopt), Rules{});
    EXPECT_EQ(valid_until_text(decision_), "长期");
    const Licence licence = plan();
    store::DocumentRow row;
    row.valid_from = decision_.valid_from;
    EXPECT_NE(make_licence_metadata(licence, spec_, decision_, row).find("\"ZZYXQJZRQ\":\"长期\""),
              std::string::npos);
    const std::string record = make_record(
        decision_, {{}, "NO-1", {}, "某局", department, "t@1", "某许可证", "X", &licence, {}});
    EXPECT_NE(record.find("\"valid_until\":\"长期\""), std::string::npos) << record;
}

TEST_F(LicenceTest, LicenceOfAnotherOrganGoesOnHereUnderANewIdentifier) {
    const std::string other =
        catalogue::to_text({"11100000000013338W011", "11320199014138860W", "20230000403", "001"});
    decision_.transferred_from = other;
    const Licence licence = plan();
    EXPECT_TRUE(findings_.empty());
    EXPECT_EQ(licence.operation, store::Operation::transferred_in);
    EXPECT_EQ(licence.previous_identifier, other);
    EXPECT_EQ(catalogue::read_licence_identifier(licence.identifier).identifier.issuer,
              department.text);
    EXPECT_NE(make_licence_metadata(licence, spec_, decision_, {})
                  .find("\"KZ_YWCZDM\":\"08\",\"KZ_GLZZBS\":\"" + other + '"'),
              std::string::npos);

    decision_.transferred_from.back() = other.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(told(std::nullopt), Rules{"/transferred_from licence_identifier"});
    decision_.transferred_from = earlier().row.identifier;
    EXPECT_EQ(told(std::nullopt), Rules{"/transferred_from other_issuer"});
    decision_.transferred_from =
        catalogue::to_text({"11100000000013338W012", "11320199014138860W", "1", "001"});
    EXPECT_EQ(told(std::nullopt), Rules{"/transferred_from same_type"});
}

TEST_F(LicenceTest, HolderIsOfTheKindThatTheLicenceIsFor) {
    spec_.licence->holder = LicenceHolder::person;
    EXPECT_EQ(told(std::nullopt), Rules{"/recipient/kind choice"});
    spec_.licence->holder = LicenceHolder::organisation;
    EXPECT_EQ(told(std::nullopt), Rules{});
}

TEST_F(LicenceTest, TypeCodeOfATemplateIsAnOrgansCodeAndThreeDigits) {
    EXPECT_TRUE(check_licence_template(spec_).ok());
    for (const char* const type :
         {"11100000000013338X011", "11100000000013338W01", "11100000000013338W01A", "123"}) {
        spec_.licence->type = type;
        EXPECT_EQ(check_licence_template(spec_).error().fault, Fault::invalid_input) << type;
    }
}

TEST_F(LicenceTest, MetadataHasTheElementsOfTheStandard) {
    TemplateField field;
    field.name = "scope";
    field.element = "KZ_JYFW";
    spec_.fields = {field};
    const DecisionFields fields = {{"scope", "零售/批发"}};
    decision_.fields = Private(fields);
    relate(store::RelationKind::changes);
    store::DocumentRow document;
    document.number = "NO-1";
    document.department = department;
    document.department_name = "某局";
    document.issued_at = *parse_rfc3339("2026-11-24T17:02:03.004Z");
    document.valid_from = decision_.valid_from;
    document.valid_until = decision_.valid_until;
    EXPECT_EQ(
        make_licence_metadata(plan(earlier()), spec_, decision_, document),
        "{\"ZZMC\":\"某许可证\",\"ZZLXDM\":\"11100000000013338W011\",\"ZZBH\":\"NO-1\","
        "\"ZZBS\":\"1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S\","
        "\"ZZBFJG\":\"某局\",\"ZZBFJGDM\":\"11430000006122244L\",\"ZZBFRQ\":\"2026-11-20\","
        "\"ZZYXQQSRQ\":\"2026-11-20\",\"ZZYXQJZRQ\":\"2031-11-19\",\"CZZT\":\"示例公司\","
        "\"CZZTDM\":\"91320199MA0000000X\",\"CZZTDMLX\":\"统一社会信用代码\",\"CZZTDMLXDM\":"
        "\"001\","
        "\"CJSJ\":\"2026-11-25T01:02:03+08:00\",\"KZ_YWCZDM\":\"09\","
        "\"KZ_GLZZBS\":\"1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
        "\",\"KZ_JYFW\":\"零售\\u002f批发\"}");
}

TEST_F(LicenceTest, RecordSaysWhatTheLicenceIsAndThePhotosHashAlone) {
    const Licence licence = plan();
    decision_.photo = Private<std::string>("cGhvdG8=");
    const std::string record = make_record(
        decision_,
        {{}, "NO-1", {}, "某局", department, "t@1", "某许可证", "X", &licence, Digest{1}});
    EXPECT_NE(record.find("\"licence\":{\"identifier\":\"" + licence.identifier +
                          "\",\"operation\":\"01\",\"type\":\"11100000000013338W011\"},\"number\":"
                          "\"NO-1\",\"photo_sha256\":\"0100"),
              std::string::npos)
        << record;
    EXPECT_EQ(record.find("cGhvdG8"), std::string::npos);
    EXPECT_TRUE(parse_json(record).ok());
}

std::vector<std::string> relates_told(std::string_view json) {
    std::vector<Finding> findings;
    const auto parsed = parse_json(json);
    const auto relates = read_relates(parsed.value().root(), findings);
    EXPECT_EQ(relates.has_value(), findings.empty());
    std::vector<std::string> rules;
    for (const Finding& finding : findings) {
        rules.push_back(finding.pointer + ' ' + finding.rule);
    }
    return rules;
}

TEST(Relates, NamesOneDocumentInOneWay) {
    using Rules = std::vector<std::string>;
    EXPECT_EQ(relates_told(R"({"kind":"renews","document":"0123456789ABCDEF"})"), Rules{});
    EXPECT_EQ(relates_told(R"({"kind":"renews","template":"a","case_number":"b"})"), Rules{});
    EXPECT_EQ(relates_told(R"({"kind":"renews"})"), Rules{"/relates/document required"});
    EXPECT_EQ(relates_told(R"({"kind":"renews","template":"a"})"),
              Rules{"/relates/document required"});
    EXPECT_EQ(relates_told(R"({"kind":"renews","document":"x","template":"a","case_number":"b"})"),
              Rules{"/relates/document required"});
    EXPECT_EQ(relates_told(R"({"kind":"ends","document":"x","colour":"y"})"),
              (Rules{"/relates/colour unknown", "/relates/kind choice"}));
    EXPECT_EQ(relates_told(R"(["renews"])"), Rules{"/relates kind"});
}

} // namespace
} // namespace songda::issuer
