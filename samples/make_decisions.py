#!/usr/bin/env python3
"""Makes the sample decisions, always the same ones: make_decisions.py > decisions.jsonl

Everything is made up: 示例市 and area 320199 do not exist, mail goes to example.org. Check digits are right
(GB 32100-2015, GB 11643-1999). Rows follow docs/formats/decision.md.
"""
import json
import random

ROWS = 260
SEED = 20261120
AREA = "320199"

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
# Characters that fonts and databases lose: outside the BMP, extension A, or rare in names.
RARE = "喆珺䶮𠮷㛃堃犇镕"

SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
DOUBLE_SURNAMES = ["欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "令狐"]
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英昊轩梓涵诗雨晨曦" + RARE
# Names with the middle dot U+00B7.
DOTTED = ["迪丽努尔·买买提", "阿依古丽·艾合买提江", "巴特尔·孟根其其格", "古丽娜扎尔·阿卜杜热合曼", "才让·多吉"]

DISTRICTS = ["滨江区", "高新区", "老城区", "清江县", "望海区"]
ROADS = ["人民路", "解放街", "建设大道", "滨江路", "青年街", "文昌路", "龙䶮大道", "望湖路", "玉堃街", "丰收路", "犇牛巷", "学府路"]
PLACES = ["", "", "江畔花园", "国际商务中心", "科创园", "喆悦广场", "㛃里小区"]
BRANDS = ["鑫𠮷", "江畔渔家", "喆悦", "珺悦", "福满堂", "䶮泰", "美滋滋", "犇牛", "镕兴", "堃记", "㛃月", "禾苗", "晨露", "Happy Kitchen ",
          "A+B", "Café88"]
TRADES = ["餐饮管理", "食品", "商贸", "酒店管理", "供应链管理", "生物科技", "农业发展", "文化传媒", "面包烘焙", "冷链物流"]
SHOPS = ["小吃店", "便利店", "早餐铺", "面馆", "水果店", "奶茶店"]
LONG_NAMES = [
    "示例市{brand}（国际）{trade}集团有限责任公司{district}第{ordinal}分公司",
    "示例市{district}{brand}（中外合资）{trade}与现代农产品流通投资有限公司{ordinal}号店",
]
FORMS = ["餐饮服务经营者（大型餐馆）", "餐饮服务经营者（小型餐馆）", "食品销售经营者（商场超市）", "食品销售经营者（便利店）",
         "单位食堂（学校食堂）"]
ITEMS = ["预包装食品（含冷藏冷冻食品）销售", "散装食品（不含熟食）销售", "热食类食品制售", "冷食类食品制售", "生食类食品制售",
         "糕点类食品制售", "自制饮品制售", "特殊食品销售（婴幼儿配方乳粉）"]
LAW = "《中华人民共和国行政许可法》第三十八条第一款"
# item, who may hold it, legal basis, licence handed over, what is permitted
PERMITS = [
    ("建筑工程施工许可证核发", "organisation", LAW + "、《中华人民共和国建筑法》第七条", "建筑工程施工许可证",
     "准予{place}的{brand}综合楼项目施工，建筑面积{n},{m:03}平方米，工期自2026年12月1日起至2028年5月31日止。"),
    ("公共场所卫生许可", "any", LAW + "、《公共场所卫生管理条例》第四条", "卫生许可证",
     "准予在{place}从事住宿、沐浴场所经营活动，经营面积{n}平方米，许可项目为旅店、公共浴室。"),
    ("户外广告设施设置审批", "any", LAW + "、《城市市容和环境卫生管理条例》第十一条", "户外广告设置许可证",
     "准予在{place}设置楼顶户外广告设施一处，规格为长{k}米、高4米，设置期限为二年，期满自行拆除。"),
    ("教师资格认定", "person", LAW + "、《教师资格条例》第十三条", "教师资格证书",
     "认定申请人具备初级中学教师资格，任教学科为{subject}。持证人应当遵守《中华人民共和国教师法》，按照规定参加定期注册和继续教育。"),
    ("取水许可", "organisation", LAW + "、《取水许可和水资源费征收管理条例》第十八条", "取水许可证",
     "准予在{place}旁的清江取用地表水，年取水量不超过{n}万立方米，取水用途为农业灌溉，有效期五年。应当安装计量设施并按时报送用水报表。"),
    ("道路货物运输经营许可", "any", LAW + "、《中华人民共和国道路运输条例》第二十四条", "道路运输经营许可证",
     "准予从事道路普通货物运输经营，投入车辆{k}辆，经营场所为{place}。应当在许可范围内经营，并按照规定维护车辆。"),
    ("危险化学品经营许可", "organisation", LAW + "、《危险化学品安全管理条例》第三十三条", "危险化学品经营许可证",
     "准予在{place}经营乙醇（无水）、丙酮。经营方式为不带储存设施经营。有效期三年，延续应当在届满三个月前申请。"),
]
# Two building permits bear conditions that take a second page.
CONDITIONS = (
    "施工期间应当遵守下列要求：（一）建设单位应当自领取施工许可证之日起三个月内开工；因故不能按期开工的，应当在期满前向本机关申请延期，"
    "延期以两次为限，每次不超过三个月；既不开工又不申请延期或者超过延期时限的，施工许可证自行废止。（二）在建工程因故中止施工的，"
    "建设单位应当自中止施工之日起一个月内向本机关报告，说明中止的时间、原因、在施部位和维护管理措施，并按照规定做好工程的维护管理工作；"
    "恢复施工时应当向本机关报告；中止施工满一年的工程恢复施工前，应当报本机关核验施工许可证。（三）应当按照审查合格的施工图设计文件施工，"
    "不得擅自修改；确需修改的，由原设计单位出具修改文件，涉及公共利益、公众安全和工程建设强制性标准的，应当重新送审。（四）应当在施工现场醒目处"
    "公示本许可的内容、建设单位、施工单位、监理单位和监督电话，落实扬尘、噪声、污水和建筑垃圾的防治措施，夜间施工应当依法取得同意并公告附近居民。"
    "（五）施工单位、项目负责人或者工程规模发生变更的，应当自变更之日起十五日内向本机关申请办理变更手续。（六）工程完工后，应当依法组织竣工验收，"
    "验收合格方可交付使用，并自验收合格之日起十五日内办理竣工验收备案。")
ROWS_WITH_CONDITIONS = (50, 120)


class Maker:
    """Draws every sample from one seeded source."""

    def __init__(self):
        self.rng = random.Random(SEED)

    def credit_code(self, kind):
        body = kind + AREA + "MA" + "".join(self.rng.choice(USCC_ALPHABET) for _ in range(7))
        total = sum(USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
        return body + USCC_ALPHABET[(31 - total % 31) % 31]

    def id_number(self):
        day = f"{self.rng.randrange(1955, 2005)}{self.rng.randrange(1, 13):02}{self.rng.randrange(1, 29):02}"
        body = AREA + day + f"{self.rng.randrange(1, 1000):03}"
        return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, ID_WEIGHTS)) % 11]

    def person(self):
        if self.rng.random() < 0.06:
            return self.rng.choice(DOTTED)
        surname = self.rng.choice(DOUBLE_SURNAMES if self.rng.random() < 0.08 else SURNAMES)
        return surname + "".join(self.rng.choice(GIVEN) for _ in range(self.rng.choice([1, 2, 2, 2])))

    def organisation(self):
        """Name and code of a company or of a 个体工商户 (92)."""
        rng = self.rng
        words = {"brand": rng.choice(BRANDS).strip(), "trade": rng.choice(TRADES), "district": rng.choice(DISTRICTS),
                 "ordinal": rng.choice("一二三四")}
        kind = rng.random()
        if kind < 0.12:
            return rng.choice(LONG_NAMES).format(**words), self.credit_code("91")
        if kind < 0.35:
            return f"示例市{words['district']}{words['brand']}{rng.choice(SHOPS)}（个体工商户）", self.credit_code("92")
        return f"示例市{words['brand']}{words['trade']}有限公司", self.credit_code("91")

    def address(self):
        rng = self.rng
        return (f"江苏省示例市{rng.choice(DISTRICTS)}{rng.choice(ROADS)}{rng.randrange(1, 900)}号{rng.choice(PLACES)}"
                f"{rng.randrange(1, 30)}幢{rng.randrange(101, 2400)}室")

    def recipient(self, row, kind):
        if kind == "person":
            made = {"kind": kind, "name": self.person(), "code": self.id_number()}
        else:
            name, code = self.organisation()
            made = {"kind": kind, "name": name, "code": code}
        return {**made, "email": f"applicant{row:04}@example.org", "portal_account": f"jszw-{row:05}"}

    def licence(self, row):
        rng = self.rng
        day = rng.randrange(2, 21)
        items = sorted(rng.sample(ITEMS, rng.choice([1, 2, 3, 4])), key=ITEMS.index)
        place = self.address()
        return {
            "template": "food-business-licence",
            "decided_on": f"2026-11-{day:02}",
            "valid_from": f"2026-11-{day:02}", "valid_until": f"2031-11-{day - 1:02}",
            "recipient": self.recipient(row, "organisation"),
            "fields": {
                "legal_representative": self.person(),
                "domicile": place,
                "premises": place if rng.random() < 0.5 else self.address(),
                "business_form": rng.choice(FORMS),
                "business_items": "，".join(items),
                "supervisor": f"示例市{rng.choice(DISTRICTS)}市场监督管理局",
                "signatory": self.person(),
            },
        }

    def permit(self, row):
        rng = self.rng
        item, holder, basis, handed, text = rng.choice(PERMITS)
        kind = rng.choice(["person", "organisation"]) if holder == "any" else holder
        words = {
            "place": f"示例市{rng.choice(DISTRICTS)}{rng.choice(ROADS)}{rng.randrange(1, 400)}号",
            "brand": rng.choice(BRANDS).strip(), "n": rng.randrange(20, 900), "m": rng.randrange(0, 1000),
            "k": rng.randrange(6, 24), "subject": rng.choice(["语文", "数学", "物理", "音乐"]),
        }
        decision_text = text.format(**words) + (CONDITIONS if row in ROWS_WITH_CONDITIONS else "")
        return {
            "template": "permit-decision",
            "decided_on": f"2026-11-{rng.randrange(12, 21):02}",
            "recipient": self.recipient(row, kind),
            "fields": {
                "item_name": item,
                "applied_on": f"2026-11-{rng.randrange(2, 6):02}",
                "accepted_on": f"2026-11-{rng.randrange(6, 10):02}",
                "basis": basis,
                "decision_text": decision_text,
                "licence_handed": handed,
            },
        }

    def decision(self, row):
        made = self.licence(row) if row % 2 else self.permit(row)
        delivery = self.rng.choice([["portal", "email"], ["portal", "email"], ["portal", "email"], ["email"], ["portal"]])
        return {"idempotency_key": f"sample-{row:04}", "case_number": f"{AREA}20261120{row:06}", **made, "delivery": delivery}


def main():
    maker = Maker()
    for row in range(1, ROWS + 1):
        print(json.dumps(maker.decision(row), ensure_ascii=False))


if __name__ == "__main__":
    main()
