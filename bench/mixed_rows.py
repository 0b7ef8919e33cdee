#!/usr/bin/env python3
"""Makes a file of N decisions from sample files, each with a key and a case of its own: mixed_rows.py N FILE… > rows.jsonl"""
import json
import sys

count = int(sys.argv[1])
rows = [json.loads(line) for path in sys.argv[2:] for line in open(path, encoding="utf-8")]
for number in range(count):
    row = dict(rows[number % len(rows)])
    row["idempotency_key"] = f"batch-{number:08}"
    row["case_number"] = f"batch-case-{number:08}"
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
