#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A trace ten times as long needs no more memory, whatever its format, and neither does diff."""
import os
import subprocess
import sys
import tempfile

SHORT, LONG = 4000, 40000
SLACK_KIB = 1024
GNU_TIME = "/usr/bin/time"


def peak(*command):
    """Peak resident KiB of a program that ends with status 0. GNU time starts it: a process that
    Python starts itself is born with Python's own."""
    done = subprocess.run([GNU_TIME, "-f", "%M", *command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, f"{command}: status {done.returncode}: {done.stderr}"
    return int(done.stderr.split()[-1])


def main():
    ringside, _, examples = sys.argv[1:4]
    if not os.path.exists(GNU_TIME):
        print("SKIP: no GNU time here; ./dev witnesses installs it")
        return 77
    guest = os.path.join(examples, "null_call.exe")
    failures = 0

    def compare(what, short, long):
        nonlocal failures
        print(f"{what}: {short} KiB, {long} KiB")
        failures += long > short + SLACK_KIB

    for options in (["text"], ["tree"], ["jsonl"], ["jsonl", "--costs"], ["perfetto"], ["html"],
                    ["text", "-c"], ["text", "-e", "/Close/", "-e", "status=failed"]):
        sizes = [peak(ringside, "trace", "--format", *options, "-o", "/dev/null", guest, str(calls))
                 for calls in (SHORT, LONG)]
        compare(" ".join(options), *sizes)
    with tempfile.TemporaryDirectory() as folder:
        sizes = []
        for calls in (SHORT, LONG):
            file = os.path.join(folder, f"{calls}.jsonl")
            peak(ringside, "trace", "--format", "jsonl", "-o", file, guest, str(calls))
            sizes.append(peak(ringside, "diff", file, file))
        compare("diff", *sizes)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
