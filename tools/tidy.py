#!/usr/bin/env python3
"""Checks that rooms keep to their walls. Run as a test.

Refuses: an include of a room that is not in the room's DEPS (songda_room in its CMakeLists.txt), a foreign
library outside its home, a file without `#pragma once`, a line over 100 columns in C++ and a file over 500
lines. Prints the ten longest functions for a person to judge.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ["base", "catalogue", "ledger", "store", "signer", "verifier", "issuer", "delivery",
         "postal-adapter", "http", "api", "printing", "app"]
# A room inside another's folder, with walls of its own.
INNER_ROOMS = {"issuer/fonts/": "render", "issuer/render/": "render", "issuer/templates/": "render"}
# header prefix → rooms that may include it
HOMES = {
    "boost/": {"http"},
    "lmdb.h": {"store"},
    "podofo/": {"issuer"},
    "hb": {"issuer"},
    "ft2build.h": {"issuer"},
    "qrencode.h": {"issuer"},
    "openssl/": {"base", "signer", "verifier", "http", "delivery"},
    "p11-kit/": {"signer"},
    "cups/": {"printing"},
    "curl/": {"delivery"},
    "gmime/": {"delivery"},
    "spdlog/": {"base"},
    "prometheus/": {"base"},
    "toml++/": {"base"},
    "CLI/": {"app"},
    "qpdf/": {"verifier"},
    "seccomp.h": {"base", "verifier", "app"},
    "zlib.h": {"issuer"},
    "zip.h": {"catalogue"},
    "expat.h": {"catalogue"},
    "xlsxwriter.h": {"catalogue"},
    "rapidjson/": {"api", "base", "issuer", "ledger", "signer", "verifier", "app"},
}
INCLUDE = re.compile(r'^\s*#include\s+(["<])([^">]+)[">]', re.M)


def declared_deps(room):
    """Rooms named by DEPS in any songda_room of the folder."""
    deps = set()
    for cmake in (ROOT / room).rglob("CMakeLists.txt"):
        for call in re.findall(r"songda_room\((.*?)\)", cmake.read_text(), re.S):
            words = call.split()
            deps.add(words[0])
            if "DEPS" in words:
                for word in words[words.index("DEPS") + 1:]:
                    if word.isupper():
                        break
                    deps.add(word)
    return deps


def check_file(room, path, deps, faults):
    text = path.read_text()
    name = path.relative_to(ROOT)
    lines = text.splitlines()
    if path.suffix == ".hpp" and "#pragma once" not in text:
        faults.append(f"{name}: no #pragma once")
    if len(lines) > 500:
        faults.append(f"{name}: {len(lines)} lines; at most 500")
    for number, line in enumerate(lines, 1):
        if len(line) > 100:
            faults.append(f"{name}:{number}: {len(line)} columns; at most 100")
    for mark, header in INCLUDE.findall(text):
        if mark == '"':
            inner = [name for folder, name in INNER_ROOMS.items() if header.startswith(folder)]
            other = header.split("/")[0]
            if other != room and other not in deps and not deps.intersection(inner):
                faults.append(f"{name}: includes {header}, but {other} is not in DEPS of {room}")
        for prefix, homes in HOMES.items():
            if mark == "<" and (header.startswith(prefix) if prefix != "hb" else re.match(r"hb(-\w+)?\.h", header)):
                if room not in homes:
                    faults.append(f"{name}: {header} has its home in {', '.join(sorted(homes))}")


def main():
    faults = []
    for room in ROOMS:
        folder = ROOT / room
        if not folder.exists():
            continue
        if not (folder / "README.md").exists():
            faults.append(f"{room}/: no README.md")
        deps = declared_deps(room)
        for path in sorted(folder.rglob("*.[ch]pp")):
            check_file(room, path, deps, faults)
    print("\n".join(faults) or "rooms are tidy")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
