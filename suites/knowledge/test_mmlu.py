"""Questions of 57 subjects, from elementary school to professional exams, in four fields of knowledge.

MMLU: Hendrycks et al. 2020, Measuring Massive Multitask Language Understanding, arXiv:2009.03300.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

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
CATEGORIES = {subject: field for field, subjects in FIELDS.items() for subject in subjects.split()}


@benchmark(
    "mmlu",
    version="2",
    pretty_name="MMLU",
    dataset=hub("cais/mmlu", config="all", subsets=sorted(CATEGORIES), subset_by="subject").counted(14042),
    prompt=prompts.CHOICE_STEPWISE,
    few_shot=FewShot(5, split="dev"),
    scorer=scoring.choice_answer(),
    categories=CATEGORIES,
    tags=["knowledge", "multiple_choice"],
)
def test_mmlu(record) -> Sample:
    return Sample(
        input=record["question"],
        choices=record["choices"],
        target="ABCD"[int(record["answer"])],
        metadata={"subject": record["subject"]},
    )
