# SPDX-License-Identifier: MIT
"""Holds `--format perfetto` of every example against what the Trace Event Format documents.

A viewer draws a slice inside another when it lies within its time: slices of a track that overlap
without that are dropped or drawn wrong, so this is the part that must not fail.
"""

import collections
import json
import sys

import examples

MEMBERS = {
    "X": {"name", "cat", "ph", "ts", "dur", "pid", "tid"},
    "i": {"name", "cat", "ph", "ts", "s", "pid", "tid"},
    "M": {"name", "ph", "pid", "tid", "args"},
}
OPTIONAL = {"X": {"args"}, "i": {"args"}, "M": set()}


def number(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def check_members(event):
    phase = event["ph"]
    assert phase in MEMBERS, f"phase {phase}"
    assert MEMBERS[phase] <= event.keys() <= MEMBERS[phase] | OPTIONAL[phase], event
    assert isinstance(event["name"], str) and event["name"], event
    assert all(number(event[k]) for k in ("ts", "dur", "pid", "tid") if k in event), event
    assert event.get("s", "t") in ("t", "p", "g"), event
    assert isinstance(event.get("args", {}), dict), event


def nest(slices):
    """Pairs of (outer or None, inner) as a viewer finds them."""
    stack = []
    order = sorted(range(len(slices)), key=lambda i: (slices[i]["ts"], -slices[i]["dur"], i))
    for event in (slices[i] for i in order):
        begins, ends = event["ts"], event["ts"] + event["dur"]
        while stack and stack[-1]["ts"] + stack[-1]["dur"] <= begins and (
                event["dur"] > 0 or stack[-1]["dur"] > 0):
            stack.pop()
        if stack:
            outer = stack[-1]
            assert ends <= outer["ts"] + outer["dur"], f"{event} sticks out of {outer}"
        yield (stack[-1] if stack else None), event
        stack.append(event)


def check(text):
    trace = json.loads(text)
    assert trace["displayTimeUnit"] in ("ms", "ns")
    events = trace["traceEvents"]
    tracks = collections.defaultdict(list)
    named = set()
    for event in events:
        check_members(event)
        if event["ph"] == "X":
            tracks[event["tid"]].append(event)
        elif event["ph"] == "M" and event["name"] == "thread_name":
            named.add(event["tid"])
    assert named >= tracks.keys(), "a track without a name"
    assert sum(e["name"].startswith("end: ") for e in events) == 1
    seen = collections.Counter()
    for slices in tracks.values():
        for outer, inner in nest(slices):
            seen[inner["cat"]] += 1
            if inner["cat"] in ("gate", "kernel", "service", "exit"):
                assert outer is not None, f"{inner} outside of any passage"
            if inner["name"] == "user" and outer is not None:
                assert outer["cat"] in ("service", "kernel", "exit"), f"user code within {outer}"
    return seen


def main():
    ringside, source, built = examples.parse(sys.argv)
    failed = 0
    total = collections.Counter()
    for name, text in examples.traces(ringside, source, built, "--format", "perfetto"):
        try:
            total += check(text)
        except (AssertionError, KeyError, json.JSONDecodeError) as error:
            failed += 1
            print(f"{name}: {type(error).__name__} {error}")
    print(", ".join(f"{count} {kind}" for kind, count in sorted(total.items())))
    missing = {"user", "gate", "kernel", "service", "exit"} - total.keys()
    sys.exit(1 if failed or missing else 0)


main()
