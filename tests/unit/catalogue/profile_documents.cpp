#include "profile_documents.hpp"

namespace songda::catalogue {
namespace {

using Facts = DocumentFacts;

void add(Facts& facts, const Facts::Texts& texts) {
    for (const auto& [member, text] : texts) {
        facts.texts[member] = text;
    }
}

Facts notice(const char* number) {
    Facts facts;
    add(facts, {{"number", {number}},
                {"recipient", {"示例市鑫𠮷餐饮管理有限公司"}},
                {"item", {"食品经营许可"}},
                {"department", {"示例市行政审批局"}},
                {"seal", {"示例市行政审批局行政审批专用章"}},
                {"signed_on", {"2026-11-24"}},
                {"channels", {"post"}}});
    return facts;
}

void add_applied(Facts& facts) {
    add(facts, {{"applied_on", {"2026-11-10"}}, {"accepted_on", {"2026年11月12日"}}});
}

void add_reasons(Facts& facts) {
    add(facts, {{"reasons",
                 {"经营场所与加工区之间没有隔断，不符合食品经营许可审查通则第十二条。",
                  "你单位2026年8月起连续三个月未提交设备检验记录。"}},
                {"legal_basis", {"《食品经营许可和备案管理办法》第二十条"}}});
}

void add_remedies(Facts& facts) {
    add(facts, {{"review_organ", {"示例市人民政府"}},
                {"review_term", {"六十日"}},
                {"court", {"示例市示例区人民法院"}},
                {"court_term", {"六个月"}}});
}

void add_licence(Facts& facts) {
    add(facts, {{"licence_name", {"食品经营许可证"}}, {"licence_number", {"JY13201990000017"}}});
}

Facts supplement() {
    Facts facts = notice("示行审补〔2026〕7号");
    facts.rows["items"] = {
        {{"material", "经营场所平面图"}, {"supply", "标明加工区和就餐区的尺寸"}},
        {{"material", "健康证明"}, {"supply", "厨师张某的有效健康证明复印件1份"}}};
    add(facts, {{"deadline", {"收到本通知书之日起10个工作日内"}}});
    return facts;
}

Facts acceptance() {
    Facts facts = notice("示行审受〔2026〕88号");
    add(facts, {{"accepted_on", {"2026-11-24"}}});
    return facts;
}

Facts non_acceptance() {
    Facts facts = notice("示行审不受〔2026〕3号");
    add_reasons(facts);
    add_remedies(facts);
    return facts;
}

Facts acceptance_with_gaps() {
    Facts facts = notice("示行审容〔2026〕5号");
    facts.rows["gaps"] = {{{"material", "消防安全检查合格证"}, {"form", "网上提交扫描件"}}};
    add(facts, {{"accepted_on", {"2026-11-24"}},
                {"deadline", {"2026-12-08"}},
                {"decision_due", {"2026-12-08"}},
                {"commitment", {"2026年11月24日签署的申请容缺受理承诺书"}},
                {"overdue", {"逾期未补齐的，终止办理，由申请人承担后果"}}});
    return facts;
}

Facts special_procedure() {
    Facts facts = notice("示行审特〔2026〕2号");
    add(facts, {{"procedure", {"专家评审"}},
                {"legal_basis", {"《中华人民共和国行政许可法》第四十五条"}},
                {"time_needed", {"15个工作日"}},
                {"places", {"江苏政务服务网", "市政务服务中心一楼公告栏"}}});
    return facts;
}

Facts grant() {
    Facts facts = notice("示行审许准〔2026〕17号");
    add_applied(facts);
    add(facts, {{"legal_basis", {"《中华人民共和国食品安全法》第三十五条"}},
                {"content", {"热食类食品制售，许可期限五年。"}}});
    return facts;
}

Facts refusal() {
    Facts facts = notice("示行审许不〔2026〕4号");
    add_applied(facts);
    add_reasons(facts);
    add_remedies(facts);
    return facts;
}

Facts renewal() {
    Facts facts = notice("示行审延〔2026〕6号");
    add_applied(facts);
    add_licence(facts);
    add(facts, {{"outcome", {"准予"}},
                {"previous_until", {"2026-12-31"}},
                {"valid_until", {"2031-12-31"}}});
    return facts;
}

Facts change() {
    Facts facts = notice("示行审变〔2026〕9号");
    add_applied(facts);
    add_licence(facts);
    add(facts, {{"outcome", {"准予"}}});
    facts.rows["changes"] = {{{"what", "法定代表人"}, {"from", "张某"}, {"to", "李某"}}};
    return facts;
}

Facts ending(const char* number) {
    Facts facts = notice(number);
    add_licence(facts);
    add_reasons(facts);
    add_remedies(facts);
    return facts;
}

Facts withdrawal() {
    Facts facts = ending("示行审撤回〔2026〕1号");
    add(facts, {{"compensation", {"搬迁费用按评估价补偿"}}});
    return facts;
}

Facts revocation() {
    Facts facts = ending("示行审撤销〔2026〕1号");
    add(facts, {{"started_by", {"依职权"}}});
    return facts;
}

Facts cancellation() {
    Facts facts = ending("示行审注〔2026〕1号");
    add(facts, {{"effective_on", {"2026-11-30"}}});
    return facts;
}

Facts licence() {
    Facts facts;
    add_licence(facts);
    add(facts, {{"type_code", {"11100000000013338W011"}},
                {"identifier", {second_edition}},
                {"department", {"示例市行政审批局"}},
                {"department_code", {"11320199014138860W"}},
                {"holder", {"示例市鑫𠮷餐饮管理有限公司"}},
                {"holder_code", {"91320199MA0000000X"}},
                {"holder_code_type", {"001"}},
                {"signed_on", {"2026-11-24"}},
                {"valid_from", {"2026-11-24"}},
                {"valid_until", {"2031-11-23"}},
                {"seal", {"示例市行政审批局印章"}},
                {"status", {"01"}},
                {"operation", {"09"}},
                {"previous_identifier", {first_edition}}});
    return facts;
}

Facts annotated_copy() {
    Facts facts;
    add(facts, {{"identifier", {first_edition}},
                {"purpose", {"用于江苏银行贷款面签"}},
                {"maker", {"示例市政务服务中心"}},
                {"signed_on", {"2026-11-24"}},
                {"valid_until", {"2026-11-24"}}});
    return facts;
}

Facts proof_of_service() {
    Facts facts;
    add(facts, {{"number", {"示行审送〔2026〕31号"}},
                {"document_title", {"不予行政许可决定书"}},
                {"document_number", {"示行审许不〔2026〕4号"}},
                {"recipient", {"示例市鑫𠮷餐饮管理有限公司"}},
                {"department", {"示例市行政审批局"}},
                {"seal", {"示例市行政审批局印章"}},
                {"signed_on", {"2026-11-24"}},
                {"way", {"直接送达"}},
                {"place", {"市政务服务中心3号窗口"}},
                {"deliverer", {"王某"}},
                {"received_on", {"2026-11-25"}},
                {"received_by", {"张某"}}});
    return facts;
}

} // namespace

void refuse(DocumentFacts& f) {
    f.texts["outcome"] = {"不准予"};
    add_reasons(f);
    add_remedies(f);
}

void leave_at_the_address(DocumentFacts& f) {
    f.texts.erase("received_by");
    add(f, {{"way", {"留置送达"}},
            {"refusal_reason", {"受送达人拒绝签收"}},
            {"evidence", {"录像 20261125-0012"}}});
}

const std::map<std::string, DocumentFacts>& good_documents() {
    static const std::map<std::string, Facts> all = {
        {"BZ", supplement()},
        {"SL", acceptance()},
        {"BYSL", non_acceptance()},
        {"RQ", acceptance_with_gaps()},
        {"TBCX", special_procedure()},
        {"ZY", grant()},
        {"BZY", refusal()},
        {"YX", renewal()},
        {"BG", change()},
        {"CH", withdrawal()},
        {"CX", revocation()},
        {"ZX", cancellation()},
        {"ZZ", licence()},
        {"JZ", annotated_copy()},
        {"HZ", proof_of_service()},
    };
    return all;
}

} // namespace songda::catalogue
