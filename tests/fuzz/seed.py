#!/usr/bin/env python3
"""Lays out the first inputs of the fuzz targets from tests/golden/seal: seed.py CORPUS."""
import pathlib
import re
import sys

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:"
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden/seal"


def from_base41(text):
    out = b""
    for at in range(0, len(text), 3):
        part = text[at:at + 3]
        value = sum(ALPHABET.index(character) * 41 ** place for place, character in enumerate(part))
        out += value.to_bytes(len(part) - 1, "big")
    return out


def main():
    corpus = pathlib.Path(sys.argv[1])
    pdf = (GOLDEN / "signed.pdf").read_bytes()
    cms = bytes.fromhex(re.search(rb"/Contents<([0-9a-f]+)>", pdf)[1].decode())
    cms = cms[:4 + int.from_bytes(cms[2:4], "big")]
    qr = (GOLDEN / "qr.txt").read_text()
    payload = qr.split("#")[1]
    seal = from_base41(payload)
    claims = seal[seal.index(b"\xa6\x02"):-66]
    seeds = {"frame": [pdf], "pdf": [pdf, (GOLDEN / "high-s.pdf").read_bytes()], "cms": [cms, (GOLDEN / "with-signing-time.der").read_bytes()],
             "qr": [qr.encode(), qr.split("/v/")[1].encode(), (GOLDEN / "high-s.txt").read_bytes()],
             "form_upload": [b"multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
                             b"filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n"],
             "key_list": [(GOLDEN / "keys.json").read_bytes()],
             "qr_seal": [payload.encode(), seal, claims]}
    for target, inputs in seeds.items():
        folder = corpus / f"{target}_fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(inputs):
            (folder / f"golden-{number}").write_bytes(data)


main()
