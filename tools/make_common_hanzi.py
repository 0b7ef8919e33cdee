#!/usr/bin/env python3
"""Writes issuer/fonts/common_hanzi_data.cpp: the 8,105 characters of 通用规范汉字表 (国发〔2013〕23号).

Source: property kTGH of Unihan, in Debian's package unicode-data (Unicode 15.0). A character's presence in the block
U+4E00 to U+9FFF is a bit; the few others are listed. make_common_hanzi.py > issuer/fonts/common_hanzi_data.cpp
"""
import base64
import bz2
import glob

FIRST, LAST, WIDTH = 0x4E00, 0x9FFF, 96


def characters():
    found = set()
    for path in glob.glob("/usr/share/unicode/Unihan_*.txt.bz2"):
        for line in bz2.open(path, "rt", encoding="utf-8"):
            words = line.split()
            if len(words) == 3 and words[1] == "kTGH":
                found.add(int(words[0][2:], 16))
    return found


def literal(text, width):
    return "\n".join(f'    "{text[at:at + width]}"' for at in range(0, len(text), width))


def main():
    found = characters()
    assert len(found) == 8105, len(found)
    bits = bytearray((LAST - FIRST + 8) // 8)
    for character in found:
        if FIRST <= character <= LAST:
            bits[(character - FIRST) // 8] |= 1 << (character - FIRST) % 8
    others = "".join(chr(c) for c in sorted(found) if not FIRST <= c <= LAST)
    print("// Made by tools/make_common_hanzi.py; it says from what.\n")
    print('#include "issuer/fonts/common_hanzi_data.hpp"\n')
    print("namespace songda::issuer::detail {\n")
    print("const std::string_view common_hanzi_bits =\n" + literal(base64.b64encode(bits).decode(), WIDTH - 12) + ";\n")
    print("const std::u32string_view common_hanzi_others =\n" +
          "\n".join(f'    U"{others[at:at + 40]}"' for at in range(0, len(others), 40)) + ";\n")
    print("} // namespace songda::issuer::detail")


main()
