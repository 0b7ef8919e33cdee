#!/usr/bin/env python3
"""Makes one decision for each type of letter, always the same ones: make_types.py > types.jsonl

Everything is made up (samples/README.md). Recipients are those of decisions.jsonl; rows follow docs/formats/decision.md.
"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
DECIDED_ON = "2026-11-20"
LAW = "《中华人民共和国行政许可法》"
LICENCE = {"licence_name": "食品经营许可证", "licence_number": "JY13201990000017"}
APPLIED = {"applied_on": "2026-11-09", "accepted_on": "2026-11-11"}
REASONS = [
    "经营场所加工区与就餐区之间没有隔断，生熟食品在同一操作台加工，不符合《食品经营许可审查通则》对加工操作区布局的要求。",
    "2026年11月13日现场核查时，冷藏设备不能保持在8℃以下，你单位在核查后五个工作日内未完成整改。",
]

# type, template, fields
TYPES = [
    ("BZ", "supplement-notice", {
        "item_name": "食品经营许可", "applied_on": "2026-11-16", "deadline": "收到本通知书之日起10个工作日",
        "items": [
            {"material": "经营场所平面图", "supply": "标明加工区、就餐区、库房的尺寸和设备位置，比例不小于1∶100"},
            {"material": "食品安全管理人员证明", "supply": "食品安全总监的任命文件和培训考核合格证明各1份"},
            {"material": "经营场所使用证明", "supply": "租赁合同缺少出租人签章页，请补交完整的合同扫描件"}]}),
    ("SL", "acceptance-notice", {
        "item_name": "公共场所卫生许可", "applied_on": "2026-11-18", "accepted_on": DECIDED_ON, "promised": "5工作日"}),
    ("BYSL", "rejection-notice", {
        "item_name": "户外广告设施设置审批", "applied_on": "2026-11-17", "basis": LAW + "第三十二条第一款第二项",
        "reasons": ["申请设置的户外广告位于国道控制区内，依法不属于本机关职权范围，请向公路管理机构申请。"]}),
    ("RQ", "deferred-acceptance-notice", {
        "item_name": "取水许可", "applied_on": "2026-11-16", "accepted_on": DECIDED_ON, "deadline": "2026-12-04",
        "decision_due": "2026-12-11", "commitment": "2026年11月18日签署的《申请容缺受理承诺书》",
        "gaps": [{"material": "取水口位置示意图", "form": "网上提交扫描件"},
                 {"material": "第三者承诺书", "form": "邮政寄递原件1份"}]}),
    ("TBCX", "special-procedure-notice", {
        "item_name": "危险化学品经营许可", "accepted_on": "2026-11-17", "procedure": "专家评审", "basis": LAW + "第四十五条",
        "time_needed": "15个工作日", "places": ["江苏政务服务网", "示例市政务服务中心一楼公告栏"]}),
    ("ZY", "permit-decision", {
        "item_name": "道路货物运输经营许可", **APPLIED, "basis": "《中华人民共和国道路运输条例》第二十四条",
        "decision_text": "准予从事道路普通货物运输经营，投入车辆6辆，经营场所为示例市滨江区建设大道18号。",
        "licence_handed": "道路运输经营许可证"}),
    ("BZY", "refusal-decision", {
        "item_name": "食品经营许可", **APPLIED, "basis": LAW + "第三十八条第二款、《食品经营许可和备案管理办法》第二十一条",
        "reasons": REASONS}),
    ("YX", "renewal-decision", {
        "item_name": "食品经营许可", **APPLIED, **LICENCE, "outcome": "准予", "previous_until": "2026-12-31",
        "basis": LAW + "第五十条第二款"}),
    ("BG", "change-decision", {
        "item_name": "食品经营许可", **APPLIED, **LICENCE, "outcome": "准予", "basis": LAW + "第四十九条",
        "changes": [{"what": "法定代表人", "from": "欧阳喆珺", "to": "陆㛃"},
                    {"what": "经营项目", "from": "预包装食品销售，热食类食品制售",
                     "to": "预包装食品（含冷藏冷冻食品）销售，热食类食品制售，糕点类食品制售"}]}),
    ("CH", "withdrawal-decision", {
        "item_name": "户外广告设施设置审批", "licence_name": "户外广告设置许可证", "licence_number": "示审广〔2024〕31号",
        "basis": LAW + "第八条第二款", "reasons": ["因轨道交通3号线站点建设，准予设置广告设施所依据的客观情况发生重大变化，设施所在地块须于2026年12月31日前腾空。"],
        "compensation": "拆除费用和未到期的设置费共计38,600元，自本决定书送达之日起30日内支付。",
        "copies": "示例市城市管理局，示例市轨道交通建设指挥部"}),
    ("CX", "revocation-decision", {
        "item_name": "食品经营许可", **LICENCE, "basis": LAW + "第六十九条第二款", "started_by": "依职权",
        "reasons": ["你单位申请时提交的经营场所使用证明系伪造，属于以欺骗手段取得行政许可。"],
        "copies": "示例市市场监督管理局"}),
    ("ZX", "cancellation-decision", {
        "item_name": "食品经营许可", **LICENCE, "basis": LAW + "第七十条第三项", "effective_on": "2026-11-30",
        "reasons": ["你单位已于2026年11月6日办理注销登记，法人资格依法终止。"], "copies": "示例市市场监督管理局"}),
    ("HZ", "service-receipt", {
        "document_title": "不予行政许可决定书", "document_number": "示审许不〔2026〕1号", "way": "直接送达",
        "place": "示例市政务服务中心3号窗口", "deliverer": "示例市行政审批局工作人员", "received_on": DECIDED_ON,
        "received_by": "受送达人本人"}),
]


def recipients():
    with open(os.path.join(HERE, "decisions.jsonl"), encoding="utf-8") as rows:
        return [json.loads(row)["recipient"] for row in rows]


def main():
    people = [one for one in recipients() if one["kind"] == "organisation" and "email" in one and "portal_account" in one]
    for number, (code, template, fields) in enumerate(TYPES):
        row = {"idempotency_key": f"type-{code}", "case_number": f"3201992026112001{number:04}", "template": template,
               "decided_on": DECIDED_ON}
        if code == "YX":
            row["valid_until"] = "2031-12-31"
        row |= {"recipient": people[number], "fields": fields, "delivery": ["portal", "email"]}
        print(json.dumps(row, ensure_ascii=False))


main()
