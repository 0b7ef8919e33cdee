#!/usr/bin/env python3
"""Checks a package of evidence with nothing of ours: evidence.py FILE.zip ROOT.pem

The chain, the tree of RFC 9162 and the manifest are computed here; seals and time-stamps are judged by openssl.
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile


def sha(data):
    return hashlib.sha256(data).digest()


def root_from(leaf, index, size, path):
    """RFC 9162 §2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        assert sn != 0
        if fn & 1 or fn == sn:
            r = sha(b"\x01" + p + r)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            r = sha(b"\x01" + r + p)
        fn >>= 1
        sn >>= 1
    assert sn == 0
    return r


def openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def main():
    archive = zipfile.ZipFile(sys.argv[1])
    root = sys.argv[2]
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    for each in manifest["files"]:
        assert sha(archive.read(each["name"])).hex() == each["sha256"], each["name"]
    assert {each["name"] for each in manifest["files"]} | {"manifest.json", "manifest.p7s"} == set(archive.namelist())

    document = archive.read("document.pdf")
    versions = [sha(document[:size]).hex() for size in manifest["sizes"]]
    lines = archive.read("records.jsonl").splitlines()
    previous = versions[0]
    hashes = []
    for number, line in enumerate(lines, 1):
        record = json.loads(line)
        assert record["position"] == number and record["previous"] == previous
        assert record["document"]["issued"] == versions[0] and record["document"]["delivered"] in versions
        hashes.append(sha(line))
        previous = hashes[-1].hex()
        if "trace" in record:
            assert sha(archive.read("traces/" + record["trace"])).hex() == record["trace"]
    assert len(lines) == manifest["records"] and previous == manifest["head"]

    batches = set()
    proofs = archive.read("proofs.jsonl").splitlines()
    assert len(proofs) == len(lines)
    for text in proofs:
        proof = json.loads(text)
        statement = json.loads(archive.read(f"batches/{proof['batch']}/statement.json"))
        leaf = sha(b"\x00" + hashes[proof["position"] - 1])
        path = [bytes.fromhex(each) for each in proof["path"]]
        assert root_from(leaf, proof["index"], proof["size"], path).hex() == statement["root"]
        assert proof["size"] == statement["records"]
        batches.add(proof["batch"])

    with tempfile.TemporaryDirectory() as folder:
        archive.extractall(folder)
        here = pathlib.Path(folder)
        sealed = [("manifest.p7s", "manifest.json")]
        sealed += [(f"batches/{b}/seal.p7s", f"batches/{b}/statement.json") for b in batches]
        for seal, content in sealed:
            openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", here / seal, "-content", here / content,
                    "-CAfile", root, "-purpose", "any", "-out", "/dev/null")
        for b in batches:
            openssl("ts", "-verify", "-token_in", "-in", here / f"batches/{b}/timestamp.tst",
                    "-data", here / f"batches/{b}/seal.p7s", "-CAfile", root)
    print(f"{len(lines)} records, {len(batches)} batches")


if __name__ == "__main__":
    main()
