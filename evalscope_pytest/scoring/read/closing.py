"""What a model writes behind its answer without adding to it: an emoji, a rule, "I hope this helps!"."""

from __future__ import annotations

import re

_LINES = 8  # Closing lines that are removed.
_LONGEST = 400  # Characters of a line that may be one.
# Signs that are a verdict on what stands beside them stay.
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
        if not reply[:start].strip() or len(line) > _LONGEST or not (_RULE.match(line) or _courteous(line)):
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
