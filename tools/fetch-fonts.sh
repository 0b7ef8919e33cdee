#!/bin/sh
# Gathers the fonts of tools/fonts.toml in OUT: links to the packaged ones, and one 仿宋 file out of a
# package that is otherwise not needed. Idempotent.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
cp "$here/fonts.toml" "$out/fonts.toml"
find /usr/share/fonts -type f \( -name 'NotoSerifCJK-Regular.ttc' -o -name 'NotoSerifCJK-Bold.ttc' -o \
    -name 'NotoSansCJK-Regular.ttc' -o -name 'LXGWWenKai-Regular.ttf' -o -name 'BabelStoneHan.ttf' \) |
    while read -r file; do ln -sf "$file" "$out/"; done
if [ ! -f "$out/FandolFang-Regular.otf" ]; then
    echo "取仿宋字体 Fetching the 仿宋 font (49 MB, once)"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && { apt-get download -qq texlive-lang-chinese || { apt-get update -qq && apt-get download -qq texlive-lang-chinese; }; })
    dpkg-deb --fsys-tarfile "$work"/texlive-lang-chinese_*.deb |
        tar -x -C "$work" --wildcards '*/FandolFang-Regular.otf'
    find "$work" -name FandolFang-Regular.otf -exec cp {} "$out/.fang" \;
    mv "$out/.fang" "$out/FandolFang-Regular.otf"
fi
