"""Prompts of the Drivelology benchmarks, and the rubric of their judge. The words are this project's own."""

from __future__ import annotations

from evalscope_pytest.judge import Labels, graded

IS_DRIVEL = (
    "Drivelology is text that sounds coherent and says something absurd or paradoxical, with a meaning below the "
    "surface that takes context and feeling to find: humour, irony, sarcasm. Pure nonsense is not, nor is a sentence, "
    "proverb or quotation that means what it says.\n\n#Text#: {question}\n\nIs the text Drivelology? Answer with Yes "
    "or No and nothing else.\n#Answer#:"
)
DEVICES = {
    "inversion": "a familiar phrase or social script is turned round",
    "wordplay": "it plays with sound or with words of several meanings, as puns do",
    "switchbait": "a phrase with a second meaning, known to a culture, is suddenly taken in that meaning",
    "paradox": "it contradicts itself, and is true in some way",
    "misdirection": "it leads to an expectation that the end does not meet",
}
LISTED = "\n".join(f"- {name}: {meaning}" for name, meaning in DEVICES.items())
WHICH = (
    f"A text may use several of these devices:\n{LISTED}\n\nReply with a single line, 'ANSWER: [LETTERS]' (without "
    "quotes), where [LETTERS] are those of all devices that the text uses, from {letters}, joined by commas."
    "\n\nText to classify: {question}\n\n{choices}"
)
STORY = (
    "Choose the option that tells best what the text below implies. Reply with a single line, 'ANSWER: [LETTER]' "
    "(without quotes), where [LETTER] is one of {letters}.\n\n{question}\n\n{choices}"
)
WRITE = (
    "Read the text below, understand it, and describe in detail what story it implies. Write in English."
    "\n\nText: {text}"
)
RATING = (
    "Compare the description of a text's implied story with the reference. Relevance, accuracy, depth and detail count."
    "\n\n[Text]\n{question}\n\n[Reference]\n{gold}\n\n[Description]\n{pred}\n\nThe verdict is the match: 1 (very "
    "poor), 2 (poor), 3 (moderate), 4 (good) or 5 (excellent)."
)
MATCH = graded("drivel_writing", RATING, Labels({str(n): {"judge_score": (n - 1) / 4} for n in (5, 4, 3, 2, 1)}))
