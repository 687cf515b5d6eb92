"""Questions of 57 subjects, from elementary school to professional exams, in four fields of knowledge.

MMLU: Hendrycks et al. 2020, Measuring Massive Multitask Language Understanding, arXiv:2009.03300.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE_STEPWISE
from evalscope_pytest.scoring import choice_answer

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


def to_sample(record) -> Sample:
    return Sample(input=record["question"], choices=record["choices"], target="ABCD"[int(record["answer"])],
                  metadata={"subject": record["subject"]})  # fmt: skip


@benchmark("mmlu", version="2",
           pretty_name="MMLU", to_sample=to_sample, prompt=CHOICE_STEPWISE, few_shot=FewShot(5, split="dev"),
           dataset=hub("cais/mmlu", config="all", subsets=sorted(CATEGORIES), subset_by="subject", split="test"),
           categories=CATEGORIES, scorer=choice_answer(), tags=["knowledge", "multiple_choice"])  # fmt: skip
async def test_mmlu(sample, model):
    return await model.generate(sample)
