#!/usr/bin/python3
"""Reads a mail with Python's e-mail package and prints what it is, as JSON: read_mail.py FILE."""
import email
import email.policy
import hashlib
import json
import sys

with open(sys.argv[1], "rb") as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)
body = mail.get_body()
files = [{"name": part.get_filename(), "type": part.get_content_type(),
          "type_name": part["Content-Type"].params.get("name"),
          "disposition": part.get_content_disposition(),
          "sha256": hashlib.sha256(part.get_content()).hexdigest()} for part in mail.iter_attachments()]
print(json.dumps({
    "headers": [name for name in mail.keys()],
    "from": [[party.display_name, party.addr_spec] for party in mail["From"].addresses],
    "to": [[party.display_name, party.addr_spec] for party in mail["To"].addresses],
    "subject": str(mail["Subject"]), "date": mail["Date"].datetime.isoformat(), "message_id": mail["Message-ID"],
    "auto": mail["Auto-Submitted"], "type": mail.get_content_type(), "body_type": body.get_content_type(),
    "charset": body.get_content_charset(), "body": body.get_content(), "files": files,
    "defects": [str(defect) for part in mail.walk() for defect in part.defects]
               + [str(defect) for name, value in mail.items() for defect in value.defects],
}))
