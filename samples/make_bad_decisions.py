#!/usr/bin/env python3
"""Makes decisions that must be refused, each broken in one way: make_bad_decisions.py > bad_decisions.jsonl

README.md says what each one must be told. Only `repeated_key` needs the row before it.
"""
import copy
import json

LICENCE = {
    "idempotency_key": "", "case_number": "", "template": "food-business-licence", "decided_on": "2026-11-20",
    "valid_from": "2026-11-20", "valid_until": "2031-11-19",
    "recipient": {"kind": "organisation", "name": "示例市鑫𠮷餐饮管理有限公司", "code": "91320199MA0000001Q",
                  "email": "bad@example.org", "portal_account": "jszw-90000"},
    "fields": {"legal_representative": "欧阳喆", "domicile": "江苏省示例市滨江区人民路1号", "premises": "江苏省示例市滨江区人民路1号",
               "business_form": "餐饮服务经营者（小型餐馆）", "business_items": "热食类食品制售",
               "supervisor": "示例市滨江区市场监督管理局", "signatory": "王珺"},
    "delivery": ["portal", "email"],
}
PERSON = {"kind": "person", "name": "张喆", "code": "320199199001011237", "email": "bad@example.org",
          "portal_account": "jszw-90001"}

REMOVE = object()
# name → pointer of the member that is changed and its new value
CHANGES = [
    ("wrong_check_digit_credit_code", "/recipient/code", "91320199MA00000010"),
    ("wrong_check_digit_id_number", "/recipient", PERSON),
    ("missing_field", "/fields/signatory", REMOVE),
    ("unknown_field", "/fields/nickname", "小鑫"),
    ("unknown_template", "/template", "fishing-licence"),
    ("text_over_long", "/fields/business_items", "热食类食品制售，" * 40),
    ("control_character", "/fields/premises", "人民路1号\u0007"),
    ("bidirectional_override", "/recipient/name", "示例市\u202e司公限有"),
    ("unknown_member", "/colour", "red"),
    ("decided_in_the_future", "/decided_on", "2099-01-01"),
    ("valid_until_before_valid_from", "/valid_until", "2026-11-19"),
    ("no_channel", "/delivery", []),
    ("email_missing", "/recipient/email", REMOVE),
    ("unknown_channel", "/delivery", ["pigeon"]),
    ("character_without_glyph", "/fields/business_items", "热食\U00012000制售"),
    ("private_use_character", "/recipient/name", "示例市\ue000餐饮有限公司"),
    ("impossible_date", "/valid_until", "2031-02-30"),
]


def changed(number, name, pointer, value):
    row = copy.deepcopy(LICENCE)
    row["idempotency_key"] = f"bad-{name}"
    row["case_number"] = f"32019920261121{number:06}"
    *path, last = pointer.split("/")[1:]
    place = row
    for step in path:
        place = place[step]
    if value is REMOVE:
        del place[last]
    else:
        place[last] = value
    return row


def main():
    rows = [changed(number, *change) for number, change in enumerate(CHANGES, 1)]
    texts = [json.dumps(row, ensure_ascii=False) for row in rows]
    twice = json.dumps(changed(len(rows) + 1, "member_twice", "/template", LICENCE["template"]), ensure_ascii=False)
    texts.append(twice.replace('"delivery":', '"template": "permit-decision", "delivery":'))
    texts.append(twice.replace("member_twice", "broken_json").replace("]}", "]"))
    first = changed(len(rows) + 2, "repeated_key", "/recipient/name", "示例市喆悦食品有限公司")
    texts.append(json.dumps(first, ensure_ascii=False))
    first["recipient"]["name"] = "示例市珺悦食品有限公司"
    texts.append(json.dumps(first, ensure_ascii=False))
    print("\n".join(texts))


if __name__ == "__main__":
    main()
