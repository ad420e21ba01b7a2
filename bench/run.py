#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the workloads on Ringside and on the peers that this machine has, and compares speed.

Every round runs every workload once on every peer, so that a busy machine slows all alike. What the
same round's empty workload took is subtracted. Figures are medians. The exit status tells of
checksums and of nothing else: 0 all equal, 1 one differs or a run failed, 2 usage.
"""

import argparse
import math
import os
import platform
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
INTEGER = "sieve sha256 sort matmul mix strops crcbit switchvm fib".split()
COMPUTING = INTEGER + ["nbody"]
RINGS = ["ring_int2e", "ring_sysenter"]
SYSTEM = ["pagefault", "nullcall_int2e", "nullcall_sysenter"]
ALL = COMPUTING + RINGS + SYSTEM
# What one round does in workloads whose rate is not one of instructions.
EVENTS = {"ring_int2e": 1, "ring_sysenter": 1, "pagefault": 256,
          "nullcall_int2e": 1000, "nullcall_sysenter": 1000}
FLOPPY_BYTES = 1474560
FIRMWARE = {
    "bochs": (["/usr/share/bochs/BIOS-bochs-latest"], ["/usr/share/bochs/VGABIOS-lgpl-latest"]),
    "v86": (["/usr/share/seabios/bios.bin"], ["/usr/share/seabios/vgabios-stdvga.bin"]),
}


@dataclass
class Run:
    """One process from its start to its end."""

    checksum: str
    seconds: float


@dataclass
class Places:
    """Where things are, and a folder for what a run needs."""

    build: Path
    ringside: Path
    ringside_options: list
    work: Path
    v86: Path

    def image(self, workload):
        return self.build / "bench" / f"{workload}.flat"

    def program(self, workload):
        return self.build / "bench" / f"{workload}.elf"


def is_for_nt(workload):
    return workload in SYSTEM or workload == "empty_nt"


class Peer:
    """Something that can run workloads; `missing` says why it cannot here."""

    name = ""
    speed = 1.0  # instructions a second that it is expected to do, for the length of runs

    def __init__(self, places):
        self.places = places

    def missing(self):
        return None

    def has(self, workload):
        return workload in COMPUTING + ["empty"]

    def command(self, workload, rounds):
        raise NotImplementedError


class Ringside(Peer):
    name = "ringside"
    speed = 5e8

    def missing(self):
        return None if self.places.ringside.exists() else f"{self.places.ringside} is not built"

    def has(self, workload):
        return True

    def command(self, workload, rounds):
        head = [self.places.ringside, "run", *self.places.ringside_options]
        if is_for_nt(workload):
            name, _, entry = workload.partition("_")
            if entry in ("int2e", "sysenter"):
                head += ["--entry", entry]
            return [*head, self.places.build / "bench" / f"bench_{name}.exe", rounds]
        return [*head, "--os", "bare", "--load", f"{self.places.image(workload)}@0x100000",
                "--poke", f"0x100008={rounds}", "--regs"]


class Native(Peer):
    name = "native"
    speed = 5e9

    def missing(self):
        if platform.machine() not in ("x86_64", "i686"):
            return f"a {platform.machine()} runs no i386 code"
        if not self.places.program("empty").exists():
            return "no 32-bit programs were built"
        if subprocess.run([self.places.program("empty"), "1"], capture_output=True).returncode != 0:
            return "this kernel runs no 32-bit programs"
        return None

    def has(self, workload):
        return workload in COMPUTING + ["empty", "pagefault"]

    def command(self, workload, rounds):
        return [self.places.program(workload), rounds]


class QemuUser(Native):
    name = "qemu-i386"
    speed = 2e9

    def missing(self):
        return None if shutil.which("qemu-i386") else "no qemu-i386 (package qemu-user)"

    def command(self, workload, rounds):
        return ["qemu-i386", self.places.program(workload), rounds]


class Harness(Peer):
    """An emulator library behind a small program of ours, compiled on first use."""

    library = package = ""

    def missing(self):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            return "no C compiler"
        self.binary = self.places.work / self.name
        made = subprocess.run(
            [compiler, "-O2", "-o", self.binary, HERE / "peers" / f"{self.name}.c",
             f"-l{self.library}"], capture_output=True, text=True)
        return None if made.returncode == 0 else f"its harness does not link (package {self.package})"

    def command(self, workload, rounds):
        return [self.binary, self.places.image(workload), rounds]


class Unicorn(Harness):
    name, library, package = "unicorn", "unicorn", "libunicorn-dev"
    speed = 2e8


class X86emu(Harness):
    name, library, package = "x86emu", "x86emu", "libx86emu-dev"
    speed = 2.5e7

    def has(self, workload):
        return super().has(workload) and workload != "nbody"  # it has no x87


class Machine(Peer):
    """A whole PC that boots a floppy disk with the image behind a boot sector."""

    def has(self, workload):
        return super().has(workload) or workload in RINGS

    def disk(self, workload, rounds):
        boot = (self.places.build / "bench" / "boot.bin").read_bytes()
        image = bytearray(self.places.image(workload).read_bytes())
        image[8:12] = struct.pack("<I", rounds)
        path = self.places.work / f"{self.name}.img"
        path.write_bytes((boot + bytes(image)).ljust(FLOPPY_BYTES, b"\0"))
        (self.places.work / f"{self.name}.img.lock").unlink(missing_ok=True)
        return path


class QemuSystem(Machine):
    name = "qemu-system"
    speed = 1.5e9

    def missing(self):
        found = shutil.which("qemu-system-i386")
        return None if found else "no qemu-system-i386 (package qemu-system-x86)"

    def command(self, workload, rounds):
        return ["qemu-system-i386", "-accel", "tcg", "-m", "32", "-nodefaults", "-display", "none",
                "-no-reboot", "-boot", "a", "-device", "isa-debug-exit,iobase=0xf4",
                "-debugcon", "stdio",
                "-drive", f"if=floppy,format=raw,file={self.disk(workload, rounds)}"]


def firmware(name):
    """BIOS and VGA BIOS of a peer, or nothing when one is missing."""
    chosen = [next((p for p in paths if Path(p).exists()), None) for paths in FIRMWARE[name]]
    return None if None in chosen else chosen


class Bochs(Machine):
    name = "bochs"
    speed = 1e8

    def missing(self):
        if shutil.which("bochs") is None:
            return "no bochs (packages bochs, bochs-term)"
        return None if firmware("bochs") else "no BIOS for it (packages bochsbios, vgabios)"

    def command(self, workload, rounds):
        bios, vga = firmware("bochs")
        text = (HERE / "peers" / "bochsrc.in").read_text()
        for key, value in {"BIOS": bios, "VGABIOS": vga, "DISK": self.disk(workload, rounds),
                           "LOG": self.places.work / "bochs.log"}.items():
            text = text.replace(f"@{key}@", str(value))
        (self.places.work / "bochsrc").write_text(text)
        # Debian's build starts in its debugger.
        (self.places.work / "bochs.commands").write_text("c\n")
        return ["bochs", "-q", "-f", self.places.work / "bochsrc",
                "-rc", self.places.work / "bochs.commands"]


class V86(Machine):
    name = "v86"
    speed = 8e8

    def missing(self):
        if shutil.which("node") is None:
            return "no node"
        if not (self.places.v86 / "build" / "libv86.mjs").exists():
            return "no v86 (npm install v86)"
        return None if firmware("v86") else "no BIOS for it (package seabios)"

    def command(self, workload, rounds):
        return ["node", HERE / "peers" / "v86.mjs", self.places.v86, self.disk(workload, rounds),
                *firmware("v86")]


PEERS = [Ringside, Native, QemuUser, QemuSystem, Unicorn, Bochs, X86emu, V86]


class Failure(Exception):
    pass


def run(peer, workload, rounds, limit):
    """Runs a workload once. Throws Failure when it does not come to a checksum."""
    command = [str(word) for word in peer.command(workload, rounds)]
    begin = time.perf_counter()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failure(f"{peer.name} {workload} {rounds}: no end within {limit} s") from None
    seconds = time.perf_counter() - begin
    text = done.stdout.decode("latin-1")
    checksum = re.search(r"^([0-9a-f]{8})\s*$", text, re.M) or re.search(r"\bEAX=([0-9A-F]{8})", text)
    if checksum is None:
        raise Failure(f"{peer.name} {workload} {rounds}: no checksum; it said: {text.strip()[-200:]}")
    return Run(checksum.group(1).lower(), seconds)


def resident_kib(peer, workload, limit):
    """The most memory that two rounds of a workload held, or nothing without GNU time. A process that
    Python starts itself is born with Python's own."""
    if not Path("/usr/bin/time").exists():
        return None
    figure = peer.places.work / "resident"
    command = ["/usr/bin/time", "-f", "%M", "-o", figure, *peer.command(workload, 2)]
    subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                   timeout=limit)
    return int(figure.read_text().split()[-1])


