#!/usr/bin/env python3
"""Writes the golden messages of docs/formats/sm2.md with the openssl command line and a DER writer of its own: no code is shared with ours.
Run it only to add cases: keys and signatures are random."""
import hashlib
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ID = "distid:1234567812345678"
RECORD = '{"number":"JY13201990000012","title":"食品经营许可证"}'.encode()
SM3, SM2_WITH_SM3, SM2_SIGN = "1.2.156.10197.1.401", "1.2.156.10197.1.501", "1.2.156.10197.1.301.1"


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    out = bytes([first * 40 + second])
    for number in rest:
        groups = [number & 127]
        while number := number >> 7:
            groups.append(number & 127 | 128)
        out += bytes(reversed(groups))
    return tlv(6, out)


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def sm3(content: bytes) -> bytes:
    return hashlib.new("sm3", content).digest()


def openssl(folder: pathlib.Path, line: str) -> bytes:
    return subprocess.run(["openssl", *line.split()], cwd=folder, check=True, capture_output=True).stdout


def make_chain(folder: pathlib.Path) -> None:
    for name in ("root", "seal"):
        openssl(folder, f"genpkey -algorithm SM2 -out {name}.key")
    openssl(folder, f"req -x509 -new -utf8 -key root.key -sm3 -sigopt {ID} -subj /C=CN/O=SONGDA样本/CN=示例国密根 -days 36500"
                    " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem")
    openssl(folder, f"req -new -utf8 -key seal.key -sm3 -sigopt {ID} -subj /C=CN/O=SONGDA样本/CN=示例市行政审批局 -out seal.csr")
    (folder / "ext").write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n")
    openssl(folder, f"x509 -req -in seal.csr -vfyopt {ID} -CA root.pem -CAkey root.key -sm3 -sigopt {ID} -days 36500 -extfile ext -set_serial 4097 -out seal.pem")


def sign(folder: pathlib.Path, content: bytes) -> bytes:
    (folder / "content").write_bytes(content)
    return openssl(folder, f"pkeyutl -sign -rawin -digest sm3 -pkeyopt {ID} -inkey seal.key -in content")


def signer_id(certificate: bytes) -> bytes:
    """issuer and serial, cut out of the certificate: [0] version, serial, algorithm, issuer."""
    def take(data: bytes, at: int) -> tuple[bytes, int]:
        size, head = data[at + 1], 2
        if size & 128:
            head += size & 127
            size = int.from_bytes(data[at + 2:at + head], "big")
        return data[at:at + head + size], at + head + size
    body = re.sub(b"^0\x82..", b"", re.sub(b"^0\x82..", b"", certificate, count=1, flags=re.S), count=1, flags=re.S)
    parts, at = [], 0
    for _ in range(4):
        part, at = take(body, at)
        parts.append(part)
    return sequence(parts[3], parts[1])


def message(folder: pathlib.Path, cades: bool, algorithm: str) -> bytes:
    certificate = openssl(folder, "x509 -in seal.pem -outform DER")
    algorithm_sm3 = sequence(oid(SM3))
    base = "1.2.840.113549.1." if cades else "1.2.156.10197.6.1.4.2."
    signed_data, data = (oid(base + "7.2"), oid(base + "7.1")) if cades else (oid(base + "2"), oid(base + "1"))
    attributes = b""
    signed = sm3(RECORD)
    if cades:
        ess = sequence(oid("1.2.840.113549.1.9.16.2.47"),
                       set_of(sequence(sequence(sequence(algorithm_sm3, tlv(4, sm3(certificate)))))))
        all_of_them = sorted([sequence(oid("1.2.840.113549.1.9.3"), set_of(data)),
                              sequence(oid("1.2.840.113549.1.9.4"), set_of(tlv(4, signed))), ess])
        attributes = tlv(0xA0, *all_of_them)
        signed = set_of(*all_of_them)
    content = sequence(data) if cades else sequence(data, tlv(0xA0, tlv(4, signed)))
    one = tlv(2, b"\x01")
    info = sequence(one, signer_id(certificate), algorithm_sm3, attributes, sequence(oid(algorithm)), tlv(4, sign(folder, signed)))
    return sequence(signed_data, tlv(0xA0, sequence(one, set_of(algorithm_sm3), content, tlv(0xA0, certificate), set_of(info))))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_chain(folder)
        (HERE / "trust").mkdir(exist_ok=True)
        (HERE / "trust/root.pem").write_bytes((folder / "root.pem").read_bytes())
        (HERE / "seal.pem").write_bytes((folder / "seal.pem").read_bytes())
        (HERE / "record.json").write_bytes(RECORD)
        for shape, cades in (("gbt-35275", False), ("cades", True)):
            for number, algorithm in (("501", SM2_WITH_SM3), ("301-1", SM2_SIGN)):
                (HERE / f"{shape}-{number}.der").write_bytes(message(folder, cades, algorithm))


if __name__ == "__main__":
    main()
