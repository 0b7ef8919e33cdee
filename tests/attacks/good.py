"""Files that are right, as other writers make them. Each must pass; forgeries are made from them."""
import subprocess

from paper import (build, certification, field, fill, plain_objects, security_store, section, signature, signed_objects, update)
from people import ocsp_answer, revocation_list

CATALOG = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] /SigFlags 3 >> %s>>"
PASSED = ("TOTAL-PASSED", "")


class Good:
    def __init__(self, people):
        sign = people.sign
        self.people = people
        self.simple = fill(build(signed_objects()), lambda data: sign(people.seal, data))
        self.certified = self.certified_by(1)
        self.seen = fill(build(signed_objects(rectangle=b"50 50 250 100")), lambda data: sign(people.seal, data))

    def signed(self, person, sub_filter=b"ETSI.CAdES.detached", cades=True, digest="sha256", objects=None, options=()):
        return fill(build(objects or signed_objects(sub_filter=sub_filter)),
                    lambda data: self.people.sign(person, data, cades, digest, options=options))

    def certified_by(self, permission):
        objects = signed_objects(extra=certification(permission), catalog=b"/Perms << /DocMDP 7 0 R >> ")
        return fill(build(objects), lambda data: self.people.sign(self.people.seal, data))

    def with_store(self, data, catalog=b"", **items):
        objects, text = security_store(20, **items)
        objects[1] = CATALOG % (b"6 0 R", text + catalog)
        return update(data, objects)

    def with_second(self, data, person, rectangle=b"0 0 0 0", extra=b""):
        """One more signature, as an update."""
        page = plain_objects()[3][:-2] + b"/Annots [6 0 R 30 0 R] >>"
        later = update(data, {1: CATALOG % (b"6 0 R 30 0 R", b""), 3: page, 30: field(b"second", 31, rectangle, extra), 31: signature()})
        return fill(later, lambda covered: self.people.sign(person, covered))

    def with_timestamp(self, data, person=None, store=b"", digest="-sha256"):
        page = plain_objects()[3][:-2] + b"/Annots [6 0 R 40 0 R] >>"
        later = update(data, {1: CATALOG % (b"6 0 R 40 0 R", store), 3: page, 40: field(b"stamp", 41),
                              41: signature(b"ETSI.RFC3161", kind=b"DocTimeStamp")})
        return fill(later, lambda covered: self.people.stamp(covered, person, digest))

    def with_object_streams(self):
        """qpdf writes the document with object and cross-reference streams; the signature comes as an update."""
        folder = self.people.folder
        objects = signed_objects()
        (folder / "plain.pdf").write_bytes(build(plain_objects()))
        subprocess.run(["qpdf", "--object-streams=generate", "--deterministic-id", folder / "plain.pdf", folder / "streams.pdf"], check=True)
        data = (folder / "streams.pdf").read_bytes()
        shown = subprocess.run(["qpdf", "--show-object=trailer", folder / "streams.pdf"], check=True, capture_output=True).stdout
        root = int(shown.split(b"/Root ")[1].split()[0])
        pages = subprocess.run(["qpdf", f"--show-object={root}", folder / "streams.pdf"], check=True, capture_output=True).stdout
        tree = pages.split(b"/Pages ")[1].split()[0]
        catalog = objects[1].replace(b"/Pages 2 0 R", b"/Pages %s 0 R" % tree).replace(b"6 0 R", b"60 0 R")
        widget = objects[6].replace(b"7 0 R", b"61 0 R").replace(b"/P 3 0 R ", b"")
        previous = int(data.split(b"startxref")[-1].split()[0])
        later = section(data, {root: catalog, 60: widget, 61: objects[7]}, b"/Prev %d " % previous).replace(b"/Root 1 0 R", b"/Root %d 0 R" % root)
        return fill(later, lambda covered: self.people.sign(self.people.seal, covered))

    def later_cases(self):
        """To be judged two months from now, when one signer's certificate is over: only a time-stamp proves that it signed before."""
        signed = self.signed(self.people.short)
        return {"good-over-but-proven": (self.with_timestamp(signed), (*PASSED, "only_proofs_added", "certificate_trusted")),
                "over-and-not-proven": (signed, ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE", "", "certificate_expired"))}

    def cases(self):
        people = self.people
        stored = self.with_store(self.simple, certificates=[people.issuing.der()])
        sourced = self.signed(people.sourced)
        lists = [revocation_list(people.issuing, [people.revoked])]
        answers = [ocsp_answer(people.sourced, people.responder)]
        return {
            "good-ecdsa": self.simple,
            "good-visible-field": self.seen,
            "good-rsa-pkcs7": self.signed(people.rsa, b"adbe.pkcs7.detached", cades=False),
            "good-rsa-pss": self.signed(people.rsa, options=["-keyopt", "rsa_padding_mode:pss"]),
            "good-p384-sha384": self.signed(people.p384, digest="sha384"),
            "good-sha512": self.signed(people.seal, digest="sha512"),
            "good-no-extended-use": self.signed(people.plain),
            "good-certified-1": self.certified,
            "good-certified-2": self.certified_by(2),
            "good-proofs-added": stored,
            "good-certified-1-proofs-added": self.with_store(self.certified, b"/Perms << /DocMDP 7 0 R >> ", certificates=[people.issuing.der()]),
            "good-time-stamp": self.with_timestamp(self.simple),
            "good-time-stamp-sha512": self.with_timestamp(self.simple, digest="-sha512"),
            "good-proofs-and-time-stamp": self.with_timestamp(stored, store=b"/DSS << /Certs [20 0 R] >> "),
            "good-second-signature": self.with_second(self.simple, people.second),
            "good-revocation-list": self.with_store(sourced, lists=lists),
            "good-ocsp": self.with_store(sourced, answers=answers),
            "good-object-streams": self.with_object_streams(),
            "good-cursor-in-a-name": self.signed(people.escape),
        }
