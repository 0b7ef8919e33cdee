#!/bin/sh
# Builds every target of tests/fuzz with clang and libFuzzer and runs each for SECONDS (60): fuzz.sh [SECONDS [NAME …]].
# The corpora start from the golden seals and the files of tests/attacks, and grow in build/fuzz/corpus.
# A target's first lines name the sources, libraries and pkg-config packages that it needs beside base's plain ones.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
out=build/fuzz
mkdir -p "$out"
tests/fuzz/seed.py "$out/corpus"
base="base/bytes.cpp base/cbor.cpp base/der.cpp base/ecdsa_check.cpp base/ecdsa_signature.cpp base/ids.cpp base/qr_claims.cpp base/result.cpp base/revocation_signature.cpp base/sha256.cpp base/sm2.cpp base/text_codec.cpp base/time.cpp base/utf8.cpp"
failed=0
for target in tests/fuzz/*_fuzz.cpp; do
    name=$(basename "$target" .cpp)
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    sources=$(sed -n 's#^// sources: *##p' "$target")
    libraries=$(sed -n 's#^// libraries: *##p' "$target")
    packages=$(sed -n 's#^// packages: *##p' "$target")
    [ -z "$packages" ] || libraries="$libraries $(pkg-config --cflags --libs "$packages")"
    # shellcheck disable=SC2086 # lists are meant to split
    clang++-14 -std=c++20 -g -O1 -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fsanitize-ignorelist=tests/fuzz/ignored.txt -DSONGDA_SOURCE_DIR="\"$PWD\"" "$target" $sources $base \
        -o "$out/$name" -lfmt -lcrypto -lz $libraries
    mkdir -p "$out/corpus/$name"
    if "$out/$name" -max_total_time="$seconds" -max_len=70000 -print_final_stats=1 "$out/corpus/$name" 2>"$out/$name.log"; then
        printf '%-20s %s runs, no finding\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$name.log")"
    else
        failed=1
        printf '%-20s FAILED, see %s\n' "$name" "$out/$name.log"
    fi
done
exit $failed
