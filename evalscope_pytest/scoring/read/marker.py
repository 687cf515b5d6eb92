"""Words around an answer: markers and lead-ins before it, closings and remarks after it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cache

_WORKS = """musical film movie show song album single opera ballet play novel book poem painting sculpture series sitcom
    programme program soap game videogame magazine newspaper comic cartoon documentary drama comedy tune hymn symphony
    concerto ballad story tale fable myth legend trilogy saga franchise track aria operetta"""
_GROUPS = """band group duo trio quartet team club company firm brand party tribe organisation organization corporation
    airline manufacturer label orchestra choir gang family dynasty sect movement union agency university college
    school"""
_PLACES = """city town village country nation state province county island islands archipelago river lake mountain
    mountains sea ocean region district capital planet moon star constellation galaxy desert street road square bridge
    building tower castle palace church cathedral temple museum theatre theater stadium airport station park forest
    valley peninsula gulf bay strait volcano waterfall port suburb borough kingdom empire republic continent
    territory"""
_PEOPLE = """actor actress singer author writer poet novelist playwright composer musician painter artist sculptor
    architect director producer politician footballer golfer boxer cricketer athlete swimmer jockey driver scientist
    physicist chemist mathematician philosopher explorer inventor engineer astronaut comedian dancer model presenter
    journalist historian president king queen emperor pope
    general captain character detective spy hero heroine villain god goddess saint man woman boy girl person"""
_THINGS = """word words term name title phrase expression letter number figure year month day date colour color animal
    bird fish dog horse cat insect plant flower tree fruit vegetable nut grain cheese drink cocktail wine beer spirit
    dish food element metal gas gem gemstone stone mineral rock sport instrument dance language religion currency unit
    disease bone muscle organ gland vitamin drug chemical ship submarine aircraft plane car train spacecraft weapon
    battle war treaty law award prize ceremony festival event answer"""
KINDS = "|".join(sorted({word for kind in (_WORKS, _GROUPS, _PLACES, _PEOPLE, _THINGS) for word in kind.split()}))
_QUALITIES = (
    r"(?:(?:american|british|english|french|german|italian|spanish|irish|scottish|welsh|russian|famous|famed|popular"
    r"|classic|legendary|well-known|broadway|west end|tv|television|rock|pop|punk|correct|right|final|full|real"
    r"|original|first|last|chemical|[0-9]{4}) ){0,3}"
)
_VERBS = r"(?:is|was|are|were|would be|must be|must have been|has to be|should be)"
# A kind is written small: "the band Queen", but the Band Perry, and River Phoenix.
_KIND = rf"(?i:{_QUALITIES})(?:{KINDS})"
_STEP = re.compile(
    r"(?:"
    rf"(?i:(?:it|this|that|they|he|she|these|those|there|the answer|my (?:final )?(?:answer|guess)) {_VERBS}"
    r"|it's(?! an? [A-Z])|that's|he's|she's|they're)"
    r"|(?i:i(?:'d| would) (?:say|guess|go with|answer)"
    r"|i (?:think|believe|guess|say|am (?:sure|confident|certain))(?: that)?"
    r"|(?:the )?answer:|(?:so|thus|hence|therefore),)"
    r"|(?i:probably|most likely|likely|presumably|definitely|certainly|possibly|perhaps|maybe)"
    r"|(?i:called|named|titled|entitled|known as|(?:better|best|also|commonly) known as)"
    rf"|(?:[Tt]he|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir) {_KIND}(?: (?:of|in) [\w' -]{{1,40}}?)? {_VERBS}"
    rf"|[Tt]he {_KIND}(?: (?:of|called|named|titled|known as))?"
    rf"|[Aa]n? {_KIND} (?:called|named|titled|entitled|known as)"
    r"|(?:in|on|at|the)|In(?= (?:the )?(?:\d|year))"
    # A title before a whole name; before half of one it may name another person: Dr. Johnson.
    r"|(?:Dr|Mr|Mrs|Ms|Prof|Professor|Sir|Dame)\.?(?= [A-Z][\w.'-]{0,20} (?:[\w.'-]{1,20} ){0,2}[A-Z])"
    r")[\s:,\"'`*_]{1,6}"
)
_STEPS = 6


def without_lead_in(text: str) -> tuple[str, ...]:
    """Return ``text`` without its first lead-in, without its first two, and so on; itself first."""
    found = [text]
    position = 0
    for _ in range(_STEPS):
        step = _STEP.match(text, position)
        if step is None or step.end() == len(text):
            break
        position = step.end()
        found.append(text[position:])
    return tuple(found)


_LINES = 8  # Closing lines that are removed.
_LONGEST_CLOSING = 400  # Characters of a line that may be one.
# Signs that are a verdict on the text beside them are kept.
_VERDICTS = "✅✔☑✓❌✗✘✖❎⭕❓❔👍👎🔴🟢⛔🚫"
EMOJI = (
    f"(?:(?![{_VERDICTS}])[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55]"
    + "[\ufe0f\u200d\U0001f3fb-\U0001f3ff]{0,3})"
)
_FLOURISH = re.compile(rf"[ \t]{{0,8}}{EMOJI}(?:[ \t]{{0,4}}{EMOJI}){{0,15}}[ \t]{{0,8}}$")
_RULE = re.compile(r"[ \t]{0,8}(?:(?:-[ \t]?){3,80}|(?:\*[ \t]?){3,80}|(?:_[ \t]?){3,80}|={3,80})[ \t]{0,8}$")
_SENTENCE = re.compile(r"[^.!?。！？]{1,400}(?:[.!?。！？]{1,3}|$)\s{0,4}")
# Sentences that speak to the reader, or of the model's own work. None of them can carry an answer.
_COURTESY = re.compile(
    r"[\s*_>~-]{0,6}(?:"
    r"(?:please,? )?(?:let me know|let us know|tell me|feel free|don't hesitate|do not hesitate|reach out|ask away)"
    r"(?: (?:if|when|whether|to|in|how|which|what|should)(?![a-z])|$|[.!?])"
    r"|(?:i |we )?(?:really |sincerely )?hope (?:this|that|it|the|you|my)(?![a-z])"
    r"|(?:i|we)(?:'m| am|'d be| would be|'re| are|'ll be| will be)? (?:also )?(?:always )?"
    r"(?:happy|glad|here|available|delighted|pleased)(?: to|[.!]|$)"
    r"|(?:always )?(?:happy|glad) to (?:help|explain|clarify|elaborate|assist|provide|show|go)"
    r"|(?:i|we)(?:'ve| have)? (?:also )?(?:re-?|double[- ]|cross[- ])?"
    r"(?:checked|verified|reviewed|read|counted|confirmed)"
    r" (?:this|it|that|my|our|the|everything|all|each|twice|again|carefully)(?![a-z])"
    r"(?!.{0,200}(?:[\"'`:=]|\bthat\b|\bis\b|\bare\b|\bwas\b))"
    r"|(?:would you|do you|shall i|should i|can i|may i|could i|want me|need (?:more|any|me|help)|is there anything"
    r"|are there any|any (?:other|more|further) |anything else|does (?:this|that) (?:help|make sense|answer)"
    r"|did (?:this|that) (?:help|make))[^?]{0,300}\?"
    r"|if you(?:'d| would| have| need| want|'re| are| like)(?![a-z]).{0,300}"
    r"(?:let me|ask|tell|feel free|happy|glad|say so|reach|i can)"
    r"|(?:good luck|have a (?:great|nice|good|wonderful|lovely)|best of luck|enjoy|cheers|thanks|thank you"
    r"|you're welcome|you are welcome|best regards|kind regards|take care)(?![a-z])[^:=]{0,80}$"
    r"|(?:希望|如果?你?您?(?:还|有|需要)|如有|需要我|请(?:随时)?告诉|祝"
    r"|还有(?:什么|其他)|有(?:任何|其他)问题|要不要)[^:=]{0,200}$"
    r")",
    re.IGNORECASE,
)


def without_closing(reply: str) -> str:
    """Return ``reply`` without the emoji at its end, and without its last lines that are rules or courtesies.

    The first line always stays, and so does a line with a sentence of another kind.
    """
    reply = without_flourish(reply.rstrip())
    for _ in range(_LINES):
        start = reply.rfind("\n") + 1
        line = reply[start:]
        if not reply[:start].strip() or len(line) > _LONGEST_CLOSING or not (_RULE.match(line) or _courteous(line)):
            break
        reply = without_flourish(reply[:start].rstrip())
    return reply


def without_flourish(text: str) -> str:
    """Return ``text`` without the emoji at its end, if anything else is left of it; signs of a verdict stay."""
    found = _FLOURISH.search(text, max(0, len(text) - 80))
    return text[: found.start()].rstrip() if found and text[: found.start()].strip() else text


def _courteous(line: str) -> bool:
    sentences = _SENTENCE.findall(line.strip(" \t*_>~"))
    return bool(sentences) and all(_COURTESY.match(sentence.strip()) for sentence in sentences)


_LONGEST_REMARK = 1000
_SUBJECTS = r"(?:it|its|this|that|these|those|the|both|all|there|they|he|she|we|you|I|because|since|as)(?![A-Za-z])"
_REASON = re.compile(
    r",?\s(?:[—–-]{1,3}\s)?\(?(?:not(?! (?:sure|certain|quite|really|necessarily|exactly)(?![a-z]))"
    r"|because|since|which|rather than|instead of|given (?:that|the)|due to|thanks to|owing to"
    r"|seeing that|inasmuch as|as opposed to)(?![a-z])"
    r"|,\s(?:as|for|who|whose|where|when|while|whereas|although|though|according to|based on|considering|in view of"
    r"|so|i\.e\.|namely|that is|meaning|consisting of|made up of)(?![a-z])"
    r"|\sas (?:stated|said|given|mentioned|shown|described|written|noted|seen|per|the (?:passage|text|question))"
    r"(?![a-z])"
    r"|\sas (?:they|he|she|we|it|there|both|all|only) "
    r"|,\s(?:weil|parce qu[e'’]|puisque|porque|ya que|perché|omdat|потому что)(?:(?<=')|(?!\w))"
    rf"|\s?[;:]\s(?={_SUBJECTS})"
    r"|\s(?:-{1,3}|[—–])\s(?=(?-i:[a-z]|(?:It|This|That|The|They|He|She|We|As|Because|Since|Both)\s))"
    r"(?!(?:no|not|or|and|nor|wait|actually|maybe|possibly|perhaps)(?![a-z]))"
    r"|,?\s?(?:因为|由于|而非|而不是)",
    re.IGNORECASE,
)
# A second name would have no article, or be a proper one; "and", "or" would join another to it.
_APPOSITION = re.compile(
    r",\s(?:(?:an?|the|one of the)\s(?:[a-z][a-z-]{1,20}\s){0,3}"
    rf"(?:{KINDS}|[a-z]{{3,16}}(?:er|or|ist|ian))s?(?![a-z])|(?:{KINDS}|[a-z]{{3,16}}(?:er|or)) of(?=\s))"
    r"(?:\s(?!(?:and|or|but|not)\s)[^\s,;]{1,40}){0,12}\s{0,2}$"
)
_BRACKET = re.compile(r"\s?\(([^()]{1,400}(?:\([^()]{0,100}\)[^()]{0,200}){0,3})\)\s{0,3}[.!]?\s{0,3}$")
# In brackets these go on with the answer instead of explaining it.
_NO_REMARK = re.compile(
    r"\s?(?:or|and|nor|also|maybe|possibly|perhaps|plus|minus|times|to|hundred|thousand|million|billion|trillion|dozen"
    r"|percent|squared|cubed)(?![a-z])",
    re.IGNORECASE,
)
_ALPHANUMERIC = re.compile(r"[^\W_]")


def without_reason(text: str) -> str:
    """Return ``text`` up to a reason or an afterthought: ``Hanoi`` of ``Hanoi, because it is stated``."""
    found = _REASON.search(text, 1, _LONGEST_REMARK)
    return text[: found.start()] if found else text


def without_apposition(text: str) -> str:
    """Return a name without the kind after it: ``Chad`` of ``Chad, a country in Africa``."""
    found = _APPOSITION.search(text[:_LONGEST_REMARK])
    return text[: found.start()] if found and text[:1].isupper() else text


def without_remark(text: str) -> str:
    """Return ``text`` without the brackets at its end: ``True`` of ``True (both sides hold)``.

    Brackets stay when they add an alternative or a scale (``2 (million)``), or hold no letter or digit.
    """
    found = _BRACKET.search(text[:_LONGEST_REMARK])
    if found is None or not found.start() or _NO_REMARK.match(found.group(1)):
        return text
    return text[: found.start()] if _ALPHANUMERIC.search(found.group(1)) else text


_MOST = 48  # Announcements that are tried, from the last: bounds the work on a reply that repeats one for ever.
CLOSING = r"(?:[*_`\"'\])}#]|</?b>|</?strong>){0,4}"
_QUALIFIERS = r"(?:final|correct|right|best|my|your|the|short|exact|numeric(?:al)?|predicted|model)"
_EN_WORDS = r"(?:\s(?:choices?|options?|letters?|values?|text|here|below|above|therefore|thus|then|now))?"
# "Answer (a):", "Answer 2:", "the answer to part (b) is", "the answer to this question is", "the answer (in cm) is"
_EN_OF = (
    r"(?:\s?[(\[][^()\[\]\n]{1,40}[)\]]|\s(?:no\.\s?|#\s?)?\d{1,2}(?=[.):*]))?"
    r"(?:\s(?:to|for|of)\s(?:this|the|your|our|that|part|question|problem|exercise|both|[(])[\w() ]{0,40}?)?"
)
_EN_VERB = (
    r"(?::|=|—|–|-?>|=>|[→➔➜⇒]|是|为|-(?=\s?[(\[*$\\]{0,3}(?:-?\.?\d|[A-Za-z](?![A-Za-z])|\\[A-Za-z(\[]|[√π∞∅-]))"
    r"|(?:is|are|equals|(?:would|should|must|will|has\sto)(?:\s(?:most|likely|probably|definitely|certainly)){0,2}\sbe"
    r"|comes(?:\sout)?\sto|turns\sout\sto\sbe)(?![a-z]))"
)
_ZH = r"(?:答案|答)"
_ZH_VERB = r"(?::|=|(?:应该|应当|应|就|当|即)?(?:是|为|等于))"
# Spanish, French, German, Italian, Portuguese, Dutch, Indonesian, Swahili, Yoruba, Russian, Turkish.
_LATIN = r"\b(?:antwort|réponse|reponse|respuesta|resposta|risposta|antwoord|jawaban(?:nya)?|jibu|ìdáhùn|ответ|cevap)"
_LATIN_VERB = (
    r"(?::|=|[—–-](?!\w)|(?:ist|lautet|est|es|é|è|is|adalah|ni|jẹ́|это|равен|равно)(?!\w))"
    r"(?:\s(?-i:die|der|a|la|le|el)(?=\s)|\sl')?"
    r"(?:\s(?:opción|opção|opzione|pilihan|lettre|letra|lettera|buchstabe)(?!\w))?"
)
# Arabic, Bengali, Hindi and its neighbours, Tamil, Telugu, Kannada, Malayalam, Thai, Korean, Japanese.
_EASTERN = (
    r"(?:الإجابة|الجواب|উত্তর(?:টি)?|उत्तर|ઉત્તર|ਉੱਤਰ|ଉତ୍ତର|பதில்|సమాధానం|ಉತ್ತರ|ഉത്തരം|คำตอบ|정답|답변|答え|正解)"
    r"(?:\sالصحيحة|\sالصحيح|\sالنهائية|สุดท้าย(?:คือ)?)?"
)
_EASTERN_VERB = (
    r"(?::|=|(?:は|은|는|\s?هي|\s?هو|\s?হলো?|\s?হবে|\s?है|\s?คือ|\s?అంటే):?"
    r"|(?=[\s(\[*\"'{$\\]{0,6}(?:\d|[A-Za-z](?![A-Za-z]))))"
)
# "Answer - Hanoi": with blanks around the dash, and written as a heading is, for "the answer - as we saw - is 5".
_DASHED = (
    r"(?<![A-Za-z])(?-i:Answer|ANSWER|(?:Final|My|Correct|Short) [Aa]nswer|FINAL ANSWER)[*_]{0,3}[ ]-{1,2}[ ]"
    r"(?=\S)(?!(?:part|step|question|problem|exercise|as|which)(?![a-z]))"
)
_HEADING = (
    r"^[ \t#*_>-]{0,8}(?:\d{1,2}[.)][ \t])?(?:(?:the|my|final|correct|short)[ \t]){0,2}"
    r"(?:answer|antwort|réponse|respuesta|jibu|ответ|答案|最终答案|答え|คำตอบ|উত্তর|సమాధానం)"
    r"[*_:.]{0,5}[ \t]{0,4}\n"
)
# One of these is in every line in which an announcement begins, in lower case: the pattern reads those lines only.
WORDS = (
    "ans", "####", "antwort", "réponse", "reponse", "respuesta", "resposta", "risposta", "antwoord", "jawaban", "jibu",
    "ìdáhùn", "ответ", "cevap", "答", "الإجابة", "الجواب", "উত্তর", "उत्तर", "ઉત્તર", "ਉੱਤਰ", "ଉତ୍ତର", "பதில்",
    "సమాధానం", "ಉತ್ತರ", "ഉത്തരം", "คำตอบ", "정답", "답변", "正解",
)  # fmt: skip
_REACH = 600  # Characters behind its first line that an announcement may take, or look at.


@cache
def announcement(english: str = "", chinese: str = "", also: str = "") -> re.Pattern[str]:
    """Return the pattern of an announcement, which ends where the answer begins.

    Args:
        english: More nouns for an answer, as alternatives of a regular expression.
        chinese: More of them in Chinese.
        also: Whole further forms.
    """
    nouns = rf"answers?|ans{'|' + english if english else ''}"
    chinese = rf"(?:{_ZH}|{chinese})" if chinese else _ZH
    return re.compile(
        rf"\b(?<!</)(?<!\[/)(?:{_QUALIFIERS}[_-]?)?(?:{nouns}){_EN_WORDS}{_EN_OF}\s{{0,2}}{CLOSING}\s{{0,3}}{_EN_VERB}"
        rf"|{chinese}{CLOSING}\s{{0,2}}{_ZH_VERB}"
        rf"|{_LATIN}(?:\s[^\W\d_]{{1,12}}){{0,2}}?\s?{CLOSING}\s?{_LATIN_VERB}"
        rf"|{_EASTERN}{CLOSING}\s?{_EASTERN_VERB}"
        rf"|{_DASHED}|####|[<\[](?:final[_ ]?)?answer[>\]]|\[(?:最[终后後終]|正[确確]|参考)?{chinese}\]:?"
        rf"|\bans\.\s|{_HEADING}{'|' + also if also else ''}",
        re.IGNORECASE | re.MULTILINE,
    )


ANNOUNCEMENT = announcement()

# "the answer is not 17", "unlike the answer", "a wrong answer is"
_DENIED = re.compile(
    r"(?:\b(?:not|never|nor|neither|unlike|except|than|instead of|excluding)|n't"
    r"|[不别非](?:能|应该?|该|可以?|会|要|宜|得)?|并非|而非|排除|除了)"
    r"(?:\s{0,2}(?:be|is|are|option|options|choice|choose|pick|select|to|the|a|an|simply|just|final|correct|right|best"
    r"|选项|选择|选|是|为)(?![a-z])){0,3}[\s*_`\"'$(\[]{0,4}$"
    r"|\b(?:wrong|incorrect|false|tempting|mistaken|erroneous|incomplete|common|initial|first|old|previous|naive"
    r"|student's|错误的?|falsche|incorrecta|mauvaise)[\s*_`\"'_-]{1,2}$",
    re.IGNORECASE,
)
_ARROWS = "→⇒➔➜=-"
_HEDGED = re.compile(
    r"(?:\b(?:whether|if|suppose|assume|assuming|imagine|unless|why"
    r"|(?:might|may|could|would|some|people) (?:say|think))"
    r"(?: that)?(?: the| this| my)?(?: correct| right| final| best| option| choice)?"
    r"|(?:如果|假如|假设|是否|若|为什么)(?:正确|最终)?)\s?$",
    re.IGNORECASE,
)

# "The answer is not 17." to the end of its line: it denies, and puts nothing in the place of what it denies.
_NOT_THIS = re.compile(
    r"[\s*_`\"']{0,4}(?:not|nicht|pas|niet)\s(?!(?:only|just|merely|nur|seulement)(?![a-z]))(?:(?!\s(?:but|rather|instead|it|it's|so|sondern|mais|maar)(?![a-z]))[^:=\n]){1,120}"
    r"(?:\n|\Z)",
    re.IGNORECASE,
)
# "la respuesta no es", and what denies behind the answer: "答えは18ではありません".
_DENIED_VERB = re.compile(r"\s(?:no|não|non)\s(?:es|é|è)(?!\w)", re.IGNORECASE)
_DENIED_BEHIND = re.compile(r"[^\n、。，,]{1,40}?(?:では(?:ありません|ない)|じゃない|(?:이|가) 아닙니다)")
# "If it were raining, the answer would be 17."

_WOULD = re.compile(r"\b(?:would|might|could)\s", re.IGNORECASE)
_COUNTERFACTUAL = re.compile(
    r"(?:\b(?:were|weren't|had|hadn't|otherwise|without|unless)(?![a-z]))[^.!?\n]{0,120}$", re.IGNORECASE
)


def announcements(
    reply: str,
    pattern: re.Pattern[str] = ANNOUNCEMENT,
    *,
    words: tuple[str, ...] = WORDS,
    not_this: bool = False,
) -> Iterator[re.Match[str]]:
    """Yield the valid announcements, the last first: those denied or only supposed are left out.

    Args:
        reply: Folded text (`visible.fold`).
        pattern: Made by `announcement`.
        words: One of them is in every line in which a match begins, as `WORDS` are for what every reader takes for an
            announcement; empty to search all lines.
        not_this: Yield "the answer is not ..." too, for a reader whose answers may begin so.
    """
    for match in reversed(deque(_matches(reply, pattern, words), maxlen=_MOST)):
        if _denied(reply, match, not_this=not_this) or hedged(reply, match.start()) or _counterfactual(reply, match):
            continue
        yield match


def _matches(reply: str, pattern: re.Pattern[str], words: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Yield what ``pattern.finditer`` does; the lines without any of ``words`` cost a tenth of it."""
    text = reply.lower() if words else ""
    if len(text) != len(reply):
        yield from pattern.finditer(reply)
        return
    at = 0
    for start, end in _lines_with(text, words):
        at = max(at, start)
        while (match := pattern.search(reply, at, end + _REACH)) and match.start() < end:
            yield match
            at = match.end()


