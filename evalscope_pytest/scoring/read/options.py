"""The options of a multiple-choice question, and their labels in a reply: after a marker, or at the start of a line."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

from .boxes import braced
from .visible import fold

LETTERS = string.ascii_uppercase
_EDGES = " \t\r\n.,;:!?*_`\"'$。、；！"
_LATEX_DRESS = re.compile(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mbox)\s?\{([^{}]{0,400})\}"
    r"|\\(?:displaystyle|left|right|boxed)(?![a-z])|\\[()\[\],;:! ]"
)
_DRESSING = re.compile(r"(?:\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mbox|boxed)\s?)?\{")
_FRAC = re.compile(r"\\[dtc]frac(?![a-z])")
# Blanks that LaTeX does not show: beside anything but a letter.
_LATEX_BLANK = re.compile(r"(?<![^\W\d_])\s+|\s+(?![^\W\d_])")
_BARE_ROOT = re.compile(r"\\sqrt\s?(\d|[a-z](?![a-z]))")
_BETWEEN_OPTIONS = re.compile(r"[)\]}.:*_` \t–—-]{0,8}(?:,?\s?[\"'(]{1,2})?")
_OWN_LABEL = re.compile(r"\(?([A-Z])[).:、?]\s{0,3}")
_NAMED = re.compile(r"\s*([^\W\d_][\w' -]{2,40}):\s\S")
_SHORTEST = 5  # Characters: shorter texts are met by chance.
_LISTED = re.compile(r"^[ \t]{0,8}\(([A-Z])\)[ \t]([^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Options:
    """The labels a question offers, and the text behind each.

    Attributes:
        labels: The letters that may be answered.
        texts: Text of each label, without markup or full stop at either end.
        by_text: Label of an option's text, or of its name if each has one ("Neutral: ..."); what two options share
            is left out.
        longest: Characters of the longest text, which bounds how much of a claim is compared with them.
    """

    labels: str
    texts: dict[str, str]
    by_text: dict[str, str]
    longest: int

    def of_text(self, text: str) -> str | None:
        """Return the label of the option that says exactly ``text``, None when no single one does."""
        if not self.by_text or len(text) > self.longest + 64:
            return None
        label = self.by_text.get(plain(text))
        return label if label or "\\text" not in text else self.by_text.get(plain(_LATEX_DRESS.sub(r"\1", text)))

    def within_text(self, text: str, start: int, end: int) -> bool:
        """Return whether a stretch of ``text`` overlaps the text of an option that is written there."""
        near = text[max(0, start - self.longest) : end + self.longest].casefold()
        begin = min(start, self.longest)
        for own in {own.casefold() for own in self.texts.values() if len(own) > _SHORTEST}:
            at = near.find(own)
            while at != -1:
                if at < begin + end - start and at + len(own) > begin:
                    return True
                at = near.find(own, at + 1)
        return False

    def after_own_text(self, text: str, position: int, label: str) -> int | None:
        """Return where the option's text ends when it is what follows its ``label`` at ``position`` of ``text``."""
        own = self.texts.get(label)
        if not own:
            return None
        start = _BETWEEN_OPTIONS.match(text, position).end()  # type: ignore[union-attr]
        end = start + len(own)
        if start == position or text[start:end].casefold() != own.casefold():
            return None
        return None if own[-1].isalnum() and text[end : end + 1].isalnum() else end


def plain(text: str) -> str:
    """Return ``text`` as options are compared: one case, single blanks, no markup or full stop at either end.

    LaTeX that only dresses goes, too; a point before a digit stays.
    """
    text = fold(text).casefold()
    if "\\" in text:
        text = _FRAC.sub(r"\\frac", _LATEX_DRESS.sub(r"\1", text))
        text = _BARE_ROOT.sub(r"\\sqrt{\1}", _LATEX_BLANK.sub("", text))
    text = " ".join(text.split())
    bare = text.strip(_EDGES)
    if bare[:1].isdigit() and text[: text.index(bare)].endswith("."):
        return f".{bare}"
    begin = bare.find("{") if _DRESSING.match(bare) else -1
    inner = braced(bare[begin:]) if begin >= 0 else ""
    return plain(inner) if inner and begin + len(inner) + 2 == len(bare) else bare


