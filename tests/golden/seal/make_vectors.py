#!/usr/bin/env python3
"""Makes the golden vectors of this folder with the openssl command line and Python alone.

usage: make_vectors.py OUT. Written from docs/formats/qr.md, docs/formats/key-list.md, RFC 5652, RFC 5035 and
RFC 9052, not from Songda's sources, so that an error of the sources cannot repeat itself here. The private
keys are thrown away. Stops if openssl, qpdf or pdfsig disagrees with what was made.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

CODE, NAME = "11320199014138860W", "示例市行政审批局"
KEY = "0123456789ABCDEF"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
ROOT = pathlib.Path(__file__).resolve().parents[3]
QR_HOLDER, QR_NUMBER, QR_TYPE = "张**", "JY13201990000012", "SPJY"
QR_ISSUED, QR_UNTIL = 1_796_000_000, 1_953_734_399


def run(*command, data=None):
    done = subprocess.run([str(word) for word in command], input=data, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]}: {done.stderr.decode()}")
    return done.stdout


# DER -----------------------------------------------------------------------------------------------

def tlv(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    count = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | count]) + size.to_bytes(count, "big") + content


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    out = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        group = [arc & 0x7F]
        while arc := arc >> 7:
            group.append(0x80 | (arc & 0x7F))
        out += bytes(reversed(group))
    return tlv(0x06, bytes(out))


def children(der):
    """The members of one constructed value, each with its head."""
    def head(at):
        size, start = der[at + 1], at + 2
        if size >= 0x80:
            count = size & 0x7F
            size, start = int.from_bytes(der[start:start + count], "big"), start + count
        return start, start + size
    at, end = head(0)
    members = []
    while at < end:
        _, stop = head(at)
        members.append(der[at:stop])
        at = stop
    return members


def issuer_and_serial(certificate):
    body = children(children(certificate)[0])  # [0] version, serial, algorithm, issuer, ...
    return tlv(0x30, body[3], body[1])


def integer(value):
    data = value.to_bytes(32, "big").lstrip(b"\0")
    return tlv(0x02, b"\0" + data if data[0] >= 0x80 else data)


def twin(signature):
    """The other signature that fits the same message: (r, n - s)."""
    r, s = (int.from_bytes(part[2:], "big") for part in children(signature))
    return tlv(0x30, integer(r), integer(ORDER - s))


def has_low_s(signature):
    return int.from_bytes(children(signature)[1][2:], "big") <= ORDER // 2


def sign(key, data):
    """With the low s, the only one that is issued."""
    signature = run("openssl", "dgst", "-sha256", "-sign", key, data=data)
    return signature if has_low_s(signature) else twin(signature)


def signed_attributes(digest, certificate):
    attribute = lambda name, value: tlv(0x30, oid(name), tlv(0x31, value))
    return b"".join(sorted([
        attribute("1.2.840.113549.1.9.3", oid("1.2.840.113549.1.7.1")),
        attribute("1.2.840.113549.1.9.4", tlv(0x04, digest)),
        attribute("1.2.840.113549.1.9.16.2.47",
                  tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x04, hashlib.sha256(certificate).digest())))))]))


def make_cms(digest, chain, sign_attributes):
    sha256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"))
    attributes = signed_attributes(digest, chain[0])
    info = tlv(0x30, tlv(0x02, b"\1"), issuer_and_serial(chain[0]), sha256, tlv(0xA0, attributes),
               tlv(0x30, oid("1.2.840.10045.4.3.2")), tlv(0x04, sign_attributes(tlv(0x31, attributes))))
    data = tlv(0x30, tlv(0x02, b"\1"), tlv(0x31, sha256), tlv(0x30, oid("1.2.840.113549.1.7.1")),
               tlv(0xA0, *sorted(chain)), tlv(0x31, info))
    return tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xA0, data))


# PDF -----------------------------------------------------------------------------------------------

def make_pdf(cms_bytes):
    """One empty page with a signature field; the signature dictionary is the last object."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>",
        "<</Type/Annot/Subtype/Widget/FT/Sig/F 132/Rect[0 0 0 0]/P 3 0 R/T(seal)/V 5 0 R>>",
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20261124090000+08'00')"
        "/ByteRange[0 0000000 0000000 0000000]/Contents<" + "0" * (2 * cms_bytes) + "> >>"]
    text, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    text += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    mark = hashlib.sha256(text).hexdigest()[:32]
    text += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R/ID[<{mark}><{mark}>]>>\n".encode()
    text += f"startxref\n{start}\n%%EOF\n".encode()
    begin = text.index(b"/Contents<") + len(b"/Contents")
    end = begin + 2 * cms_bytes + 2
    numbers = f"[0 {begin:07d} {end:07d} {len(text) - end:07d}]".encode()
    return text.replace(b"[0 0000000 0000000 0000000]", numbers), begin, end


