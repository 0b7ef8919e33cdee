#!/usr/bin/python3
"""Sends a mail back that tools/smtp_sink.py kept, as a mail server does that cannot deliver it: for ./run.

return_mail.py MAIL_FOLDER LEG MAILDIR: the newest mail of that leg becomes a report (RFC 3464) to its return path, in MAILDIR.
"""
import email.policy
import json
import os
import pathlib
import sys
import time
from email.message import EmailMessage, Message
from email.utils import formatdate

folder, leg, maildir = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
found = [path for path in folder.glob("*.json") if json.loads(path.read_text())["from"].startswith((f"b+{leg}-", f"bounce+{leg}."))]
if not found:
    sys.exit(f"没有这条投递的邮件 no mail of leg {leg} in {folder}")
newest = max(found, key=lambda path: int(path.stem))
parties = json.loads(newest.read_text())
header = newest.with_suffix(".eml").read_bytes().split(b"\r\n\r\n", 1)[0].decode("ascii")

report = Message(policy=email.policy.SMTP)
report["From"] = "Mail Delivery System <MAILER-DAEMON@sink.invalid>"
report["To"] = parties["from"]
report["Subject"] = "Undelivered Mail Returned to Sender"
report["Date"] = formatdate()
report["Auto-Submitted"] = "auto-replied"
report["MIME-Version"] = "1.0"
report["Content-Type"] = 'multipart/report; report-type="delivery-status"'
words = EmailMessage()
words.set_content("The mailbox is full.\n")
status = Message()
status["Content-Type"] = "message/delivery-status"
groups = [Message(), Message()]
groups[0]["Reporting-MTA"] = "dns; sink.invalid"
for name, value in [("Final-Recipient", f"rfc822; {parties['to'][0]}"), ("Action", "failed"), ("Status", "5.2.2"),
                    ("Diagnostic-Code", f"smtp; 552 5.2.2 <{parties['to'][0]}> is full"), ("Last-Attempt-Date", formatdate())]:
    groups[1][name] = value
status.set_payload(groups)
returned = Message()
returned["Content-Type"] = "text/rfc822-headers"
returned.set_payload(header + "\n")
report.set_payload([words, status, returned])
name = f"{int(time.time())}.{os.getpid()}.sink"
(maildir / "tmp" / name).write_bytes(report.as_bytes())
os.rename(maildir / "tmp" / name, maildir / "new" / name)
