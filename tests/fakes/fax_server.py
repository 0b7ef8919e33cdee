#!/usr/bin/env python3
"""A fax device behind IPP FaxOut, written from RFC 8010, RFC 8011 and PWG 5100.15 with nothing of
Songda or libcups in it. What the line meets is read from a file before each call, one JSON object:
`result` (good, busy, no-answer, voice, carrier-lost, short, uncounted, zero, late-loss, late-abort,
talks, slow, refuse, not-accepting; create-N and jobs-N: that status for Create-Job and Get-Jobs;
all-jobs: Get-Jobs lists whatever there is, the oldest first), `lose` (create or send: that answer
never comes), `pages` (that a good call confirms), `completed` (when the call is over by the
device's clock, in seconds since 1970), `http` (that status instead of any answer). Every job is
written as a line of JSON with what it was asked to send."""

import argparse
import datetime
import hashlib
import json
import pathlib
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OPERATION, JOB, END, PRINTER = 0x01, 0x02, 0x03, 0x04
INTEGER, BOOLEAN, ENUM, DATE = 0x21, 0x22, 0x23, 0x31
COLLECTION, END_COLLECTION = 0x34, 0x37
NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME, MEMBER = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49, 0x4A
NO_VALUE = 0x13
OK, BAD, NOT_FOUND, NOT_SUPPORTED, NOT_ACCEPTING = 0x0000, 0x0400, 0x0406, 0x040B, 0x0506
PENDING, PROCESSING, CANCELED, ABORTED, COMPLETED = 3, 5, 7, 8, 9
REASONS = {"busy": "fax-modem-line-busy", "no-answer": "fax-modem-no-answer",
           "voice": "fax-modem-voice-detected", "carrier-lost": "fax-modem-carrier-lost",
           "late-loss": "fax-modem-carrier-lost"}
# What ends a call when no modem says why: all pages were through, and a device that says too much.
ENDINGS = {"late-abort": "aborted-by-system", "talks": "No fax at 02584567890!"}


def attribute(tag, name, value):
    name = name.encode()
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def text(tag, name, value):
    return attribute(tag, name, value.encode())


def number(tag, name, value):
    return attribute(tag, name, struct.pack(">i", value))


def date_time(name, seconds):
    """RFC 8010 §3.9: dateTime, eleven octets, here at China's offset."""
    at = datetime.datetime.fromtimestamp(seconds, datetime.timezone(datetime.timedelta(hours=8)))
    return attribute(DATE, name, struct.pack(">HBBBBBBcBB", at.year, at.month, at.day, at.hour,
                                             at.minute, at.second, 0, b"+", 8, 0))


def collection(name, members):
    body = attribute(COLLECTION, name, b"")
    for member, value in members:
        body += attribute(MEMBER, "", member.encode()) + value
    return body + attribute(END_COLLECTION, "", b"")


def parse(data):
    """Version, operation, request id, attributes by name (lists of values), what comes behind."""
    version, operation, request = struct.unpack(">HHI", data[:8])
    at, found, name, members = 8, {}, None, []
    while data[at] != END:
        tag = data[at]
        if tag < 0x10:  # a group begins
            at += 1
            continue
        size = struct.unpack(">H", data[at + 1:at + 3])[0]
        said = data[at + 3:at + 3 + size].decode()
        at += 3 + size
        size = struct.unpack(">H", data[at:at + 2])[0]
        value = data[at + 2:at + 2 + size]
        at += 2 + size
        if tag == MEMBER:
            members.append(value.decode())
        elif tag == END_COLLECTION:
            members = []
        elif members:
            found.setdefault(name + "/" + members[-1], []).append(value)
        else:
            name = said or name
            found.setdefault(name, []).append(value)
    return version, operation, request, found, data[at + 1:]


class Device:
    def __init__(self, script, log):
        self.script, self.log = script, log
        self.lock = threading.Lock()
        self.jobs = {}

    def meets(self):
        try:
            return json.loads(self.script.read_text())
        except (OSError, ValueError):
            return {"result": "good"}

    def create(self, asked):
        with self.lock:
            job = {"id": len(self.jobs) + 1, "name": asked.get("job-name", [b""])[0].decode(),
                   "to": [each.decode() for each in asked["destination-uris/destination-uri"]],
                   "state": PENDING, "reasons": ["job-incoming"], "pages": 0, "looks": 0}
            self.jobs[job["id"]] = job
            return job

    def take(self, job, document, meets):
        with self.lock:
            job.update(state=PROCESSING, reasons=["connecting-to-destination"], meets=meets)
            with self.log.open("a") as out:
                out.write(json.dumps({"job": job["id"], "name": job["name"], "to": job["to"],
                                      "bytes": len(document),
                                      "sha256": hashlib.sha256(document).hexdigest()}) + "\n")

    def go_on(self, job):
        """At each look the call has come further; the second finds its end."""
        meets = job.get("meets")
        if meets is None or job["state"] != PROCESSING:
            return
        job["looks"] += 1
        result = meets.get("result", "good")
        if job["looks"] < 2 or result == "slow":
            return
        if result in REASONS:
            job.update(state=ABORTED, reasons=["destination-uri-failed", REASONS[result]],
                       pages=meets.get("pages", 1) if result == "late-loss" else 0)
        elif result in ENDINGS:
            job.update(state=ABORTED, reasons=[ENDINGS[result]],
                       pages=meets.get("pages", 1) if result == "late-abort" else 0)
        elif result == "zero":
            job.update(state=COMPLETED, reasons=["job-completed-successfully"], pages=None,
                       impressions=0)
        else:
            pages = meets.get("pages", 1) - (1 if result == "short" else 0)
            job.update(state=COMPLETED, reasons=["job-completed-successfully"],
                       pages=None if result == "uncounted" else pages)


