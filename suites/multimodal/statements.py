"""Verdicts on a statement in Chinese: ``这个说法没有错误`` is right, ``并不正确`` wrong."""

from __future__ import annotations

import re

from evalscope_pytest.scoring.read.verdict import NO, YES, read_verdict
from evalscope_pytest.scoring.read.visible import fold, visible

_TAIL = 4000
_SIGNS = {**dict.fromkeys(("√", "✓", "✔", "t", "v"), YES), **dict.fromkeys(("×", "✗", "✘", "x", "f"), NO)}
_EDGES = " \t\r\n。，、；：！.,;:!()（）[]【】{}<>《》\"'“”‘’*_`#$\\"
_NOT = r"(?:不能说|并非|不是|不太|不够|并不|并没有|没有|没|并无|毫无|无|未|非|不)"
_RIGHT = (
    r"正确|准确|成立|属实|合理|无误|为真|是真的?|相符|符合|一致|对(?=$|[的，。；！、,.;!\s）)”\"*]|无疑)|√|[✓✔]"
    r"|没有?(?:任何|什么)?问题|\b(?:correct|right|true|accurate)\b"
)
_WRONG = (
    r"错误|有误|不实|不符|为假|是假的?|站不住脚|错(?!落|综|开|位|过|题|因|觉)|[×✗✘]"
    r"|\b(?:incorrect|wrong|false|untrue|inaccurate)\b"
)
_VERDICT = re.compile(
    rf"(?:(?P<no>{_NOT}|\bnot\b|n't\b)[^，。；！？,;!?\n]{{0,6}}?)?(?:(?P<right>{_RIGHT})|(?P<wrong>{_WRONG}))"
)
# Clauses that name the words and judge nothing: "whether it is right", "the right form would be".
_OPEN = re.compile(
    r"是否|对错|正误|看似|似乎|表面上|乍[看一]|如果|假如|若|或者|正确性|(?:其他|其它|其余|别的|另[外一]|相反)[^，。；]{0,4}(?:说法|选项|陈述|表述|都|均|是)"
    r"|(?:正确|准确|错误|错)的?(?:(?:说法|做法|表述)(?:应|是|为)|应|原因|理由|选项|地方|部分|在|答案)|(?:正确|错误)的是"
)
# "because the right number is two": a word before a noun judges nothing, but "it is a wrong statement" does.
_OF_NOUN = re.compile(r"(?:(?<=因为)|(?<![是为个种]))(?:正确|准确|错误|真实|错)的(?=[^，。；！？,;!?\s的])")
_BOTH = re.compile(r"可能[^。；！\n]{0,10}[也又]可能[^，。；！\n]{0,6}")  # "may be right, and may be wrong"
_CLAUSE = re.compile(r"[，。；！？,;!?\n：:]")
_BUT = re.compile(r"但|然而|不过|实际|其实|事实上")
_CONCLUDES = re.compile(r"所以|因此|因而|故|综上|总之|最终|答案|结论|判断")
_SUBJECT = re.compile(
    r"(?:说法|陈述|判断|命题|表述|叙述|论述|描述|观点|结论|题目|题干|本题|该题|此题|句话|这是|答案|它|这|statement)"
)


def statement_verdict(text: str) -> str | None:
    """Return ``yes`` if a reply calls the statement right, ``no`` if wrong; None if it says neither, or both."""
    reply = _BOTH.sub("", fold(visible(text)).strip()[-_TAIL:])
    bare = reply.strip(_EDGES).casefold()
    if bare in _SIGNS:
        return _SIGNS[bare]
    return read_verdict(reply) or _concluded(reply)


def _concluded(reply: str) -> str | None:
    clauses = [(clause, verdict) for clause in _CLAUSE.split(reply) if (verdict := _of(clause))]
    for wanted in (_CONCLUDES, _SUBJECT):
        about = [verdict for clause, verdict in clauses if wanted.search(clause) or _BUT.search(clause)]
        if about and any(wanted.search(clause) for clause, _ in clauses):
            return about[-1] if wanted is _CONCLUDES else _agreed(about) or _turned(clauses)
    return _agreed([verdict for _, verdict in clauses])


def _turned(clauses: list[tuple[str, str]]) -> str | None:
    """Return the verdict behind the last "but"; without one, the first verdict."""
    behind = [verdict for clause, verdict in clauses if _BUT.search(clause)]
    return behind[-1] if behind else clauses[0][1]


def _agreed(verdicts: list[str]) -> str | None:
    return verdicts[0] if len(set(verdicts)) == 1 else None


def _of(clause: str) -> str | None:
    """Return what a clause says: a verdict that is denied is the other one."""
    clause = clause.strip(_EDGES).casefold()
    if _OPEN.search(clause):
        return None
    found = list(_VERDICT.finditer(_OF_NOUN.sub(" ", clause)))
    if not found or len({bool(one["right"]) for one in found}) > 1:
        return None
    last = found[-1]
    return YES if bool(last["right"]) != bool(last["no"]) else NO
