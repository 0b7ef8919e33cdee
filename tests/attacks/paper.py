"""A small PDF writer, for files that are right and for files that are not."""
import re

RESERVED = 12000  # bytes for a CMS
SLOT = b"/ByteRange [0 0000000000 0000000000 0000000000]"


def stream(data, extra=b""):
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), extra, data)


def text_page(words):
    return stream(b"BT /F1 24 Tf 72 700 Td (%s) Tj ET" % words)


def signature(sub_filter=b"ETSI.CAdES.detached", extra=b"", kind=b"Sig"):
    return b"<< /Type /%s /Filter /Adobe.PPKLite /SubFilter /%s %s %s /Contents <%s> >>" % (
        kind, sub_filter, extra, SLOT, b"0" * (2 * RESERVED))


def certification(permission):
    return (b"/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P %d /V /1.2 >> >>]"
            % permission)


def field(title, value, rectangle=b"0 0 0 0", extra=b""):
    return b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /V %d 0 R /F 132 /Rect [%s] /P 3 0 R %s>>" % (title, value, rectangle, extra)


def plain_objects(words=b"Permit for Li: 1000"):
    return {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            4: text_page(words), 5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}


def signed_objects(words=b"Permit for Li: 1000", sub_filter=b"ETSI.CAdES.detached", extra=b"", catalog=b"", rectangle=b"0 0 0 0"):
    objects = plain_objects(words)
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> %s>>" % catalog
    objects[3] = objects[3][:-2] + b"/Annots [6 0 R] >>"
    objects[6] = field(b"seal", 7, rectangle)
    objects[7] = signature(sub_filter, extra)
    return objects


def section(data, objects, extra=b"", named=None, free_head=False):
    """Objects, cross-reference table and trailer behind `data`."""
    offsets = {}
    for number, content in objects.items():
        offsets[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    offsets.update(named or {})
    for number in [n for n, place in offsets.items() if place is None]:
        del offsets[number]
    start = len(data)
    table = b"xref\n" + (b"0 1\n0000000000 65535 f \n" if free_head else b"")
    for number, place in sorted(offsets.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max([*(number + 1 for number in offsets), *map(int, re.findall(rb"/Size (\d+) /Root", data))])
    return data + table + b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, start)


def build(objects, extra=b"", head=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"):
    return section(head, objects, extra, free_head=True)


def update(data, objects, extra=b"", named=None):
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    return section(data, objects, b"/Prev %d %s" % (previous, extra), named)


def places(data):
    """Of the last signature: where the numbers, the gap and its end are."""
    numbers = data.rindex(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    begin = data.index(b"/Contents <", numbers) + len(b"/Contents ")
    return numbers, begin, data.index(b">", begin) + 1


def fill(data, make, end=None):
    """Puts the message that `make` makes of the covered bytes into the last signature."""
    numbers, begin, gap_end = places(data)
    end = end or len(data)
    data = data[:numbers] + b"%010d %010d %010d" % (begin, gap_end, end - gap_end) + data[numbers + 32:]
    message = make(data[:begin] + data[gap_end:end]).hex().encode()
    return data[:begin + 1] + message + data[begin + 1 + len(message):]


def set_range(data, text):
    """Another ByteRange in the place of the last one, of the same length."""
    numbers, _, _ = places(data)
    start = numbers - len(b"/ByteRange [0 ")
    return data[:start] + text.ljust(len(SLOT)) + data[start + len(SLOT):]


def security_store(first, certificates=(), lists=(), answers=()):
    """Objects of a /DSS from number `first` on, and the text that names it."""
    objects, text = {}, b""
    for key, items in ((b"/Certs", certificates), (b"/CRLs", lists), (b"/OCSPs", answers)):
        numbers = []
        for item in items:
            numbers.append(b"%d 0 R" % (first + len(objects)))
            objects[first + len(objects)] = stream(item)
        if items:
            text += key + b" [" + b" ".join(numbers) + b"] "
    return objects, b"/DSS << %s>> " % text
