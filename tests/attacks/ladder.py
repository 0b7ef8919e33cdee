#!/usr/bin/env python3
"""What stands behind issued files: read by other rules than ours, and forged. Needs no service.

ladder.py --take-apart FILE FOLDER: every token (with the digest of what it is about), certificate, OCSP answer and list as a file.
ladder.py --second FILE NEW KEY CERTIFICATE: somebody else's signature behind all of it.
ladder.py --verify VERIFY --files FOLDER --keys KEYS: forges from FOLDER/{bb-1,bt,blt,blta,http}.pdf, whose seals are KEYS' (made by
keys-sample/make.sh --songda), and holds every answer of songda-verify against the one that it must be. Ends with 1 if one is not.
"""
import argparse
import datetime
import hashlib
import pathlib
import re
import subprocess
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from run import judge

LISTS = {"certificate": b"/Certs", "ocsp": b"/OCSPs", "crl": b"/CRLs"}
NOT_AS_ISSUED = ("not_as_issued", "", "", "TOTAL-FAILED")
UNREADABLE = ("unreadable", "", "", "TOTAL-FAILED")
ALTERED = ("altered", "", "", "TOTAL-FAILED")


def last(pattern, data):
    return re.findall(pattern, data, re.S)[-1]


def objects(data):
    """Every object by its number, the last revision's where there are several."""
    return {int(number): body for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj(?=\n)", data, re.S)}


def stamps(data):
    """Of each time-stamp: the token, and the digest of what its ByteRange names."""
    for a, b, c, digits in re.findall(rb"/SubFilter/ETSI\.RFC3161/ByteRange\[0 (\d+) (\d+) (\d+)\]/Contents<([0-9a-f]+)>", data):
        token = bytes.fromhex(digits.decode())
        size = 4 + int.from_bytes(token[2:4], "big")
        yield token[:size], hashlib.sha256(data[:int(a)] + data[int(b):int(b) + int(c)]).hexdigest()


def store(data):
    """What the last catalog's store has, by kind."""
    found = objects(data)
    place = re.search(rb"/DSS (\d+) 0 R", found[1])
    dictionary = found[int(place[1])] if place else b""
    items = {}
    for kind, name in LISTS.items():
        numbers = re.search(name + rb"\[([^\]]*)\]", dictionary)
        items[kind] = []
        for number in re.findall(rb"(\d+) 0 R", numbers[1]) if numbers else []:
            at = data.index(b"\n%s 0 obj\n<</Length " % number)
            size = int(re.compile(rb"(\d+)").search(data, data.index(b"/Length", at))[1])
            begin = data.index(b"stream\n", at) + 7
            items[kind].append(data[begin:begin + size])
    return items


def take_apart(file, folder):
    data = file.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for nth, (token, digest) in enumerate(stamps(data)):
        (folder / f"token-{nth}.der").write_bytes(token)
        (folder / f"token-{nth}.der.digest").write_text(digest)
    for kind, items in store(data).items():
        for nth, item in enumerate(items):
            (folder / f"{kind}-{nth}.der").write_bytes(item)


def revision(data, bodies, size=None):
    """A revision in the writer's own style: objects in this order, a table in the order of their numbers, a trailer."""
    previous = last(rb"startxref\n(\d+)\n", data)
    identity = last(rb"/ID\[[^\]]*\]", data)
    offsets = {}
    for number, body in bodies.items():
        offsets[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % (number, offsets[number]) for number in sorted(offsets))
    size = size or max(int(last(rb"/Size (\d+)", data)), max(bodies) + 1)
    return data + b"trailer\n<</Size %d/Root 1 0 R%s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, identity, previous, table)


def with_store(data, more=b"", catalog=b"", extra=(), **items):
    """A first store behind `data`, as the format page has it: what differs from it is what `more`, `catalog` and `extra` bring."""
    number = int(last(rb"/Size (\d+)", data))
    bodies, lists = {}, b""
    for kind, name in LISTS.items():
        numbers = []
        for item in items.get(kind, ()):
            bodies[number] = b"<</Length %d>>\nstream\n%s\nendstream" % (len(item), item)
            numbers.append(number)
            number += 1
        if numbers:
            lists += name + b"[" + b" ".join(b"%d 0 R" % each for each in numbers) + b"]"
    bodies[number] = b"<</Type/DSS" + lists + more + b">>"
    bodies[1] = objects(data)[1][:-2] + b"/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>/DSS %d 0 R%s>>" % (number, catalog)
    bodies.update(extra)
    return revision(data, bodies, number + 1)


def with_second(data, key, certificate):
    """Somebody else's signature behind all of it, by `openssl cms`."""
    found, number, room = objects(data), int(last(rb"/Size (\d+)", data)), 8000
    page = int(re.search(rb"/P (\d+) 0 R", found[15])[1])
    slot = b"/ByteRange[0 0000000000 0000000000 0000000000]"
    data = revision(data, {
        7: found[7].replace(b"]/SigFlags", b" %d 0 R]/SigFlags" % number),
        page: re.sub(rb"(/Annots\[[^\]]*)", lambda list: list[1] + b" %d 0 R" % number, found[page]),
        number: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(second)/F 132/P %d 0 R/V %d 0 R/Rect[0 0 0 0]>>" % (page, number + 1),
        number + 1: b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached" + slot + b"/Contents<" + b"0" * (2 * room) + b">>>"})
    begin = data.rindex(slot) + len(slot) + len(b"/Contents")
    end = begin + 2 * room + 2
    data = data.replace(slot, b"/ByteRange[0 %010d %010d %010d]" % (begin, end, len(data) - end))
    message = subprocess.run(["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256", "-nosmimecap", "-cades", "-signer", certificate,
                              "-inkey", key], input=data[:begin] + data[end:], capture_output=True, check=True).stdout
    return data[:begin + 1] + message.hex().encode().ljust(2 * room, b"0") + data[end - 1:]


class Stranger:
    """Somebody who calls himself what the real authority is called."""

    def __init__(self, issuing):
        now = datetime.datetime.utcnow().replace(microsecond=0)
        self.now = now
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "OCSP")])
        self.certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(issuing.subject).public_key(self.key.public_key())
                            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(1))
                            .not_valid_after(now + datetime.timedelta(30))
                            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
                            .sign(self.key, hashes.SHA256()))

    def answer(self, certificate, issuer, named=True, by=None):
        """That it is good; `by`: a certificate and its key, if not the stranger's own; `named`: with that certificate in it."""
        responder, key = by or (self.certificate, self.key)
        builder = (ocsp.OCSPResponseBuilder()
                   .add_response(certificate, issuer, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, self.now - datetime.timedelta(1),
                                 self.now + datetime.timedelta(9), None, None)
                   .responder_id(ocsp.OCSPResponderEncoding.HASH, responder))
        builder = builder.certificates([responder]) if named else builder
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def list(self, issuing):
        return (x509.CertificateRevocationListBuilder().issuer_name(issuing.subject).last_update(self.now - datetime.timedelta(1))
                .next_update(self.now + datetime.timedelta(9)).sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def about(answer, certificate):
    return ocsp.load_der_ocsp_response(answer).serial_number == certificate.serial_number


def flipped(data, what, offset):
    at = data.rindex(what) + offset
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def cases(files, keys):
    """By name: the forgery and what must be said of it: integrity, authority, level, conclusion. Empty: not looked at."""
    plain, bt, blt, blta, other = (files[name] for name in ("bb-1", "bt", "blt", "blta", "http"))
    certificate = lambda path: x509.load_pem_x509_certificates(path.read_bytes())[0]
    issuing = certificate(keys / "issuing.pem")
    department = next(keys.glob("1*/seal.pem")).parent
    seal = certificate(department / "seal.pem")
    seal_key = serialization.load_pem_private_key((department / "seal.key").read_bytes(), None)
    items = store(blt)
    ours = {kind: items[kind] for kind in LISTS}
    of_seal = [answer for answer in items["ocsp"] if about(answer, seal)]
    of_tsa = [answer for answer in items["ocsp"] if not about(answer, seal)]
    stranger = Stranger(issuing)
    put = lambda answers, **more: with_store(bt, certificate=items["certificate"], crl=items["crl"], ocsp=[*of_tsa, *answers], **more)
    trusted = ("archived", "seal_certificate_trusted")
    unknown = (*trusted, "B-T", "INDETERMINATE")
    token_of = lambda data: last(rb"ETSI\.RFC3161/ByteRange[^<]*<([0-9a-f]+)>", data)
    behind = blt[len(bt):]
    evil = b"<</Length 44>>\nstream\n0 0 0 rg 0 0 595 842 re f                      \nendstream"
    moved = other[:len(other) - len(other[other.index(b"%%EOF\n") + 6:])] + behind
    return {
        "good-plain": (plain, ("signature_covers_whole_file", trusted[1], "B-B", "INDETERMINATE")),
        "good-bt": (bt, unknown),
        "good-blt": (blt, (*trusted, "B-LT", "TOTAL-PASSED")),
        "good-blta": (blta, (*trusted, "B-LTA", "TOTAL-PASSED")),
        "good-written-by-python": (with_store(bt, **ours), (*trusted, "B-LT", "TOTAL-PASSED")),
        "good-store-without-time-stamp": (with_store(plain, **ours), (*trusted, "B-B", "TOTAL-PASSED")),
        # The store is not signed in a B-LT file: what is changed in it proves nothing. In a B-LTA file a time-stamp is over it.
        "answer-changed": (flipped(blt, of_seal[0], len(of_seal[0]) // 3), None),
        "answer-changed-under-a-time-stamp": (flipped(blta, store(blta)["ocsp"][0], 300), ALTERED),
        "store-under-a-time-stamp-cut-out": (bt + blta[len(blt):], UNREADABLE),
        "answer-of-another-certificate": (put([]), unknown),
        "answer-of-a-stranger": (put([stranger.answer(seal, issuing)]), unknown),
        "answer-of-a-stranger-without-his-certificate": (put([stranger.answer(seal, issuing, named=False)]), unknown),
        "answer-by-the-seal-about-itself": (put([stranger.answer(seal, issuing, by=(seal, seal_key))]), unknown),
        "list-of-a-stranger": (with_store(bt, certificate=items["certificate"], ocsp=of_tsa, crl=[*items["crl"], stranger.list(issuing)]), unknown),
        "no-root": (with_store(bt, ocsp=items["ocsp"], crl=items["crl"]), (*trusted, "B-T", "TOTAL-PASSED")),
        "time-stamp-before-the-store": (with_store(bt, **ours), (*trusted, "B-LT", "")),
        # Nothing but what the format page has.
        "page-content-in-the-store-s-revision": (put(of_seal, extra={10: evil}), NOT_AS_ISSUED),
        "more-in-the-dictionary": (put(of_seal, more=b"/VRI<<>>"), NOT_AS_ISSUED),
        "more-in-the-catalog": (put(of_seal, catalog=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), NOT_AS_ISSUED),
        "catalog-alone": (revision(bt, {1: objects(bt)[1][:-2] + b"/DSS<<>>>>"}), NOT_AS_ISSUED),
        "script-for-a-certificate": (with_store(bt, certificate=[b"app.alert(1)"]), ALTERED),
        "page-for-an-answer": (with_store(bt, ocsp=[evil]), ALTERED),
        "certificate-for-a-list": (with_store(bt, crl=items["certificate"]), ALTERED),
        "bytes-behind-a-certificate": (with_store(bt, certificate=[items["certificate"][0] + b"\nendstream\nendobj\n10 0 obj\n" + evil]), ALTERED),
        "item-twice": (put([*of_seal, *of_seal]), NOT_AS_ISSUED),
        "empty-store": (with_store(bt), NOT_AS_ISSUED),
        "two-stores": (with_store(with_store(bt, **ours), certificate=[issuing.public_bytes(serialization.Encoding.DER)]), NOT_AS_ISSUED),
        "store-cut-short": (blt[:-20], None),
        "line-behind": (blta + b"\n", NOT_AS_ISSUED),
        # What belongs to another document.
        "store-of-another-document": (moved, UNREADABLE),
        "time-stamp-of-another-document": (bt.replace(token_of(bt), (token_of(other) + b"0" * len(token_of(bt)))[:len(token_of(bt))]), ALTERED),
        "time-stamp-of-an-earlier-revision": (blta[:len(blt)] + blta[len(blt):].replace(
            token_of(blta), (token_of(bt) + b"0" * len(token_of(blta)))[:len(token_of(blta))]), None),
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--take-apart", nargs=2, type=pathlib.Path)
    arguments.add_argument("--second", nargs=4, type=pathlib.Path)
    arguments.add_argument("--verify", type=pathlib.Path)
    arguments.add_argument("--files", type=pathlib.Path)
    arguments.add_argument("--keys", type=pathlib.Path)
    asked = arguments.parse_args()
    if asked.second:
        data = with_second(asked.second[0].read_bytes(), *asked.second[2:])
        asked.second[1].write_bytes(data)
        return 0
    if asked.take_apart:
        take_apart(*asked.take_apart)
        return 0
    files = {name: (asked.files / f"{name}.pdf").read_bytes() for name in ("bb-1", "bt", "blt", "blta", "http")}
    made = cases(files, asked.keys)
    folder = asked.files / "forged"
    folder.mkdir(exist_ok=True)
    for name, (data, _) in made.items():
        (folder / f"{name}.pdf").write_bytes(data)
    answers = judge(asked.verify, asked.keys / "trust", made, folder)
    wrong = 0
    for name, (_, want) in made.items():
        answer = answers.get(name, {})
        seen = tuple(answer.get(axis, {}).get("reason", "") for axis in ("integrity", "authority")) + (
            answer.get("level", ""), answer.get("conclusion", {}).get("indication", "no answer"))
        right = seen[3] != "TOTAL-PASSED" if want is None else all(not each or each == have for each, have in zip(want, seen))
        if not right:
            wrong += 1
            print(f"{name}: {' · '.join(seen)}\n    expected {want or 'anything but a yes'}")
    print(f"{len(made)} files behind which something stands, {wrong} answers wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
