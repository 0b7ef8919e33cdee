#!/usr/bin/env python3
"""Lays out the first inputs of the fuzz targets from tests/golden/seal: seed.py CORPUS."""
import io
import pathlib
import re
import sys
import zipfile

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:"
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden/seal"
SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"


def from_base41(text):
    out = b""
    for at in range(0, len(text), 3):
        part = text[at:at + 3]
        value = sum(ALPHABET.index(character) * 41 ** place for place, character in enumerate(part))
        out += value.to_bytes(len(part) - 1, "big")
    return out


def ocsp_request(extensions):
    """One certificate by SHA-1, as openssl writes it, with or without a nonce."""
    def tlv(tag, content):
        return bytes([tag, len(content)]) + content
    cert_id = tlv(0x30, bytes.fromhex("300906052b0e03021a0500") + tlv(4, b"n" * 20) + tlv(4, b"k" * 20) + tlv(2, b"\x41" * 16))
    return tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x30, cert_id)) + extensions))


def workbook(stored):
    """A small workbook with shared and inline strings, merged cells and a gap; stored, so that its XML can be changed in place."""
    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>'
                                      '<Relationship Id="rId2" Type="t/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": "<sst><si><t>序号</t></si><si><r><t>事项</t></r><rPh><t>x</t></rPh><t>_x000D_</t></si></sst>",
        "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
                                    '<row r="3"><c r="A3" t="inlineStr"><is><t>甲</t></is></c><c r="B3"><v>1</v></c></row></sheetData>'
                                    '<mergeCells><mergeCell ref="A1:B3"/></mergeCells></worksheet>'}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def add_attacks(seeds, folder):
    """The forged and honest files of tests/attacks, and for the checks of signatures what the inspector says of them."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "attacks"))
    import forged
    import good
    import people
    everybody = people.People(folder / "people")
    honest = good.Good(everybody)
    (folder / "trust").mkdir(exist_ok=True)
    (folder / "trust/root.pem").write_bytes(everybody.root.file.read_bytes())
    files = list(honest.cases().values()) + [data for data, _ in forged.cases(honest).values()]
    files = [data for data in files if len(data) < 65000]
    seeds["inspect"] = files
    seeds["foreign"] = [answer_for(data) + data for data in files if data.startswith(b"%PDF")]
    seeds["inspection"] = [answer_for(data) for data in files[:8]]


def answer_for(data):
    """An answer with every signature that a file's text shows, and one list of evidence."""
    text = b"songda-inspection 2\nfault none\n"
    for found in list(re.finditer(rb"/SubFilter /(\S+)[^>]*?(?:>> >>\] *)?/ByteRange \[0 (\d+) (\d+) (\d+)\]", data))[:16]:
        begin, end, rest = map(int, found.groups()[1:])
        kind = b"timestamp timestamp" if found[1] == b"ETSI.RFC3161" else b"pkcs7 approval" if b"pkcs7" in found[1] else b"cades approval"
        text += b"signature %d %d %d %s 0 %s\n" % (begin, end, end + rest, kind, b"none" if end + rest == len(data) else b"proofs")
    for number in (20, 21):
        stored = re.search(rb"\n%d 0 obj\n<< /Length (\d+) >>\nstream\n" % number, data)
        if stored:
            size = int(stored[1])
            der = data[stored.end():stored.end() + size]
            kind = b"crl" if b"/CRLs" in data else b"ocsp" if b"/OCSPs" in data else b"certificate"
            text += b"evidence %s %d\n%s\n" % (kind, size, der)
    return text + b"end\n"


def returned_mails():
    """One report, one complaint, and an answer of the reader."""
    path = "b+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b-83d0b9b13518f5018959f047@bounce.example.gov.cn"
    status = "Arrival-Date: Tue, 24 Nov 2026 09:10:00 +0800\n\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 <a@b.cn> full\n"
    part = "--b\nContent-Type: {}\n\n{}\n"
    head = f"To: {path}\nContent-Type: multipart/report; boundary=b\n\n"
    original = part.format("text/rfc822-headers", f"Return-Path: <{path}>\nMessage-ID: <0193a1b2c3d47e5f8a9b0c1d2e3f4a5b@b.cn>\n")
    return [(head + part.format("message/delivery-status", status) + original + "--b--\n").encode(),
            (head + part.format("message/feedback-report", f"Feedback-Type: abuse\nOriginal-Mail-From: <{path}>\n") + original + "--b--\n").encode(),
            b"Auto-Submitted: auto-replied\n\nBack on Monday.\n",
            f"songda-returned-mail 1 report\naddressed {path}\noriginal <x@y.cn>\nreport failed 1764000000000 5.1.1|550 5.1.1 no\n".encode()]


