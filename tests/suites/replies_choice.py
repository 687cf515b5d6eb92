"""Replies to the first written sample of each multiple-choice and yes/no benchmark: right, wrong, malformed."""

from __future__ import annotations

REFUSAL = "I am sorry, but as an AI model I cannot answer. Better ask a doctor."

REPLIES = {
    "mmlu_pro": ("Eight plus one is nine.\n\n**ANSWER: I**", "ANSWER: J", "I cannot decide."),
    "mmlu_redux": ("The answer is (B).", "The answer is (C).", "B or C"),
    "gpqa_diamond": ("$\\boxed{B}$", "$\\boxed{A}$", "<think>ANSWER: B, or not"),
    "super_gpqa": ("Cork floats.\nAnswer: C. cork", "Answer: E", "ANSWER: J"),
    "race": ('{"answer": "A"}', '{"answer": "B"}', '{"answer": "X"}'),
    "agieval": ("ANSWER: B) two", "ANSWER: A) one", "A) one\nB) two\nC) three\nD) four"),
    "logi_qa": ("ANSWER: B", "ANSWER: C", "A swimmer is an animal."),
    "siqa": ("ANSWER: a", "ANSWER: b", REFUSAL),
    "qasc": ("Beetroot", "Leek", "ANSWER: tomato"),
    "sciq": ("A.", "B.", "A, B"),
    "pubmedqa": ("NO", "MAYBE", "The trial was small."),
    "musr": ("Only Ann had it.\n\nANSWER: A", "ANSWER: B", "Ann or Bob did it."),
    "iquiz": ("星期三的后一天是星期四。\n答案：Ｂ", "答案：A", "答案：A或B"),
    "maritime_bench": ("[C]", "[A]", "[C] 或 [A]"),
    "longbench_v2": ("The text says so. ANSWER: B", "ANSWER: D", ""),
    "process_bench": ("Paragraph 1 is wrong.\n\\boxed{1}", "\\boxed{-1}", "\\boxed{none}"),
    "halueval": ("Yes", "No", "It depends on the ink."),
    "pope": ("Yes, there is a boat.", "No.", "I see no picture at all"),
    "hallusion_bench": ("YES", "NO", "YES or NO"),
    "milu": ("பதில்: B", "பதில்: A", "எட்டு"),
    "arc_indic": ("उत्तर: (B)", "उत्तर: A", "A या B?"),
    "indic_boolq": ("No", "Yes", "हो सकता है"),
    "hellaswag_hi": ("ANSWER: A", "गाता है।", "मुझे नहीं पता"),
    "mmmlu": ("Spinnen haben acht Beine.\nANSWER: B", "ANSWER: A", "Acht, also keine Antwort: A, B"),
}
