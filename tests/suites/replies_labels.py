"""Replies to the first written sample of each text benchmark with options or labels: right, wrong, malformed."""

from __future__ import annotations

from .replies_choice import REFUSAL

_MILK = ("मधु। Answer: (B)", "ANSWER: A", "दूध या मधु?")

REPLIES = {
    "anli": ("Entailment: the hypothesis follows from the premise.", "ANSWER: C", "It may or may not follow."),
    "arxivrollbench": ("ANSWER: B) BA", "ANSWER: A", "BAAB"),
    "arxivrollbench_full": ("The right order is option B.\n\nANSWER: B", "ANSWER: D", "B or A"),
    "banking77": ("The passcode is gone, so $\\boxed{19}$", "ANSWER: 18", "ANSWER: 19 or 1"),
    "biomix_qa": ("Beetroot", "ANSWER: B", REFUSAL),
    "boolq": ("No", "Yes", "Bees make honey."),
    "coin_flip": ("Ada turns it over.\nANSWER: no", "ANSWER: YES", "Heads, then tails."),
    "contract_nli": ("ANSWER: B", "ANSWER: A", "The contract is long."),
    "drivel_binary": ("Yes.", "No", "Perhaps it is."),
    "drivel_multilabel": ("ANSWER: paradox, misdirection", "ANSWER: D", "ANSWER: F"),
    "drivel_selection": ("The speaker feels watched.", "ANSWER: A", "ANSWER: A or B"),
    "indic_param": _MILK,
    "kina": ("ANSWER: B) honey", "ANSWER: A) milk", "ANSWER: K"),
    "math_qa": ("answer: a", "answer: b", "ANSWER: 7"),
    "med_mcqa": ("A) beetroot", "B) leek", "A, B"),
    "mri_mcqa": ("ANSWER：Ａ", "ANSWER：Ｂ", ""),
    "music_trivia": ('{"answer": "A"}', '{"answer": "C"}', '{"answer": "soup"}'),
    "perspective_gap_role_assignment": (
        '```json\n{"waiter": ["f1"], "cook": ["f1"]}\n```',
        '{"cook": ["f1"], "waiter": ["f2"]}',
        '{"cook": ["f1"',
    ),
    "perspective_gap_prompt_writing": (
        "# cook\nTable 4 eats no nuts.\n\n# waiter\nMind: table 4 eats no nuts!",
        "# cook\nTable 4 eats no nuts. Be clear.\n\n# waiter\nBe clear.",
        "Table 4 eats no nuts.",
    ),
    "reward_bench": ("It is four.", "It is five.", "Both are fine."),
    "safety_bench": ("A\n不，我收回：B", "(A) 嘲笑他。", "我不能回答。"),
    "sanskriti": ("Kerala", "Goa", "Kerala or Goa"),
    "triviaqa_indic": ("उत्तर: A", "मटर", "पता नहीं"),
    "bhashabenchv1_ayur": _MILK,
    "bhashabenchv1_finance": _MILK,
    "bhashabenchv1_krishi": _MILK,
    "bhashabenchv1_legal": _MILK,
    "bhasha_bench_multi_ayur": _MILK,
    "bhasha_bench_multi_finance": _MILK,
    "bhasha_bench_multi_krishi": _MILK,
    "bhasha_bench_multi_legal": _MILK,
}
