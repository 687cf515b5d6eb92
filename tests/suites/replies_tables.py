"""Replies to the first written sample of each benchmark on tables, mathematics, paths and translation."""

from __future__ import annotations

_BOXED = ("It is $\\boxed{32.}$", "It is $\\boxed{30}$", "I do not know.")

REPLIES = {
    "finqa": ("```\nProgram: divide(subtract(5,829, 5735), $5735)\n```", "Program: subtract(5829, 5735)", "1.6 %"),
    "tat_qa": ("Answer: 1,234,500,000\nScale: none", "Answer: 1,234.5\nScale: thousand", "The revenue rose."),
    "tablebench": ("Final Answer: The town is Larnvik", "Final Answer: Torv", ""),
    "sparc": ("#### [0,2] -> [1,2] -> [2,2] -> [2,1] -> [2,0]\n#### Done", "#### (0,2), (1,1), (2,0)", "Go right."),
    "openai_mrcr": ("\nZx1Waves come\nand go.\n", "Waves come\nand go.", "Here it is: Zx1Waves come\nand go."),
    "hmmt25": _BOXED,
    "hmmt_nov25": _BOXED,
    "hmmt26": _BOXED,
    "arxivmath": _BOXED,
    "imo_answerbench": _BOXED,
    "gsm8k_indic": ("\\boxed{१,००,०००}", "\\boxed{1,000}", "bahut"),
    "poly_math": ("La réponse est $\\boxed{1,5}$.", "$\\boxed{15}$", "Je ne sais pas."),
    "wmt24pp": ("La mer est calme.", "Le ciel est bleu.", ""),
}
