#!/usr/bin/python3
"""Makes the golden QR payloads, sharing no code with any Songda verifier.

Signs with python3-cryptography. The key is a throwaway; ECDSA signatures are random, so a second run gives
other bytes: run it only to add cases, and say so in the commit.
"""
import base64
import datetime
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = pathlib.Path(__file__).resolve().parent
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY = "3VJ6Z0Q8K5TMX2RN"


def base41(data: bytes) -> str:
    text = ""
    for at in range(0, len(data) - 1, 2):
        value = int.from_bytes(data[at : at + 2], "big")
        text += ALPHABET[value % 41] + ALPHABET[value // 41 % 41] + ALPHABET[value // 1681]
    if len(data) % 2:
        text += ALPHABET[data[-1] % 41] + ALPHABET[data[-1] // 41]
    return text


def head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes([major << 5 | value])
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << 8 * width:
            return bytes([major << 5 | code]) + value.to_bytes(width, "big")
    raise ValueError(value)


def cbor(value) -> bytes:
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        data = value.encode()
        return head(3, len(data)) + data
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        pairs = sorted((cbor(k), cbor(v)) for k, v in value.items())
        return head(5, len(pairs)) + b"".join(k + v for k, v in pairs)
    raise TypeError(value)


def private_key(label: str):
    number = int.from_bytes(hashlib.sha256(b"songda throwaway test key: " + label.encode()).digest(), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


def spki(private) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def kid(private) -> bytes:
    return hashlib.sha256(spki(private)).digest()[:8]


def raw_signature(private, message: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
    s = min(s, ORDER - s)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sealed(private, claims: bytes, key: str = KEY, protected: bytes | None = None) -> bytes:
    if protected is None:
        protected = bytes.fromhex("a201260448") + kid(private)
    message = cbor(["Signature1", protected, key.encode(), claims])
    signature = raw_signature(private, message)
    return b"\x01\xd2\x84" + cbor(protected) + b"\xa0" + cbor(claims) + cbor(signature)


def seconds(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).timestamp())


LISTED, UNLISTED, OLD = private_key("listed"), private_key("unlisted"), private_key("old")
RECORD = hashlib.sha256(b"a record").digest()
ORGANISATION = {
    2: "示例市********公司",
    4: seconds("2031-11-19T23:59:59+08:00"),
    6: seconds("2026-11-20T09:30:15+08:00"),
    -1: "SPJY",
    -2: "JY23201990012345",
    -3: RECORD,
}
PERSON = {
    2: "张*",
    6: seconds("2026-11-20T16:05:00+08:00"),
    -1: "ZY",
    -2: "示例许决〔2026〕第000123号",
    -3: hashlib.sha256(b"another record").digest(),
}
NAMES = {2: "holder", 4: "valid_until", 6: "issued_at", -1: "type", -2: "number", -3: "record_sha256"}


def said(claims: dict) -> dict:
    return {NAMES[k]: v.hex() if isinstance(v, bytes) else v for k, v in claims.items()}


def department(private, code: str, name: str, not_before: str, not_after: str) -> dict:
    return {
        "kid": kid(private).hex(),
        "use": "qr",
        "algorithm": "ES256",
        "department": {"code": code, "name": name},
        "spki": base64.b64encode(spki(private)).decode(),
        "not_before": not_before,
        "not_after": not_after,
        "sample": True,
    }


def key_list() -> dict:
    first, last = "2026-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z"
    good = department(LISTED, "11320199MB00000013", "示例市行政审批局", first, last)
    old = department(OLD, "11320199MB00000026", "示例市卫生健康局", "2020-01-01T00:00:00.000Z", "2025-12-31T23:59:59.999Z")
    return {
        "version": 1,
        "issued_at": "2026-11-24T01:02:03.004Z",
        "next_update": "2026-12-24T01:02:03.004Z",
        "types": {"SPJY": "食品经营许可证", "ZY": "准予行政许可决定书"},
        "keys": [old, good],
    }


def good_cases() -> list:
    edge = {**ORGANISATION, 6: seconds("2031-01-01T00:00:00+00:00")}
    rare = {**PERSON, 2: "𠮷*", -2: "示例许决〔2026〕第000124号"}
    long = {**ORGANISATION, 2: "示例市" + "*" * 39 + "公司"}
    cases = [
        ("organisation", KEY, ORGANISATION),
        ("person_without_end_of_validity", "0123456789ABCDEF", PERSON),
        ("rare_character_of_four_bytes", "ZZZZZZZZZZZZZZZZ", rare),
        ("long_name", KEY, long),
        ("last_second_of_the_key", KEY, edge),
    ]
    return [
        {"name": n, "key": k, "payload": base41(sealed(LISTED, cbor(c), k)), "verdict": "good",
         "department": "示例市行政审批局", "claims": said(c)}
        for n, k, c in cases
    ]


def bad_claims() -> list:
    """Rightly signed claims that are not the one encoding of qr.md."""
    pairs = [(cbor(k), cbor(ORGANISATION[k])) for k in (2, 4, 6, -1, -2, -3)]
    body = [k + v for k, v in pairs]
    whole = b"".join(body)
    time = ORGANISATION[6]
    return [
        ("claims_out_of_order", b"\xa6" + b"".join([body[1], body[0]] + body[2:])),
        ("claims_repeated", b"\xa7" + body[0] + whole),
        ("claims_head_not_shortest", b"\xb8\x06" + whole),
        ("claims_indefinite_map", b"\xbf" + whole + b"\xff"),
        ("claims_indefinite_text", b"\xa6\x02\x7f" + cbor("张*") + b"\xff" + b"".join(body[1:])),
        ("claims_label_not_shortest", b"\xa6\x18\x02" + cbor(ORGANISATION[2]) + b"".join(body[1:])),
        ("claims_time_not_shortest",
         b"\xa6" + body[0] + body[1] + b"\x06\x1b" + time.to_bytes(8, "big") + b"".join(body[3:])),
        ("claims_time_as_float", b"\xa6" + body[0] + body[1] + b"\x06\xf9\x3c\x00" + b"".join(body[3:])),
        ("claims_time_negative", cbor({**ORGANISATION, 6: -1})),
        ("claims_tagged_time", b"\xa6" + body[0] + body[1] + b"\x06\xc1" + cbor(time) + b"".join(body[3:])),
        ("claims_unknown_label", cbor({**ORGANISATION, 7: "x"})),
        ("claims_label_as_text", b"\xa7" + whole + cbor("a") + cbor("b")),
        ("claims_byte_after_the_end", cbor(ORGANISATION) + b"\x00"),
        ("claims_one_too_few", b"\xa7" + whole),
        ("claims_empty", b""),
        ("claims_empty_map", b"\xa0"),
        ("claims_array", cbor([1, 2])),
        ("claims_without_holder", cbor({k: v for k, v in ORGANISATION.items() if k != 2})),
        ("claims_without_time_of_issue", cbor({k: v for k, v in ORGANISATION.items() if k != 6})),
        ("claims_without_type", cbor({k: v for k, v in ORGANISATION.items() if k != -1})),
        ("claims_without_number", cbor({k: v for k, v in ORGANISATION.items() if k != -2})),
        ("claims_without_record", cbor({k: v for k, v in ORGANISATION.items() if k != -3})),
        ("claims_record_of_31_bytes", cbor({**ORGANISATION, -3: RECORD[:31]})),
        ("claims_record_as_text", cbor({**ORGANISATION, -3: "x" * 32})),
        ("claims_holder_as_bytes", cbor({**ORGANISATION, 2: "张*".encode()})),
        ("claims_invalid_utf8", b"\xa6\x02\x63\xed\xa0\x80" + b"".join(body[1:])),
        ("claims_overlong_utf8", b"\xa6\x02\x62\xc0\xaa" + b"".join(body[1:])),
    ]


def form_verdict(seal: bytes) -> str:
    """What is told of a seal whose signature does not fit: the high s is seen before the curve is asked."""
    return "signature_form_wrong" if int.from_bytes(seal[-32:], "big") > ORDER // 2 else "seal_wrong"


def twin(seal: bytes) -> bytes:
    """The other signature that fits the same message and key: (r, n - s)."""
    return seal[:-32] + (ORDER - int.from_bytes(seal[-32:], "big")).to_bytes(32, "big")


def signature_cases(seal: bytes) -> list:
    r, s, start = seal[-64:-32], seal[-32:], seal[:-64]
    order, zero = ORDER.to_bytes(32, "big"), bytes(32)
    return [
        ("signature_zero", start + zero + zero),
        ("signature_r_zero", start + zero + s),
        ("signature_s_zero", start + r + zero),
        ("signature_r_is_order", start + order + s),
        ("signature_s_is_order", start + r + order),
        ("signature_swapped", start + s + r),
        ("signature_with_high_s", twin(seal)),
        ("signature_s_just_above_half", start + r + (ORDER // 2 + 1).to_bytes(32, "big")),
        ("signature_s_is_half", start + r + (ORDER // 2).to_bytes(32, "big")),
    ]


def envelope_cases(seal: bytes) -> list:
    claims, signed = cbor(ORGANISATION), seal[-66:]
    protected = bytes.fromhex("a201260448") + kid(LISTED)
    parts = b"\x01\xd2\x84" + cbor(protected)
    return [
        ("version_2", b"\x02" + seal[1:]),
        ("version_missing", seal[1:]),
        ("untagged", b"\x01" + seal[2:]),
        ("tag_98", b"\x01\xd8\x62" + seal[2:]),
        ("indefinite_array", b"\x01\xd2\x9f" + seal[3:] + b"\xff"),
        ("protected_es384", sealed(LISTED, claims, protected=bytes.fromhex("a20138220448") + kid(LISTED))),
        ("protected_other_order", sealed(LISTED, claims, protected=b"\xa2\x04\x48" + kid(LISTED) + b"\x01\x26")),
        ("protected_without_kid", sealed(LISTED, claims, protected=b"\xa1\x01\x26")),
        ("protected_empty", sealed(LISTED, claims, protected=b"")),
        ("unprotected_not_empty", parts + b"\xa1\x01\x26" + cbor(claims) + signed),
        ("claims_head_too_wide", parts + b"\xa0\x59" + len(claims).to_bytes(2, "big") + claims + signed),
        ("claims_detached", parts + b"\xa0\xf6" + signed),
        ("signature_of_63_bytes", seal[:-66] + cbor(seal[-64:-1])),
        ("signature_of_65_bytes", seal[:-66] + cbor(seal[-64:] + b"\x00")),
        ("byte_after_the_end", seal + b"\x00"),
        ("nothing", b""),
        ("version_only", b"\x01"),
    ]


def refused_cases() -> list:
    seal = sealed(LISTED, cbor(ORGANISATION))
    text = base41(seal)
    rows = [("other_key_in_the_address", "3VJ6Z0Q8K5TMX2RP", seal, "seal_wrong"),
            ("signed_without_the_key", KEY, sealed(LISTED, cbor(ORGANISATION), ""), "seal_wrong"),
            ("key_not_listed", KEY, sealed(UNLISTED, cbor(ORGANISATION)), "key_not_listed"),
            ("key_past_its_validity", KEY, sealed(OLD, cbor(ORGANISATION)), "outside_key_validity"),
            ("issued_before_the_key", KEY,
             sealed(LISTED, cbor({**ORGANISATION, 6: seconds("2025-12-31T23:59:59+00:00")})), "outside_key_validity"),
            ("issued_a_second_after_the_key", KEY,
             sealed(LISTED, cbor({**ORGANISATION, 6: seconds("2031-01-01T00:00:01+00:00")})), "outside_key_validity"),
            ("listed_kid_signed_by_another", KEY,
             sealed(UNLISTED, cbor(ORGANISATION), protected=bytes.fromhex("a201260448") + kid(LISTED)), "seal_wrong")]
    rows += [(n, KEY, sealed(LISTED, c), "payload_unreadable") for n, c in bad_claims()]
    rows += [(n, KEY, s, form_verdict(s)) for n, s in signature_cases(seal)]
    rows += [("person_with_high_s", "0123456789ABCDEF", twin(sealed(LISTED, cbor(PERSON), "0123456789ABCDEF")),
              "signature_form_wrong")]
    rows += [(n, KEY, s, "payload_unreadable") for n, s in envelope_cases(seal)]
    cases = [{"name": n, "key": k, "payload": base41(s), "verdict": v} for n, k, s, v in rows]
    texts = [("lower_case", text.lower()), ("space", text[:30] + " " + text[31:]), ("tail_of_one", text + "0"),
             ("group_over_65535", ":::" + text[3:]), ("too_long", "0" * 1026)]
    cases += [{"name": "text_" + n, "key": KEY, "payload": t, "verdict": "payload_unreadable"} for n, t in texts]
    return cases


def mutations() -> dict:
    seal = sealed(LISTED, cbor(ORGANISATION))
    claims_end = len(seal) - 66
    rows = []
    for at in range(len(seal)):
        changed = bytearray(seal)
        changed[at] ^= 1 << at % 8
        verdict = "payload_unreadable"
        if 9 <= at < 17:
            verdict = "key_not_listed"
        elif claims_end - len(cbor(ORGANISATION)) <= at < claims_end or at >= len(seal) - 64:
            verdict = form_verdict(changed)
        rows.append({"at": at, "payload": base41(bytes(changed)), "verdict": verdict})
    return {"key": KEY, "payload": base41(seal), "bytes": len(seal), "mutations": rows}


def base41_cases() -> dict:
    samples = [b"", b"\x00", b"\xff", b"\x00\x00", b"\xff\xff", b"\x01\xd2", b"\x01\xd2\x84", bytes(range(32))]
    return {
        "good": [{"hex": s.hex(), "text": base41(s)} for s in samples],
        "refused": ["0", "0000", ":::", "-:/", "1$$:", "a00", "00 ", "00%", "::", "A6", "中00", "0.0"],
    }


def write(name: str, value) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    (HERE / name).write_text(text, encoding="utf-8")


def main() -> None:
    write("keys.json", key_list())
    write("good.json", good_cases())
    write("refused.json", refused_cases())
    write("mutated.json", mutations())
    write("base41.json", base41_cases())
    keys = {"listed": LISTED, "unlisted": UNLISTED, "old": OLD}
    write("test_keys.json", {
        name: {"private_key_hex": f"{k.private_numbers().private_value:064x}", "kid": kid(k).hex(),
               "spki_hex": spki(k).hex()} for name, k in keys.items()})


if __name__ == "__main__":
    main()