def instructions_of(ringside, workload, limit):
    """Instructions of no round and of one: clocks of a model whose every instruction is one clock."""
    def clocks(rounds):
        status = ringside.places.work / "status.json"
        command = [str(w) for w in ringside.command(workload, rounds)]
        command[2:2] = ["--timing", "count", "--cpu", "pentium", "--status-json", str(status)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit)
        if done.returncode != 0:
            raise Failure(f"{workload}: instructions cannot be counted: {done.stderr.decode()[-200:]}")
        return int(re.search(r'"clocks": (\d+)', status.read_text()).group(1))

    few, many = clocks(1), clocks(5)
    each = (many - few) // 4
    return few - each, each


@dataclass
class Row:
    """What came of a workload on a peer."""

    peer: str
    workload: str
    rounds: int
    amount: float  # instructions, or events
    walls: list = field(default_factory=list)
    nets: list = field(default_factory=list)
    resident_kib: int | None = None
    checksum: str = ""

    def rate(self):
        net = statistics.median(self.nets)
        return self.amount / net if net > 0 else float("nan")

    def spread(self):
        net = statistics.median(self.nets)
        return (max(self.nets) - min(self.nets)) / net if net > 0 else float("nan")


def available(wanted, places, say):
    peers = []
    for kind in PEERS:
        if kind.name not in wanted:
            continue
        peer = kind(places)
        why = peer.missing()
        if why is None:
            peers.append(peer)
        else:
            say(f"{kind.name}: left out: {why}")
    return peers


