#!/usr/bin/env python3
"""Makes the sample decisions, always the same: make_decisions.py > decisions.jsonl

Names, companies and addresses are made up (示例市 does not exist); check digits are right.
"""
import json
import random

rng = random.Random(20261120)
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎".strip()
DOUBLE = ["欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫"]
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英喆珺㛃堃犇镕䶮𠮷昊轩梓涵诗雨晨曦"
ROADS = ["人民", "解放", "建设", "中山", "滨江", "青年", "文昌", "龙䶮", "望湖", "玉堃", "丰收", "學府"]
TRADES = ["餐饮管理", "食品", "商贸", "酒店管理", "供应链管理", "生物科技", "农业发展", "文化传媒", "面包烘焙", "冷链物流"]
BRANDS = ["鑫𠮷", "老味道", "江畔渔家", "喆悦", "珺悦", "三味书屋", "KFC大厦", "福满堂", "䶮泰", "美滋滋", "犇牛", "好邻居"]
FORMS = ["餐饮服务经营者（大型餐馆）", "餐饮服务经营者（小型餐馆）", "食品销售经营者（商场超市）", "食品销售经营者（便利店）", "单位食堂（学校食堂）"]
ITEMS = ["预包装食品（含冷藏冷冻食品）销售", "散装食品（不含熟食）销售", "热食类食品制售", "冷食类食品制售", "生食类食品制售",
         "糕点类食品制售", "自制饮品制售", "特殊食品销售（婴幼儿配方乳粉）"]
DISTRICTS = ["滨江区", "高新区", "老城区", "清江县", "望海区"]
PERMITS = [
    ("建筑工程施工许可证核发", "《中华人民共和国行政许可法》第三十八条第一款、《中华人民共和国建筑法》第七条", "建筑工程施工许可证",
     "准予{place}{brand}项目施工，建筑面积{n},{m:03}平方米，工期自2026年12月1日起至2028年5月31日止。"),
    ("公共场所卫生许可", "《中华人民共和国行政许可法》第三十八条第一款、《公共场所卫生管理条例》第四条", "卫生许可证",
     "准予在{place}从事住宿、沐浴场所经营活动，经营面积{n}平方米，许可项目为旅店、公共浴室。"),
    ("户外广告设施设置审批", "《中华人民共和国行政许可法》第三十八条第一款、《城市市容和环境卫生管理条例》第十一条", "户外广告设置许可证",
     "准予在{place}设置楼顶户外广告设施一处，规格为长{k}米、高4米，设置期限为二年。"),
    ("教师资格认定", "《中华人民共和国行政许可法》第三十八条第一款、《教师资格条例》第十三条", "教师资格证书",
     "认定申请人具备初级中学教师资格，任教学科为{subject}。"),
    ("取水许可", "《中华人民共和国行政许可法》第三十八条第一款、《取水许可和水资源费征收管理条例》第十八条", "取水许可证",
     "准予在{place}取用地表水，年取水量不超过{n}立方米，取水用途为农业灌溉，有效期五年。"),
]


def credit_code(body):
    total, weight = 0, 1
    for c in body:
        total += USCC.index(c) * weight
        weight = weight * 3 % 31
    return body + USCC[(31 - total % 31) % 31]


def id_number(birth):
    body = "320199" + birth + f"{rng.randrange(1, 1000):03}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights)) % 11]


def person():
    if rng.random() < 0.04:
        return rng.choice(["迪丽努尔·买买提", "阿依古丽·艾合买提江", "巴特尔·孟根其其格"])
    surname = rng.choice(DOUBLE) if rng.random() < 0.06 else rng.choice(SURNAMES)
    return surname + "".join(rng.choice(GIVEN) for _ in range(rng.choice([1, 2, 2, 2])))


def organisation():
    kind = rng.random()
    brand, trade = rng.choice(BRANDS), rng.choice(TRADES)
    if kind < 0.1:
        return f"示例市{brand}（国际）{trade}集团有限责任公司{rng.choice(DISTRICTS)}第{rng.choice('一二三四')}分公司"
    if kind < 0.2:
        return f"示例市{rng.choice(DISTRICTS)}{brand}{rng.choice(['小吃店', '便利店', '早餐铺'])}"
    return f"示例市{brand}{trade}有限公司"


def address():
    return (f"江苏省示例市{rng.choice(DISTRICTS)}{rng.choice(ROADS)}{rng.choice(['路', '街', '大道'])}{rng.randrange(1, 900)}号"
            f"{rng.choice(['', '江畔花园', '国际商务中心', '科创园'])}{rng.randrange(1, 30)}幢{rng.randrange(101, 2400)}室")


def recipient(i, is_person):
    if is_person:
        birth = f"{rng.randrange(1955, 2005)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
        made = {"kind": "person", "name": person(), "code": id_number(birth)}
    else:
        body = "91320199MA" + "".join(rng.choice(USCC) for _ in range(7))
        made = {"kind": "organisation", "name": organisation(), "code": credit_code(body)}
    made["email"] = f"applicant{i:04}@example.org"
    made["portal_account"] = f"jszw-{i:05}"
    return made


def licence(i):
    day = rng.randrange(2, 21)
    items = rng.sample(ITEMS, rng.choice([1, 2, 3, 4]))
    return {
        "template": "food-business-licence", "decided_on": f"2026-11-{day:02}", "valid_from": f"2026-11-{day:02}",
        "valid_until": f"2031-11-{day - 1:02}", "recipient": recipient(i, False),
        "fields": {"legal_representative": person(), "domicile": address(), "premises": address(),
                   "business_form": rng.choice(FORMS), "business_items": "，".join(items),
                   "supervisor": f"示例市{rng.choice(DISTRICTS)}市场监督管理局", "signatory": person()},
    }


def decision(i):
    item, basis, handed, text = rng.choice(PERMITS)
    day = rng.randrange(12, 21)
    return {
        "template": "permit-decision", "decided_on": f"2026-11-{day:02}",
        "recipient": recipient(i, item == "教师资格认定" or rng.random() < 0.3),
        "fields": {"item_name": item, "applied_on": f"2026-11-{rng.randrange(2, 6):02}",
                   "accepted_on": f"2026-11-{rng.randrange(6, 10):02}", "basis": basis, "licence_handed": handed,
                   "decision_text": text.format(place=f"示例市{rng.choice(DISTRICTS)}{rng.choice(ROADS)}路{rng.randrange(1, 400)}号",
                                                brand=rng.choice(BRANDS), n=rng.randrange(20, 900), m=rng.randrange(0, 999),
                                                k=rng.randrange(6, 24), subject=rng.choice(["语文", "数学", "物理", "音乐"]))},
    }


for i in range(1, 241):
    made = licence(i) if i % 2 else decision(i)
    made = {"idempotency_key": f"sample-{i:04}", "case_number": f"32019920261120{i:06}", **made,
            "delivery": rng.choice([["portal", "email"], ["portal", "email"], ["email"], ["portal"]])}
    print(json.dumps(made, ensure_ascii=False))
