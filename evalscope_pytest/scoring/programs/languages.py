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
_LONGEST_LINE = 1000
_KEYWORD = re.compile(r"\s{0,40}(?:local\s{1,4})?(?:function|def|func|fn|sub|\(define)\b")
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
# The one function that tests in Perl use of a module that few machines have. Numbers are equal as numbers.
_DEEP = r"""
package Test::Deep;
use strict;
use Exporter 'import';
use Scalar::Util qw(blessed looks_like_number reftype);
our @EXPORT = qw(eq_deeply);
sub eq_deeply {
    my ($one, $other) = @_;
    return !defined $one && !defined $other unless defined $one && defined $other;
    return 0 if blessed $one || blessed $other;
    my ($kind, $same) = (reftype($one) // '', reftype($other) // '');
    return 0 if $kind ne $same;
    if ($kind eq 'ARRAY') {
        return 0 if @$one != @$other;
        for my $n (0 .. $#$one) { return 0 unless eq_deeply($one->[$n], $other->[$n]) }
        return 1;
    }
    if ($kind eq 'HASH') {
        return 0 if keys %$one != keys %$other;
        for my $key (keys %$one) { return 0 unless exists $other->{$key} && eq_deeply($one->{$key}, $other->{$key}) }
        return 1;
    }
    return $one == $other if $kind || (looks_like_number($one) && looks_like_number($other));
    return $one eq $other;
}
1;
"""
# Checks that fail are words on stderr in these languages, not an exit code.
_TELLING = "2>errors; code=$?; cat errors >&2; grep -q -E '{}' errors && exit 1; exit $code"


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
        opened = tests.lstrip()
        if self.label == "go":
            return f"{_go_head(prompt, code)}\n{_GO_HEAD.sub('', code)}", opened[1:] if opened.startswith(
                "}"
            ) else tests
        missing = [line for line in prompt.split("\n") if line.startswith(_IMPORTS) and line not in code]
        return "\n".join([*missing, code]), opened[1:] if opened.startswith("}") else tests

    def definitions(self, prompt: str, reply: str) -> tuple[str, ...]:
        """Return the lines of a reply that begin to define the prompt's function, as its blocks may have them."""
        name = self._name(prompt)
        if not name:
            return ()
        lines = reply.split("\n")
        whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        found = [
            line
            for line, after in zip(lines, [*lines[1:], ""], strict=True)
            if whole.search(line[:_LONGEST_LINE])
            and (line.rstrip().endswith("{") or after.lstrip().startswith("{") or _KEYWORD.match(line))
        ]
        return tuple(dict.fromkeys((*found, *map(str.lstrip, found))))

    def _defines(self, prompt: str, code: str) -> bool:
        name = self._name(prompt)
        return bool(name) and name in code

    def _name(self, prompt: str) -> str:
        """Return the name of the function that a prompt begins; empty if it cannot be found."""
        names = re.findall(rf"^{self.function}(\w+)" if self.function else r"(\w+)\s*\(", prompt, re.MULTILINE)
        return str(names[-1]) if names else ""


_GO_HEAD = re.compile(
    r"^(?:package[ \t]{1,8}\w{1,80}|import[ \t]{0,8}(?:\([^)]{0,4000}\)|\"[^\"\n]{1,200}\"))", re.MULTILINE
)


