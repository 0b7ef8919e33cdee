#!/usr/bin/env python3
"""Makes one decision for each type of document, always the same ones: make_types.py > types.jsonl

Recipients come from decisions.jsonl beside it, so that nothing in them is real and their check digits are right. The
texts are written out to be read. Rows follow docs/formats/decision.md.
"""
import json
import pathlib
import random

SEED = 20261120
DECIDED_ON = "2026-11-20"
CASE = "32019920261120{:06}"
FIRST_CASE = 900001

LICENCE = {"item_name": "食品经营许可", "licence_name": "食品经营许可证", "licence_number": "JY13201990000177"}
APPLIED = {"applied_on": "2026-11-05", "accepted_on": "2026-11-09"}
FOOD_LAW = "《中华人民共和国食品安全法》"
LICENSING_LAW = "《中华人民共和国行政许可法》"

TYPES = [
    ("BZ", "supplement-notice", {
        "item_name": "食品经营许可", "applied_on": "2026-11-17",
        "items": [
            {"material": "经营场所平面图", "supply": "标明加工区、就餐区、清洗消毒区的位置和尺寸，标明各功能区之间的隔断和水池数量"},
            {"material": "从业人员健康证明", "supply": "厨师两人、服务人员三人在有效期内的健康证明复印件各一份"},
            {"material": "食品安全管理制度", "supply": "加盖公章的进货查验记录制度和餐厨废弃物处置制度文本"},
        ],
        "deadline": "收到本通知书之日起十个工作日内"}),
    ("SL", "acceptance-notice", {
        "item_name": "公共场所卫生许可", "applied_on": "2026-11-18", "accepted_on": DECIDED_ON, "promised": "十个工作日"}),
    ("BYSL", "rejection-notice", {
        "item_name": "取水许可", "applied_on": "2026-11-18",
        "basis": LICENSING_LAW + "第三十二条第一款第二项、《取水许可和水资源费征收管理条例》第十四条第一款第一项",
        "reasons": ["你单位申请的取水口位于长江干流指定河段，取水量在规定限额以上，依法由流域管理机构审批，不属于本机关职权范围。"],
        "competent_organ": "水利部长江水利委员会"}),
    ("RQ", "deferred-acceptance-notice", {
        "item_name": "公共场所卫生许可", "applied_on": "2026-11-18", "accepted_on": DECIDED_ON,
        "commitment": "2026年11月18日签署的《申请容缺受理承诺书》",
        "gaps": [
            {"material": "公共场所卫生检测报告", "form": "网上提交检测机构盖章的扫描件"},
            {"material": "集中空调通风系统卫生检测报告", "form": "网上提交扫描件，或者邮寄复印件一份"},
        ],
        "deadline": "2026-12-04", "decision_due": "2026-12-11"}),
    ("TBCX", "special-procedure-notice", {
        "item_name": "取水许可", **APPLIED,
        "basis": LICENSING_LAW + "第四十六条、《取水许可和水资源费征收管理条例》第十八条第一款",
        "procedure": "听证", "time_needed": "20个工作日",
        "places": ["江苏政务服务网示例市旗舰店公告栏", "示例市政务服务中心一楼大厅公告栏"]}),
    ("ZY", "permit-decision", {
        "item_name": "公共场所卫生许可", **APPLIED,
        "basis": LICENSING_LAW + "第三十八条第一款、《公共场所卫生管理条例》第四条",
        "decision_text": "准予在示例市滨江区人民路128号从事住宿、沐浴场所经营活动，经营面积860平方米，许可项目为旅店、公共浴室，"
                         "有效期四年。",
        "licence_handed": "卫生许可证"}),
    ("BZY", "refusal-decision", {
        "item_name": "食品经营许可", **APPLIED, "basis": FOOD_LAW + "第三十三条第一款第一项、第二项",
        "heard": "作出本决定前，本机关于2026年11月16日告知你单位拟不予许可的理由，你单位于2026年11月17日提交了书面陈述意见，本机关已经复核。",
        "reasons": ["2026年11月12日现场核查，加工操作间与卫生间直接相通，中间没有隔断，不符合与有毒、有害场所以及其他污染源保持规定距离的要求。",
                    "经营场所没有设置餐饮具专用清洗水池和消毒、保洁设施，你单位在告知的整改期限内未予完善。"],
        "attachments": ["现场核查记录表", "现场核查照片"]}),
    ("YX", "renewal-decision", {
        **LICENCE, **APPLIED, "previous_until": "2026-12-31", "outcome": "准予", "renewed_until": "2031-12-31"}),
    ("BG", "change-decision", {
        **LICENCE, **APPLIED, "outcome": "准予",
        "changes": [
            {"what": "法定代表人", "from": "王敏", "to": "欧阳晨曦"},
            {"what": "经营项目", "from": "热食类食品制售", "to": "热食类食品制售，冷食类食品制售（含凉菜），自制饮品制售"},
        ]}),
    ("CH", "withdrawal-decision", {
        "item_name": "户外广告设施设置许可", "licence_name": "户外广告设置许可证", "licence_number": "示广〔2024〕0186号",
        "basis": LICENSING_LAW + "第八条第二款、《城市市容和环境卫生管理条例》第十一条",
        "reasons": ["滨江大道快速化改造工程于2026年9月开工，广告设施所在的人行天桥列入拆除范围，准予行政许可所依据的客观情况发生重大变化。",
                    "该设施继续设置将影响桥梁拆除施工和行人通行安全，为了公共利益的需要，应当撤回。"],
        "heard": "作出本决定前，本机关于2026年11月10日告知你单位享有陈述、申辩的权利，你单位对撤回没有异议，对补偿提出的意见已经采纳。",
        "compensation": "设施拆除费用和剩余设置期限的损失，按照评估机构2026年11月13日出具的评估报告补偿人民币186400元，自本决定书送达之日起三十日内支付。",
        "attachments": ["户外广告设施补偿评估报告"], "copies": "示例市城市管理局，示例市滨江区人民政府"}),
    ("CX", "revocation-decision", {
        **LICENCE, "basis": LICENSING_LAW + "第六十九条第二款", "started_by": "依职权",
        "heard": "作出本决定前，本机关于2026年11月9日告知你单位享有陈述、申辩和要求听证的权利，你单位在规定期限内没有提出。",
        "reasons": ["你单位申请许可时提交的《房屋租赁合同》经出租人和房屋所在地社区确认系伪造，实际没有取得经营场所的使用权。",
                    "你单位据此以欺骗手段取得行政许可，依法应当予以撤销。"],
        "copies": "示例市市场监督管理局，示例市公安局，示例市高新区管理委员会"}),
    ("ZX", "cancellation-decision", {
        **LICENCE, "basis": LICENSING_LAW + "第七十条第一项",
        "reasons": ["该许可证有效期于2026年11月15日届满，你单位没有申请延续。"],
        "effective_on": "2026-11-23", "copies": "示例市市场监督管理局"}),
    ("HZ", "service-receipt", {
        "document_title": "不予行政许可决定书", "document_number": "示审许不〔2026〕1号", "way": "直接送达",
        "place": "示例市政务服务中心三楼12号窗口", "received_on": DECIDED_ON, "received_by": "周梓涵", "deliverer": "林晓军、何丽"}),
]


def organisations():
    rows = (pathlib.Path(__file__).parent / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    made = [json.loads(row)["recipient"] for row in rows]
    return [recipient for recipient in made if recipient["kind"] == "organisation"]


def main():
    recipients = random.Random(SEED).sample(organisations(), len(TYPES))
    for at, ((code, template, fields), recipient) in enumerate(zip(TYPES, recipients)):
        decision = {"idempotency_key": "type-" + code, "case_number": CASE.format(FIRST_CASE + at), "template": template,
                    "decided_on": DECIDED_ON, "recipient": recipient, "fields": fields,
                    "delivery": ["portal", "email"]}
        print(json.dumps(decision, ensure_ascii=False))


if __name__ == "__main__":
    main()
