#!/usr/bin/python3
"""What dkimpy says of a mail's signatures, or makes of a mail: dkim_check.py verify FILE RECORDS, or
dkim_check.py sign FILE SELECTOR DOMAIN KEY_FILE ALGORITHM. RECORDS: a JSON object of TXT records by their names.
`verify` prints a JSON list, one boolean for each signature; `sign` prints the field."""
import base64
import json
import sys

import dkim

with open(sys.argv[2], "rb") as file:
    mail = file.read()
if sys.argv[1] == "verify":
    with open(sys.argv[3], encoding="ascii") as file:
        records = json.load(file)
    found = [name for name, _ in dkim.rfc822_parse(mail)[0]].count(b"DKIM-Signature")

    def find(name, timeout=5):
        return records[name.decode().rstrip(".")].encode()

    def holds(number):
        try:
            return dkim.DKIM(mail).verify(idx=number, dnsfunc=find)
        except dkim.DKIMException:
            return False
    print(json.dumps([holds(each) for each in range(found)]))
else:
    selector, domain, key_file, algorithm = sys.argv[3:]
    with open(key_file, "rb") as file:
        key = file.read()
    if algorithm == "ed25519-sha256":  # it takes the seed alone
        key = base64.b64encode(base64.b64decode(key.split(b"-----")[2])[-32:])
    print(dkim.sign(mail, selector.encode(), domain.encode(), key, canonicalize=(b"relaxed", b"relaxed"),
                    signature_algorithm=algorithm.encode()).decode(), end="")