def describe(job):
    body = bytes([JOB]) + number(INTEGER, "job-id", job["id"]) + text(NAME, "job-name", job["name"])
    body += text(URI, "job-uri", f"ipp://localhost/ipp/faxout/{job['id']}")
    body += number(ENUM, "job-state", job["state"])
    for at, reason in enumerate(job["reasons"]):
        body += text(KEYWORD, "job-state-reasons" if at == 0 else "", reason)
    completed = job.get("meets", {}).get("completed")
    if completed is not None and job["state"] >= CANCELED:
        body += date_time("date-time-at-completed", completed)
    else:
        body += attribute(NO_VALUE, "date-time-at-completed", b"")
    if "impressions" in job:
        body += number(INTEGER, "job-impressions-completed", job["impressions"])
    if job["pages"] is not None:
        body += collection("destination-statuses", [
            ("destination-uri", text(URI, "", job["to"][0])),
            ("images-completed", number(INTEGER, "", job["pages"])),
            ("transmission-status", number(ENUM, "", job["state"]))])
    return body


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    device = None

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def do_POST(self):
        version, operation, request, asked, document = parse(self.body())
        meets = self.device.meets()
        if "http" in meets:
            self.send_response(meets["http"])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, groups = self.answer(operation, asked, document, meets)
        if meets.get("lose") == {5: "create", 6: "send"}.get(operation, "nothing"):
            self.close_connection = True
            return
        body = struct.pack(">HHI", version, status, request) + bytes([OPERATION])
        body += text(CHARSET, "attributes-charset", "utf-8")
        body += text(LANGUAGE, "attributes-natural-language", "en") + groups + bytes([END])
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, operation, asked, document, meets):
        device = self.device
        if operation == 5:  # Create-Job
            if "destination-uris/destination-uri" not in asked:
                return BAD, b""
            if meets.get("result") == "refuse":
                return NOT_SUPPORTED, b""
            if meets.get("result") == "not-accepting":
                return NOT_ACCEPTING, b""
            if meets.get("result", "").startswith("create-"):
                return int(meets["result"][7:]), b""
            return OK, describe(device.create(asked))
        if operation == 10:  # Get-Jobs
            if meets.get("result", "").startswith("jobs-"):
                return int(meets["result"][5:]), b""
            if meets.get("result") == "all-jobs":
                with device.lock:
                    return OK, b"".join(describe(job) for job in device.jobs.values())
            over = asked.get("which-jobs", [b"not-completed"])[0] == b"completed"
            with device.lock:
                jobs = [job for job in device.jobs.values() if (job["state"] >= CANCELED) == over]
                return OK, b"".join(describe(job) for job in sorted(jobs, key=lambda j: -j["id"]))
        if operation == 11:  # Get-Printer-Attributes
            return OK, bytes([PRINTER]) + number(ENUM, "printer-state", 3) + text(
                KEYWORD, "ipp-features-supported", "faxout")
        job = device.jobs.get(struct.unpack(">i", asked.get("job-id", [b"\0\0\0\0"])[0])[0])
        if job is None:
            return NOT_FOUND, b""
        if operation == 6:  # Send-Document
            if asked.get("last-document", [b""])[0] != b"\1" or not document:
                return BAD, b""
            device.take(job, document, meets)
        elif operation == 8:  # Cancel-Job
            with device.lock:
                job.update(state=CANCELED, reasons=["job-canceled-by-user"])
        elif operation == 9:  # Get-Job-Attributes
            with device.lock:
                device.go_on(job)
        else:
            return 0x0501, b""
        return OK, describe(job)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready-file", type=pathlib.Path, required=True)
    parser.add_argument("--script", type=pathlib.Path, required=True)
    parser.add_argument("--log", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    Handler.device = Device(asked.script, asked.log)
    server = ThreadingHTTPServer(("127.0.0.1", asked.port), Handler)
    waiting = asked.ready_file.with_suffix(".new")
    waiting.write_text(str(server.server_address[1]))
    waiting.rename(asked.ready_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