def check(peers, workloads, limit, say):
    """The same checksum from every peer, two rounds of each workload. How many were wrong."""
    wrong = 0
    for workload in workloads:
        results = {}
        for peer in peers:
            if peer.has(workload):
                try:
                    results[peer.name] = run(peer, workload, 2, limit).checksum
                except Failure as failure:
                    say(f"FAILED {failure}")
                    wrong += 1
        if len(set(results.values())) > 1:
            wrong += 1
            say(f"DIFFERS {workload}: " + ", ".join(f"{n} {c}" for n, c in results.items()))
        elif results:
            say(f"equal {workload} {next(iter(results.values()))}: {' '.join(results)}")
    return wrong


def rounds_for(peer, workload, amount_of_round, seconds):
    rate = peer.speed
    if workload in EVENTS:
        rate = {"pagefault": 3e5}.get(workload, peer.speed / 40)
    elif workload == "nbody" and peer.name != "native":
        rate = min(rate, 7e7)
    elif workload == "strops" and peer.name != "native":
        rate = min(rate, 4e8) / 5
    return max(1, round(rate * seconds / amount_of_round))


def measure(peers, workloads, options, say):
    """All rows, and whether every checksum was the expected one."""
    counter = next((p for p in peers if isinstance(p, Ringside)), None)
    amounts = {}
    for workload in workloads:
        if workload in EVENTS:
            amounts[workload] = (0, EVENTS[workload])
        elif counter is None:
            amounts[workload] = (0, 1)
        else:
            amounts[workload] = instructions_of(counter, workload, options.limit)
    rows = {}
    failed = False
    for number in range(options.rounds):
        say(f"round {number + 1} of {options.rounds}")
        starts = {}
        for workload in ["empty", "empty_nt", *workloads]:
            for peer in peers:
                nothing = workload.startswith("empty")
                if not peer.has(workload):
                    continue
                base, each = (0, 1) if nothing else amounts[workload]
                rounds = 1 if nothing else rounds_for(peer, workload, each, options.seconds)
                try:
                    one = run(peer, workload, rounds, options.limit)
                except Failure as failure:
                    say(f"FAILED {failure}")
                    failed = True
                    continue
                key = peer.name, workload
                if key not in rows:
                    rows[key] = Row(*key, rounds, base + each * rounds)
                    rows[key].resident_kib = resident_kib(peer, workload, options.limit)
                row = rows[key]
                if row.checksum not in ("", one.checksum):
                    say(f"DIFFERS {peer.name} {workload}: {one.checksum}, before {row.checksum}")
                    failed = True
                row.checksum = one.checksum
                if nothing:
                    starts[key] = one.seconds
                start = starts.get((peer.name, "empty_nt" if is_for_nt(workload) and
                                    peer.name == "ringside" else "empty"), 0.0)
                row.walls.append(one.seconds)
                row.nets.append(one.seconds if nothing else one.seconds - start)
    return list(rows.values()), failed


def tsv(rows):
    lines = ["peer\tworkload\trounds\tamount\twall_ms\tnet_ms\tmillion_per_s\tspread\tresident_kib\t"
             "checksum"]
    for row in rows:
        rate = "-" if row.workload.startswith("empty") else f"{row.rate() / 1e6:.3f}"
        lines.append(f"{row.peer}\t{row.workload}\t{row.rounds}\t{row.amount:.0f}\t"
                     f"{statistics.median(row.walls) * 1e3:.2f}\t"
                     f"{statistics.median(row.nets) * 1e3:.2f}\t{rate}\t{row.spread():.2f}\t"
                     f"{row.resident_kib or '-'}\t{row.checksum}")
    return "\n".join(lines) + "\n"


