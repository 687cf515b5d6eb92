"""Coverage-guided fuzzing of everything that reads hostile text. See README.md.

One process per target, one after another; each gets its share of the time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SLOWEST_S = {"score": 3.0}  # thirteen scorers, instrumented
SLOWEST_ELSE_S = 0.5
LONGEST = 50_000
SEEDS = (
    "The answer is \\boxed{\\frac{1}{2}}. **42** #### 7",
    "ANSWER: B",
    "<think>no</think>答案：B，因为",
    "(A) alpha\n(B) x",
    "So the answer is (C).",
    "I choose B and C",
    "- A\n- B\n",
    "{1, 2}, or x = 3\\%|0.5",
    "$1{,}000.5 \\text{ cm}^2$|1.5",
    "a: &a [1]\nb: *a\n<<: {c: 1}",
    'a=1,b={"c": [1]}',
    '{"a": "\\ud800"}\n{"a": 1}',
    'a,b\n1,"2\n3"',
    "data: {}\n\n: x\r\n",
    "CON.txt|../../x",
    "<script>alert(1)</script>&amp;'\"\u202e\x1b[31m",
    "sk-abcdefghijklmnop://u:p@h Bearer aaaaaaaa",
)


def fuzz(name: str, seconds: int, corpus: Path) -> None:
    """Run one target in this process."""
    import atheris

    sys.path.insert(0, str(HERE.parent.parent))
    with atheris.instrument_imports(include=["evalscope_pytest"]):
        from tests.fuzz import targets
    target = getattr(targets, name)

    def once(raw: bytes) -> None:
        provider = atheris.FuzzedDataProvider(raw)
        times = provider.ConsumeIntInRange(0, 255)
        text = provider.ConsumeUnicode(sys.maxsize)
        if times > 128:  # a long reply that repeats a part: what makes a matcher go back again and again
            head, _, rest = text.partition("\n")
            unit, _, tail = rest.partition("\n")
            text = head + unit * min(times * 20, LONGEST // max(1, len(unit))) + tail
        started = time.process_time()
        target(text)
        if (taken := time.process_time() - started) > SLOWEST_S.get(name, SLOWEST_ELSE_S):
            raise TimeoutError(f"{taken:.2f} s of CPU for {len(text)} characters")

    arguments = [
        sys.argv[0],
        str(corpus),
        f"-max_total_time={seconds}",
        "-max_len=2048",
        "-len_control=0",
        "-timeout=20",
        "-rss_limit_mb=4096",
    ]
    atheris.Setup([*arguments, f"-artifact_prefix={corpus}/../found-{name}-", "-print_final_stats=1"], once)
    atheris.Fuzz()


def main() -> int:
    """Run all targets, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--target", default="", help="only this one")
    parser.add_argument("--work", type=Path, default=Path("/tmp/evalscope-fuzz"), help="corpora and findings")
    given = parser.parse_args()
    names = [given.target] if given.target else _names()
    if os.environ.get("EVALSCOPE_FUZZ_CHILD"):
        fuzz(given.target, given.seconds, given.work / given.target)
        return 0
    failed = []
    for name in names:
        corpus = given.work / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS):
            (corpus / f"seed{number}").write_bytes(b"\x01" + seed.encode("utf-8", "surrogatepass") + b"\x00")
        share = str(max(1, given.seconds // len(names)))
        command = [sys.executable, __file__, "--target", name, "--seconds", share, "--work", str(given.work)]
        done = subprocess.run(
            command, env={**os.environ, "EVALSCOPE_FUZZ_CHILD": "1"}, capture_output=True, text=True, errors="replace"
        )
        stats = [line for line in done.stderr.splitlines() if line.startswith(("stat::number_of", "stat::average"))]
        coverage = next((line for line in reversed(done.stderr.splitlines()) if " cov: " in line), "")
        print(f"{name:<12} rc {done.returncode}  {'  '.join(stats)}  {coverage.strip()}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stderr[-3000:], done.stdout[-2000:], flush=True)
    print("findings in:", ", ".join(failed) or "no target")
    return bool(failed)


def _names() -> list[str]:
    text = (HERE / "targets.py").read_text()
    return [
        name.strip()
        for name in text.partition("TARGETS:")[2].partition("(\n")[2].partition(")")[0].split(",")
        if name.strip()
    ]


if __name__ == "__main__":
    raise SystemExit(main())
