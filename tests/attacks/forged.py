"""Forged files by the kinds of pdf-insecurity.org and some more. `cases` gives name → (file, expected): expected is the indication, the
sub-indication, and the reasons of integrity and authority ("" where any will do)."""
import re
import zlib

from good import CATALOG
from paper import (build, certification, field, fill, places, plain_objects, section, set_range, signature, signed_objects, stream,
                   text_page, update)
from people import ocsp_answer, revocation_list

EVIL = b"Permit for Li: 9000000"
FRAME = ("TOTAL-FAILED", "FORMAT_FAILURE", "signature_frame_wrong", "")
ADDED = ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "added_after_signature", "")
BROKEN = ("TOTAL-FAILED", "FORMAT_FAILURE", "certification_broken", "")
HASH = ("TOTAL-FAILED", "HASH_FAILURE", "altered", "")
UNREADABLE = ("TOTAL-FAILED", "FORMAT_FAILURE", "unreadable", "")
FORM = ("TOTAL-FAILED", "FORMAT_FAILURE", "signature_unreadable", "")
WEAK = ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE", "weak_algorithm", "")
SWAPPED = ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND", "signer_not_named", "")
COSTLY = ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND", "too_costly", "")
AMBIGUOUS = ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "ambiguous_structure", "")
NOT_SIGNED = ("TOTAL-FAILED", "FORMAT_FAILURE", "not_signed", "")
DETACHED = ("TOTAL-FAILED", "FORMAT_FAILURE", "signature_detached", "")


def signer(sub, reason, indication="INDETERMINATE"):
    return indication, sub, "signature_covers_whole_file", reason


NO_CHAIN = signer("NO_CERTIFICATE_CHAIN_FOUND", "certificate_untrusted")
PURPOSE = signer("CHAIN_CONSTRAINTS_FAILURE", "certificate_purpose")


