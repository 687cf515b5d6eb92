"""Programs in other languages than Python, compiled if they have to be, with their tests behind them (MultiPL-E)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ...core.errors import SandboxError
from ...core.values import Sample, Score
from ...sandbox.protocol import MIB
from ..read.code import code_of
from ..scorer import Scorer
from .outcome import check_obstacle, limits_for, outcome

if TYPE_CHECKING:
    from ...sandbox.pool import SandboxHandle

_MEMORY = 2048 * MIB
_PROBE_CPU_S = 20.0
_IMPORTS = ("<?php", "#include", "import ", "use ", "using ")
# The one class that tests in Java use of the library `org.javatuples`, which all of them import.
_PAIR = """\
package org.javatuples;
public final class Pair<A, B> {
    private final A first;
    private final B second;
    private Pair(A first, B second) { this.first = first; this.second = second; }
    public static <A, B> Pair<A, B> with(A first, B second) { return new Pair<>(first, second); }
    public A getValue0() { return first; }
    public B getValue1() { return second; }
    @Override public int hashCode() { return java.util.Objects.hash(first, second); }
    @Override public boolean equals(Object other) {
        return other instanceof Pair && java.util.Objects.equals(first, ((Pair<?, ?>) other).first)
            && java.util.Objects.equals(second, ((Pair<?, ?>) other).second);
    }
}
"""


@dataclass(frozen=True)
class Language:
    """Commands and conventions of one language.

    Attributes:
        name: Common name.
        label: Name of its fenced blocks in prompts; ``labels`` are others that count.
        file: Where the program is written.
        command: Shell command that compiles and runs it.
        probe: Shell command that succeeds if it can be run, compiler and libraries of the tests.
        say: Statement that prints ``{mark}``.
        closing: Number of times ``closer`` follows the last statement of the tests; 0: that goes to the end.
        head: Text before the program.
        main: Beginning of a line that opens the program's own entry, which is left out: the tests have theirs.
        in_class: The function is a method, and the tests close its class.
        compiles: It starts its own processes.
        function: Beginning of a line that ends with the function's name; empty: the name precedes a bracket.
        files: Files it needs beside it.
    """

    name: str
    label: str
    file: str
    command: str
    probe: str
    say: str
    closing: int = 0
    closer: str = "}"
    head: str = ""
    main: str = ""
    in_class: bool = False
    compiles: bool = False
    function: str = ""
    labels: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    def program(self, prompt: str, code: str, tests: str, mark: str) -> str:
        """Return a program with its tests, which print ``mark`` once they are through."""
        body, tests = self._complete(prompt, code, tests)
        at = len(tests)
        for _ in range(self.closing):
            at = tests.rindex(self.closer, 0, at)
        return f"{self.head}{body}\n{tests[:at]}\n{self.say.replace('{mark}', mark)}\n{tests[at:]}"

    def _complete(self, prompt: str, code: str, tests: str) -> tuple[str, str]:
        """Return program and tests if the reply is the whole function; the tests expect it without its end."""
        if not self._defines(prompt, code):
            return f"{prompt}{code}", tests
        lines = code.split("\n")
        own_main = (n for n, line in enumerate(lines) if self.main and line.lstrip().startswith(self.main))
        end = next(own_main, len(lines))
        code = "\n".join(lines[:end])
        if self.in_class and end == len(lines):
            code = code.rpartition("}")[0]
        missing = [line for line in prompt.split("\n") if line.startswith(_IMPORTS) and line not in code]
        opened = tests.lstrip()
        return "\n".join([*missing, code]), opened[1:] if opened.startswith("}") else tests

    def _defines(self, prompt: str, code: str) -> bool:
        names = re.findall(rf"^{self.function}(\w+)" if self.function else r"(\w+)\s*\(", prompt, re.MULTILINE)
        return bool(names) and names[-1] in code


LANGUAGES: dict[str, Language] = {
    "cpp": Language(
        "C++",
        "cpp",
        "program.cpp",
        "g++ -std=c++17 -O1 program.cpp -o program && exec ./program",
        "g++ --version",
        'std::puts("{mark}");',
        closing=1,
        main="int main(",
        compiles=True,
        head="#include<assert.h>\n#include<bits/stdc++.h>\nusing namespace std;\n",
        labels=("c++", "cc"),
    ),
    "java": Language(
        "Java",
        "java",
        "Problem.java",
        "javac -d . Problem.java org/javatuples/Pair.java && exec java -ea -Xmx512m Problem",
        "javac -version && java -version",
        'System.out.println("{mark}");',
        closing=2,
        main="public static void main(",
        in_class=True,
        compiles=True,
        files=(("org/javatuples/Pair.java", _PAIR),),
    ),
    "js": Language(
        "JavaScript",
        "javascript",
        "program.js",
        "exec node program.js",
        "node --version",
        'console.log("{mark}");',
        labels=("js", "node"),
    ),
    "lua": Language(
        "Lua",
        "lua",
        "program.lua",
        "exec lua5.4 program.lua",
        "lua5.4 -l luaunit -e ''",
        'print("{mark}")',
        closing=1,
        closer="end",
    ),
    "php": Language("PHP", "php", "program.php", "exec php program.php", "php --version", 'echo "{mark}";'),
    "pl": Language(
        "Perl",
        "perl",
        "program.pl",
        "exec perl program.pl",
        "perl -MTest::Deep -e 1",
        'print "{mark}";',
        function="sub ",
        labels=("pl",),
    ),
    "rb": Language(
        "Ruby",
        "ruby",
        "program.rb",
        "exec ruby program.rb",
        "ruby -e 'require \"test/unit\"; exit!(0)'",
        'puts "{mark}"',
        closing=2,
        closer="end",
        labels=("rb",),
    ),
    "rs": Language(
        "Rust",
        "rust",
        "program.rs",
        "rustc --edition 2021 -O program.rs -o program && exec ./program",
        "rustc --version",
        'println!("{mark}");',
        closing=1,
        main="fn main(",
        compiles=True,
        labels=("rs",),
    ),
    "sh": Language(
        "Bash",
        "bash",
        "program.sh",
        "exec bash program.sh",
        "bash --version",
        'echo "{mark}"',
        compiles=True,
        labels=("sh", "shell"),
    ),
}

_PROBED: WeakKeyDictionary[SandboxHandle, dict[str, str]] = WeakKeyDictionary()


def language_passes() -> Scorer:
    """Judge a program in the ``language`` of the sample's metadata by the ``tests`` in its ``private``."""
    return Scorer("language_passes", ("accuracy",), _score, needs=frozenset({"sandbox"}))


