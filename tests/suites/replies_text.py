"""Recorded replies to the first records of `written_text`: right, wrong, malformed."""

from __future__ import annotations

from typing import Any

REPLIES: dict[str, Any] = {
    "aime25": ("Only 2 is, so the answer is \\boxed{1}.", "\\boxed{10}", "There are a few."),
    "aime26": ("\\boxed{001}", "Two and three: \\boxed{2}.", "\\boxed{}"),
    "amc": (
        "It is \\boxed{\\dfrac{109}{33}}.",
        "\\boxed{\\frac{33}{109}}",
        "<think>\\boxed{\\frac{109}{33}}",
    ),
    "cmath": ("3乘8得二十四。答：要二十四元。", "\\boxed{24元} 不对，应该是 \\boxed{32元}", "\\boxed{元}"),
    "mgsm": ("Die Antwort ist \\boxed{1.250 Steine}.", "\\boxed{1,25}", "Das zweite Haus hat mehr Steine."),
    "minerva_math": (
        "\\boxed{9.46 \\times 10^{15}\\ \\mathrm{m}}",
        "\\boxed{9.3e15}",
        "\\boxed{\\mathrm{m}}",
    ),
    "drop": ("Both did.\nAnswer: Bo Ray and Ann Lee", "Answer: Ann Lee", "Ray, Bo; somebody else"),
    "trivia_qa": ("ANSWER: It is the river Tiber.", "ANSWER: the Arno, not the Tiber", "The Tiber or the Arno"),
    "arc_agi_2": (
        "```json\n[[0, 3],\n [3, 0]]\n```",
        "[[0, 3], [3, 0]], or rather [[3, 0], [0, 3]]",
        "[[0, 3], [3, 0",
    ),
    "needle_haystack": (
        "Sit in Dolores Park on a sunny day, and eat a sandwich.",
        "Eat a burrito in Dolores Park.",
        "The text does not say.",
    ),
    "ncbi": (
        "Here it is:\n<response><disease>Bird flu</disease> is no <disease>cold</disease>.</response>",
        "<response>Bird <disease>flu</disease> is no <disease>cold</disease> .</response>",
        "Bird flu and cold are diseases.",
    ),
    "tweebank_ner": (
        "<response><person>Bo</person> <person>Ray</person> love <location>Rome</location> 's "
        "<Miscellaneous>Colosseum</miscellaneous> , <location>Rome</location> !</response>",
        "<person>Bo Ray</person> love <location>Rome</location> 's Colosseum , Rome !",
        "<response>",
    ),
    "cross_ner": (
        "<response><programming_language>Ada</programming_language> is no <programming_language>Prolog"
        "</programming_language> at <university>MIT</university> .</response>",
        "<response><researcher>Ada</researcher> is no Prolog at <university>MIT</university> .</response>",
        "Ada, Prolog, MIT",
    ),
    "zebralogicbench": (
        '{"reasoning": "Eve", "solution": {"House 1": {"name": ["Eve"], "Drink": "Tea"}, '
        '"House 2": {"Name": "Al ", "Drink": "milk"}}}',
        '{"solution": {"House 1": {"Name": "Al", "Drink": "tea"}, "House 2": {"Name": "Eve", "Drink": "milk"}}}',
        "House 1: Eve, tea; House 2: Al, milk",
    ),
    "olympiad_bench": ("So the final answer is \\boxed{2, -2}.", "So the final answer is \\boxed{2}.", "\\boxed{,}"),
}
# The first tag of each benchmark, whose sentence is "Is it or one of them ?", with "it" and "one of them" marked.
_FIRST_TAGS = {
    "anat_em": "anatomy", "bc2gm": "gene", "bc4chemd": "chemical", "bc5cdr": "disease",
    "broad_twitter_corpus": "person",
    "conll2003": "person", "conllpp": "person", "copious": "taxon", "fin_ner": "person", "genia_ner": "protein",
    "harvey_ner": "river", "jnlpba": "protein", "jnlpba_rare": "rna", "mit_movie_trivia": "actor",
    "mit_restaurant": "dish", "multi_nerd": "animal", "ontonotes5": "person", "tweet_ner_7": "person",
    "wnut2017": "creative_work",
}  # fmt: skip
REPLIES |= {
    name: (
        f"<response>Is <{tag}>it</{tag}> or <{tag}>one of them</{tag}>?</response>",
        f"<response>Is <{tag}>it</{tag}> or <{tag}>one</{tag}> of them ?</response>",
        f"{tag}: it, one of them",
    )
    for name, tag in _FIRST_TAGS.items()
}