def _lines_with(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield beginning and end of the lines with one of ``words``; those closer than `_REACH` are one."""
    lines: dict[int, int] = {}
    for word in words:
        at = -1 if text.isascii() and not word.isascii() else text.find(word)
        while at >= 0:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            lines[text.rfind("\n", 0, at) + 1] = end
            at = text.find(word, end)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(lines.items()):
        if joined and start - joined[-1][1] < _REACH:
            start, _ = joined.pop()
        joined.append((start, end))
    yield from joined


def _denied(reply: str, match: re.Match[str], *, not_this: bool) -> bool:
    # An arrow is not a noun that "false" or "wrong" in front of it could belong to: "B is false → C".
    if match.group()[:1] not in _ARROWS and _DENIED.search(reply[max(0, match.start() - 48) : match.start()]):
        return True
    if _DENIED_VERB.search(match.group()) or _DENIED_BEHIND.match(reply, match.end()):
        return True
    return not not_this and match.group()[-1:].isalpha() and _NOT_THIS.match(reply, match.end()) is not None


def _counterfactual(reply: str, match: re.Match[str]) -> bool:
    before = reply[max(0, match.start() - 160) : match.start()]
    return _WOULD.search(match.group()) is not None and _COUNTERFACTUAL.search(before) is not None


def hedged(text: str, position: int) -> bool:
    """Return whether the text at ``position`` is only a supposition ("whether", "if", "some may say that")."""
    return _HEDGED.search(text[max(0, position - 48) : position]) is not None