def options(texts: Sequence[str], labels: str = "") -> Options:
    """Make the options of a question from their texts, in the order of their letters.

    Args:
        texts: One text for each option; may be empty when only the letters are known.
        labels: The letters; without them as many as there are texts, or the whole alphabet.
    """
    kept: dict[str, str] = {}
    labels = labels or LETTERS[: len(texts)] or LETTERS
    by_text: dict[str, str] = {}
    shared: set[str] = set()
    own = [_OWN_LABEL.match(fold(text)) for text in texts]
    if own and all(match and match.group(1) == label for label, match in zip(labels, own, strict=False)):
        texts = [text[match.end() :] for text, match in zip(texts, own, strict=True) if match]  # "(A)text", "A. text"
    for label, text in zip(labels, texts, strict=False):
        key = plain(text)
        kept[label] = fold(text).strip(_EDGES)
        if key in by_text:
            shared.add(key)
        by_text[key] = label
    for key in shared | {""}:
        by_text.pop(key, None)
    names = [_NAMED.match(fold(text)) for text in texts]
    keys = [plain(name.group(1)) for name in names if name]
    if len(set(keys)) == len(texts):
        by_text = dict(zip(keys, labels, strict=False)) | by_text
    return Options(labels, kept, by_text, max((len(text) for text in texts), default=0))


def listed(question: str) -> tuple[str, ...]:
    """Return the texts of the options a question lists itself, as ``(A) text`` on a line each from (A) on."""
    found = _LISTED.findall(question)
    texts: list[str] = []
    for label, text in reversed(found):
        texts.append(text.strip())
        if label == "A":
            break
    texts.reverse()
    letters = "".join(label for label, _ in found[len(found) - len(texts) :])
    return tuple(texts) if texts and letters == LETTERS[: len(texts)] else ()


# Characters around a label without a meaning: blanks, Markdown, quotes, brackets, LaTeX that only dresses.
_DRESS = (
    r"(?:[\s*_`\"'$(\[{<>:=~#•✅✔☑👉→➔➜⇒∴▶►★\ufe0f-]|<br ?/?>|&nbsp;"
    r"|\\(?:boxed|fbox|text(?:bf|it|rm)?|math(?:bf|rm|sf)|left|displaystyle|[(\[{,;!: ])"
    r"|(?:options?|choices?|letters?|answers?|is|are|be|the|definitely|clearly|probably|likely|simply)(?![A-Za-z0-9])"
    r"|选项|选择|选|為|为|是|第"
    r")"
)
_LEAD = re.compile(_DRESS + r"{0,24}", re.IGNORECASE)
_TRAIL = re.compile(r"(?:\\?[)\]}]|[*_`\"'$>]|\s|选项|项){0,12}")
_JOIN = re.compile(
    r"(?P<either>(?:,\s?)?(?:or(?: maybe| possibly| perhaps| even)?|maybe|possibly|perhaps)(?![a-z])"
    r"|\\text\{\s?or\s?\}|或者|或|还是)"
    r"|(?P<both>[,;、/&+]|\\text\{\s?and\s?\}|and(?![a-z])|和|与|及|以及)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?<!\w)\d{1,2}[.)]|[^\w一-鿿]|[和与及]|选项")
_JOINING = frozenset({"AND", "OR", "BOTH", "OPTION", "OPTIONS", "CHOICE", "CHOICES"})
_OPENERS = re.compile(
    r"(?:[\s*_`\"'$(\[{-]|\\(?:text(?:bf)?|math(?:bf|rm)|[(\[])|and(?![a-z])|options?(?![a-z])|选项|选择|选){0,12}"
)
_NEXT_WORD = re.compile(r"\s{1,4}([A-Za-z']+)")
_REJECTED = re.compile(
    r"[\s)\]}*_`\"'$]{0,8}(?:\?|(?:is|are|was|looks|seems)\s(?:clearly |definitely |also |all |both ){0,2}"
    r"(?:not|n't|wrong|incorrect|false|impossible|ruled|out)(?![a-z])|isn't|(?:选项"
    r"|项)?(?:的说法)?(?:是)?(?:错|不|有误))",
    re.IGNORECASE,
)

# Words that go on after a label. "A" and "I" are words themselves: any other word makes them one.
_A_GOES_ON = "is because since as and or not but which due while rather instead over seems fits for looks would must"
_I_GOES_ON = "is because since and or not but which rather instead over"
_GOES_ON = {"A": frozenset(_A_GOES_ON.split()), "I": frozenset(_I_GOES_ON.split())}
# Chinese characters that go on after a label; before any other the letter is part of a name (B超, A型血).
_AFTER_CJK = frozenset(
    "项項选選和或与與及因由而是为為正对對更故所且不非错錯误誤最符这這该該了也都即、。，；！？的才还吧でだ입이"
)
_COUNTED = re.compile(r"[两二三四五六]\s?[项个种]")  # "A、C两项"
_UNDECIDED: tuple[str, ...] = ()


