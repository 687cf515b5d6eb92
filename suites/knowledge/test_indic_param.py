"""Questions of the Indian university teachers' examination on eleven languages with few resources, in their scripts.

IndicParam: Maheshwari et al. 2025, Benchmark to evaluate LLMs on low-resource Indic Languages, arXiv:2512.00333.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

LANGUAGES = ["Bodo", "Dogri", "Gujarati_surya", "Konkani", "Maithili", "Marathi", "Nepali", "Oriya", "Rajasthani"]
LANGUAGES += ["Sanskrit", "Sanskrit Mix", "Santali"]


@benchmark(
    "indic_param",
    pretty_name="IndicParam",
    dataset=hub("bharatgenai/IndicParam", subsets=LANGUAGES, subset_by="subject"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice", "multilingual"],
)
def test_indic_param(record) -> Sample:
    options = [record[f"option_{letter}"] for letter in "abcd"]
    return Sample(record["question_text"], record["correct_answer"].strip().upper(), options)
