#!/usr/bin/env python3
"""Prints the vectors of tests/unit/delivery/applicant_keys_test.cpp, from docs/formats/applicant.md."""
import hashlib
import hmac

SECRET = bytes(range(32))
LEG = bytes(15) + b"\x07"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def derive(purpose, what):
    return hmac.new(SECRET, purpose.encode() + b"\0" + what, hashlib.sha256).digest()


def base32(data):
    number = int.from_bytes(data, "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(len(data) * 8 - 5, -1, -5))


token = base32(LEG + derive("link", LEG)[:9])
code = "%08d" % (int.from_bytes(derive("code", LEG)[:8], "big") % 10**8)
session = "00" * 16 + ".1234567890123"
print("TOKEN", token)
print("CODE", code)
print("INBOX", derive("inbox", b"11320199014138860W\x0091320199MA5JMH929H")[:16].hex())
print("SESSION", session + "." + base32(derive("session", session.encode())[:20]))
