"""The transcript that a reply gives: without the words around it, such as ``The transcription is:``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_TAGS = re.compile(r"<\|[^<>|]{0,60}\|>|</?(?:transcript(?:ion)?|asr|text|answer|speech|s)>", re.IGNORECASE)
_HEADED = re.compile(r"<asr_text>", re.IGNORECASE)  # "language English<asr_text>..." of speech models
_FENCE = re.compile(
    r"\A(?:[^`\n]{0,100}:?\s{0,4})?(?:```|~~~)[\w-]{0,20}[ \t]{0,8}\n(.*?)\n?[ \t]{0,8}(?:```|~~~)", re.DOTALL
)
_BARE_FENCE = re.compile(r"\A(?:```|~~~)(.*?)(?:```|~~~)\Z", re.DOTALL)
# What a transcript is called, in the languages of the benchmarks, or begins to be called.
_NAMES = r"""transcri transkri trascri транскри расшифров recogni[sz] reconnai reconoci reconheci erkann
    speech[-\s]to[-\s]text spoken utterance verbatim heard \bi\shear\b phonemes?\b phones?\b 音素
    识别 識別 辨識 辨识 转录 轉錄 转写 轉寫 听写 聽寫 语音 語音 音频 音頻 录音 錄音 說話 说话
    書き起こし 文字起こし 認識 전사 받아쓰기 인식"""
_STEMS = "|".join(_NAMES.split())
_SPEAKERS = r"speaker|narrator|man|woman|person|voice|user|male|female"
_SOUNDS = r"audio|recording|clip|speech"
_OTHERS = (
    rf"(?:the |this |my |final )?(?:answer|output|result|text|content|sentence|response|{_SOUNDS})"
    rf"|(?:the )?(?:{_SPEAKERS})(?: [a-z0-9]{{1,2}})?"
    rf"|(?:the )?(?:{_SOUNDS}|{_SPEAKERS})(?: in the (?:{_SOUNDS}))? sa(?:ys|id)"
    r"|(?:sure|certainly|of course|okay|ok|here (?:it is|you go))[!,.]?"
    r"|(?:文本|文字|内容|內容|结果|結果|答案|输出|輸出|原文|说的是|說的是)(?:内容|內容)?(?:如下|是|为|為)?"
    r"|好的[，,。]?|普通话|普通話|粤语|粵語"
)
_LINE = r"[^:：\n]"
_LEAD_IN = re.compile(
    rf"(?={_LINE}{{0,119}}[:：])(?:(?={_LINE}{{0,119}}?(?:{_STEMS})){_LINE}{{1,119}}|(?:{_OTHERS})(?: is)?)"
    r"\s{0,3}[:：]",
    re.IGNORECASE,
)
_IS = re.compile(
    rf"{_LINE}{{0,60}}?(?:{_STEMS}){_LINE}{{0,40}}?(?:\b(?:is|says?|reads|est|es|ist)\s|是|为|為)\s{{0,3}}",
    re.IGNORECASE,
)
_UNQUOTED = r"[^\"“„«「:：\n]"
_BEFORE_QUOTE = re.compile(
    rf"{_UNQUOTED}{{0,119}}?(?:{_STEMS}|say|said|reads|[说說]|是){_UNQUOTED}{{0,40}}"
    r"(?:[\"“„«「]|(?<=[\s:,])['‘])",
    re.IGNORECASE,
)
_AFTER_QUOTE = re.compile(r"[\"”»」'’][.。!！]?\Z")
_QUOTE_END = 2  # characters
_DENIED = re.compile(r"\bnot\b|n['’]t\b|\bnever\b|\bno\b|没|沒|不|未", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`#>]{1,6}")
_STEPS = 3
_OPENING, _ENDING = ("[", "(", "（", "【", "<"), ("]", ")", "）", "】", ">")
_CLOSING = re.compile(
    r"\n{1,4}\s{0,4}(?:(?:please )?(?:let me know|feel free|is there anything|if you (?:need|have|would|want)|note\b"
    r"|i hope|hope this)|如果您?你?|如有|请注意|請注意|注[：:]|希望)[^\n]{0,400}\Z",
    re.IGNORECASE,
)
_FIELDS = ("text", "transcription", "transcript", "content", "answer", "result", "识别结果", "文本")


def readings(reply: str) -> Iterator[str]:
    """Yield what a reply may be taken to transcribe: all of it, and what follows the words that announce it."""
    text = _TAGS.sub(" ", _HEADED.split(reply)[-1]).strip()
    if (inner := _of_json(text)) is not None:
        text = inner
    yield text
    if fenced := _FENCE.match(text) or _BARE_FENCE.match(text):
        text = _of_json(fenced[1].strip()) or fenced[1].strip()
        yield text
    text = _MARKUP.sub("", text).strip()
    if (closed := _CLOSING.sub("", text)) != text:
        text = closed.strip()
        yield text
    opening, closing = _BEFORE_QUOTE.match(text), _AFTER_QUOTE.search(text, max(0, len(text) - _QUOTE_END))
    if opening and closing and opening.end() < closing.start() and not _DENIED.search(opening.group()):
        yield text[opening.end() : closing.start()]
    if text[:1] in _OPENING and text[-1:] in _ENDING:
        yield text[1:-1]
    if stated := _IS.match(text):
        yield text[stated.end() :]
    for _ in range(_STEPS):
        lead_in = _LEAD_IN.match(text)
        if lead_in is None or lead_in.end() == len(text):
            return
        text = text[lead_in.end() :].strip()
        yield text


def _of_json(text: str) -> str | None:
    """Return the transcript of a JSON object, or of a JSON text; None if it is neither."""
    if not text.startswith(("{", '"')):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        texts = [value[name] for name in _FIELDS if isinstance(value.get(name), str)]
        texts = texts or [item for item in value.values() if isinstance(item, str)][:1]
        return texts[0] if texts else None
    return value if isinstance(value, str) else None