def make_signed_pdf(key, chain):
    reserved = len(make_cms(bytes(32), chain, lambda _: bytes(72))) + 4
    text, begin, end = make_pdf(reserved)
    signed = text[:begin] + text[end:]
    digest = hashlib.sha256(signed).digest()
    signature = sign(key, tlv(0x31, signed_attributes(digest, chain[0])))

    def filled(value):
        cms = make_cms(digest, chain, lambda _: value)
        return text[:begin + 1] + cms.hex().encode().ljust(2 * reserved, b"0") + text[end - 1:], cms
    return (*filled(signature), *filled(twin(signature)), signed)


# QR ------------------------------------------------------------------------------------------------

def cbor(value):
    def head(major, number):
        for code, count in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if number < 24:
                return bytes([major << 5 | number])
            if number < 1 << (8 * count):
                return bytes([major << 5 | code]) + number.to_bytes(count, "big")
        raise ValueError
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


def base41(data):
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:"
    out = ""
    for at in range(0, len(data), 2):
        pair = data[at:at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            out += alphabet[value % 41]
            value //= 41
    return out


def fixed(der):
    return b"".join(int.from_bytes(part[2:], "big").to_bytes(32, "big") for part in children(der))


def make_qr(key, spki):
    header = cbor({1: -7, 4: hashlib.sha256(spki).digest()[:8]})
    claims = cbor({2: QR_HOLDER, 4: QR_UNTIL, 6: QR_ISSUED, -1: QR_TYPE, -2: QR_NUMBER,
                   -3: hashlib.sha256(b"record").digest()})
    signature = sign(key, cbor(["Signature1", header, KEY.encode(), claims]))

    def text(value):
        seal = b"\x01\xd2" + cbor([header, {}, claims, fixed(value)])
        return f"https://verify.example/v/{KEY}#{base41(seal)}"
    return text(signature), text(twin(signature))


def make_key_list(spki):
    return {"version": 1, "issued_at": "2026-11-24T01:02:03.004Z", "next_update": "2026-12-24T01:02:03.004Z",
            "types": {QR_TYPE: "食品经营许可证"},
            "keys": [{"kid": hashlib.sha256(spki).hexdigest()[:16], "use": "qr", "algorithm": "ES256",
                      "department": {"code": CODE, "name": NAME}, "spki": base64.b64encode(spki).decode(),
                      "not_before": "2026-01-01T00:00:00.000Z", "not_after": "2031-01-01T00:00:00.000Z",
                      "sample": True, "member_of_a_later_version": 1}]}


def main():
    out = pathlib.Path(sys.argv[1])
    (out / "trust").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        run(ROOT / "keys-sample/make.sh", work, CODE, NAME)
        seal = work / CODE
        der = lambda path: run("openssl", "x509", "-in", path, "-outform", "DER")
        chain = [der(seal / "seal-leaf.pem"), der(work / "issuing.pem")]
        pdf, cms, twin_pdf, twin_cms, signed = make_signed_pdf(seal / "seal.key", chain)
        spki = run("openssl", "pkey", "-in", seal / "qr.key", "-pubout", "-outform", "DER")
        (work / "signed").write_bytes(signed)
        for message in (cms, twin_cms):  # openssl believes both: that is why the twin must be refused
            (work / "cms.der").write_bytes(message)
            run("openssl", "cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in",
                work / "cms.der", "-content", work / "signed", "-CAfile", work / "root.pem")
        (out / "signed.pdf").write_bytes(pdf)
        (out / "high-s.pdf").write_bytes(twin_pdf)
        run("qpdf", "--check", out / "signed.pdf")
        if b"Signature is Valid" not in run("pdfsig", "-nocert", out / "signed.pdf"):
            sys.exit("pdfsig does not find the signature valid")
        # What openssl itself makes carries signingTime, which PAdES forbids: a sample to be refused.
        (out / "with-signing-time.der").write_bytes(
            run("openssl", "cms", "-sign", "-cades", "-binary", "-outform", "DER", "-in", work / "signed",
                "-signer", seal / "seal-leaf.pem", "-inkey", seal / "seal.key", "-certfile", work / "issuing.pem"))
        qr, twin_qr = make_qr(seal / "qr.key", spki)
        (out / "qr.txt").write_text(qr)
        (out / "high-s.txt").write_text(twin_qr)
        (out / "keys.json").write_text(json.dumps(make_key_list(spki), ensure_ascii=False, indent=1) + "\n")
        (out / "trust/root.pem").write_bytes((work / "root.pem").read_bytes())
        (out / "seal.pem").write_bytes((seal / "seal.pem").read_bytes())


main()
