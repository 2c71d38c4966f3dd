#!/usr/bin/env python3
"""Runs a program in an empty folder and compares what it says with a file that the docs quote.

  same_output.py [--write] EXPECTED PROGRAM [ARGUMENT...]

Times, durations, ids and two-word names of runs differ from run to run, and are masked on both sides. Both streams go into
one pipe: what a program prints on standard output comes last. --write makes the file instead.
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

masks = [
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "DATE"),
    (r"\b\d\d:\d\d:\d\d\.\d{3}\b", "TIME"),
    (r"\b\d+(\.\d+)?(e-\d+)? s\b", "N s"),
    (r"\b[a-z]+-[a-z]+\b", "WORDS"),
]


def masked(text):
    for pattern, name in masks:
        text = re.sub(pattern, name, text)
    return text.splitlines(keepends=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    program = [os.path.abspath(options.command[0]), *options.command[1:]]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(program, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
    if options.write:
        options.expected.write_text(done.stdout)
        return 0
    difference = list(difflib.unified_diff(masked(options.expected.read_text()), masked(done.stdout), str(options.expected),
                                           "what it says now"))
    sys.stdout.writelines(difference)
    if done.returncode != 0:
        print(f"ended with {done.returncode}:\n{done.stdout}")
    return 1 if difference or done.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
