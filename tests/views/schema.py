# SPDX-License-Identifier: MIT
"""Validates every line of `--format jsonl` of every example against docs/trace.schema.json.

The published schema lets readers meet members that it does not name. Here they are errors: what the
binary writes is in the schema, or one of the two is wrong.
"""

import itertools
import json
import sys

import examples

try:
    import jsonschema
except ImportError:
    print("SKIP: the Python package jsonschema is not installed")
    sys.exit(77)


def strict(schema):
    """The same schema, closed."""
    if isinstance(schema, dict):
        closed = {key: strict(value) for key, value in schema.items()}
        if "required" in closed and "properties" in closed and "oneOf" not in closed:
            closed["additionalProperties"] = False
        return closed
    return [strict(part) for part in schema] if isinstance(schema, list) else schema


def check_order(lines):
    types = [line["type"] for line in lines]
    assert types[0] == "header" and types[-1] == "end", "header first, end last"
    assert types.count("header") == types.count("end") == 1
    shown = lines[-1].get("shown", lines[-1]["records"])
    assert shown == sum("number" in line for line in lines), "each record is a line"


def main():
    ringside, source, built = examples.parse(sys.argv)
    schema = json.loads((source / "docs/trace.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    closed = strict(schema)
    # One validator a type: `oneOf` would only say that none of eight fits.
    validators = {}
    for part in (ref["$ref"].rsplit("/", 1)[1] for ref in closed["oneOf"]):
        rule = {"$ref": f"#/$defs/{part}", "$defs": closed["$defs"]}
        kind = closed["$defs"][part]["properties"]["type"]
        for name in kind.get("enum", [kind.get("const")]):
            validators[name] = jsonschema.Draft202012Validator(rule)
    whole = jsonschema.Draft202012Validator(schema)
    failed = count = 0
    seen = set()
    runs = examples.traces(ringside, source, built, "--format", "jsonl", "--costs")
    hello = ["--format", "jsonl", built / "hello.exe"]
    more = [(" ".join(options), examples.trace(ringside, *options, *hello)) for options in (
        ["--scope", "all"], ["--startup"], ["-C"], ["-e", "status=failed"], ["--max-cycles", "90000"])]
    for name, text in itertools.chain(runs, more):
        lines = [json.loads(line) for line in text.splitlines()]
        first_of_kind = set()
        try:
            check_order(lines)
            for number, line in enumerate(lines, 1):
                validators[line["type"]].validate(line)
                if line["type"] not in first_of_kind:
                    whole.validate(line)
                first_of_kind.add(line["type"])
            count += len(lines)
            seen |= first_of_kind
        except (AssertionError, KeyError) as error:
            failed += 1
            print(f"{name}: {type(error).__name__} {error}")
        except jsonschema.ValidationError as error:
            failed += 1
            print(f"{name}, line {number}: {error.json_path}: {error.message}")
    print(f"{count} lines valid; types: {', '.join(sorted(seen))}")
    sys.exit(1 if failed or not seen >= {"header", "call", "exception", "dispatch", "instruction", "summary", "end"} else 0)


main()
