"""Forgeries of files that the service itself issued: the strict frame must refuse every one."""
import re

from paper import build, plain_objects
from forged import FRAME, HASH, UNREADABLE

NOT_AS_ISSUED = ("TOTAL-FAILED", "FORMAT_FAILURE", "not_as_issued", "")
FORM = ("TOTAL-FAILED", "FORMAT_FAILURE", "signature_form_wrong", "")


def parts(data):
    begin = data.index(b"/Contents<") + len(b"/Contents")
    return begin, data.index(b">", begin) + 1


def later(data, objects, previous=True):
    """An incremental update in the writer's own style."""
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    size = int(re.findall(rb"/Size (\d+)", data)[-1])
    identity = re.findall(rb"/ID\[<[0-9a-f]+><[0-9a-f]+>\]", data)[-1]
    table = b"xref\n"
    for number, content in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return data + table + b"trailer\n<</Size %d/Root 1 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, b"/Prev %d" % start if previous else b"", identity, len(data))


def cases(issued, second):
    begin, end = parts(issued)
    evil = b"<</Length 44>>\nstream\n0 0 0 rg 0 0 595 842 re f                      \nendstream"
    flipped = bytearray(issued)
    flipped[len(issued) // 3] ^= 1
    swap = issued[:begin] + second[slice(*parts(second))] + issued[end:]
    ranged = re.search(rb"/ByteRange\[[0-9 ]+\]", issued)[0]
    put = lambda new: issued.replace(ranged, new.ljust(len(ranged)) if len(new) <= len(ranged) else new)
    replaced = lambda old, new: issued.replace(old, new, 1)
    zeros = issued[:begin + 1] + b"0" * (end - begin - 2) + issued[end - 1:]
    # A file of nobody's that carries the signed file's tail, key and signature.
    body = build(plain_objects(b"9000000"))
    grafted = body[:body.rindex(b"xref\n0 1")] + issued[issued.rindex(b"9 0 obj"):]
    made = {
        "own-added-content": (later(issued, {10: evil}), NOT_AS_ISSUED),
        "own-added-catalog": (later(issued, {1: b"<</Type/Catalog/Pages 900 0 R>>"}), None),
        "own-added-without-table": (issued + b"10 0 obj\n" + evil + b"\nendobj\n", NOT_AS_ISSUED),
        "own-added-line-feed": (issued + b"\n", NOT_AS_ISSUED),
        "own-added-zip": (issued + b"PK\x05\x06" + b"\0" * 18, NOT_AS_ISSUED),
        "own-added-update-of-nothing": (later(issued, {}) + b"% more", UNREADABLE),
        "own-wrapped": (issued[:end] + b"10 0 obj\n" + evil + b"\nendobj\n" + issued[end:], None),
        "own-flipped": (bytes(flipped), HASH),
        "own-identity": (re.sub(rb"/ID\[<....", b"/ID[<ffff", issued), HASH),
        "own-transplanted": (swap, HASH),
        "own-truncated": (issued[:-8], UNREADABLE),
        "own-half": (issued[:len(issued) // 2], UNREADABLE),
        "own-range-renamed": (replaced(b"/ByteRange", b"/ByteRunge"), FRAME),
        "own-range-negative": (replaced(b"/ByteRange[0 0", b"/ByteRange[0 -"), FRAME),
        "own-range-plus": (replaced(b"/ByteRange[0 0", b"/ByteRange[0 +"), None),
        "own-contents-zeros": (zeros, None),
        "own-contents-empty": (issued[:begin] + b"<00>" + issued[end:], None),
        "own-padding": (issued[:end - 9] + b"deadbeef" + issued[end - 1:], None),
        "own-upper-case": (issued[:begin] + issued[begin:end].upper() + issued[end:], FORM),
        "own-in-front": (b"%" + issued, UNREADABLE),
        "own-grafted": (grafted, None),
        "own-second-range": (replaced(b"/Type/Sig", b"/Typ/ByteRange[0 1 2 3]"), None),
    }
    return made
