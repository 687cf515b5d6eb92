"""MMLU's 57 subjects, 100 questions each, looked through by experts who mark and correct wrong answer keys.

MMLU-Redux: Gema et al. 2024, Are We Done with MMLU?, arXiv:2406.04127. Where experts found several right options, any
of them is right.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

FIELDS = {
    "STEM": """abstract_algebra astronomy college_biology college_chemistry college_computer_science
        college_mathematics college_physics computer_security conceptual_physics electrical_engineering
        elementary_mathematics high_school_biology high_school_chemistry high_school_computer_science
        high_school_mathematics high_school_physics high_school_statistics machine_learning""",
    "Humanities": """formal_logic high_school_european_history high_school_us_history high_school_world_history
        international_law jurisprudence logical_fallacies moral_disputes moral_scenarios philosophy prehistory
        professional_law world_religions""",
    "Social Science": """econometrics high_school_geography high_school_government_and_politics
        high_school_macroeconomics high_school_microeconomics high_school_psychology human_sexuality
        professional_psychology public_relations security_studies sociology us_foreign_policy""",
    "Other": """anatomy business_ethics clinical_knowledge college_medicine global_facts human_aging management
        marketing medical_genetics miscellaneous nutrition professional_accounting professional_medicine virology""",
}
# Letters or numbers, alone or listed; "and" and "or" follow a blank, bracket or comma, or the first of them.
MARK = scoring.pattern("[0-3A-D]")
MARKS = scoring.pattern(r"\A[\s(]*[0-3A-D](?:and|or)*(?:[\s(),](?:and|or)*|[0-3A-D])*\Z")
CATEGORIES = {subject: field for field, subjects in FIELDS.items() for subject in subjects.split()}


def corrected(record) -> tuple[list[str], list[str]]:
    """Return options and right letters after the experts' correction: an index, a letter, several, or a new text."""
    choices, answer = list(record["choices"]), int(record["answer"])
    correction = str(record.get("correct_answer") or "").strip()
    found = [choices.index(correction)] if correction in choices else []
    if MARKS.search(correction):
        found = [int(mark) if mark.isdigit() else "ABCD".index(mark) for mark in MARK.captured(correction)]
    if record["error_type"] == "no_correct_answer" and correction:
        choices[answer] = correction
    elif record["error_type"] in ("wrong_groundtruth", "multiple_correct_answers") and found:
        return choices, ["ABCD"[index] for index in dict.fromkeys(found)]
    return choices, ["ABCD"[answer]]


@benchmark(
    "mmlu_redux",
    version="2",
    pretty_name="MMLU-Redux",
    dataset=hub("AI-ModelScope/mmlu-redux-2.0", subsets=sorted(CATEGORIES)),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    categories=CATEGORIES,
    tags=["knowledge", "multiple_choice"],
)
def test_mmlu_redux(record) -> Sample:
    choices, target = corrected(record)
    return Sample(record["question"], target, choices, metadata={"error_type": record["error_type"]})
