#!/usr/bin/env python3
"""What including <weir/weir.hpp> costs a compiler, beside a file with just the standard headers that it needs.

usage: header_cost.py [--json] [--repeats N] [--compiler CXX] [-I FOLDER]...

Prints header.umbrella_s   seconds of processor time to compile a file that includes the umbrella and nothing else
       header.umbrella_lines   preprocessed lines of that file
       header.hello_s   seconds to compile examples/01_hello.cpp
each with the same figure for the standard headers (the floor) and the ratio of the two.

The files take turns, and the least of N (default 8) counts: other work on the machine can only add.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import subprocess
import tempfile

top = pathlib.Path(__file__).resolve().parent.parent
include = top / "include"


def standard_headers(start):
    """The standard headers that `start` includes, itself or through our own. Following the includes leaves out what a
    user asks for separately: testing/ and spdlog.hpp."""
    found, seen, todo = set(), set(), [start]
    while todo:
        header = todo.pop()
        if header in seen:
            continue
        seen.add(header)
        for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', header.read_text(), re.M):
            if (include / name).is_file():
                todo.append(include / name)
            elif (header.parent / name).is_file():
                todo.append(header.parent / name)
            elif re.fullmatch(r"[a-z_]+", name):  # <vector>, but not <fmt/core.h> or <unistd.h>
                found.add(name)
    return sorted(found)


def run(command):
    done = subprocess.run(command, env={**os.environ, "CCACHE_DISABLE": "1"}, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"header_cost: {' '.join(map(str, command))}\n{done.stderr[-4000:]}")
    return done.stdout


def user_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(command)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--compiler", default=os.environ.get("CXX", "g++"))
    parser.add_argument("-I", dest="folders", action="append", default=[], help="where fmt and nlohmann are, if not in the system")
    options = parser.parse_args()

    headers = standard_headers(include / "weir" / "weir.hpp")
    base = [options.compiler, "-std=c++20", f"-I{include}", *(f"-I{folder}" for folder in options.folders)]
    with tempfile.TemporaryDirectory() as folder:
        sources = {name: pathlib.Path(folder) / f"{name}.cpp" for name in ("floor", "umbrella")}
        sources["floor"].write_text("".join(f"#include <{h}>\n" for h in headers))
        sources["umbrella"].write_text("#include <weir/weir.hpp>\n")
        sources["hello"] = top / "examples" / "01_hello.cpp"

        seconds = {name: [] for name in sources}
        for _ in range(options.repeats):
            for name, source in sources.items():
                seconds[name].append(user_seconds([*base, "-O0", "-c", source, "-o", "/dev/null"]))
        lines = {name: run([*base, "-E", sources[name]]).count("\n") for name in ("floor", "umbrella")}

    least = {name: min(all_of_it) for name, all_of_it in seconds.items()}
    for name, value, unit, floor in (
        ("header.umbrella_s", round(least["umbrella"], 3), "s", round(least["floor"], 3)),
        ("header.umbrella_lines", lines["umbrella"], "lines", lines["floor"]),
        ("header.hello_s", round(least["hello"], 3), "s", round(least["floor"], 3)),
    ):
        row = {"name": name, "value": value, "unit": unit, "floor": floor, "ratio": round(value / floor, 3)}
        if options.json:
            print(json.dumps(row), flush=True)
        else:
            print(f"{name:<24} {value:>10} {unit:<6} standard headers {floor:>10}   ratio {row['ratio']:.2f}", flush=True)


if __name__ == "__main__":
    main()
