"""SM2 and SM3 by Botan. Everything in hexadecimal, the user id is always the usual one:
sm2.py hash MESSAGE · sm2.py verify POINT MESSAGE SIGNATURE → true, false"""
import sys

import botan2


def take_integer(der: bytes) -> tuple[bytes, bytes]:
    size = der[1]
    return der[2:2 + size].lstrip(b"\0").rjust(32, b"\0"), der[2 + size:]


def fixed(der: bytes) -> bytes:
    """r and s of SEQUENCE { r, s }."""
    r, rest = take_integer(der[2:])
    return r + take_integer(rest)[0]


def verify(point: bytes, message: bytes, signature: bytes) -> bool:
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    check = botan2.PKVerify(botan2.PublicKey.load_sm2("sm2p256v1", x, y), "1234567812345678,SM3")
    check.update(message)
    return check.check_signature(fixed(signature))


def main(verb: str, *arguments: str) -> None:
    values = [bytes.fromhex(argument) for argument in arguments]
    if verb == "hash":
        sm3 = botan2.HashFunction("SM3")
        sm3.update(*values)
        print(sm3.final().hex())
    elif verb == "verify":
        print("true" if verify(*values) else "false")
    else:
        sys.exit(2)


main(*sys.argv[1:])
