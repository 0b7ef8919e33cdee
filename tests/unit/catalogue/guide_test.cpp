// The lint against a guide as the guideline wants it: silent on it, and on each change that breaks
// a rule it tells that rule and no other, with the offending words.
#include "catalogue/guide.hpp"

#include <functional>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "catalogue/guide_lint.hpp"

namespace songda::catalogue {
namespace {

Guide good_guide() {
    auto read = read_guide(SONGDA_SOURCE_DIR "/samples/guides/food-business-licence.toml");
    EXPECT_TRUE(read.ok()) << read.error().detail;
    return std::move(read).value();
}

std::optional<std::string> power_list(std::string_view code) {
    return code == "1132019900000100023320100002000" ? std::optional<std::string>("食品经营许可")
                                                     : std::nullopt;
}

struct Case {
    const char* what;
    std::function<void(Guide&)> change;
    std::set<std::string_view> rules; ///< empty: still good
    const char* text = nullptr;       ///< the offending words, when the rule quotes some
};

void charge(Guide& guide) {
    guide.fee = {"",          "工本费", "《江苏省收费目录》第三条",
                 "每件10元",  "领证前", "网上或者窗口",
                 "低保户免收"};
    guide.payment_ways = {"网络交费", "现场交费"};
    guide.payment_help = "打开支付页，扫码付款。";
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        // Good ones: other things that a guide may say.
        {"partial with one visit",
         [](Guide& g) {
             g.mode = "partial";
             g.visits_max = 1;
             g.face_to_face_basis = "《护照法》第六条";
         },
         {}},
        {"decided on the spot", [](Guide& g) { g.limit.promised = "当场办结"; }, {}},
        {"promised as long as the law allows",
         [](Guide& g) {
             g.limit.promised = g.limit.statutory = g.limit.upper_published = "20工作日";
         },
         {}},
        {"nothing published above", [](Guide& g) { g.limit.upper_published.clear(); }, {}},
        {"no separate times", [](Guide& g) { g.limit.separate.clear(); }, {}},
        {"charged with all that is said about it", charge, {}},
        {"no materials at all", [](Guide& g) { g.materials.clear(); }, {}},
        {"a regulation without the country's name",
         [](Guide& g) { g.basis[0].title = "优化营商环境条例"; },
         {}},
        {"measures are no law",
         [](Guide& g) { g.basis[0].title = "江苏省行政许可监督管理办法"; },
         {}},
        {"title in brackets",
         [](Guide& g) { g.basis[0].title = "《中华人民共和国行政许可法》"; },
         {}},
        {"never amended", [](Guide& g) { g.basis[0].amended.reset(); }, {}},
        {"article with paragraph",
         [](Guide& g) { g.basis[0].article = "第三十二条第一款第四项"; },
         {}},
        {"others who apply", [](Guide& g) { g.applicants = {"自然人"}; }, {}},
        {"only the hall",
         [](Guide& g) {
             g.ways = {{"hall", "市政务服务中心", "3"}};
         },
         {}},
        {"half past eight", [](Guide& g) { g.hours[0].from = "08:30"; }, {}},
        {"a business of another name", [](Guide& g) { g.conditions[0].business = "补发"; }, {}},
        {"其他 in a name that asks for nothing more",
         [](Guide& g) { g.conditions[0].conditions[0] = "经营项目为其他类食品销售"; },
         {}},
        {"a law named, nothing left open",
         [](Guide& g) { g.conditions[0].conditions[0] = "符合法律、法规规定的卫生标准"; },
         {}},
        {"等 inside the list",
         [](Guide& g) { g.conditions[0].conditions[0] = "有冷藏柜等设备并能正常使用"; },
         {}},
        {"an original of the applicant's own",
         [](Guide& g) { g.materials[0].original_required = true; },
         {}},
        {"paper only", [](Guide& g) { g.materials[0].medium = "paper"; }, {}},
        {"two charts",
         [](Guide& g) {
             g.charts[0].kind = "online";
             g.charts.push_back(g.charts[0]);
             g.charts[1].kind = "onsite";
         },
         {}},
        {"mail instead of web and phone",
         [](Guide& g) {
             g.consultation.web.clear();
             g.consultation.phone.clear();
             g.consultation.mail = "zx@example.gov.cn";
         },
         {}},
        {"a sample of a material too",
         [](Guide& g) {
             g.samples.push_back(g.samples[0]);
             g.samples[1].of = "营业执照";
         },
         {}},
        {"promise instead of application", [](Guide& g) { g.forms[0].kind = "告知承诺书"; }, {}},
        {"http address with a path",
         [](Guide& g) { g.ways[0].place = "http://zwfw.example.gov.cn/a?b=c#d"; },
         {}},
        // Bad ones.
        {"unknown mode", [](Guide& g) { g.mode = "some"; }, {"S07.mode"}, "some"},
        {"full with a visit", [](Guide& g) { g.visits_max = 1; }, {"S07.visits"}, "1"},
        {"partial with two visits",
         [](Guide& g) {
             g.mode = "partial";
             g.visits_max = 2;
             g.face_to_face_basis = "《护照法》第六条";
         },
         {"S07.visits"},
         "2"},
        {"visit without a basis",
         [](Guide& g) {
             g.mode = "partial";
             g.visits_max = 1;
         },
         {"S10.basis"}},
        {"no name", [](Guide& g) { g.item_name.clear(); }, {"G01.missing"}},
        {"no code", [](Guide& g) { g.item_code.clear(); }, {"G01.missing"}},
        {"code that the power list has not",
         [](Guide& g) { g.item_code = "JS000000"; },
         {"G01.power_list"},
         "JS000000"},
        {"name that the power list has not",
         [](Guide& g) { g.item_name = "食品经营"; },
         {"G01.power_list"},
         "食品经营"},
        {"no basis", [](Guide& g) { g.basis.clear(); }, {"G02.missing"}},
        {"basis without its day", [](Guide& g) { g.basis[0].issued.reset(); }, {"G02.missing"}},
        {"basis without its words", [](Guide& g) { g.basis[0].text.clear(); }, {"G02.missing"}},
        {"basis without article", [](Guide& g) { g.basis[0].article.clear(); }, {"G02.missing"}},
        {"short title",
         [](Guide& g) { g.basis[0].title = "食品安全法"; },
         {"G02.full_title"},
         "食品安全法"},
        {"short title in brackets",
         [](Guide& g) { g.basis[0].title = "《行政许可法》"; },
         {"G02.full_title"},
         "《行政许可法》"},
        {"laws that bear on it",
         [](Guide& g) { g.basis[0].title = "有关法律、法规"; },
         {"G02.full_title"}},
        {"laws and so on",
         [](Guide& g) { g.basis[0].title = "中华人民共和国食品安全法等"; },
         {"G02.full_title"}},
        {"chapter instead of article",
         [](Guide& g) { g.basis[0].article = "第四章"; },
         {"G02.article"},
         "第四章"},
        {"amended before it was issued",
         [](Guide& g) {
             g.basis[0].amended = Date{2001, 1, 1};
         },
         {"G02.dates"},
         "2001-01-01"},
        {"nobody may apply", [](Guide& g) { g.applicants.clear(); }, {"G03.missing"}},
        {"an applicant without a name",
         [](Guide& g) {
             g.applicants = {"企业法人", ""};
         },
         {"G03.missing"}},
        {"no way to apply", [](Guide& g) { g.ways.clear(); }, {"G04.missing"}},
        {"unknown way", [](Guide& g) { g.ways[0].kind = "fax"; }, {"G04.kind"}, "fax"},
        {"hall without a window", [](Guide& g) { g.ways[3].window.clear(); }, {"G04.missing"}},
        {"kiosk without a place", [](Guide& g) { g.ways[2].place.clear(); }, {"G04.missing"}},
        {"address without scheme",
         [](Guide& g) { g.ways[0].place = "www.jszwfw.gov.cn"; },
         {"G04.address"},
         "www.jszwfw.gov.cn"},
        {"address of words",
         [](Guide& g) { g.ways[0].place = "https://江苏政务服务网"; },
         {"G04.address"}},
        {"address with a space",
         [](Guide& g) { g.ways[0].place = "https://www.jszwfw.gov.cn/a b"; },
         {"G04.address"}},
        {"never open", [](Guide& g) { g.hours.clear(); }, {"G05.missing"}},
        {"open on no day", [](Guide& g) { g.hours[0].days.clear(); }, {"G05.missing"}},
        {"closes before it opens",
         [](Guide& g) { g.hours[0].from = "17:30"; },
         {"G05.hours"},
         "17:30-17:00"},
        {"hour of another form",
         [](Guide& g) { g.hours[0].from = "9点"; },
         {"G05.hours"},
         "9点-17:00"},
        {"hour that is none", [](Guide& g) { g.hours[0].to = "24:00"; }, {"G05.hours"}},
        {"no business", [](Guide& g) { g.conditions.clear(); }, {"G06.missing"}},
        {"business without conditions",
         [](Guide& g) { g.conditions[0].conditions.clear(); },
         {"G06.missing"},
         "新办"},
        {"the guideline's own catch-all",
         [](Guide& g) { g.conditions[0].conditions[0] = "法律、法规规定的其他条件"; },
         {"G06.catch_all"},
         "法律、法规规定的其他"},
        {"catch-all of rules",
         [](Guide& g) { g.conditions[0].conditions[0] = "规章规定的其他情形"; },
         {"G06.catch_all"}},
        {"catch-all of normative documents",
         [](Guide& g) { g.conditions[0].conditions[0] = "符合规范性文件等规定的其他事项"; },
         {"G06.catch_all"}},
        {"other conditions",
         [](Guide& g) { g.conditions[0].conditions[0] = "应当具备的其他条件"; },
         {"G06.catch_all"},
         "其他条件"},
        {"other requirements",
         [](Guide& g) { g.conditions[0].conditions[0] = "审批部门的其他要求"; },
         {"G06.catch_all"},
         "其他要求"},
        {"and so on",
         [](Guide& g) { g.conditions[0].conditions[0] = "有场所、设备等条件"; },
         {"G06.catch_all"},
         "等条件"},
        {"what the organ thinks fit",
         [](Guide& g) { g.conditions[0].conditions[0] = "行政机关认为需要提供的"; },
         {"G06.catch_all"},
         "认为需要提供的"},
        {"what the organ thinks right",
         [](Guide& g) { g.conditions[1].conditions[0] = "主管部门认为应当具备的能力"; },
         {"G06.catch_all"},
         "认为应当具备的"},
        {"material without a name", [](Guide& g) { g.materials[0].name.clear(); }, {"G07.missing"}},
        {"no copy of a material", [](Guide& g) { g.materials[0].quantity = 0; }, {"G07.missing"}},
        {"material without a basis",
         [](Guide& g) { g.materials[0].basis.clear(); },
         {"G07.missing"}},
        {"medium of another name",
         [](Guide& g) { g.materials[0].medium = "纸质"; },
         {"G07.medium"},
         "纸质"},
        {"source of another name",
         [](Guide& g) { g.materials[0].source = "申请人"; },
         {"G07.source"},
         "申请人"},
        {"licence without its issuer",
         [](Guide& g) { g.materials[1].issuer.clear(); },
         {"G07.issuer"},
         "营业执照"},
        {"original of a licence",
         [](Guide& g) { g.materials[1].original_required = true; },
         {"G07.original"},
         "营业执照"},
        {"licence from the applicant",
         [](Guide& g) { g.materials[1].source = "applicant"; },
         {"G07.original"},
         "营业执照"},
        {"other materials",
         [](Guide& g) { g.materials[2].name = "其他材料"; },
         {"G07.catch_all"},
         "其他材料"},
        {"materials the law asks for",
         [](Guide& g) { g.materials[2].name = "法律法规规定的其他证明"; },
         {"G07.catch_all"}},
        {"catch-all among the requirements",
         [](Guide& g) { g.materials[2].requirements = "加盖公章；窗口认为需要补充的"; },
         {"G07.catch_all"}},
        {"no form", [](Guide& g) { g.forms.clear(); }, {"G08.one_form"}, "0"},
        {"two forms", [](Guide& g) { g.forms.push_back(g.forms[0]); }, {"G08.one_form"}, "2"},
        {"form without a blank", [](Guide& g) { g.forms[0].blank.clear(); }, {"G08.missing"}},
        {"form without instructions",
         [](Guide& g) { g.forms[0].instructions.clear(); },
         {"G08.missing"}},
        {"form without an example", [](Guide& g) { g.forms[0].example.clear(); }, {"G08.missing"}},
        {"form without items", [](Guide& g) { g.forms[0].items.clear(); }, {"G08.missing"}},
        {"item of the form without a source",
         [](Guide& g) { g.forms[0].items[1].source.clear(); },
         {"G08.item_source"},
         "经营场所"},
        {"个工作日", [](Guide& g) { g.limit.promised = "5个工作日"; }, {"G09.form"}, "5个工作日"},
        {"full-width digit",
         [](Guide& g) { g.limit.promised = "５工作日"; },
         {"G09.form"},
         "５工作日"},
        {"digits of words", [](Guide& g) { g.limit.promised = "五工作日"; }, {"G09.form"}},
        {"calendar days", [](Guide& g) { g.limit.promised = "5日"; }, {"G09.form"}},
        {"zero days", [](Guide& g) { g.limit.promised = "0工作日"; }, {"G09.form"}},
        {"leading zero", [](Guide& g) { g.limit.promised = "05工作日"; }, {"G09.form"}},
        {"no limit", [](Guide& g) { g.limit.promised.clear(); }, {"G09.form"}},
        {"statutory limit of another form",
         [](Guide& g) { g.limit.statutory = "二十日"; },
         {"G09.form"},
         "二十日"},
        {"longer than the law allows",
         [](Guide& g) {
             g.limit.promised = "11工作日";
             g.limit.upper_published.clear();
         },
         {"G09.over_statutory"},
         "11工作日"},
        {"longer than above",
         [](Guide& g) { g.limit.promised = "8工作日"; },
         {"G09.over_upper"},
         "8工作日"},
        {"separate time without a note",
         [](Guide& g) { g.limit.separate[0].note.clear(); },
         {"G09.separate"},
         "现场核查"},
        {"separate time of another form",
         [](Guide& g) { g.limit.separate[0].limit = "若干工作日"; },
         {"G09.form"}},
        {"nothing about fees", [](Guide& g) { g.fee = {}; }, {"G10.missing"}},
        {"free in other words",
         [](Guide& g) { g.fee.free_of_charge = "免费"; },
         {"G10.free"},
         "免费"},
        {"free and charged", [](Guide& g) { g.fee.name = "工本费"; }, {"G10.both"}, "工本费"},
        {"charge without a standard",
         [](Guide& g) {
             charge(g);
             g.fee.standard.clear();
         },
         {"G10.missing"}},
        {"charge without the cases of reduction",
         [](Guide& g) {
             charge(g);
             g.fee.reduction.clear();
         },
         {"G10.missing"}},
        {"charge without ways to pay",
         [](Guide& g) {
             charge(g);
             g.payment_ways.clear();
         },
         {"G11.missing"}},
        {"charge without help",
         [](Guide& g) {
             charge(g);
             g.payment_help.clear();
         },
         {"G11.missing"}},
        {"no chart", [](Guide& g) { g.charts.clear(); }, {"G12.missing"}},
        {"chart that ends with the decision",
         [](Guide& g) { g.charts[0].steps.pop_back(); },
         {"G12.end"},
         "审查与决定"},
        {"empty chart", [](Guide& g) { g.charts[0].steps.clear(); }, {"G12.end"}},
        {"step without a mode",
         [](Guide& g) { g.charts[0].steps[1].mode.clear(); },
         {"G12.mode"},
         "受理"},
        {"nobody to ask on the net",
         [](Guide& g) {
             g.consultation.web.clear();
             g.consultation.phone.clear();
         },
         {"G13.missing"}},
        {"no window to ask at", [](Guide& g) { g.consultation.window.clear(); }, {"G13.missing"}},
        {"form without a sample",
         [](Guide& g) { g.samples[0].of = "另一张表"; },
         {"G14.missing"},
         "食品经营许可申请书"},
        {"sample without a digest", [](Guide& g) { g.samples[0].sha256 = "abc"; }, {"G14.hash"}},
        {"answer without a time",
         [](Guide& g) { g.consultation.answer_within.clear(); },
         {"G15.missing"}},
        {"answer without a way",
         [](Guide& g) { g.consultation.answer_way.clear(); },
         {"G15.missing"}},
    };
    return all;
}

std::set<std::string_view> rules_of(const std::vector<GuideFinding>& findings) {
    std::set<std::string_view> rules;
    for (const GuideFinding& finding : findings) {
        rules.insert(finding.rule->id);
    }
    return rules;
}

TEST(GuideLint, GoodGuideHasNoFinding) {
    for (const GuideFinding& finding : lint_guide(good_guide(), power_list)) {
        ADD_FAILURE() << finding.rule->id << ' ' << finding.where << ' ' << finding.text;
    }
}

TEST(GuideLint, EachChangeIsToldByItsRuleAndNoOther) {
    for (const Case& one : cases()) {
        Guide guide = good_guide();
        one.change(guide);
        const auto findings = lint_guide(guide, power_list);
        EXPECT_EQ(rules_of(findings), one.rules) << one.what;
        if (one.text != nullptr) {
            EXPECT_EQ(findings.front().text, one.text) << one.what;
        }
    }
}

TEST(GuideLint, EveryRuleHasACaseThatBreaksIt) {
    std::set<std::string_view> broken;
    for (const Case& one : cases()) {
        broken.insert(one.rules.begin(), one.rules.end());
    }
    for (const GuideRule& rule : guide_rules()) {
        EXPECT_TRUE(broken.contains(rule.id)) << rule.id;
        EXPECT_FALSE(rule.quote.empty() || rule.zh.empty() || rule.en.empty()) << rule.id;
    }
}

TEST(GuideLint, AllFindingsAreToldAtOnceWithTheirPlace) {
    Guide guide = good_guide();
    guide.limit.promised = "5个工作日";
    guide.materials[1].original_required = true;
    guide.conditions[0].conditions[2] = "其他要求";
    std::set<std::string> places;
    for (const GuideFinding& finding : lint_guide(guide)) {
        places.insert(finding.where);
    }
    EXPECT_EQ(places, (std::set<std::string>{"limit.promised", "material[2]",
                                             "business[1].conditions[3]"}));
}

TEST(GuideLint, AnyTextIsLookedAtWithoutHarm) {
    rc::check([](const std::string& text) {
        static_cast<void>(find_catch_all(text));
        static_cast<void>(parse_time_limit(text));
    });
}

TEST(Guide, UnknownKeysAndWrongTypesAreToldWithLineAndKey) {
    const auto read = parse_guide(
        "[item]\nname = 1\nnick = \"a\"\n[[basis]]\nissued = \"2021-02-30\"\n", "guide.toml");
    ASSERT_FALSE(read.ok());
    for (const char* const part : {"guide.toml:2", "name", "nick", "issued"}) {
        EXPECT_NE(read.error().detail.find(part), std::string::npos) << read.error().detail;
    }
    EXPECT_EQ(read_guide("/none.toml").error().fault, Fault::not_found);
}

} // namespace
} // namespace songda::catalogue