def main():
    corpus = pathlib.Path(sys.argv[1])
    pdf = (GOLDEN / "signed.pdf").read_bytes()
    cms = bytes.fromhex(re.search(rb"/Contents<([0-9a-f]+)>", pdf)[1].decode())
    cms = cms[:4 + int.from_bytes(cms[2:4], "big")]
    qr = (GOLDEN / "qr.txt").read_text()
    payload = qr.split("#")[1]
    seal = from_base41(payload)
    claims = seal[seal.index(b"\xa6\x02"):-66]
    seeds = {"frame": [pdf], "record_of": [pdf], "pdf": [pdf, (GOLDEN / "high-s.pdf").read_bytes()], "cms": [cms, (GOLDEN / "with-signing-time.der").read_bytes()],
             "electronic_seal": [path.read_bytes() for path in sorted(GOLDEN.parent.glob("sm2seal/*.der"))],
             "sm2_cms": [path.read_bytes() for path in sorted(GOLDEN.parent.glob("sm2/*.der"))],
             "qr": [qr.encode(), qr.split("/v/")[1].encode(), (GOLDEN / "high-s.txt").read_bytes()],
             "form_upload": [b"multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
                             b"filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n"],
             "key_list": [(GOLDEN / "keys.json").read_bytes()],
             "csv": [path.read_bytes() for path in sorted((SAMPLES / "items").glob("*.csv"))],
             "xlsx": [workbook(False), workbook(True)],
             "template": [b'{"songda_template":1,"files":{"bases/b.toml":"","template.toml":"YmFzZXM9WyJiQDEiXQ=="}}'],
             "timestamp_request": [path.read_bytes() for path in sorted((GOLDEN.parent / "timestamp").glob("*.tsq"))],
             "archive_revision": [(GOLDEN.parent / f"pdf/archive-{what}.txt").read_bytes() for what in ("stamps", "store", "seal")],
             "timestamp_reply": [(GOLDEN.parent / "timestamp/foreign.tsr").read_bytes(), bytes.fromhex("3009300702010203020520")],
             "returned_mail": returned_mails(),
             "qr_seal": [payload.encode(), seal, claims]}
    seeds["ocsp_request"] = [ocsp_request(b""), ocsp_request(bytes.fromhex("a21f301d301b06092b060105050730010204" "0e040c000102030405060708090a0b"))]
    # docs/formats/signer-socket.md; of answers also seals and a refusal.
    seeds["signer_question"] = [bytes.fromhex(text) for text in (
        "0101000000010102",
        "010200000007000101" "12313133323031393930313431333838363057" "066b65793a4131" "0453504a59" "03744033" + "00" * 15 + "09" "0020" + "ab" * 32,
        "010200000007000104" "12313133323031393930313431333838363057" "000000" + "00" * 16 + "002102" + "ab" * 32)]
    seeds["signer_answer"] = [bytes.fromhex(text) for text in (
        "0182000000070002" "00" + "11" * 32 + "22" * 32 + "050461776179", "0180026e6f", "018100000003000100010131020002300000023100000105000000")]
    page = (GOLDEN.parents[2] / "docs/formats/seals.md").read_text()
    register = [line.split(" ", 1)[1] for line in page.splitlines() if line[64:72] == ' {"time"']
    wider = register[0][:-1].replace('"made"', '"widening_proposed"').replace("SPJY ZY", "*") + "}"
    seeds["seal_register"] = ["\n".join(lines).encode() for lines in (
        register, register[:3] + [wider, wider.replace("widening_proposed", "widened").replace("zhang", "li")])]
    add_attacks(seeds, corpus.parent)
    for target, inputs in seeds.items():
        folder = corpus / f"{target}_fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(inputs):
            (folder / f"golden-{number}").write_bytes(data)


main()