def fence_label(language: str) -> str:
    """Return what a block of code in a language is called."""
    known = LANGUAGES.get(language)
    return known.label if known else language


async def unavailable(language: str, sandbox: SandboxHandle) -> str:
    """Return why programs in a language cannot be run here, and in which one; empty when they can."""
    known = LANGUAGES.get(language)
    if known is None:
        return f"{language}: programs in this language are not run by this version"
    if known.compiles and not sandbox.forks:
        return f"{known.name}: its programs start processes, which the sandbox ({sandbox.name}) does not allow"
    probed = _PROBED.setdefault(sandbox, {})
    if language not in probed:
        limits = limits_for(_PROBE_CPU_S, memory_bytes=_MEMORY)
        result = await sandbox.run(argv=("/bin/sh", "-c", known.probe), limits=limits)
        probed[language] = "" if result.ok else f"{known.name}: `{known.probe}` fails in the sandbox ({sandbox.name})"
    return probed[language]


async def _score(text: str, sample: Sample, sandbox: SandboxHandle, cpu_s: float | None) -> Score:
    name = str(sample.metadata["language"])
    if reason := await unavailable(name, sandbox):
        raise SandboxError(f"{reason}. Install what it needs, or use another sandbox (`evalscope-pytest doctor`).")
    language = LANGUAGES[name]
    code = code_of(text, (language.label, *language.labels))
    mark = secrets.token_hex(16)
    source = language.program(sample.question, code, sample.private["tests"], mark)
    limits = limits_for(cpu_s, memory_bytes=_MEMORY)
    files = {language.file: source, **dict(language.files)}
    result = await sandbox.run(argv=("/bin/sh", "-c", language.command), files=files, limits=limits)
    check_obstacle(result, sandbox)
    if result.ok and mark not in result.stdout:
        result = replace(result, status="failed")  # it ended by itself, before its tests did
    return outcome(result, code, limits.cpu_s)
