"""Reading the chosen option(s) of a multiple-choice question out of a reply.

The readings, from the most to the least explicit; the first that says something decides:

1. the whole reply is a label, or the text of one option;
2. explicit markers (``ANSWER: B``, "the answer is B", ``答案：B``, "la réponse est B", ``\\boxed{B}``, a JSON field):
   the last that is readable wins;
3. verdicts on the options, a row or a line each, when exactly one is called right (`verdict_table`);
4. an option called right ("option B is right", ``B项正确``), when exactly one is;
5. a choice in words ("I choose B", ``故选B``), the last one;
6. a reply or line that begins with a marked label (``B) text``), or a last line that is one;
7. the one option called true. "True" says something of a statement first: questions of logic have some called A and B;
8. the text of the option that is preferred to that of another ("not to run but to help").

A label that replaces one taken back ("No, I take it back: B") decides before all but a bare answer.

A claim of several options is not an answer to a question with one. Letters that belong to words never count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain

from .boxes import braced
from .json_text import said
from .marker import CLOSING, WORDS, announcement, announcements, hedged
from .options import Options, bare, claimed, enumerated, mentioned, negated, run_alone, with_own_text
from .verdict_table import tabled
from .visible import fold

_CLAIMS = 48  # How many claims are tried, from the last: bounds the work on a reply that repeats a marker for ever.
_LINES = 400
_LINE = 200
_TAIL, _HEAD = 16_000, 4_000  # Characters of a long reply that are read.
# Beside what every reader takes for an announcement: the nouns of a choice, and looser forms that a letter follows.
_MARKER = announcement(
    english=(
        r"(?:correct|best|right|final|my|most likely|selected|chosen|remaining|only)"
        r" (?:choice|option|letter|one)(?: (?:that|which) (?:works|fits|matches|holds|applies|remains|makes sense"
        r"|is (?:true|correct|right)))?"
        r"|(?:only )?correct (?:statement|description|definition|explanation|conclusion|sentence)"
        r"(?= is [(*]{0,3}[A-Z][)*]{0,3}(?:[.\n]|$))"
        r"|(?:solution|response|result|lösung|verdict|conclusion|decision|final)"
        r"(?=[*_`\"'\])]{0,4}\s{0,2}(?::|is\s|=|ist\s))"
    ),
    chinese="答案选项",
    also=(
        rf"(?<!best )(?<!correct )\banswers?{CLOSING}\s{{0,2}}\n"
        r"|\b(?:richtige?|korrekte?)(?: (?:antwort|option|lösung))? ist(?!\w)"
        r"|\b(?:opción|opção|opzione|option|alternativa|lettre|letra) correc?t?t[ae] (?:es|é|è|est)(?: l[ae])?(?!\w)"
        r"|\bcorrect\s?:"
        r"|(?:सही विकल्प|योग्य पर्याय|সঠিক বিকল্প|સાચો વિકલ્પ|ਸਹੀ ਵਿਕਲਪ|சரியான (?:விடை|விருப்பம்)|సరైన ఎంపిక|ಸರಿಯಾದ ಆಯ್ಕೆ)"
        r"\s?:?\s?(?=[(\[*]{0,3}[A-Z](?![A-Za-z]))"
        r"|\bans\s?[.:=]"
        r"|\banswers? (?=[(\[*]{0,3}[A-Z][)\]*]{0,3}(?:[.\n]|$))"
        rf"|答案(?:选项)?{CLOSING}\s{{0,3}}(?:(?:应该|应当|应|就|当)?选)?"
        r"|(?:正确|符合题意|符合要求)(?:的)?(?:一项|选项|答案|说法)?(?:应该|应当|应|就)?(?:是|为)"
        r"|(?:正确|符合题意|符合要求)(?:的(?:一项|选项|答案|说法)?|选项|答案|说法)(?:包括|有|:)"
        r"|[\"'](?!wrong|incorrect|reject|other)[a-z_ -]{0,20}"
        r"(?:answer|choice|option|letter|label|selection)[\"']\s{0,3}:"
        r"|[\"']选项[\"']\s{0,3}:"
        r"|\\?\b(?:boxed|fbox)\s{0,3}(?=\{)"
    ),
)
_WORDS = (
    *WORDS, " one", "choice", "option", "letter", "solution", "response", "result", "lösung", "correct", "label",
    "verdict", "conclusion", "decision", "final", "richtig", "korrekt", "corre",
    "selection", "box", "विकल्प", "पर्याय", "বিকল্প", "વિકલ્પ", "ਵਿਕਲਪ", "சரியான", "ఎంపిక", "ಆಯ್ಕೆ", "选项", "正确", "符合",
)  # fmt: skip
_VERB = re.compile(
    r"\bI(?:'d| would| will|'ll)? (?:choose|select|pick|go with|opt for|vote for|say)(?: (?:it is|it's|that it is))?"
    r"|\b(?:going|go) with|\b(?:choose|select|pick)|\bmy (?:best |final )?(?:pick|selection|guess|bet) (?:is|would be)"
    r"|\b(?:das ist|es ist|c'est|es|è|é) (?:die |la |le |l'|a )?(?:antwort|option|réponse|respuesta|opción)"
    r" (?=[(\[*]{0,3}[A-Z][)\]*]{0,3}(?:[.!:]|\s{0,2}(?:\n|$)))"
    r"|\bit(?: is|'s| must be| should be| has to be)"
    r"|\b(?:thus|hence|therefore|so|consequently)[,:]? (?:(?:the )?(?:option|choice|letter) )?"
    r"(?=[(\[*]{0,3}[A-Z][)\]*]{0,3}[.!]?\s{0,2}(?:\n|$))"
    r"|\b(?:that|which|this|elimination) (?:only )?leaves(?: us)?(?: with)?(?: only| just)? "
    r"(?=[(\[*]{0,3}[A-Z][)\]*]{0,3}(?:[.!]?\s{0,2}(?:\n|$)|[,.]? as (?:the|my|our)(?![a-z])))"
    r"|(?<=[a-z.,;:*] )(?:[→⇒➔➜]|=>|->) ?(?=[(\[*]{0,3}[A-Z](?:[)\]*]{0,3}[.!]?\s{0,2}\Z|[).:] [^\n]{1,200}\Z))"
    r"|\b(?:corresponds? to|match(?:es)?|leaves|which is)(?: only)? (?:the )?(?:option|choice|answer) "
    r"(?=[(\[*]{0,3}[A-Z][)\]*]{0,3}[.!]?\s{0,2}\Z)"
    r"|\b(?:(?:thus|hence|therefore|so|option|choice|answer),? |(?:^|(?<=\n)))"
    r"(?=[(*]{0,3}[A-Z][)*]{0,3} it is(?:[.!]|\s{0,2}(?:\n|\Z)))"
    r"|\bwhich is (?=[(*]{0,3}[A-Z][)*]{0,3}[.!]?\s{0,2}\Z)"
    r"|(?:故|应|应该|所以|因此)?(?:选择|选(?![项择]))(?:的)?(?:是|为)?:?|(?:认为应?|应该|应当|那就|所以|因此)(?:是|为)",
    re.IGNORECASE,
)
_CALLED_RIGHT = re.compile(
    r"(?<![A-Za-z0-9'\\_-])(?P<labels>[A-Z](?:(?:\s?[、,/&]\s?|[和与及]|,? and )[A-Z](?![A-Za-z])){0,9})"
    r"[)\]}*\"'`$]{0,4}\s{0,2}(?:"
    r"(?:is|are(?: both| all)?|(?:looks|seems|appears)(?: to be)?|must be|would be|should be|has to be)\s"
    r"(?:the |clearly |definitely |indeed |most |likely |probably |my |only |one |option |that is ){0,4}"
    r"(?:right|[Cc]orrect|best|answer|choice|accurate|one(?=[.!,;]|\s{0,2}(?:\n|\Z))"
    r"|(?:only|one) (?:option|one)(?![^.\n]{0,60}(?:\bnot|n't|wrong|false|incorrect|fails|inconsistent)))(?![a-z])"
    r"|(?:best fits|fits best|best (?:answers|describes|matches|explains)"
    r"|(?:answers|describes|matches|explains) [\w ]{0,40}best)(?![a-z])"
    r"|(?:ist|est|es|è|é)\s(?:die |la |le |il |a |der ){0,1}"
    r"(?:richtige?|korrekte?|correct[aeo]?|bonne|juste|giusta|corrett[ao]|corret[ao]|certa)(?!\w)"
    r"|(?:选项|项|答案)?(?:的说法|说法|表述)?(?:是|才是|最)?(?:正确|对的|对|符合|合适|恰当))"
)
# One letter: in "without A and B, D remains" the others are struck out.
_REMAINS = re.compile(
    r"(?<![A-Za-z0-9'\\_-])(?P<labels>[A-Z])[)\]}*\"'`$]{0,4}\s(?:alone |only )?(?:remains?|is (?:all that is )?left)"
    r"(?=[.!,;]|\s{0,2}(?:\n|\Z))"
    r"|\b[Oo]nly [*_(]{0,3}(?:[Oo]ption |[Cc]hoice |[Aa]nswer )?[*_(]{0,3}(?P<only>[A-Z])[*_)]{0,3} (?:is"
    r" (?:consistent|correct|right|true to|supported|valid|possible|compatible)"
    r"|fits|matches|works|satisfies|applies|makes sense)(?![a-z])"
)
_IF_SO = re.compile(
    r"\b(?:if|suppose|supposing) (?!(?:we|you|one|I)(?![a-z]))[^.,;\n]{1,80},?"
    r" (?:then )?(?:option |choice |answer )?[(*]{0,3}$",
    re.IGNORECASE,
)
_TEXT_RIGHT = re.compile(
    r"\s{0,8}(\S.{0,400}?) (?:is|would be|must be|has to be) (?:the |clearly ){0,2}(?:correct|right|best)"
    r"(?: (?:answer|option|choice|one))?[\s*.!]{0,8}$"
)
_CONDITION = re.compile(r"\b(?:if|unless|were|had|otherwise|when|without)(?![a-z])", re.IGNORECASE)
_CALLED_TRUE = re.compile(
    r"(?<![A-Za-z0-9'\\_-])(?P<label>[A-Z])[)\]*\"'`]{0,3}\s(?:is|are)(?: also| both)? "
    r"(?P<verdict>true|false)(?![a-z])"
)
# The same letters may name what the question is about: "statement A is correct" chooses nothing.
_STATEMENT = re.compile(
    r"\b(?:statements?|propositions?|premises?|claims?|assertions?|events?|sentences?) $", re.IGNORECASE
)
# "C is the right choice: A is true" announces nothing more, nor does "- C: best answer" the text on the next line.
_ANSWERED = re.compile(
    r"(?<![A-Za-z])[A-Z][)\]*\"'`]{0,3} (?:is|was|must be) (?:the |my |clearly |indeed |thus ){0,2}$"
)
_LABELLED = re.compile(r"[\s*_>#•(\[-]{0,8}(?:option |choice )?[A-Z][)\]*_]{0,4}\s{0,2}[:.)—-]", re.IGNORECASE)
_LEADS_TO = re.compile(
    r"(?:\b(?:i\.e\.|that is|namely|hence|thus|therefore|so|giving|which is)|[→⇒➔➜]|[:,-])"
    r"(?:[,:]? (?:option |choice )?)?[\s*_(\"'$]{0,6}"
    r"(?P<label>[A-Z])(?=[).:])"
)
_SO_TEXT = re.compile(r"(?:.{0,200}[\s,;])?(?:hence|thus|therefore|so)[,:]? (.{2,200})$", re.IGNORECASE)
# "The row where A is true and B is false makes it fail: C", at the end of a reply.
_COLON_LAST = re.compile(
    r"(?!.{0,200}\b(?:not|wrong|incorrect|eliminat|reject|exclud|except|rul(?:ed|e|ing) out|unlike|either))"
    r".{0,200}[a-z)\"']:\s[(*]{0,3}(?P<label>[A-Z])[)*]{0,3}[.!]?\s{0,2}$",
    re.IGNORECASE,
)
# "C. No, I take it back: B" and, of texts, "not X but Y", "Y rather than X".
_TAKEN_BACK = re.compile(
    r"\b(?:(?:i )?take (?:it|that) back|on second thoughts?|scratch that|correction|i (?:was|am) (?:wrong|mistaken)"
    r"|i made an? (?:mistake|error)|(?:no, )?wait(?:, no)?|my mistake|i (?:have )?changed? my mind|i meant"
    r"|let me correct (?:it|that|this|myself))(?![a-z])|我?(?:收回|更正|改选|说错了?|改主意了?)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"[\s:,.;!—-]{0,6}(?:(?:it|that|the answer)(?:'s| is| should be| must be) |(?:it|this) (?:is|must be) |i meant )?",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r".{0,60}?(?:\bnot |\bnot(?=\")|不是|不选|不应该?|不该)(?P<denied>.{1,400}?),?\s?"
    r"(?:\bbut(?: rather| instead)?(?![a-z])|而是|而应该?|而选)(?P<meant>.{1,400})",
    re.IGNORECASE,
)
_RATHER_THAN = re.compile(
    r"(?P<meant>.{1,400}?),?\s?(?:\b(?:rather than|instead of|(?:and )?not)(?![a-z])|而不是|而非)(?P<denied>.{1,400})",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[A-Z](?![a-z])")
_QUOTED = re.compile(r"\s{0,2}(?:\"([^\"\n]{1,400})\"|'([^'\n]{1,400})')")
_PIECES = re.compile(r"\s?(?:[,;、/&]|(?<!\w)and(?!\w))\s?")
_JOINED_BOXES = re.compile(r"\}\$?\s{0,2}(?:,|&|、|和|and)\s{0,2}\$?\\boxed\{")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？\n]")


def read_choice(text: str, options: Options, *, multiple: bool = False) -> tuple[str, ...] | None:
    """Return the chosen labels in the order they are named, None when the reply makes no choice.

    Args:
        text: The reply; thinking in it is not read.
        options: The options of the question.
        multiple: The question may have several right options; otherwise a choice of several is not an answer.
    """
    reply = said(text)
    if not reply:
        return None
    # Where a long reply decides is near its end, or at its very beginning.
    ends = [reply] if len(reply) <= _TAIL else [reply[-_TAIL:], reply[:_HEAD]]
    parts = [fold(part) for part in ends]
    reply = parts[0] if len(parts) == 1 else reply
    if whole := bare(reply, options) or options.of_text(reply):
        return (whole,)
    for part in parts:
        found = _read(_JOINED_BOXES.sub(", ", part), options, multiple=multiple)
        if found is not None:
            return found if found and (multiple or len(found) == 1) else None
    return None


def _read(reply: str, options: Options, *, multiple: bool) -> tuple[str, ...] | None:
    if multiple:
        if (run := run_alone(reply, options)) and list(run) == sorted(run):  # "ac" is a run; "bad" may be a word
            return run
        reply = _bullets_joined(reply, options)
    for reading in _READINGS:
        found = reading(reply, options)
        if found is not None:
            return found
    return None


def _revised(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read the label that ends a line which takes back an earlier one, if nothing is announced after it."""
    for revision in deque(_TAKEN_BACK.finditer(reply), maxlen=1):
        rest = reply[_INSTEAD.match(reply, revision.end()).end() :]  # type: ignore[union-attr]
        line, _, more = rest.partition("\n")
        letter = bare(line, options) or options.of_text(line)
        if letter and not (_MARKER.search(more) or _VERB.search(more)):
            return (letter,)
    return None


