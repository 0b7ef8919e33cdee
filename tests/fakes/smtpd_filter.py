#!/usr/bin/env python3
"""A filter of OpenSMTPD (smtpd-filters(7)). `grey`: a recipient is put off the first time that it
is named. `stall`: the end of a message is answered after so many seconds, and the mail is kept."""

import sys
import time


def main():
    way, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0
    phase = {"grey": "rcpt-to", "stall": "commit"}[way]
    seen = set()
    for line in sys.stdin:
        words = line.rstrip("\n").split("|")
        if words == ["config", "ready"]:
            print(f"register|filter|smtp-in|{phase}\nregister|ready", flush=True)
        if words[0] != "filter":
            continue
        session, token, what = words[5], words[6], "|".join(words[7:])
        answer = "proceed"
        if way == "grey" and what not in seen:
            seen.add(what)
            answer = "reject|451 4.7.1 greylisted, come again later"
        if way == "stall":
            time.sleep(seconds)
        print(f"filter-result|{session}|{token}|{answer}", flush=True)


if __name__ == "__main__":
    main()