def _go_head(prompt: str, code: str) -> str:
    """Return package and imports of a program in Go, each of them once: the prompt's, and what else the code has."""
    head = "\n".join(match[0] for match in _GO_HEAD.finditer(prompt))
    own = re.findall(r"\"[^\"\n]{1,200}\"", "".join(match[0] for match in _GO_HEAD.finditer(code)))
    return "\n".join([head, *(f"import {path}" for path in dict.fromkeys(own) if path not in head)])


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
        "exec perl -Ilib program.pl",
        "perl -MScalar::Util -e 1",
        'print "{mark}";',
        function="sub ",
        labels=("pl",),
        files=(("lib/Test/Deep.pm", _DEEP),),
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
    "ts": Language(
        "TypeScript",
        "typescript",
        "program.ts",
        "tsc --target es2020 --module commonjs --skipLibCheck program.ts && exec node program.js",
        "echo 'const n: number = 1;' > a.ts && tsc a.ts && node a.js",
        'console.log("{mark}");',
        labels=("ts",),
        compiles=True,
    ),
    "cs": Language(
        "C#",
        "csharp",
        "program.cs",
        "mcs -d:DEBUG -r:System.Numerics.dll program.cs -out:program.exe && export MONO_TRACE_LISTENER=Console.Error; "
        f"mono program.exe {_TELLING.format('Fail')}",
        "echo 'class A { static void Main() {} }' > a.cs && mcs a.cs && mono a.exe",
        'Console.WriteLine("{mark}");',
        closing=2,
        main="public static void Main(",
        in_class=True,
        compiles=True,
        labels=("cs", "c#"),
    ),
    "go": Language(
        "Go",
        "go",
        "program_test.go",
        "GO111MODULE=off GOFLAGS= go test -v program_test.go",
        "printf 'package a_test\\nimport \"testing\"\\nfunc TestA(t *testing.T) {}' > a_test.go && "
        "GO111MODULE=off go test a_test.go",
        'fmt.Println("{mark}")',
        closing=1,
        compiles=True,
        function="func ",
        labels=("golang",),
    ),
    "rkt": Language(
        "Racket",
        "racket",
        "program.rkt",
        f"racket program.rkt {_TELLING.format('ERROR|FAILURE')}",
        "racket -l rackunit -e ''",
        '(display "{mark}")',
        function=r"\(define \(",
        labels=("rkt", "scheme"),
        compiles=True,
    ),
    "r": Language(
        "R",
        "r",
        "program.R",
        "exec Rscript program.R",
        "Rscript -e 1",
        'cat("{mark}")',
        compiles=True,
        function=r"(?=[\w.]{1,60} <- function)",
    ),
    "scala": Language(
        "Scala",
        "scala",
        "Problem.scala",
        "scalac -d . Problem.scala && exec scala -cp . Problem",
        "echo 'object A { def main(a: Array[String]) = {} }' > A.scala && scalac -d . A.scala && scala -cp . A",
        'println("{mark}")',
        closing=2,
        main="def main(",
        in_class=True,
        compiles=True,
    ),
    "swift": Language(
        "Swift",
        "swift",
        "program.swift",
        "swiftc program.swift -o program && exec ./program",
        "echo 'print(1)' > a.swift && swiftc a.swift -o a && ./a",
        'print("{mark}")',
        compiles=True,
    ),
    "d": Language(
        "D",
        "d",
        "program.d",
        "dmd -unittest program.d -of=program && exec ./program --DRT-testmode=run-main",
        "echo 'void main() {}' > a.d && dmd -unittest a.d -of=a && ./a",
        'import core.stdc.stdio : puts; puts("{mark}");',
        closing=1,
        main="void main(",
        compiles=True,
    ),
    "jl": Language(
        "Julia", "julia", "program.jl", "exec julia program.jl", "julia --version", 'println("{mark}")', labels=("jl",)
    ),
}
# What to install, by Debian's names if it has them.
_PACKAGES = {
    "cpp": "g++", "cs": "mono-devel", "d": "dmd", "go": "golang", "java": "default-jdk", "jl": "julia", "js": "nodejs",
    "lua": "lua5.4 lua-unit", "php": "php-cli", "pl": "perl", "r": "r-base-core", "rb": "ruby ruby-test-unit",
    "rkt": "racket", "rs": "rustc", "scala": "scala", "sh": "bash", "swift": "swift", "ts": "node-typescript nodejs",
}  # fmt: skip

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
        failure = f"{known.name}: `{known.probe}` fails in the sandbox ({sandbox.name}). Install {_PACKAGES[language]} "
        probed[language] = "" if result.ok else f"{failure}below /usr, which programs can read"
    return probed[language]


async def _score(text: str, sample: Sample, sandbox: SandboxHandle, cpu_s: float | None) -> Score:
    name = str(sample.metadata["language"])
    if reason := await unavailable(name, sandbox):
        raise SandboxError(f"{reason}. Install what it needs, or use another sandbox (`evalscope-pytest doctor`).")
    language = LANGUAGES[name]
    defines = language.definitions(sample.question, text)
    code = code_of(text, (language.label, *language.labels), defines)
    mark = secrets.token_hex(16)
    source = language.program(sample.question, code, sample.private["tests"], mark)
    limits = limits_for(cpu_s, memory_bytes=_MEMORY)
    files = {language.file: source, **dict(language.files)}
    result = await sandbox.run(argv=("/bin/sh", "-c", language.command), files=files, limits=limits)
    check_obstacle(result, sandbox)
    if result.ok and mark not in result.stdout:
        result = replace(result, status="failed")  # it ended by itself, before its tests did
    return outcome(result, code, limits.cpu_s)
