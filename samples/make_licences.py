#!/usr/bin/env python3
"""Makes the sample licences, always the same ones: make_licences.py > licences.jsonl

Originals first, then what relates to them: a renewal, a change, duplicates (副本) and annotated copies (加注件), each named
by template and case number. All is made up as in make_decisions.py; the portraits are drawn here, figures of flat
colours and nobody's likeness.
"""
import base64
import json
import struct
import zlib

from make_decisions import AREA, ITEMS, Maker

WIDTH, HEIGHT = 250, 350  # 25 × 35 mm at 254 dpi


def portrait(hair, skin, coat, ground):
    """A head and shoulders of ellipses, as PNG."""
    def inside(x, y, middle, radius):
        return ((x - middle[0]) / radius[0]) ** 2 + ((y - middle[1]) / radius[1]) ** 2 < 1

    def colour(x, y):
        if inside(x, y, (98, 160), (6, 5)) or inside(x, y, (152, 160), (6, 5)):
            return hair
        if inside(x, y, (125, 212), (20, 6)):
            return (176, 92, 84)
        if inside(x, y, (125, 108), (70, 56)) and not inside(x, y, (125, 175), (58, 76)):
            return hair
        if inside(x, y, (125, 165), (60, 80)) or (105 < x < 145 and 220 < y < 275):
            return skin
        if inside(x, y, (125, 370), (112, 112)):
            return (245, 245, 245) if abs(x - 125) < (y - 258) / 3 and y < 330 else coat
        return ground

    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(WIDTH)) for y in range(HEIGHT))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


FACES = [portrait((40, 34, 32), (232, 190, 160), (38, 58, 96), (208, 222, 238)),
         portrait((86, 60, 44), (224, 178, 146), (96, 40, 60), (224, 232, 224))]


class LicenceMaker(Maker):
    def food(self, row, decided, until):
        made = self.licence(row)
        made.update(decided_on=decided, valid_from=decided, valid_until=until)
        return made

    def pharmacist(self, row, face):
        rng = self.rng
        recipient = self.recipient(row, "person")
        return {
            "template": "pharmacist-registration",
            "decided_on": "2026-11-18", "valid_from": "2026-11-18", "valid_until": "2031-11-17",
            "recipient": recipient,
            "fields": {"sex": "男" if int(recipient["code"][16]) % 2 else "女", "category": rng.choice(["药学类", "中药学类"]),
                       "scope": "药品经营", "unit": f"示例市{rng.choice(['喆悦', '堃记', '福满堂'])}大药房连锁有限公司滨江路店",
                       "qualification": f"ZY{rng.randrange(10 ** 8, 10 ** 9)}"},
            "photo": base64.b64encode(FACES[face]).decode(),
        }


def case(row):
    return f"{AREA}20261120Z{row:05}"


def related(kind, base, row, **changes):
    """A later document of the same holder."""
    made = {name: value for name, value in base.items() if name not in ("photo", "relates")}
    return {**made, **changes, "relates": {"kind": kind, "template": base["template"], "case_number": case(row)}}


def duplicate(base, row):
    return related("duplicate_of", base, row, template="food-business-licence-duplicate")


def annotated(base, row, purpose, maker):
    return related("annotates", base, row, template="licence-annotated-copy", decided_on="2026-11-20", valid_from="2026-11-20",
                   valid_until="2027-05-19", fields={"purpose": purpose, "maker": maker})


def main():
    maker = LicenceMaker()
    first = maker.food(1, "2026-11-16", "2031-11-15")
    older = maker.food(2, "2021-11-25", "2026-11-24")
    moved = maker.food(3, "2024-03-11", "2029-03-10")
    pharmacist, other = maker.pharmacist(4, 0), maker.pharmacist(5, 1)
    renewal = related("renews", older, 2, decided_on="2026-11-17", valid_from="2026-11-17", valid_until="2031-11-16")
    place = maker.address()
    change = related("changes", moved, 3, decided_on="2026-11-19", valid_from="2024-03-11",
                     fields={**moved["fields"], "domicile": place, "premises": place, "business_items": "，".join(ITEMS[:4])})
    rows = [first, older, moved, pharmacist, other, renewal, change, duplicate(first, 1), duplicate(renewal, 6),
            annotated(first, 1, "申请纳入示例市网络餐饮服务平台经营者名录", "示例市行政审批局政务服务窗口"),
            annotated(pharmacist, 4, "办理示例市医疗保障定点零售药店备案", "示例市行政审批局政务服务窗口")]
    for row, made in enumerate(rows, 1):
        print(json.dumps({"idempotency_key": f"licence-{row:04}", "case_number": case(row), **made,
                          "delivery": ["portal", "email"] if row % 3 else ["portal"]}, ensure_ascii=False))


if __name__ == "__main__":
    main()
