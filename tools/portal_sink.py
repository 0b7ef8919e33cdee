#!/usr/bin/python3
"""A government portal that believes only signed events: for ./run and the tests, never for production.

Listens on 127.0.0.1, checks webhook signatures (docs/formats/webhook.md) with Python's cryptography, which
shares no code with Songda, and appends each new event as a JSON line {"webhook_id", "event"} to --out. A
repeated webhook-id is answered and not written again. With a key it demands v1a, with a secret v1, with both
both. SIGTERM ends it. The ready file appears when it listens and holds the port.
"""
import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import signal
import ssl
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 20_000


class Signatures:
    def __init__(self, public_key, secret):
        self.public_key = public_key
        self.secret = secret

    def hold(self, headers, body):
        name, when = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not name or "." in name or not when.isdigit() or abs(time.time() - int(when)) > TOLERANCE_SECONDS:
            return False
        content = f"{name}.{when}.".encode() + body
        given = [part.split(",", 1) for part in headers.get("webhook-signature", "").split(" ")]
        values = [(part[0], part[1]) for part in given if len(part) == 2]
        return self.ed25519_holds(values, content) and self.hmac_holds(values, content)

    def ed25519_holds(self, values, content):
        if self.public_key is None:
            return True
        for version, text in values:
            if version == "v1a":
                try:
                    self.public_key.verify(base64.b64decode(text), content)
                    return True
                except (InvalidSignature, ValueError):
                    pass
        return False

    def hmac_holds(self, values, content):
        if self.secret is None:
            return True
        good = base64.b64encode(hmac.new(self.secret, content, hashlib.sha256).digest()).decode()
        return any(version == "v1" and hmac.compare_digest(good, text) for version, text in values)


class Ledger:
    """The events that were believed, each once."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.path = pathlib.Path(path)
        self.known = set()
        if self.path.exists():
            self.known = {json.loads(line)["webhook_id"] for line in self.path.read_text().splitlines()}

    def add(self, name, event):
        with self.lock:
            if name not in self.known:
                with self.path.open("a") as out:
                    out.write(json.dumps({"webhook_id": name, "event": event}, ensure_ascii=False) + "\n")
                self.known.add(name)


def handler(signatures, ledger):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self):
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > BODY_BYTES_MAX:
                self.close_connection = True
                return self.answer(413)
            body = self.rfile.read(int(length))
            if not signatures.hold(self.headers, body):
                return self.answer(401)
            try:
                event = json.loads(body)
            except ValueError:
                return self.answer(400)
            ledger.add(self.headers["webhook-id"], event)
            return self.answer(204)

        def answer(self, status):
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Requests are personal: they leave no trace here."""

    return Handler


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--public-key", help="PEM; v1a is demanded")
    parser.add_argument("--secret-file", help="holds whsec_…; v1 is demanded")
    parser.add_argument("--tls-cert", help="PEM chain; https")
    parser.add_argument("--tls-key")
    parser.add_argument("--out", required=True)
    parser.add_argument("--ready-file")
    given = parser.parse_args()
    if not given.public_key and not given.secret_file:
        parser.error("needs --public-key or --secret-file")
    return given


def main():
    given = options()
    key = secret = None
    if given.public_key:
        key = load_pem_public_key(pathlib.Path(given.public_key).read_bytes())
    if given.secret_file:
        secret = base64.b64decode(pathlib.Path(given.secret_file).read_text().strip().removeprefix("whsec_"))
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", given.port), handler(Signatures(key, secret), Ledger(given.out)))
    server.daemon_threads = True
    if given.tls_cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.tls_cert, given.tls_key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop that this handler interrupts, so not here.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    if given.ready_file:
        part = pathlib.Path(given.ready_file + ".part")
        part.write_text(f"{server.server_address[1]}\n")
        os.replace(part, given.ready_file)
    server.serve_forever()


if __name__ == "__main__":
    os.umask(0o077)
    main()
