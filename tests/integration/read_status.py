#!/usr/bin/python3
"""Reads what `songda pki publish` wrote with another implementation, whose DER reader is strict, and checks every
signature: read_status.py AUTHORITY_FOLDER PUBLISH_FOLDER. Prints what it read, sorted."""
import pathlib
import sys
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

warnings.simplefilter("ignore")


def check(issuer, signature, signed):
    issuer.public_key().verify(signature, signed, ec.ECDSA(hashes.SHA256()))


def main():
    authority, publish = map(pathlib.Path, sys.argv[1:])
    root, issuing = (x509.load_der_x509_certificate((publish / f"ca/{name}.cer").read_bytes()) for name in ("root", "issuing"))
    check(root, issuing.signature, issuing.tbs_certificate_bytes)
    lines = []
    for path in (authority / "certificates").glob("*.pem"):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        issuer = root if certificate.issuer == root.subject else issuing
        check(issuer, certificate.signature, certificate.tbs_certificate_bytes)
        list(certificate.extensions)
    for name, issuer in (("root", root), ("issuing", issuing)):
        crl = x509.load_der_x509_crl((publish / f"crl/{name}.crl").read_bytes())
        assert crl.is_signature_valid(issuer.public_key())
        assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number >= 1
        for entry in crl:
            lines.append(f"{name} list: {entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value}")
    for path in (publish / "ocsp").glob("*.ocsp"):
        answer = ocsp.load_der_ocsp_response(path.read_bytes())
        signer = answer.certificates[0]
        check(issuing, signer.signature, signer.tbs_certificate_bytes)
        check(signer, answer.signature, answer.tbs_response_bytes)
        assert answer.produced_at >= answer.this_update
        assert answer.next_update > answer.this_update
        lines.append(f"answer {answer.hash_algorithm.name}: {answer.certificate_status.name}")
    print("\n".join(sorted(lines)))


main()
