# SPDX-License-Identifier: MIT
"""Runs `ringside trace` on the program of each example, in the world that its case describes."""

import pathlib
import subprocess
import tempfile
import tomllib

# The keys of a case's world whose values are files beside the case or among the built programs.
FILES = {"patch", "patch-object", "rom", "load", "symbols", "table"}


def options(case, folders):
    """Lists of arguments, one for each run of the case."""

    def found(value):
        name, at, rest = value.partition("@")
        for folder in folders:
            if (folder / name).exists():
                return str(folder / name) + at + rest
        return value

    world = tomllib.loads(case.read_text())["world"]
    program, arguments = world.pop("program", None), world.pop("args", [])
    world.pop("stdin", None)
    variants = [[]]
    for key, value in world.items():
        values = value if isinstance(value, list) else [value]
        values = [found(str(v)) if key in FILES else str(v) for v in values]
        if key in ("os", "entry", "cpu"):  # a run each
            variants = [old + ["--" + key, v] for old in variants for v in values]
        else:
            variants = [old + [x for v in values for x in ("--" + key, v)] for old in variants]
    tail = [found(program), *arguments] if program else []
    return [variant + tail for variant in variants]


def trace(ringside, *arguments, folder=None):
    """What `ringside trace` writes into its file."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([ringside, "trace", "-o", file.name, *arguments], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
                       timeout=120, check=False)
        return file.read().decode()


def traces(ringside, source, built, *extra):
    """Yields a name and the text of the trace, for every example and each of its worlds."""
    for case in sorted((source / "examples").glob("*.case.toml")):
        for arguments in options(case, [source / "examples", built]):
            name = case.name.removesuffix(".case.toml") + " " + " ".join(
                a for a in arguments if "/" not in a)
            yield name, trace(ringside, *extra, *arguments, folder=source / "examples")


def parse(argv):
    """The three arguments that every script here takes."""
    return tuple(pathlib.Path(a).resolve() for a in argv[1:4])
