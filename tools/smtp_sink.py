#!/usr/bin/python3
"""A mail server that keeps what it gets: for ./run and the tests, never for production.

Listens on 127.0.0.1 and writes each message to FOLDER/N.eml, byte for byte as received, and its envelope to
FOLDER/N.json. With a certificate it demands STARTTLS (or speaks TLS from the first byte), with a user AUTH. Prints nothing of the messages.
SIGTERM ends it. The ready file appears when it listens and holds the port.
"""
import argparse
import asyncio
import hmac
import itertools
import json
import logging
import os
import pathlib
import signal
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


def write_whole(path, data):
    """The file appears whole or not at all: somebody may be watching."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


class Keeper:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = [int(path.stem) for path in self.folder.glob("*.eml") if path.stem.isdigit()]
        self.numbers = itertools.count(max(kept, default=0) + 1)

    async def handle_DATA(self, _server, _session, envelope):
        number = next(self.numbers)
        parties = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        write_whole(self.folder / f"{number}.json", json.dumps(parties).encode())
        write_whole(self.folder / f"{number}.eml", envelope.original_content)
        return f"250 2.0.0 OK: queued as {number:08X}"


def authenticator(user, password):
    def check(_server, _session, _envelope, _mechanism, data):
        known = hmac.compare_digest(data.login, user) and hmac.compare_digest(data.password, password)
        # handled=False: the server itself says 535, else the client waits for ever.
        return AuthResult(success=known, handled=known)
    return check


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--tls-cert", help="PEM chain; STARTTLS is demanded")
    parser.add_argument("--tls-key")
    parser.add_argument("--implicit-tls", action="store_true", help="as on port 465")
    parser.add_argument("--user", help="AUTH is demanded")
    parser.add_argument("--password-file")
    parser.add_argument("--ready-file")
    return parser.parse_args()


async def serve(given):
    settings = {"hostname": "sink.invalid", "data_size_limit": 32 * 1024 * 1024, "enable_SMTPUTF8": False}
    context = None
    if given.tls_cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.tls_cert, given.tls_key)
    if context and not given.implicit_tls:
        settings |= {"tls_context": context, "require_starttls": True}
    if given.user:
        password = pathlib.Path(given.password_file).read_bytes().strip()
        settings |= {"authenticator": authenticator(given.user.encode(), password), "auth_required": True,
                     "auth_require_tls": bool(context) and not given.implicit_tls}
    keeper = Keeper(given.folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, **settings), "127.0.0.1", given.port,
                                      ssl=context if given.implicit_tls else None)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if given.ready_file:
        port = server.sockets[0].getsockname()[1]
        write_whole(pathlib.Path(given.ready_file), f"{port}\n".encode())
    await ended.wait()
    server.close()


if __name__ == "__main__":
    os.umask(0o077)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # it would quote what clients send
    warnings.simplefilter("ignore")
    asyncio.run(serve(options()))