def bare(text: str, options: Options) -> str | None:
    """Return the label when ``text`` is one label and nothing but dress around it, in either case."""
    if len(text) > 80:
        return None
    start = _LEAD.match(text).end()  # type: ignore[union-attr]
    letter = text[start : start + 1].upper()
    if not letter or letter not in options.labels:
        return None
    rest = text[start + 1 :].strip("\\)]}>*_`\"'$ \t\r\n.,;:!。、；！✅✔☑✓\ufe0f")
    return letter if rest in ("", "选项", "项") and _starts_word(text, start) else None


def with_own_text(text: str, options: Options) -> bool:
    """Return whether ``text`` begins with a label and the text of just that option: the plainest claim there is."""
    return _labelled(text, _LEAD.match(text).end(), options) is not None  # type: ignore[union-attr]


def enumerated(text: str, options: Options) -> tuple[str, ...] | None:
    """Return the labels when ``text`` is several of them and nothing else, in either case; ``()`` when "or" joins."""
    if len(text) > 200 or with_own_text(text, options):
        return None
    words = _BETWEEN.sub(" ", text).upper().split()
    letters = [word for word in words if word not in _JOINING]
    if len(letters) < 2 or any(len(letter) > 1 or letter not in options.labels for letter in letters):
        return None
    return _UNDECIDED if "OR" in words else tuple(dict.fromkeys(letters))


def run_alone(text: str, options: Options) -> tuple[str, ...] | None:
    """Return the labels when ``text`` is several of them run together, in any order and either case: ``CA``, ``ac``."""
    letters = text.strip(" \t\r\n.,;:!*_`\"'$()[]{}。、；").upper() if len(text) <= 60 else ""
    distinct = tuple(dict.fromkeys(letters))
    known = len(letters) > 1 and all(letter in options.labels for letter in letters)
    return distinct if known and len(distinct) == len(letters) else None


def claimed(text: str, options: Options, *, at_start: bool = False) -> tuple[str, ...] | None:
    """Return the labels that ``text`` begins with.

    ``()`` when it names one that the question does not offer, or says "or": a claim, but no answer. None when it
    begins with no label at all.

    Args:
        text: The text after a marker, or a whole line.
        options: The labels on offer.
        at_start: ``text`` follows no marker, so a letter needs a mark (``B)``, ``B.``) to be a label.
    """
    position = _LEAD.match(text).end()  # type: ignore[union-attr]
    end = _labelled(text, position, options)
    if end is None:
        if run := _run(text, position, options):
            return run
        if not _is_label(text, position, at_start=at_start):
            return None
        if text[position].upper() not in options.labels:
            return _UNDECIDED if text[position].isupper() else None
        if _REJECTED.match(text, position + 1):
            return None
    found = [text[position].upper()]
    either = False
    for _ in range(2 * len(options.labels)):
        step = _next_label(text, end or position + 1, options)
        if step is None:
            break
        position, by_or = step
        end = _labelled(text, position, options)
        letter = text[position].upper()
        either = either or by_or
        if letter not in options.labels or (end is None and _REJECTED.match(text, position + 1)):
            break
        found.append(letter)
    return _UNDECIDED if either else tuple(dict.fromkeys(found))


def _labelled(text: str, position: int, options: Options) -> int | None:
    """Return where a label's own option text ends behind it; None when something else follows the label."""
    letter = text[position : position + 1].upper()
    if letter not in options.texts or not _starts_word(text, position):
        return None
    return options.after_own_text(text, position + 1, letter)


def _run(text: str, position: int, options: Options) -> tuple[str, ...] | None:
    """Return the labels of a run such as ``ACD``: several different ones on offer, in order, and no word's part."""
    end = position
    while end < len(text) and text[end] in LETTERS and end - position <= len(options.labels):
        end += 1
    letters = text[position:end]
    rising = list(letters) == sorted(set(letters))
    if len(letters) < 2 or not rising or any(letter not in options.labels for letter in letters):
        return None
    after = text[end : end + 1]
    goes_on = after.isalnum() and after not in _AFTER_CJK and not _COUNTED.match(text, end)
    if not _starts_word(text, position) or goes_on or after in ("-", "_"):
        return None
    return tuple(letters)


