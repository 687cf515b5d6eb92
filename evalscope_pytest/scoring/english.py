"""English text as sentences and words, without a trained model or a download.

Sentences follow Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection" (Computational
Linguistics 32:4), the algorithm of nltk's punkt: a period ends a sentence unless it belongs to an abbreviation, an
initial or a number and what follows goes on. Punkt learns its abbreviations and sentence starters from newspaper text;
here they are short lists, so rare abbreviations are judged differently (docs/differences.md). Words follow the
conventions of the Penn Treebank. Both take time proportional to the text's length, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Ends a word anywhere, so that a period before it is at the end of a word.
_BREAKERS = ")\";}]*:@'({[‘’“”«»?!"
_CLOSERS = "\"')]}‘’“”«»"
_OPENERS = ("'", "‘", "’", "“", "”", "«", "»")
# What a word cannot begin with: before a real word, these are separate tokens.
_NO_START = '("`{[:;&#*@)}]-,'

_BREAKER = re.compile(f"[{re.escape(_BREAKERS)}]")
_END_BEFORE_BREAKER = re.compile(rf"[.?!](?=[{re.escape(_BREAKERS)}])")
_WORD_HEAD = re.compile(rf"[^\s{re.escape(_BREAKERS)}]+")
_NUMBER = re.compile(r"-?[.,]?\d[\d,.-]*")

_TITLES = "mr mrs ms messrs dr prof sr jr rev hon gen col lt maj adm capt sgt gov sen rep reps st ph.d"
_FIRMS = "inc corp ltd co cos bros cie dept"
_TIMES = "jan feb apr aug sep sept oct nov dec tue tues wed thu thurs fri yr"
_PLACES = "ave blvd ala ariz calif colo conn fla ga ill kan ky mich minn nev okla pa tenn va vt wash wis"
_OTHERS = "vs ft mg mt"
ABBREVIATIONS = frozenset(" ".join((_TITLES, _FIRMS, _TIMES, _PLACES, _OTHERS)).split())
# Dotted letters are abbreviations too. These are not: punkt's English model takes their period for an end, and the
# official IFEval figures were made with it.
_DOTTED_WORDS = frozenset({"e.g", "i.e", "p.s", "p.p.s"})

# Words that are written small inside a sentence: capitalised after an abbreviation, they begin a new one.
_LOWER = """
a about according after again all also although always among an and another any are as at be because been before
being below best between both but by call can come could create day despite did do does don't during each either
enjoy even every everything finally find first follow for from get give go good great had has have he help her here
his how however i'd i'll i'm i've if imagine in indeed instead is it it's its just keep know last later learn let
let's like look love make many may maybe meanwhile more moreover most much must my never nevertheless new next no
nonetheless nor not nothing now of often on once one only or other our out over overall people perhaps please
remember say second see she should similarly since so some something sometimes soon start still such take tell than
thank thanks that that's the their then there there's therefore these they third this those though through thus to
today together try two under unfortunately until up upon use very want was watch we we're well were what when where
whether which while who why will with within without work would yes yet you you'll you're your
"""
STARTERS = frozenset(_LOWER.split())


def sentences(text: str) -> list[str]:
    """Split ``text`` into its sentences, with the closing quotes and brackets that belong to each."""
    found: list[str] = []
    start = 0
    for end, following in _ends(text):
        stop = _after_closers(text, following)
        found.append(text[start : max(end, stop)].strip())
        start = max(following, stop)
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def _after_closers(text: str, start: int) -> int:
    """Return where the closing quotes and brackets at ``start`` end; 0 when there are none, or a word goes on."""
    stop = start
    while stop < len(text) and text[stop] in _CLOSERS:
        stop += 1
    alone = stop == len(text) or text[stop].isspace() or text.startswith("--", stop)
    return stop if stop > start and alone else 0


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Yield the end of each sentence but the last, and the start of the next one."""
    tokens = re.finditer(r"\S+", text)
    current = next(tokens, None)
    while current is not None:
        following = next(tokens, None)
        word, start = current.group(), current.start()
        if "." in word or "?" in word or "!" in word:
            if word[-1] in ".?!" and following is not None:
                if _closes(word, following.group()):
                    yield current.end(), following.start()
            elif (inside := _last_end_inside(word)) and _closes(word[:inside], word[inside:]):
                yield start + inside, start + inside
        current = following


def _last_end_inside(word: str) -> int:
    """Return the position after the last period, question or exclamation mark before a breaker; 0: there is none."""
    end = 0
    for match in _END_BEFORE_BREAKER.finditer(word):
        end = match.end()
    return end


