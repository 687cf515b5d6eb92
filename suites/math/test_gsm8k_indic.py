"""The word problems of GSM8K in English, ten languages of India, and those in Latin letters.

Published by Sarvam AI without a paper; GSM8K: Cobbe et al. 2021, Training Verifiers to Solve Math Word Problems,
arXiv:2110.14168.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .local_math import local_math_answer

NATIVE = ["bn", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"]
LANGUAGES = ["en", *NATIVE, *(f"{language}_roman" for language in NATIVE)]


@benchmark(
    "gsm8k_indic",
    pretty_name="GSM8K-Indic",
    dataset=hub("sarvamai/gsm8k-indic", subsets=LANGUAGES),
    prompt=prompts.BOXED,
    scorer=local_math_answer(),
    tags=["math", "reasoning", "multilingual"],
)
def test_gsm8k_indic(record, position) -> Sample:
    rationale, _, answer = record["answer"].rpartition("####")
    return Sample(record["question"], answer.strip(), rationale=rationale.strip(), cluster=position)  # the same in each
