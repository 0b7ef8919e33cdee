"""Certificates of honest and other people, made anew for each run."""
import datetime
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NOW = datetime.datetime.utcnow().replace(microsecond=0)
DAY = datetime.timedelta(days=1)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
SOURCE = "http://crl.invalid/list.crl"


def name(common, organization="测试机构"):
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def new_key(kind):
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    return ec.generate_private_key({"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "k1": ec.SECP256K1()}[kind])


class Person:
    """A key and its certificate; `issuer` None: a root."""

    def __init__(self, folder, label, issuer=None, kind="p256", key=None, ca=False, uses=(DOCUMENT_SIGNING,), begins=-1, ends=365,
                 signing=True, source=False, serial=None, common=None, organization="测试机构", critical_use=False):
        self.label = label
        self.issuer = issuer
        self.key = key or new_key(kind)
        self.key_file = folder / f"{label}.key"
        self.file = folder / f"{label}.pem"
        self.name = name(common or label, organization)
        signer = issuer or self
        builder = (x509.CertificateBuilder().subject_name(self.name).issuer_name(signer.name)
                   .public_key(self.key.public_key()).serial_number(serial or x509.random_serial_number())
                   .not_valid_before(NOW + begins * DAY).not_valid_after(NOW + ends * DAY)
                   .add_extension(x509.BasicConstraints(ca, None), True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), False)
                   .add_extension(x509.KeyUsage(signing and not ca, signing and not ca, not signing, False, False, ca, ca, False, False), True))
        if uses and not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical_use)
        if source:
            builder = builder.add_extension(x509.CRLDistributionPoints(
                [x509.DistributionPoint([x509.UniformResourceIdentifier(SOURCE)], None, None, None)]), False)
        self.certificate = builder.sign(signer.key, hashes.SHA256())
        self.key_file.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                         serialization.NoEncryption()))
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self.chain = folder / f"{label}.chain"
        above, each = b"", issuer
        while each is not None:
            above += each.file.read_bytes()
            each = each.issuer
        self.chain.write_bytes(above)

    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)


def revocation_list(issuer, revoked=(), begins=-1, ends=30):
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.name).last_update(NOW + begins * DAY).next_update(NOW + ends * DAY)
    for person in revoked:
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(person.certificate.serial_number)
                                                  .revocation_date(NOW - DAY).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def ocsp_answer(person, responder, revoked=False, ends=30):
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=person.certificate, issuer=person.issuer.certificate, algorithm=hashes.SHA256(), cert_status=status,
        this_update=NOW - DAY, next_update=NOW + ends * DAY, revocation_time=NOW - DAY if revoked else None, revocation_reason=None)
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate).certificates([responder.certificate])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class People:
    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        made = lambda label, *args, **options: Person(folder, label, *args, **options)
        self.root = made("root", ca=True, ends=3650)
        self.issuing = made("issuing", self.root, ca=True, ends=3000)
        self.seal = made("seal", self.issuing)
        self.second = made("second", self.issuing)
        self.rsa = made("rsa", self.issuing, kind="rsa2048")
        self.p384 = made("p384", self.issuing, kind="p384")
        self.plain = made("plain", self.issuing, uses=())
        self.expired = made("expired", self.issuing, begins=-400, ends=-30)
        self.future = made("future", self.issuing, begins=30)
        self.tls = made("tls", self.issuing, uses=(ExtendedKeyUsageOID.SERVER_AUTH,))
        self.client = made("client", self.issuing, uses=(ExtendedKeyUsageOID.CLIENT_AUTH,))
        self.mail = made("mail", self.issuing, uses=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))
        self.code = made("code", self.issuing, uses=(ExtendedKeyUsageOID.CODE_SIGNING,))
        self.encipher = made("encipher", self.issuing, signing=False)
        self.rsa1024 = made("rsa1024", self.issuing, kind="rsa1024")
        self.k1 = made("k1", self.issuing, kind="k1")
        self.sourced = made("sourced", self.issuing, source=True)
        self.revoked = made("revoked", self.issuing, source=True)
        self.short = made("short", self.issuing, ends=30)
        self.tsa = made("tsa", self.issuing, ends=2000, uses=(ExtendedKeyUsageOID.TIME_STAMPING,), critical_use=True)
        self.responder = made("responder", self.issuing, uses=(ExtendedKeyUsageOID.OCSP_SIGNING,))
        self.other_root = made("other-root", ca=True, common="root", ends=3650)
        self.stranger = made("stranger", self.other_root)
        self.stranger_tsa = made("stranger-tsa", self.other_root, uses=(ExtendedKeyUsageOID.TIME_STAMPING,), critical_use=True)
        self.self_signed = made("self-signed")
        self.not_ca = made("not-ca", self.seal)  # issued by somebody who is no authority
        # The seal's own key under another name and the same issuer and serial number; another key under the seal's.
        serial = self.seal.certificate.serial_number
        self.same_key = made("same-key", self.issuing, key=self.seal.key, serial=serial, common="市长")
        self.same_serial = made("same-serial", self.issuing, serial=serial, common="seal")
        self.escape = made("escape", self.issuing, common="\x1b[2J\u202eevil\r\n")
        self.trust = folder / "trust"
        self.trust.mkdir(exist_ok=True)
        (self.trust / "root.pem").write_bytes(self.root.file.read_bytes())

    def sign(self, person, data, cades=True, digest="sha256", certificates=None, options=()):
        """A detached CMS by `openssl cms`."""
        content = self.folder / "content"
        content.write_bytes(data)
        words = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-md", digest, "-nosmimecap", "-signer", person.file,
                 "-inkey", person.key_file, "-in", content, *options]
        if person.chain.stat().st_size and certificates is None:
            words += ["-certfile", person.chain]
        return subprocess.run(words + (["-cades"] if cades else []), check=True, capture_output=True).stdout

    def stamp(self, data, person=None, digest="-sha256"):
        """A time-stamp token by `openssl ts`."""
        person = person or self.tsa
        settings = self.folder / "ts.cnf"
        settings.write_text(f"[tsa]\ndefault_tsa=t\n[t]\nserial={self.folder}/serial\ncrypto_device=builtin\nsigner_cert={person.file}\n"
                            f"certs={person.chain}\nsigner_key={person.key_file}\nsigner_digest=sha256\ndefault_policy=1.2.3.4\n"
                            "digests=sha256,sha384,sha512,sha1\naccuracy=secs:1\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n")
        content = self.folder / "content"
        content.write_bytes(data)
        query = self.folder / "query"
        run = lambda *words: subprocess.run(["openssl", "ts", *words], check=True, capture_output=True)
        run("-query", "-data", content, digest, "-cert", "-no_nonce", "-out", query)
        run("-reply", "-config", settings, "-queryfile", query, "-out", self.folder / "reply", "-token_out")
        return (self.folder / "reply").read_bytes()