def short(number):
    if math.isnan(number):
        return "-"
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def table(rows, peers, workloads, title):
    """Rates, with how many times faster Ringside is in brackets."""
    by_key = {(row.peer, row.workload): row for row in rows}
    names = [peer.name for peer in peers]
    used = [w for w in workloads if any((n, w) in by_key for n in names)]
    if not used:
        return ""
    lines = [f"| {title} | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    ratios = {name: [] for name in names}
    for workload in used:
        own = by_key.get(("ringside", workload))
        cells = []
        for name in names:
            row = by_key.get((name, workload))
            cell = "-" if row is None else short(row.rate() / 1e6)
            if row is not None and own is not None and name != "ringside":
                ratio = own.rate() / row.rate()
                cell += f" ({short(ratio)})"
                ratios[name].append(ratio)
            cells.append(cell)
        lines.append(f"| {workload} | " + " | ".join(cells) + " |")
    means = [short(statistics.geometric_mean(ratios[n])) if ratios[n] and
             not any(math.isnan(r) or r <= 0 for r in ratios[n]) else "-" for n in names]
    lines.append("| geometric mean of Ringside's ratio | " + " | ".join(means) + " |")
    return "\n".join(lines) + "\n"


def start_up(rows, peers):
    lines = ["| the empty workload | whole process, ms | memory, MiB | most of any workload |",
             "|---|---:|---:|---:|"]

    def mib(kib):
        return "-" if kib is None else f"{kib / 1024:.1f}"

    for peer in peers:
        for workload, label in (("empty", peer.name), ("empty_nt", f"{peer.name}, NT program")):
            row = next((r for r in rows if (r.peer, r.workload) == (peer.name, workload)), None)
            is_nt = workload == "empty_nt"
            if row is not None:
                group = [r for r in rows if r.peer == peer.name and
                         (peer.name != "ringside" or is_for_nt(r.workload) == is_nt)]
                most = max((r.resident_kib or 0 for r in group), default=0) or None
                lines.append(f"| {label} | {statistics.median(row.walls) * 1e3:.1f} | "
                             f"{mib(row.resident_kib)} | {mib(most)} |")
    return "\n".join(lines) + "\n"


def machine():
    model = "an unknown processor"
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        model = found.group(1) if found else model
    except OSError:
        pass
    return f"{time.strftime('%Y-%m-%d')}; {model}, {os.cpu_count()} processors; {platform.system()} " \
           f"{platform.release()}"


def report(rows, peers, workloads):
    parts = [machine() + "\n",
             table(rows, peers, [w for w in workloads if w in COMPUTING], "M instructions/s"),
             table(rows, peers, [w for w in workloads if w in EVENTS], "M events/s"),
             start_up(rows, peers)]
    return "\n".join(part for part in parts if part)


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [kind.name for kind in PEERS]
    parser.add_argument("--check", action="store_true", help="compare checksums, measure nothing")
    parser.add_argument("--peers", default=" ".join(names), help=f"which (default: {' '.join(names)})")
    parser.add_argument("--workloads", default=" ".join(ALL), help=f"which (default: {' '.join(ALL)})")
    parser.add_argument("--rounds", type=int, default=5, help="how often (default: 5)")
    parser.add_argument("--seconds", type=float, default=1.0,
                        help="about how long a run should take (default: 1)")
    parser.add_argument("--limit", type=float, default=120, help="seconds after which one has failed")
    parser.add_argument("--tsv", type=Path, help="write all figures there")
    parser.add_argument("--markdown", type=Path, help="write the tables there, too")
    parser.add_argument("--build", type=Path, default=HERE.parent / "build" / "release",
                        help="the build folder")
    parser.add_argument("--ringside", type=Path, help="another ringside than the build folder's")
    parser.add_argument("--ringside-options", default="", help='for example "--timing pipe"')
    parser.add_argument("--v86", type=Path, default=HERE.parent / "node_modules" / "v86",
                        help="the folder of the npm package v86 (default: node_modules/v86)")
    options = parser.parse_args(arguments)
    for name, known in (("peers", names), ("workloads", ALL)):
        chosen = getattr(options, name).split()
        for word in chosen:
            if word not in known:
                parser.error(f"--{name}: no {word}; there are {' '.join(known)}")
        setattr(options, name, [word for word in known if word in chosen])
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds and --seconds want more than nothing")
    return options


def main(arguments):
    options = options_of(arguments)

    def say(line):
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as work:
        places = Places(options.build, options.ringside or options.build / "ringside",
                        options.ringside_options.split(), Path(work), options.v86)
        peers = available(options.peers, places, say)
        workloads = [w for w in options.workloads if any(p.has(w) for p in peers)]
        wrong = check(peers, workloads, options.limit, say)
        if wrong or options.check:
            return 1 if wrong else 0
        rows, failed = measure(peers, workloads, options, say)
    if options.tsv:
        options.tsv.write_text(tsv(rows))
    text = report(rows, peers, workloads)
    if options.markdown:
        options.markdown.write_text(text)
    print(text, end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