def _closes(word: str, following: str) -> bool:
    """Return whether the mark at the end of ``word`` ends the sentence, given the text that follows."""
    if "?" in word or "!" in word or word == ".":
        return True
    last = _BREAKER.split(word)[-1]
    # A quote belongs to the word it opens, which then is not a known abbreviation.
    quoted = word[: -len(last)].endswith(_OPENERS)
    last = last.lstrip(_NO_START)
    if last == "." or (quoted and not last.endswith("..")):
        return True
    after = _first_token(following)
    if last.endswith(".."):
        return _starts_sentence(after)
    base = last[:-1].lower()
    if len(base) == 1 and not base.isdigit():
        return _starts_sentence(after)
    if _is_abbreviation(base):
        return _starts_sentence(after)
    if _NUMBER.fullmatch(base):
        return not _goes_on(after)
    return True


def _first_token(text: str) -> str:
    """Return the word ``text`` begins with, or the mark before it."""
    if text[0] in _NO_START:
        return text[0]
    head = _WORD_HEAD.match(text)
    return head.group().rstrip(",") if head else text[0]


def _is_abbreviation(base: str) -> bool:
    if base in ABBREVIATIONS or base.rpartition("-")[2] in ABBREVIATIONS:
        return True
    letters = base.split(".")
    return len(letters) > 1 and all(len(x) == 1 and x.isalpha() for x in letters) and base not in _DOTTED_WORDS


def _starts_sentence(word: str) -> bool:
    return word[0].isupper() and word.rstrip(".").lower() in STARTERS


def _goes_on(word: str) -> bool:
    return word[0].islower() or word in ";:,.!?"


# One alternative per kind: a word with the marks it may hold inside, runs of dots, dashes, quotes, single marks.
_TOKEN = re.compile(
    r"(?:[^\s;:,@#$%&?!*.'\"`\-\[\](){}<>«»“”‘’„\u2012-\u2015]|[:,](?=\d)|\.(?!\.)|-(?!-)|'(?!'))+"
    r"|\.\.+|--|''|`+|\S"
)
_FINAL_CLOSERS = "])}>\"'»”’"
_JOINED = re.compile(
    r"\b(?:can(?=not\b)|gim(?=me\b)|gon(?=na\b)|got(?=ta\b)|lem(?=me\b)|wan(?=na\b)|d(?='ye\b)|more(?='n\b))", re.I
)
_CLITICS = (("'s", "'S", "'m", "'M", "'d", "'D"), ("'ll", "'LL", "'re", "'RE", "'ve", "'VE", "n't", "N'T"))
_OPENING_APOSTROPHE = re.compile(r"(?<!\w)'(?!(?:re|ve|ll|[mtsdn])\b)(?=\w)", re.I)


def words(text: str) -> list[str]:
    """Split ``text`` into words and punctuation marks: ``don't`` is ``do``, ``n't``; ``U.S.`` and ``co-op`` are one."""
    found: list[str] = []
    for sentence in sentences(text):
        found.extend(_words_of(sentence) if len(sentence) > 1 else (sentence,))
    return found


def _words_of(sentence: str) -> Iterator[str]:
    body = sentence.rstrip().rstrip(_FINAL_CLOSERS + " ")
    if body.endswith(".") and not body.endswith("..") and len(body) > 1:
        # Only a sentence's last period is a token; the one of an abbreviation stays with its word.
        yield from _tokens(body[:-1])
        yield "."
        yield from _tokens(sentence[len(body) :])
    else:
        yield from _tokens(sentence)


def _tokens(text: str) -> Iterator[str]:
    for word in _TOKEN.findall(text):
        if "'" in word and len(word) > 1 and word != "''":
            yield from _without_clitics(word)
        elif len(word) > 4:
            yield from _unjoined(word)
        else:
            yield word


def _without_clitics(word: str) -> Iterator[str]:
    tail: list[str] = []
    if word.endswith("'") and word[-2] != "'":
        word, tail = word[:-1], ["'"]
    for clitics in _CLITICS:
        size = next((len(c) for c in clitics if word.endswith(c)), 0)
        if size and len(word) > size and word[-size - 1] != "'":
            word, tail = word[:-size], [word[-size:], *tail]
    for part in _OPENING_APOSTROPHE.sub("' ", word).split() if "'" in word else (word,):
        yield from _unjoined(part)
    yield from tail


def _unjoined(word: str) -> list[str]:
    return _JOINED.sub(r"\g<0> ", word).split()