def _contrasted(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read the one of two options' texts that the last line prefers: ``not "run" but "call for help"``."""
    line = _lines(reply)[-1].strip()
    for pattern in (_NOT_BUT, _RATHER_THAN):
        if found := pattern.fullmatch(line):
            meant, denied = (options.of_text(found.group(name)) for name in ("meant", "denied"))
            if meant and denied and meant != denied:
                return (meant,)
    return None


def _listed(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read a reply of labels only; signs between them may be verdicts on each."""
    found = enumerated(reply, options)
    return found if found is None else tabled(reply, options) or found


def _marked(reply: str, options: Options) -> tuple[str, ...] | None:
    return _last_claim(reply, _MARKER, _WORDS, lambda claim: _claim(claim, options))


def _chosen(reply: str, options: Options) -> tuple[str, ...] | None:
    def read(claim: str) -> tuple[str, ...] | None:
        text = options.of_text(_sentence(claim))
        return (text,) if text else claimed(claim, options)

    return _last_claim(reply, _VERB, (), read)


def _last_claim(
    reply: str, marker: re.Pattern[str], words: tuple[str, ...], read: Callable[[str], tuple[str, ...] | None]
) -> tuple[str, ...] | None:
    for match in announcements(reply, marker, words=words, not_this=True):
        before = reply[max(0, match.start() - _LINE) : match.start()]
        if _ANSWERED.search(before) or ("\n" in match.group() and _LABELLED.match(before[before.rfind("\n") + 1 :])):
            continue
        found = read(reply[match.end() : match.end() + 4000].lstrip(" \t*_:"))
        if found is not None:
            return found
    return None


def _claim(claim: str, options: Options) -> tuple[str, ...] | None:
    claim = claim.lstrip()
    line = claim.partition("\n")[0].partition("</")[0]
    if with_own_text(line, options):
        return claimed(line, options)
    if letter := bare(line, options):
        return (letter,)
    sentence = _sentence(line)
    quoted = _QUOTED.match(line)
    inner = quoted.group(quoted.lastindex or 0) if quoted else braced(line) or line
    for text in (line, sentence, claim, inner):
        if letter := options.of_text(text):
            return (letter,)
    for reading, part in ((enumerated, line), (run_alone, inner), (_texts, inner), (claimed, line)):
        if (found := reading(part, options)) is not None:
            return found
    return mentioned(sentence, options)


def _texts(line: str, options: Options) -> tuple[str, ...] | None:
    """Return the labels of options whose texts are listed, and nothing else beside them."""
    pieces = [piece for piece in _PIECES.split(line[:400]) if piece]
    found = [options.of_text(piece) for piece in pieces]
    labels = tuple(dict.fromkeys(letter for letter in found if letter))
    return labels if len(found) > 1 and all(found) else None


def _sentence(text: str) -> str:
    end = _SENTENCE_END.search(text)
    return text[: end.start()] if end else text


def _called_right(reply: str, options: Options) -> tuple[str, ...] | None:
    found = dict.fromkeys(
        label
        for match in deque(chain(_REMAINS.finditer(reply), _CALLED_RIGHT.finditer(reply)), maxlen=_CLAIMS)
        if _says_so(reply, match.start())
        and not _conditional(reply, match)
        and not options.within_text(reply, match.start(), match.end())
        for label in _LABEL.findall(match.group(match.lastgroup or "labels"))
        if label in options.labels
    )
    return tuple(found) or _text_called_right(reply, options)


def _text_called_right(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read the last line when it calls the text of an option right: ``"Zoning" is the correct answer.``"""
    called = _TEXT_RIGHT.match(_lines(reply)[-1])
    label = options.of_text(called.group(1)) if called else None
    return (label,) if label else None


def _conditional(reply: str, match: re.Match[str]) -> bool:
    """Return whether what "would be right" depends on something: "D would be right if the sign changed"."""
    if _IF_SO.search(reply[max(0, match.start() - _LINE) : match.start()]):
        return True
    if "would" not in match.group():
        return False
    start = max(reply.rfind(mark, max(0, match.start() - _LINE), match.start()) for mark in ".\n")
    end = _SENTENCE_END.search(reply, match.end())
    return _CONDITION.search(reply[start + 1 : end.start() if end else match.end() + _LINE]) is not None


def _called_true(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read the option that is called true, when no other letter is called true or false."""
    calls = list(deque(_CALLED_TRUE.finditer(reply), maxlen=_CLAIMS))
    letters = {call.group("label") for call in calls if call.group("verdict") == "true"}
    if len({call.group("label") for call in calls}) != 1 or not letters <= set(options.labels) or not letters:
        return None
    if any(not _says_so(reply, call.start()) or options.within_text(reply, call.start(), call.end()) for call in calls):
        return None
    return None if any(letters & set(_LABEL.findall(text)) for text in options.texts.values()) else tuple(letters)


def _says_so(reply: str, position: int) -> bool:
    """Return whether the statement at ``position`` is about an option, and not denied or only supposed."""
    before = reply[max(0, position - 20) : position]
    return not (negated(reply, position) or hedged(reply, position) or _STATEMENT.search(before))


def _at_line_start(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read a last line that is a label, a reply of the form ``B) text``, or the one line that begins with a label."""
    lines = _lines(reply)
    if letter := bare(lines[-1], options) or options.of_text(lines[-1]):
        return (letter,)
    first = claimed(reply[:4000], options, at_start=True)
    found = _distinct(claimed(line, options, at_start=True) for line in (lines[1:] if first else lines))
    if first:
        return first if not found or set(found) == set(first) else None
    return found if len(found) == 1 else None


def _quoted_last(reply: str, options: Options) -> tuple[str, ...] | None:
    """Read the option that the last line leads up to, and ends with the text of: "that is, (C) True, False"."""
    line = _lines(reply)[-1]
    for lead in _LEADS_TO.finditer(line):
        label = lead.group("label")
        end = options.after_own_text(line, lead.end(), label) if label in options.labels else None
        if end and not line[end:].strip("\"'*_`).!$ ") and _says_so(line, lead.start()):
            return (label,)
    ends = _SO_TEXT.match(line)
    if ends and (text := options.of_text(ends.group(1))) and _says_so(line, ends.start(1)):
        return (text,)
    last = _COLON_LAST.match(line)
    return (last.group("label"),) if last and last.group("label") in options.labels else None


def _lines(reply: str) -> list[str]:
    """Return the last lines that hold anything, cut to the length that matters."""
    return [line[:200] for line in reply[-8000:].splitlines() if line.strip()][-_CLAIMS:] or [reply[:200]]


def _distinct(claims: Iterable[tuple[str, ...] | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(letter for claim in claims for letter in claim or ()))


_READINGS = (
    _listed, _revised, _marked, tabled, _called_right, _chosen, _at_line_start, _quoted_last, _called_true, _contrasted,
)  # fmt: skip


def _bullets_joined(reply: str, options: Options) -> str:
    """Return the reply with a list of options, one a line, made one line: such a list is one claim."""
    joined: list[str] = []
    listed: list[tuple[str, str]] = []
    for line in (*reply.split("\n")[-_LINES:], "."):
        letter = _bullet(line, options) if line.strip() else None
        if letter:
            listed.append((letter, line))
        elif line.strip():
            if len(listed) > 1:
                joined.append(", ".join(label for label, _ in listed))
            else:
                joined += [bullet for _, bullet in listed]
            joined.append(line)
            listed.clear()
    return "\n".join(joined[:-1])


def _bullet(line: str, options: Options) -> str | None:
    """Return the label of a line that is a label, alone or with the text of its option."""
    if _MARKER.search(line, 0, 200):
        return None
    if letter := bare(line, options):
        return letter
    found = claimed(line[:4000], options, at_start=True)
    if not found or len(found) > 1:
        return None
    text = line[line.index(found[0]) + 1 :].lstrip(")]}.:*_ ") if found[0] in line else ""
    return found[0] if options.of_text(text) == found[0] else None
