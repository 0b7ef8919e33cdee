#!/usr/bin/python3
"""A push service and one browser behind it, from RFC 8030, 8188, 8291 and 8292 and Python's cryptography, which share no
code with Songda: for the tests, never for production.

Prints nothing. Writes the browser's subscription to --subscription as JSON {"endpoint", "key", "secret"} when it listens on
127.0.0.1, takes messages that its VAPID token, TTL, Topic and encryption allow, and appends each as a JSON line {"topic",
"ttl", "message"} to --out. A message that it does not believe is answered 400 and written as {"refused": why}. After
--gone-after messages it answers 410, as for a browser that is no more. SIGTERM ends it.
"""
import argparse
import base64
import http.server
import json
import os
import pathlib
import signal
import ssl
import struct
import threading
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

UNCOMPRESSED = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt, secret, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class Browser:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.point = self.key.public_key().public_bytes(*UNCOMPRESSED)
        self.secret = os.urandom(16)

    def read(self, body):
        salt, (size,), length = body[:16], struct.unpack(">I", body[16:20]), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert size >= len(record), "more than one record"
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = hkdf(self.secret, shared, b"WebPush: info\0" + self.point + sender, 32)
        key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert plain[-1] == 2, "not the last record"
        return plain[:-1]


def check_vapid(value, origin):
    scheme, _, rest = value.partition(" ")
    assert scheme == "vapid", "no vapid"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = fields["t"].split(".")
    raw = unb64url(signature)
    assert len(raw) == 64, "a signature is 64 bytes"
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64url(fields["k"]))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(unb64url(head)) == {"typ": "JWT", "alg": "ES256"}, "head"
    claims = json.loads(unb64url(claims))
    assert claims["aud"] == origin, "of another service"
    assert time.time() < claims["exp"] <= time.time() + 86400, "expiry"
    assert claims["sub"].startswith(("mailto:", "https:")), "nobody to ask"


class Service:
    def __init__(self, given):
        self.browser, self.out, self.gone_after = Browser(), pathlib.Path(given.out), given.gone_after
        self.lock, self.count, self.origin = threading.Lock(), 0, None

    def take(self, headers, body):
        """Status of the answer."""
        with self.lock:
            self.count += 1
            if self.gone_after is not None and self.count > self.gone_after:
                return 410
            try:
                check_vapid(headers.get("Authorization", ""), self.origin)
                assert headers.get("Content-Encoding") == "aes128gcm", "encoding"
                ttl, topic = headers["TTL"], headers.get("Topic", "")
                assert ttl.isdigit() and len(topic) <= 32, "TTL or Topic"
                seen, status = {"topic": topic, "ttl": int(ttl), "message": json.loads(self.browser.read(body))}, 201
            except Exception as failure:  # whatever is wrong is the sender's
                seen, status = {"refused": f"{type(failure).__name__}: {failure}"}, 400
            with self.out.open("a") as out:
                out.write(json.dumps(seen, ensure_ascii=False) + "\n")
            return status


def handler(service):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self):
            body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 8192))
            self.send_response(service.take(self.headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Messages are personal: they leave no trace here."""

    return Handler


def write_whole(path, text):
    part = pathlib.Path(path + ".part")
    part.write_text(text)
    os.replace(part, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--tls-cert", required=True, help="PEM chain")
    parser.add_argument("--tls-key", required=True)
    parser.add_argument("--gone-after", type=int, help="how many messages the browser lives for")
    parser.add_argument("--subscription", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--ready-file")
    given = parser.parse_args()
    service = Service(given)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", given.port), handler(service))
    server.daemon_threads = True
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(given.tls_cert, given.tls_key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    service.origin = f"https://localhost:{port}"
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop that this handler interrupts, so not here.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    endpoint = f"{service.origin}/push/{b64url(os.urandom(16))}"
    write_whole(given.subscription, json.dumps(
        {"endpoint": endpoint, "key": b64url(service.browser.point), "secret": b64url(service.browser.secret)}))
    if given.ready_file:
        write_whole(given.ready_file, f"{port}\n")
    server.serve_forever()


if __name__ == "__main__":
    os.umask(0o077)
    main()