def added(good):
    """Incremental saving: something else is shown than what was signed."""
    base = good.simple
    page = plain_objects()[3]
    annotation = b"<< /Type /Annot /Subtype /FreeText /Rect [70 690 400 730] /Contents (%s) /DA (/F1 24 Tf) /P 3 0 R >>" % EVIL
    script = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "
    evil_page = update(base, {4: text_page(EVIL)})
    return {
        "added-content": evil_page,
        "added-page-object": update(base, {3: page.replace(b"4 0 R", b"50 0 R")[:-2] + b"/Annots [6 0 R] >>", 50: text_page(EVIL)}),
        "added-page-tree": update(base, {2: b"<< /Type /Pages /Kids [50 0 R] /Count 1 >>", 50: page.replace(b"4 0 R", b"51 0 R"), 51: text_page(EVIL)}),
        "added-second-page": update(base, {2: b"<< /Type /Pages /Kids [3 0 R 50 0 R] /Count 2 >>", 50: page}),
        "added-font": update(base, {5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"}),
        "added-annotation": update(base, {3: page[:-2] + b"/Annots [6 0 R 50 0 R] >>", 50: annotation}),
        "added-script": update(base, {1: CATALOG % (b"6 0 R", script)}),
        "added-script-beside-proofs": good.with_store(base, script, certificates=[good.people.issuing.der()]),
        "added-rotation": update(base, {3: page[:-2] + b"/Annots [6 0 R] /Rotate 180 >>"}),
        "added-optional-content": update(base, {1: CATALOG % (b"6 0 R", b"/OCProperties << /OCGs [] /D << >> >> ")}),
        "added-without-table": base + b"4 0 obj\n" + text_page(EVIL) + b"\nendobj\n",
        "added-object-not-in-table": update(
            base + b"4 0 obj\n" + text_page(EVIL) + b"\nendobj\n", {1: CATALOG % (b"6 0 R", b"")}),
        "added-visible-signature": good.with_second(base, good.people.second, b"70 690 400 730"),
        "added-signature-with-action": good.with_second(base, good.people.second, extra=b"/A << /S /JavaScript /JS (1) >> "),
        "added-line-feed": base + b"\n",
        "added-comment": base + b"% nothing\n",
        "added-zip": base + b"PK\x03\x04" + b"\0" * 26 + b"PK\x05\x06" + b"\0" * 18,
        "added-html": base + b"<script>alert(1)</script>\n",
        "added-bytes-after-proofs": good.with_store(base, certificates=[good.people.issuing.der()]) + b" trailing",
        "added-then-taken-back": update(update(base, {4: text_page(EVIL)}), {4: text_page(b"Permit for Li: 1000")}),
        "added-information": update(base, {50: b"<< /Title (x) >>"}, b"/Info 50 0 R "),
        "added-field-removed": update(base, {1: b"<< /Type /Catalog /Pages 2 0 R >>"}),
        "added-proofs-and-content": update(good.with_store(base, certificates=[good.people.issuing.der()]), {4: text_page(EVIL)}),
        "added-after-time-stamp": update(good.with_timestamp(base), {4: text_page(EVIL)}),
    }


def shadow(good):
    """Prepared before the signature, sprung after it."""
    sign = lambda data: good.people.sign(good.people.seal, data)
    covered = plain_objects(EVIL)
    hide = signed_objects(EVIL)
    hide[4] = text_page(EVIL)
    hide[3] = hide[3].replace(b"/Contents 4 0 R", b"/Contents [4 0 R 8 0 R]")
    hide[8] = stream(b"1 1 1 rg 60 690 400 40 re f BT 0 g /F1 24 Tf 72 700 Td (Permit for Li: 1000) Tj ET")
    hide = fill(build(hide), sign)
    both = signed_objects()
    both[9] = b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>"
    both[10] = covered[3].replace(b"2 0 R", b"9 0 R").replace(b"4 0 R", b"11 0 R")
    both[11] = text_page(EVIL)
    both = fill(build(both), sign)
    inside = signed_objects()
    inside[8] = stream(b"4 0 obj\n" + text_page(EVIL) + b"\nendobj\n")
    inside = fill(build(inside), sign)
    dangling = signed_objects()
    dangling[3] = dangling[3].replace(b"/Contents 4 0 R", b"/Contents [4 0 R 50 0 R]")
    dangling = fill(build(dangling), sign)
    value = signed_objects(catalog=b"/Names << >> ")
    value[1] = value[1].replace(b"/Fields [6 0 R]", b"/Fields [6 0 R 8 0 R] /NeedAppearances true /DA (/F1 12 Tf)")
    value[8] = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (1000) /Rect [70 600 300 620] /P 3 0 R >>"
    value[3] = value[3].replace(b"[6 0 R]", b"[6 0 R 8 0 R]")
    value = fill(build(value), sign)
    return {
        "shadow-hide": update(hide, {8: stream(b"")}),
        "shadow-hide-by-freeing": update(hide, {3: plain_objects()[3][:-2] + b"/Annots [6 0 R] >>"}),
        "shadow-replace-font": update(good.simple, {5: b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] >>"}),
        "shadow-replace-value": update(value, {8: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (9000) /Rect [70 600 300 620] /P 3 0 R >>"}),
        "shadow-hide-and-replace": update(both, {1: (CATALOG % (b"6 0 R", b"")).replace(b"/Pages 2 0 R", b"/Pages 9 0 R")}),
        "shadow-table-only": update(both, {}, named={4: both.index(b"\n11 0 obj") + 1}),
        "shadow-object-inside-a-stream": update(inside, {}, named={4: inside.index(b"\n4 0 obj", inside.index(b"8 0 obj")) + 1}),
        "shadow-dangling-reference": update(dangling, {50: text_page(EVIL)}),
    }


def wrapping(good):
    base = good.simple
    _, begin, end = places(base)
    tail = len(base) - end
    evil = b"4 0 obj\n" + text_page(EVIL) + b"\nendobj\n"
    start = int(re.findall(rb"startxref\s+(\d+)", base)[-1])
    moved = base[:end] + evil + b" " * 40 + base[end:]
    shifted = set_range(moved, b"/ByteRange [0 %d %d %d]" % (begin, end + len(evil) + 40, tail))
    # The signed tail says where the table is; there stands another one now, and the tail behind it.
    front = (base[:end] + b" >>\nendobj\n").ljust(start)
    offsets = [base.index(b"%d 0 obj" % number) for number in range(1, 8)]
    table = lambda place: b"xref\n0 8\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % (place if number == 4 else offsets[number - 1]) for number in range(1, 8)
    ) + b"trailer\n<< /Size 8 /Root 1 0 R >>\n"
    wrapped = front + table(len(front) + len(table(0))) + evil + b"<>"
    wrapped = set_range(wrapped + base[end:], b"/ByteRange [0 %d %d %d]" % (begin, len(wrapped), tail))
    # The signed bytes stand whole in a stream of another document, whose own signature points there.
    inner = signed_objects(EVIL)
    inner[8] = stream(base)
    outer = build(inner)
    at = outer.index(base)
    outer = set_range(outer, b"/ByteRange [%d %d %d %d]" % (at, begin, at + end, tail))
    other = good.signed(good.people.second, objects=signed_objects(EVIL))
    _, other_begin, other_end = places(other)
    transplanted = other[:other_begin] + base[begin:end] + other[other_end:]
    orphan = plain_objects(EVIL)
    orphan[7] = signature()
    return {
        "wrap-moved-tail": (shifted, ""),
        "wrap-moved-tail-with-table": (wrapped, FRAME),
        "wrap-inner-file": (outer, FRAME),
        "wrap-transplanted-message": (transplanted, HASH),
        "wrap-orphan": (fill(build(orphan), lambda data: good.people.sign(good.people.seal, data)), DETACHED),
    }


def universal(good):
    """Universal signature forgery: the dictionary lacks or misstates what a check needs."""
    base = good.simple
    size = len(base)
    _, begin, end = places(base)
    ranged = lambda text: set_range(base, text)
    blank = base[:begin + 1] + b"0" * (end - begin - 2) + base[end - 1:]
    gap = lambda text: base[:begin] + text.ljust(end - begin) + base[end:]
    return {
        "usf-no-range": (base.replace(b"/ByteRange", b"/ByteRunge"), FRAME),
        "usf-range-null": (ranged(b"/ByteRange null"), FRAME),
        "usf-range-empty": (ranged(b"/ByteRange []"), FRAME),
        "usf-range-negative": (ranged(b"/ByteRange [0 -%d %d %d]" % (begin, end, size - end)), FRAME),
        "usf-range-zeros": (ranged(b"/ByteRange [0 0 0 0]"), FRAME),
        "usf-range-real": (ranged(b"/ByteRange [0 %d.0 %d %d]" % (begin, end, size - end)), FRAME),
        "usf-range-two": (ranged(b"/ByteRange [0 %d]" % size), FRAME),
        "usf-range-six": (ranged(b"/ByteRange [0 9 9 9 %d %d]" % (end, size - end)), FRAME),
        "usf-range-past-the-end": (ranged(b"/ByteRange [0 %d %d %d]" % (begin, end, size)), FRAME),
        "usf-range-huge": (ranged(b"/ByteRange [0 %d 99999999999 9]" % begin), FRAME),
        "usf-range-from-one": (ranged(b"/ByteRange [1 %d %d %d]" % (begin - 1, end, size - end)), FRAME),
        "usf-range-overlap": (ranged(b"/ByteRange [0 %d %d %d]" % (end, begin, size - begin)), FRAME),
        "usf-range-whole": (ranged(b"/ByteRange [0 %d %d 0]" % (size, size)), FRAME),
        "usf-range-wide-gap": (ranged(b"/ByteRange [0 %d %d %d]" % (begin - 60, end, size - end)), FRAME),
        "usf-range-short": (ranged(b"/ByteRange [0 %d %d %d]" % (begin, end, size - end - 9)), HASH),
        "usf-range-twice": (base.replace(b"/Filter /Adobe.PPKLite", b"/ByteRange [0 0 0 0]  "), HASH),
        "usf-no-contents": (base.replace(b"/Contents <", b"/Cantents <"), FRAME),
        "usf-contents-null": (gap(b"null"), FRAME),
        "usf-contents-empty": (gap(b"<>"), FRAME),
        "usf-contents-zero": (gap(b"<00>"), FRAME),
        "usf-contents-zeros": (blank, FORM),
        "usf-contents-not-hex": (gap(b"<" + b"zz" * 20 + b">"), FRAME),
        "usf-message-of-no-signer": (fill(build(signed_objects()), lambda data: bytes.fromhex(
            "302306092a864886f70d010702a0163014020101310030" + "0b06092a864886f70d010701" + "3100")), FORM),
        "usf-filter-unknown": (fill(build(signed_objects(sub_filter=b"Evil.always.valid")),
                                    lambda data: good.people.sign(good.people.seal, data)), WEAK),
        "usf-padding": (base[:end - 9] + b"deadbeef" + base[end - 1:], FORM),
    }


def certified(good):
    """Changes that a certification forbids, and signs that it is abused."""
    one, two = good.certified, good.certified_by(2)
    perms = b"/Perms << /DocMDP 7 0 R >> "
    page = plain_objects()[3][:-2]
    text = b"<< /Type /Annot /Subtype /FreeText /Rect [70 690 400 730] /Contents (x) /DA (/F1 24 Tf) >>"
    note = {3: page + b"/Annots [6 0 R 50 0 R] >>", 50: text}
    second = lambda base: good.with_second(base, good.people.second)
    return {
        "certified-1-annotation": (update(one, note), BROKEN),
        "certified-1-content": (update(one, {4: text_page(EVIL)}), BROKEN),
        "certified-1-second-signature": (second(one), BROKEN),
        "certified-1-permission-widened": (update(one, {7: signature(extra=certification(3))}), ("TOTAL-FAILED", "FORMAT_FAILURE", "signature_frame_wrong", "")),
        "certified-1-perms-removed": (update(one, {1: CATALOG % (b"6 0 R", b"")}), BROKEN),
        "certified-2-annotation": (update(two, note), ADDED),
        "certified-3-annotation": (update(good.certified_by(3), note), ADDED),
        "certified-2-content": (update(two, {4: text_page(EVIL), 1: CATALOG % (b"6 0 R", perms)}), ADDED),
    }


def signers(good):
    """The file is whole; who signed is not who may."""
    people, signed = good.people, good.signed
    replaced = lambda other: fill(build(signed_objects()), lambda data: relength(people.sign(people.seal, data), people.seal.der(), other.der()))
    embedded = fill(build(signed_objects(sub_filter=b"adbe.pkcs7.detached")), lambda data: people.sign(people.seal, data, options=["-nodetach"]))
    revoked = signed(people.revoked)
    lists = [revocation_list(people.issuing, [people.revoked])]
    stale = [revocation_list(people.issuing, [], begins=-60, ends=-30)]
    forged = [revocation_list(people.other_root, [])]
    sourced = signed(people.sourced)
    later = ("INDETERMINATE", "TRY_LATER", "", "certificate_trusted")
    taken = ("INDETERMINATE", "REVOKED_NO_POE", "", "certificate_revoked")
    return {
        "signer-stranger": (signed(people.stranger), NO_CHAIN),
        "signer-self-signed": (signed(people.self_signed), NO_CHAIN),
        "signer-expired": (signed(people.expired), signer("OUT_OF_BOUNDS_NO_POE", "certificate_expired")),
        "signer-future": (signed(people.future), signer("OUT_OF_BOUNDS_NO_POE", "certificate_not_yet_valid")),
        "signer-of-no-authority": (signed(people.not_ca), signer("CHAIN_CONSTRAINTS_FAILURE", "chain_wrong")),
        "use-tls": (signed(people.tls), PURPOSE),
        "use-client": (signed(people.client), PURPOSE),
        "use-mail": (signed(people.mail), PURPOSE),
        "use-code": (signed(people.code), PURPOSE),
        "use-time-stamp": (signed(people.tsa), PURPOSE),
        "use-ocsp": (signed(people.responder), PURPOSE),
        "use-encipherment": (signed(people.encipher), PURPOSE),
        "use-authority": (signed(people.issuing), PURPOSE),
        "revoked-by-list": (good.with_store(revoked, lists=lists), taken),
        "revoked-by-ocsp": (good.with_store(revoked, answers=[ocsp_answer(people.revoked, people.responder, revoked=True)]), taken),
        "revoked-before-the-time-stamp": (good.with_timestamp(good.with_store(revoked, lists=lists), store=b"/DSS << /CRLs [20 0 R] >> "),
                                          ("TOTAL-FAILED", "REVOKED", "", "certificate_revoked")),
        "revocation-unknown": (sourced, later),
        "revocation-stale": (good.with_store(sourced, lists=stale), later),
        "revocation-list-of-another": (good.with_store(sourced, lists=forged), later),
        "revocation-list-damaged": (good.with_store(sourced, lists=[lists[0][:-9] + b"\0" * 9]), later),
        "revocation-ocsp-by-no-responder": (good.with_store(sourced, answers=[ocsp_answer(people.sourced, people.seal)]), later),
        "swapped-same-key": (replaced(people.same_key), SWAPPED),
        "swapped-other-key": (replaced(people.same_serial), SWAPPED),
        "swapped-other-serial": (replaced(people.second), SWAPPED),
        "swapped-unnamed": (signed(people.seal, cades=False), SWAPPED),
        "swapped-unnamed-other-key": (fill(build(signed_objects(sub_filter=b"adbe.pkcs7.detached")), lambda data: relength(
            people.sign(people.seal, data, cades=False), people.seal.der(), people.same_serial.der())),
            ("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", "signature_wrong", "")),
        "weak-sha1": (signed(people.rsa, digest="sha1"), WEAK),
        "weak-md5": (signed(people.rsa, b"adbe.pkcs7.detached", cades=False, digest="md5"), WEAK),
        "weak-rsa-1024": (signed(people.rsa1024), WEAK),
        "weak-curve": (signed(people.k1), WEAK),
        "weak-sub-filter-sha1": (signed(people.rsa, b"adbe.pkcs7.sha1", cades=False), WEAK),
        "message-not-detached": (embedded, FORM),
        "message-two-signers": (fill(build(signed_objects()), lambda data: people.sign(
            people.seal, data, options=["-signer", people.second.file, "-inkey", people.second.key_file])), FORM),
        "message-without-attributes": (fill(build(signed_objects(sub_filter=b"adbe.pkcs7.detached")), lambda data: people.sign(
            people.seal, data, cades=False, options=["-noattr"])), FORM),
        "message-without-certificate": (fill(build(signed_objects()), lambda data: people.sign(people.seal, data, options=["-nocerts"])), SWAPPED),
        "time-stamp-of-a-stranger": (good.with_timestamp(signed(people.expired), people.stranger_tsa),
                                     ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE", "only_proofs_added", "certificate_expired")),
        "time-stamp-of-other-bytes": (fill(update(good.simple, {
            1: CATALOG % (b"6 0 R 40 0 R", b""), 40: field(b"stamp", 41), 41: signature(b"ETSI.RFC3161", kind=b"DocTimeStamp")}),
            lambda data: people.stamp(b"other")), HASH),
    }


def relength(message, old, new):
    """Another certificate in a CMS, the lengths around it mended."""
    at = message.index(old)
    difference = len(new) - len(old)
    data = bytearray(message[:at] + new + message[at + len(old):])
    for place in range(at - 1, -1, -1):
        if data[place] in (0x30, 0xA0) and place + 4 <= at and data[place + 1] == 0x82:
            size = int.from_bytes(data[place + 2:place + 4], "big")
            if place + 4 + size >= at + len(old) and place + 4 + size <= len(message):
                data[place + 2:place + 4] = (size + difference).to_bytes(2, "big")
    return bytes(data)


def damaged(good):
    base = good.simple
    flipped = bytearray(base)
    flipped[base.index(b"1000")] ^= 1
    start = int(re.findall(rb"startxref\s+(\d+)", base)[-1])
    return {
        "damaged-content": (bytes(flipped), HASH),
        "damaged-end": (base[:-8], UNREADABLE),
        "damaged-half": (base[:len(base) // 2], UNREADABLE),
        "damaged-empty": (b"", UNREADABLE),
        "damaged-table": (base.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start - 1)), HASH),
        "damaged-no-startxref": (base.replace(b"startxref", b"startxxxx"), UNREADABLE),
        "damaged-junk-in-front": (b"MZ\x90\0" + base, UNREADABLE),
        "damaged-html-in-front": (b"<html>" + base, UNREADABLE),
        "not-signed": (build(plain_objects()), NOT_SIGNED),
        "not-a-pdf": (b"\x89PNG\r\n\x1a\n" + b"\0" * 600, UNREADABLE),
        "not-signed-time-stamp-alone": (fill(build({**signed_objects(), 7: signature(b"ETSI.RFC3161", kind=b"DocTimeStamp")}),
                                             lambda data: good.people.stamp(data)), NOT_SIGNED),
        "ambiguous-range": (fill(build(signed_objects(extra=b"/ByteRange [0 0 0 0] ")), lambda data: good.people.sign(good.people.seal, data)),
                            AMBIGUOUS),
        "ambiguous-contents": (fill(build({**signed_objects(), 3: signed_objects()[3].replace(b"/Contents 4", b"/Contents 5 0 R /Contents 4")}),
                                    lambda data: good.people.sign(good.people.seal, data)), AMBIGUOUS),
    }


def bombs(good):
    """Little files that ask for much."""
    def bomb(mebibytes):
        packed = zlib.compressobj(9)
        once = b"".join(packed.compress(b"\0" * (1 << 20)) for _ in range(mebibytes)) + packed.flush()
        return zlib.compress(once, 9)
    filters = b"/Filter [/FlateDecode /FlateDecode] "
    much = stream(bomb(1024), filters)
    store_bomb = update(good.simple, {1: CATALOG % (b"6 0 R", b"/DSS << /Certs [20 0 R] >> "), 20: much})
    content_bomb = fill(build({**signed_objects(), 4: much}), lambda data: good.people.sign(good.people.seal, data))
    in_objects = {**plain_objects(), 8: stream(bomb(1024), filters + b"/Type /ObjStm /N 100 /First 800 ")}
    plain = build(in_objects)
    def table_of(entries, size):
        place = len(plain)
        body = b"".join(entries)
        return plain + b"30 0 obj\n" + stream(body, b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R " % size) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % place
    entry = lambda kind, field_two, field_three: bytes([kind]) + field_two.to_bytes(4, "big") + field_three.to_bytes(2, "big")
    at = lambda n: plain.index(b"%d 0 obj" % n)
    object_bomb = table_of([entry(0, 0, 65535), entry(1, at(1), 0), entry(2, 8, 0), entry(2, 8, 1), entry(1, at(4), 0), entry(1, at(5), 0),
                            entry(0, 0, 0), entry(0, 0, 0), entry(1, at(8), 0)], 9)
    nested = b"[" * 200000 + b"]" * 200000
    kids = {**plain_objects(), 1: CATALOG % (b"6 0 R", b""), 6: b"<< /FT /Sig /Kids [6 0 R 7 0 R] >>", 7: b"<< /Kids [6 0 R] >>"}
    many = {**plain_objects()}
    fields = []
    for number in range(100, 20100):
        many[number] = b"<< /FT /Sig /V << /ByteRange [0 1 2 3] /Contents <00> >> >>"
        fields.append(b"%d 0 R" % number)
    many[1] = CATALOG % (b" ".join(fields), b"")
    loop = build(plain_objects())
    start = int(re.findall(rb"startxref\s+(\d+)", loop)[-1])
    return {
        "bomb-proofs": (store_bomb, COSTLY),
        "bomb-content": (content_bomb, ("TOTAL-PASSED", "", "signature_covers_whole_file", "certificate_trusted")),
        "bomb-object-stream": (object_bomb, COSTLY),
        "bomb-nesting": (build({**plain_objects(), 8: nested}), ""),
        "bomb-field-loop": (build(kids), NOT_SIGNED),
        "bomb-fields": (build(many), COSTLY),
        "bomb-table-loop": (loop.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % start), UNREADABLE),
        "bomb-page-loop": (fill(build({**signed_objects(), 2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"}),
                                lambda data: good.people.sign(good.people.seal, data)),
                           ("TOTAL-PASSED", "", "signature_covers_whole_file", "certificate_trusted")),
        "bomb-size": (loop.replace(b"/Size 6", b"/Size 99999999999999"), ""),
        "bomb-table-rows": (loop.replace(b"xref\n0 1\n", b"xref\n0 999999999\n"), UNREADABLE),
    }


def cases(good):
    made = {name: (data, ADDED) for name, data in {**added(good), **shadow(good)}.items()}
    made["added-field-removed"] = (made["added-field-removed"][0], DETACHED)
    made["added-without-table"] = (made["added-without-table"][0], ADDED)
    for kind in (wrapping, universal, certified, signers, damaged, bombs):
        made.update(kind(good))
    return made