def _next_label(text: str, position: int, options: Options) -> tuple[int, bool] | None:
    """Return the position of the next label of an enumeration, and whether "or" joins it."""
    closed = _TRAIL.match(text, position).end()  # type: ignore[union-attr]
    joint = _JOIN.match(text, closed)
    opened = _OPENERS.match(text, joint.end() if joint else closed).end()  # type: ignore[union-attr]
    either = bool(joint and joint.group("either"))
    if joint and joint.group("both") and (oxford := _JOIN.match(text, opened)) and oxford.group("either"):
        either, opened = True, _OPENERS.match(text, oxford.end()).end()  # type: ignore[union-attr]
    if not text[opened : opened + 1].isupper() and not (joint and text[opened - 1 : opened] in "(["):
        return None
    if not _is_label(text, opened) and _labelled(text, opened, options) is None:
        return None
    between = text[position:opened]
    if joint or ("(" in between and ")" in between) or ("[" in between and "]" in between):
        return opened, either
    return (opened, False) if between.isspace() and "\n" not in between else None


def _starts_word(text: str, position: int) -> bool:
    if position == 0:
        return True
    before = text[position - 1]
    if before == "'":
        return position == 1 or not text[position - 2].isalnum()
    return not (before.isascii() and (before.isalnum() or before in "\\-_"))


def _is_label(text: str, position: int, *, at_start: bool = False) -> bool:
    """Return whether the letter at ``position`` is separate instead of beginning a word or a name."""
    letter = text[position : position + 1]
    if not (letter.isascii() and letter.isalpha()) or not _starts_word(text, position):
        return False
    after = text[position + 1 : position + 2]
    if after == "" or after == "\n":
        return True
    if after.isspace():
        if at_start:
            return text[position + 2 : position + 3] in ("-", "–", "—")
        return letter.isupper() and _goes_on(text, position)
    if after in ".,:;-'–—":
        beyond = text[position + 2 : position + 3]
        glued = beyond.isascii() and beyond.isalnum()
        if letter == "I" and at_start and after in ",'":
            return text.startswith((", because ", ", since "), position + 1)
        return not (glued and (after in "-'." or letter.islower()))
    if after.isascii():
        return not (after.isalnum() or after in "_^+=<|#@%")
    if not letter.isupper() and after not in "。、；！":
        return False
    return after in _AFTER_CJK or not after.isalnum() or _COUNTED.match(text, position + 1) is not None


def _goes_on(text: str, position: int) -> bool:
    for _ in LETTERS:  # bounds the work on "A A A A"
        letter = text[position]
        if letter not in _GOES_ON:
            return True
        word = _NEXT_WORD.match(text, position + 1)
        if word is None:
            return True
        following = word.group(1)
        if len(following) > 1 or not following.isupper() or following == "I":
            return following in _GOES_ON[letter]
        position = word.start(1)
        if not text[position + 1 : position + 2].isspace():
            return _is_label(text, position)
    return True


_MENTION = re.compile(r"(?<![A-Za-z0-9'\\_-])[A-Z](?![A-Za-z0-9])")
_INTRODUCED = re.compile(
    r"(?:[,:;(\[]|\b(?:but|is|be|options?|choices?)(?![a-z])|[是选项])[\s*_`\"'$(\[]{0,4}$", re.IGNORECASE
)
_NEGATED = re.compile(
    r"(?:\b(?:not|never|nor|neither|unlike|except|than|instead of|excluding)|n't"
    r"|[不别非](?:能|应该?|该|可以?|会|要|宜|得)?|排除|除了)"
    r"(?:\s?(?:be|is|option|options|choice|choose|pick|select|选项|选择|选|是|为)){0,2}[\s*_`\"'$(\[]{0,4}$",
    re.IGNORECASE,
)


def negated(text: str, position: int) -> bool:
    """Return whether the text at ``position`` is denied by the words before it."""
    return _NEGATED.search(text[max(0, position - 40) : position]) is not None


def mentioned(sentence: str, options: Options) -> tuple[str, ...] | None:
    """Return the labels a sentence puts forward ("not B, but C", "as I see it, C"), None when there is none."""
    found: list[str] = []
    for mention in _MENTION.finditer(sentence, 0, 400):
        letter, position = mention.group(), mention.start()
        if letter not in options.labels or letter in found or not _is_label(sentence, position):
            continue
        introduced = _INTRODUCED.search(sentence[max(0, position - 16) : position])
        if introduced and not negated(sentence, position) and not _REJECTED.match(sentence, position + 1):
            found.append(letter)
    return tuple(found) or None
