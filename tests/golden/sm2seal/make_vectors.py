#!/usr/bin/env python3
"""Writes golden seals and signatures of GB/T 38540 with the openssl command line and the DER writer of tests/golden/sm2: no code is shared with
ours. Run it only to add cases: keys and signatures are random."""
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sm2"))
from make_vectors import ID, SM2_WITH_SM3, oid, openssl, sequence, sm3, tlv  # noqa: E402

CONTENT = b"%PDF-1.7 a file without its gap\n"
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082")
FOUR = tlv(2, b"\x04")


def ia5(text: str) -> bytes:
    return tlv(0x16, text.encode())


def time(text: str) -> bytes:
    return tlv(0x18, text.encode())


def bits(content: bytes) -> bytes:
    return tlv(3, b"\0" + content)


def make_people(folder: pathlib.Path) -> None:
    openssl(folder, "genpkey -algorithm SM2 -out root.key")
    openssl(folder, f"req -x509 -new -utf8 -key root.key -sm3 -sigopt {ID} -subj /C=CN/O=SONGDA样本/CN=示例国密根 -days 36500"
                    " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem")
    (folder / "ext").write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n")
    for name, words, serial in (("signer", "示例市行政审批局", 4097), ("maker", "示例市电子印章系统", 4098)):
        openssl(folder, f"genpkey -algorithm SM2 -out {name}.key")
        openssl(folder, f"req -new -utf8 -key {name}.key -sm3 -sigopt {ID} -subj /C=CN/O=SONGDA样本/CN={words} -out {name}.csr")
        openssl(folder, f"x509 -req -in {name}.csr -vfyopt {ID} -CA root.pem -CAkey root.key -sm3 -sigopt {ID} -days 36500"
                        f" -extfile ext -set_serial {serial} -out {name}.pem")


class Workshop:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.signer, self.maker = (openssl(folder, f"x509 -in {name}.pem -outform DER") for name in ("signer", "maker"))

    def sign(self, who: str, content: bytes) -> bytes:
        (self.folder / "content").write_bytes(content)
        return openssl(self.folder, f"pkeyutl -sign -rawin -digest sm3 -pkeyopt {ID} -inkey {who}.key -in content")

    def seal(self, signers: bytes, extensions: bytes = b"") -> bytes:
        about = sequence(tlv(2, b"\x01"), tlv(12, "示例市行政审批局电子印章".encode()), signers,
                         time("20260901000000Z"), time("20260901000000Z"), time("20361231155959Z"))
        picture = sequence(ia5("PNG"), tlv(4, PICTURE), tlv(2, b"\x2a"), tlv(2, b"\x2a"))
        info = sequence(sequence(ia5("ES"), FOUR, ia5("SONGDA")), ia5("32019900000001"), about, picture, extensions)
        return sequence(info, tlv(4, self.maker), oid(SM2_WITH_SM3), bits(self.sign("maker", info)))

    def signature(self, seal: bytes, about: str = "/ByteRange", extensions: bytes = b"", stamp: bytes = b"") -> bytes:
        to_sign = sequence(FOUR, seal, time("20261124010203Z"), bits(sm3(CONTENT)), ia5(about), extensions)
        return sequence(to_sign, tlv(4, self.signer), oid(SM2_WITH_SM3), bits(self.sign("signer", to_sign)), stamp)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_people(folder)
        work = Workshop(folder)
        (HERE / "trust").mkdir(exist_ok=True)
        (HERE / "trust/root.pem").write_bytes((folder / "root.pem").read_bytes())
        for each in ("signer", "maker"):
            (HERE / f"{each}.pem").write_bytes((folder / f"{each}.pem").read_bytes())
        (HERE / "content").write_bytes(CONTENT)
        (HERE / "picture.png").write_bytes(PICTURE)
        extension = sequence(sequence(oid("1.2.156.10197.6.7.2.2.1"), tlv(4, b"x")))
        certificates = tlv(2, b"\x01") + sequence(tlv(4, work.signer))
        digests = tlv(2, b"\x02") + sequence(sequence(tlv(0x13, b"SM3"), tlv(4, sm3(work.signer))))
        plain = work.seal(certificates)
        (HERE / "seal.der").write_bytes(plain)
        (HERE / "signature.der").write_bytes(work.signature(plain))
        # As others write them: digests, extensions bare as a tax bureau does and tagged, another property, a time-stamp.
        for number, seal in ((1, work.seal(digests, extension)), (2, work.seal(digests, tlv(0xA0, extension)))):
            foreign = work.signature(seal, "/Doc_0/Signs/Sign_0/Signature.xml", tlv(0xA0, extension), tlv(0xA0, bits(b"stamp")))
            (HERE / f"foreign-{number}.der").write_bytes(foreign)


main()
