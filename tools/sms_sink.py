#!/usr/bin/python3
"""A provider of SMS in Aliyun's shape that believes only signed requests: for ./run and the tests, never for production.

Listens on 127.0.0.1, checks ACS3-HMAC-SHA256 with Python's hmac, which shares no code with Songda, appends each
message that it takes as a JSON line to --out, and reports it to the address in --report-url-file as SmsReport does: a JSON array,
again until it is answered 200. SIGTERM ends it. The ready file appears when it listens and holds the port.

The last four digits of a number are a command:
  0001 throttled           0002 HTTP 500            0003 takes it, never answers, reports it
  0004 reports a failure   0005 HTML and 200        0006 10 MB
  0007 reports before it answers                    0008 reports three times, with a bad element
  0009 number illegal      0010 never reports       0011 reports a code that nobody knows
"""
import argparse
import datetime
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import signal
import sys
import threading
import time
import urllib.parse
import urllib.request

BEIJING = datetime.timezone(datetime.timedelta(hours=8))
TOLERANCE_SECONDS = 900


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


class Signatures:
    def __init__(self, key_id, key):
        self.key_id = key_id
        self.key = key

    def hold(self, method, path, query, headers, body):
        given = dict(part.split("=", 1) for part in headers.get("Authorization", "").removeprefix(
            "ACS3-HMAC-SHA256 ").split(",") if "=" in part)
        names = given.get("SignedHeaders", "").split(";")
        wanted = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
        if given.get("Credential") != self.key_id or not wanted <= set(names) or names != sorted(names):
            return False
        digest = hashlib.sha256(body).hexdigest()
        if headers["x-acs-content-sha256"] != digest:
            return False
        date = datetime.datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        if abs(time.time() - date.timestamp()) > TOLERANCE_SECONDS:
            return False
        pairs = sorted((encoded(name), encoded(value)) for name, value in query)
        canonical = "\n".join([method, path, "&".join(f"{n}={v}" for n, v in pairs),
                               "".join(f"{n}:{headers[n].strip()}\n" for n in names), ";".join(names), digest])
        to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        good = hmac.new(self.key, to_sign.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(good, given.get("Signature", ""))


class Book:
    """The messages that were taken, and their reports."""

    def __init__(self, out, report_url_file, retry_seconds):
        self.lock = threading.Lock()
        self.out = pathlib.Path(out)
        self.report_url_file = report_url_file
        self.retry_seconds = retry_seconds
        self.count = 0
        self.nonces = set()

    def fresh(self, nonce):
        with self.lock:
            known = nonce in self.nonces
            self.nonces.add(nonce)
            return not known

    def take(self, fields):
        with self.lock:
            self.count += 1
            biz_id = f"{time.time_ns()}^{self.count}"
            with self.out.open("a") as out:
                out.write(json.dumps({"biz_id": biz_id, **fields}, ensure_ascii=False) + "\n")
            return biz_id

    def details(self, asked):
        """QuerySendDetails: what one number was sent on one day, as its page shows it."""
        with self.lock:
            lines = self.out.read_text().splitlines() if self.out.exists() else []
        found = []
        for fields in map(json.loads, lines):
            sent = datetime.datetime.fromtimestamp(int(fields["biz_id"].split("^")[0]) / 1e9, BEIJING)
            if fields["PhoneNumbers"] != asked.get("PhoneNumber") or f"{sent:%Y%m%d}" != asked.get("SendDate"):
                continue
            code = {"0004": "UNDELIV", "0011": "XX:0001"}.get(fields["PhoneNumbers"][-4:], "DELIVERED")
            found.append({"PhoneNum": fields["PhoneNumbers"], "OutId": fields.get("OutId", ""),
                          "SendStatus": 3 if code == "DELIVERED" else 2, "ErrCode": code,
                          "TemplateCode": fields["TemplateCode"], "Content": "",
                          "SendDate": f"{sent:%Y-%m-%d %H:%M:%S}", "ReceiveDate": f"{sent:%Y-%m-%d %H:%M:%S}"})
        size, page = int(asked["PageSize"]), int(asked["CurrentPage"])
        return {"Code": "OK", "Message": "OK", "RequestId": "1", "TotalCount": len(found),
                "SmsSendDetailDTOs": {"SmsSendDetailDTO": found[(page - 1) * size:page * size]}}

    def report(self, fields, biz_id, command):
        if not self.report_url_file or command == "0010":
            return
        code = {"0004": "UNDELIV", "0011": "XX:0001"}.get(command, "DELIVERED")
        now = datetime.datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        element = {"phone_number": fields["PhoneNumbers"], "send_time": now, "report_time": now,
                   "success": code == "DELIVERED", "err_code": code, "err_msg": "", "sms_size": "1", "biz_id": biz_id,
                   "out_id": fields.get("OutId", "")}
        body = [element, "bad element", element] if command == "0008" else [element]
        for _ in range(3 if command == "0008" else 1):
            while not self.push(json.dumps(body).encode()):
                time.sleep(self.retry_seconds)

    def push(self, body):
        try:
            address = pathlib.Path(self.report_url_file).read_text().strip()
            request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status == 200 and json.load(answer)["code"] == 0
        except (OSError, ValueError, KeyError):
            return False


def handler(signatures, book):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
            if not signatures.hold("POST", path, pairs, self.headers, body):
                return self.answer(400, {"Code": "SignatureDoesNotMatch", "Message": "not matched"})
            if not book.fresh(self.headers["x-acs-signature-nonce"]):
                return self.answer(400, {"Code": "SignatureNonceUsed", "Message": "used already"})
            fields = dict(pairs)
            if self.headers["x-acs-action"] == "QuerySendDetails":
                return self.answer(200, book.details(fields))
            if self.headers["x-acs-action"] != "SendSms" or self.headers["x-acs-version"] != "2017-05-25":
                return self.answer(404, {"Code": "InvalidAction.NotFound", "Message": "no such action"})
            if not all(fields.get(name) for name in ("PhoneNumbers", "SignName", "TemplateCode")):
                return self.answer(400, {"Code": "MissingPhoneNumbers", "Message": "missing"})
            try:
                json.loads(fields.get("TemplateParam", "{}"))
            except ValueError:
                return self.answer(400, {"Code": "isv.INVALID_JSON_PARAM", "Message": "no JSON"})
            return self.obey(fields, fields["PhoneNumbers"][-4:])

        def obey(self, fields, command):
            refusal = {"0001": "isv.BUSINESS_LIMIT_CONTROL", "0009": "isv.MOBILE_NUMBER_ILLEGAL"}.get(command)
            if refusal:
                return self.answer(200, {"Code": refusal, "Message": "no", "RequestId": "1"})
            if command == "0002":
                return self.answer(500, {"Code": "Oops", "Message": "no"})
            if command == "0005":
                return self.send(200, b"<html>welcome</html>")
            if command == "0006":
                return self.send(200, b"x" * 10_000_000)
            biz_id = book.take(fields)
            report = threading.Thread(target=book.report, args=(fields, biz_id, command), daemon=True)
            report.start()
            if command == "0003":
                self.close_connection = True
                time.sleep(60)
                return None
            if command == "0007":
                report.join(timeout=30)
            return self.answer(200, {"Code": "OK", "Message": "OK", "BizId": biz_id, "RequestId": "1"})

        def answer(self, status, content):
            self.send(status, json.dumps(content).encode())

        def send(self, status, body):
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_):
            """Requests are personal: they leave no trace here."""

    return Handler


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who hangs up in the middle of ten megabytes is no error here."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--key-id-file", required=True)
    parser.add_argument("--key-file", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--report-url-file", help="holds the whole address, with its token; may come later; absent: no reports")
    parser.add_argument("--retry-seconds", type=float, default=1)
    parser.add_argument("--ready-file")
    return parser.parse_args()


def main():
    given = options()
    first_line = lambda path: pathlib.Path(path).read_text().splitlines()[0]
    book = Book(given.out, given.report_url_file, given.retry_seconds)
    signatures = Signatures(first_line(given.key_id_file), first_line(given.key_file).encode())
    server = Server(("127.0.0.1", given.port), handler(signatures, book))
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
