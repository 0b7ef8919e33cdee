#!/usr/bin/env python3
"""Writes samples/items: lists of items of 示例市 and of a province, and one with every kind of fault; and samples/register.

The names are of the kind that published lists have; codes are made up, with right check digits.
"""
import csv
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "items"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEAD = ["序号", "审批部门", "事项名称", "子项名称", "事项编码", "业务项名称", "业务项编码", "办理方式", "见面次数", "事项类别"]
CLASS = {"01": "行政许可", "07": "行政确认", "08": "行政奖励", "05": "行政给付", "04": "行政征收", "10": "行政其他"}
# department, type, main item, [(sub-item, business items)]
ITEMS = [
    ("市场监督管理局", "01", "药品经营许可", [("药品零售企业许可", ["核发", "变更"]), ("药品零售企业许可注销", [""])]),
    ("市场监督管理局", "01", "食品经营许可", [("", ["新办", "变更", "延续"])]),
    ("市场监督管理局", "01", "特种设备使用登记", [("", [""])]),
    ("市场监督管理局", "07", "股权出质登记", [("股权出质设立登记", [""]), ("股权出质注销登记", [""])]),
    ("卫生健康委员会", "01", "公共场所卫生许可", [("", ["新办", "延续"])]),
    ("卫生健康委员会", "01", "医师执业注册", [("医师执业首次注册", [""]), ("医师变更执业注册", [""])]),
    ("卫生健康委员会", "05", "独生子女父母奖励费给付", [("", [""])]),
    ("人力资源和社会保障局", "01", "人力资源服务许可", [("", ["新办"])]),
    ("人力资源和社会保障局", "01", "劳务派遣经营许可", [("", ["新办", "变更"])]),
    ("人力资源和社会保障局", "07", "工伤认定", [("", [""])]),
    ("民政局", "01", "社会团体登记", [("社会团体成立登记", [""]), ("社会团体变更登记", [""])]),
    ("民政局", "05", "临时救助金给付", [("", [""])]),
    ("自然资源和规划局", "01", "建设用地规划许可", [("", [""])]),
    ("自然资源和规划局", "04", "土地复垦费征收", [("", [""])]),
    ("住房和城乡建设局", "01", "建筑工程施工许可", [("", ["新办", "延期"])]),
    ("住房和城乡建设局", "10", "商品房预售合同备案", [("", [""])]),
    ("交通运输局", "01", "道路货物运输经营许可", [("", [""])]),
    ("科学技术局", "08", "科学技术进步奖励", [("", [""])]),
]
LOCAL_ONLY = {"商品房预售合同备案", "土地复垦费征收"}


def credit_code(number, area):
    text = f"11{area}{number:09d}"
    weights = [pow(3, place, 31) for place in range(17)]
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(text, weights))
    return text + ALPHABET[(31 - total % 31) % 31]


def rows(prefix, area, level, skip=()):
    departments = list(dict.fromkeys(item[0] for item in ITEMS))
    out, number = [], 0
    for index, (department, kind, name, sub_items) in enumerate(ITEMS, 1):
        if name in skip:
            continue
        unit = credit_code(1000 + departments.index(department), area)
        for sub_index, (sub_item, business) in enumerate(sub_items, 1):
            code = f"{unit}{level}32{kind}{index:05d}{sub_index if sub_item else 0:03d}"
            for at, business_item in enumerate(business, 1):
                number += 1
                full = index % 3 != 0
                out.append([str(number), prefix + department, name, sub_item, code, f"{sub_item or name}（{business_item}）" if business_item else "",
                            f"{code}{at:02d}" if business_item else "", "全程不见面" if full else "最多见一面", "0" if full else "1", CLASS[kind]])
    return out


def write(name, lines):
    with open(FOLDER / name, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(lines)


def register():
    """samples/register: 示例市, its departments and those of the province, by the codes of the lists."""
    departments = list(dict.fromkeys(item[0] for item in ITEMS))
    lines = ["# 示例市 and departments, made up, written by samples/make_items.py.", 'source = "made up"', 'as_of = "2026-01-01"', "",
             "[[area]]", 'code = "320199"', 'name = "示例市"', 'type = "city"', 'upper = "320000"', 'from = "2021-12-30"']
    known = [("11320199014138860W", "示例市行政审批局", "行政审批局", "320199")]
    for prefix, area in (("示例省", "320000"), ("示例市", "320199")):
        known += [(credit_code(1000 + at, area), prefix + name, name, area) for at, name in enumerate(departments)]
    for code, name, also, area in known:
        lines += ["", "[[department]]", f'code = "{code}"', f'name = "{name}"', f'also = ["{also}"]', f'area = "{area}"', 'from = "2021-12-30"']
    folder = FOLDER.parent / "register"
    folder.mkdir(exist_ok=True)
    (folder / "example.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bad():
    lines = [line[:] for line in rows("示例市", "320199", 3)[:12]]
    lines[0][0] = "一"
    lines[1][1] = ""
    lines[2][4] = lines[2][4][:17] + ("0" if lines[2][4][17] != "0" else "1") + lines[2][4][18:]
    lines[3][8] = "2"
    lines[4][7] = "网上办"
    lines[5][9] = "行政处罚"
    lines[6][4] = "1.13202E+30"
    lines[8] = lines[7][:]
    lines[8][0] = "9"
    lines[9][3] = "没有的子项"
    lines[10][2] = "公共场所\u202e卫生许可"
    lines[11][0] = "20"
    return lines


def main():
    FOLDER.mkdir(exist_ok=True)
    write("example-city.csv", [["示例市“不见面审批”事项清单"], HEAD] + rows("示例市", "320199", 3))
    write("province.csv", [HEAD[:6]] + [line[:6] for line in rows("示例省", "320000", 2, LOCAL_ONLY)])
    write("bad.csv", [HEAD] + bad())
    register()


main()
