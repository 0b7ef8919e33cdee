#!/usr/bin/env python3
"""The attack suite: makes forged files and honest ones, has songda-verify judge them all, and holds every answer against what it
must be. run.py VERIFY FOLDER [--own PDF PDF TRUST] [--service URL PROCESS] [--pdfsig TABLE]

`--own`: two files of the service and the folder with its root; their forgeries are judged too. `--pdfsig`: writes beside each
answer what poppler's pdfsig says. `--service`: all files go to the upload desk of a running service too, four at a time; it must
answer each as the command does, soon, and without growing. Ends with 1 if an answer is not the expected one.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import forged
import own
from good import PASSED, Good
from people import DAY, NOW, People


def judge(program, trust, files, folder, *options):
    """The answer of each file, by name; all files in one call, as an office would."""
    done = subprocess.run([program, "--json", *options, "--trust", trust, *(folder / f"{name}.pdf" for name in files)], capture_output=True, text=True)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"songda-verify ended with {done.returncode}: {done.stderr[-2000:]}")
    answers = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        answers[pathlib.Path(answer["file"]).stem] = answer
    return answers


def told(answer):
    conclusion = answer["conclusion"]
    return (conclusion["indication"], conclusion.get("sub_indication", ""), answer["integrity"]["reason"], answer["authority"]["reason"])


def fits(expected, seen):
    if not expected:  # only that it is answered, and not with a yes
        return seen[0] != "TOTAL-PASSED"
    return all(not want or want == have for want, have in zip(expected, seen))


ANSWER_SECONDS_MAX = 20  # of a desk that shares two cores with the suite; the inspector's own bounds are 2 s and 5 s
GROWTH_KIB_MAX = 64 << 10  # what allocators keep; one bomb would be 2 GiB


def resident_kib(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process}/status").read_text())[1])


def upload(url, data):
    """The answer, how long it took, and how often the desk was full."""
    begun, full = time.monotonic(), 0
    while True:
        request = urllib.request.Request(url + "/api/v1/verify", data=data, headers={"Content-Type": "application/pdf"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response), time.monotonic() - begun, full
        except urllib.error.HTTPError as refusal:
            if refusal.code != 503:
                return {"integrity": {"answer": f"HTTP {refusal.code}", "reason": ""}}, time.monotonic() - begun, full
            full += 1
            begun = time.monotonic()
            time.sleep(0.2)


def upload_all(url, process, folder, told_offline):
    """How many answers of the upload desk are not what they must be."""
    before = resident_kib(process)
    with concurrent.futures.ThreadPoolExecutor(4) as callers:
        answers = dict(zip(told_offline, callers.map(lambda name: upload(url, (folder / f"{name}.pdf").read_bytes()), told_offline)))
    wrong, longest, full = 0, 0.0, 0
    for name, (answer, seconds, refusals) in answers.items():
        integrity, offline = answer["integrity"], told_offline[name]
        longest, full = max(longest, seconds), full + refusals
        if name.startswith("own-"):  # the desk knows those documents: exactly the bytes, or not
            right = integrity["reason"] == "exact_bytes" if "good" in name else integrity["answer"] == "no"
        else:
            right = integrity["reason"] == offline[2]
        if not right or seconds > ANSWER_SECONDS_MAX:
            wrong += 1
            print(f"{name}: the desk said {integrity['answer']} {integrity['reason']} after {seconds:.1f} s, the command {offline[2]}")
    grown = resident_kib(process) - before
    print(f"upload desk: {len(answers)} answers, the longest {longest:.2f} s, {full} times full, resident +{grown} KiB")
    return wrong + (grown > GROWTH_KIB_MAX)


def pdfsig(people, folder, names):
    """What poppler says of each: the first signature's words, or that there is none."""
    base = people.folder / "nss"
    base.mkdir()
    subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{base}"], check=True)
    subprocess.run(["certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", people.root.file, "-d", f"sql:{base}"], check=True)
    said = {}
    for name in names:
        try:
            done = subprocess.run(["prlimit", "--as=2000000000", "--cpu=20", "pdfsig", "-nssdir", f"sql:{base}", folder / f"{name}.pdf"],
                                  capture_output=True, timeout=30)
            text = done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired:
            said[name] = "no answer in 30 s"
            continue
        words = re.findall(r"Signature Validation: (.*)", text) + re.findall(r"Certificate Validation: (.*)", text)
        words += ["whole file" if "Total document signed" in text else "not the whole file"] if words else []
        said[name] = "; ".join(words) or ("no signature" if "does not contain any signatures" in text else f"ended with {done.returncode}")
    return said


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("verify", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--own", nargs=3, type=pathlib.Path)
    arguments.add_argument("--service", nargs=2)
    arguments.add_argument("--pdfsig", type=pathlib.Path)
    asked = arguments.parse_args()
    folder = asked.folder
    folder.mkdir(parents=True, exist_ok=True)
    people = People(folder / "people")
    good = Good(people)
    expected, files = {}, {}
    for name, data in good.cases().items():
        files[name], expected[name] = data, (*PASSED, "", "certificate_trusted")
    for name, (data, want) in forged.cases(good).items():
        files[name], expected[name] = data, want
    own_files = {}
    if asked.own:
        first, second = (path.read_bytes() for path in asked.own[:2])
        own_files = own.cases(first, second)
        own_files["own-good"] = (first, (*PASSED, "signature_covers_whole_file", "seal_certificate_trusted"))
        own_files["own-good-second"] = (second, (*PASSED, "signature_covers_whole_file", "seal_certificate_trusted"))
    for name, data in {**files, **{name: data for name, (data, _) in own_files.items()}}.items():
        (folder / f"{name}.pdf").write_bytes(data)
    begun = time.monotonic()
    answers = judge(asked.verify, people.trust, files, folder)
    if own_files:
        answers.update(judge(asked.verify, asked.own[2], own_files, folder))
        expected.update({name: want for name, (_, want) in own_files.items()})
    later = good.later_cases()
    for name, (data, want) in later.items():
        (folder / f"{name}.pdf").write_bytes(data)
    answers.update(judge(asked.verify, people.trust, later, folder, "--at", (NOW + 60 * DAY).strftime("%Y-%m-%d")))
    taken = time.monotonic() - begun
    wrong = 0
    for name, want in {**expected, **{name: want for name, (_, want) in later.items()}}.items():
        seen = told(answers[name]) if name in answers and "conclusion" in answers[name] else ("no answer", "", "", "")
        if not fits(want, seen):
            wrong += 1
            print(f"{name}: {' · '.join(seen)}\n    expected {want or 'anything but a yes'}")
    if asked.service:
        wrong += upload_all(*asked.service, folder, {name: told(answers[name]) for name in expected})
    bad = sum(1 for name in expected if "good" not in name)
    print(f"{len(expected)} files: {bad} forged, {len(expected) - bad} good, {wrong} answers wrong, {taken:.1f} s")
    if asked.pdfsig:
        said = pdfsig(people, folder, expected)
        lines = ["| file | songda-verify | pdfsig |", "|---|---|---|"]
        lines += [f"| {name} | {told(answers[name])[0]} {told(answers[name])[2]} | {said[name]} |" for name in expected]
        asked.pdfsig.write_text("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
