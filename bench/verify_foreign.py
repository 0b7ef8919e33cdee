#!/usr/bin/env python3
"""How many files a CPU second `songda-verify` and `pdfsig` check: verify_foreign.py VERIFY SECONDS.

The same file, signed by another writer (tests/attacks), in turns within one run; a process a file for both, and for songda-verify
also a hundred files a call, as an office would. CPU time of all children. Prints: ours, pdfsig's, ours of many.
"""
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/attacks"))
import good
import people


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rate(words, files, status):
    begun = cpu()
    done = subprocess.run(words, capture_output=True)
    if done.returncode != status:
        sys.exit(f"{words[0]} ended with {done.returncode}: {done.stdout[-500:]}")
    return files, cpu() - begun


def main():
    program, seconds = sys.argv[1], float(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        everybody = people.People(folder / "people")
        file = folder / "signed.pdf"
        file.write_bytes(good.Good(everybody).simple)
        base = folder / "nss"
        base.mkdir()
        subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{base}"], check=True)
        subprocess.run(["certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", everybody.root.file, "-d", f"sql:{base}"], check=True)
        asked = [program, "--json", "--trust", everybody.trust]
        turns = [([*asked, file], 1), (["pdfsig", "-nssdir", f"sql:{base}", file], 1), ([*asked, *[file] * 100], 100)]
        totals = [[0, 0.0] for _ in turns]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for total, (words, files) in zip(totals, turns):
                done, used = rate(words, files, 0)
                total[0] += done
                total[1] += used
        print(*(int(done / used) for done, used in totals))


main()
