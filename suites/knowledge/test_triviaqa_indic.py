"""Trivia questions with four options, in English and ten languages of India.

TriviaQA: Joshi et al. 2017, A Large Scale Distantly Supervised Challenge Dataset for Reading Comprehension,
arXiv:1705.03551.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

LANGUAGES = ["bn", "en", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"]


@benchmark(
    "triviaqa_indic",
    pretty_name="TriviaQA-Indic-MCQ",
    dataset=hub("sarvamai/trivia-qa-indic-mcq", subsets=LANGUAGES, split="validation"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice", "multilingual"],
)
def test_triviaqa_indic(record, position) -> Sample:
    # The languages have the same questions in the same order.
    return Sample(record["question"].strip(), "ABCD"[int(record["answer"])], record["choices"], cluster=position)
