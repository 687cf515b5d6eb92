"""Questions of 67 subjects as they are taught and examined in China, some of them specific to China.

CMMLU: Li et al. 2023, Measuring Massive Multitask Language Understanding in Chinese, arXiv:2306.09212.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

FIELDS = {
    "STEM": """anatomy astronomy college_actuarial_science college_engineering_hydrology college_mathematics
        college_medical_statistics computer_science conceptual_physics electrical_engineering elementary_mathematics
        genetics high_school_biology high_school_chemistry high_school_mathematics high_school_physics
        machine_learning virology""",
    "Humanities": """arts college_law global_facts international_law jurisprudence logical marxist_theory philosophy
        professional_law world_history world_religions""",
    "Social Science": """business_ethics college_education economics education high_school_geography journalism
        management marketing professional_accounting professional_psychology public_relations security_study
        sociology""",
    "China specific": """ancient_chinese chinese_civil_service_exam chinese_driving_rule chinese_food_culture
        chinese_foreign_policy chinese_history chinese_literature chinese_teacher_qualification
        construction_project_management elementary_chinese elementary_commonsense ethnology high_school_politics
        modern_chinese traditional_chinese_medicine""",
    "Other": """agronomy clinical_knowledge college_medicine computer_security elementary_information_and_technology
        food_science human_sexuality legal_and_moral_basis nutrition professional_medicine sports_science""",
}
CATEGORIES = {subject: field for field, subjects in FIELDS.items() for subject in subjects.split()}


@benchmark(
    "cmmlu",
    version="2",
    pretty_name="C-MMLU",
    dataset=hub("evalscope/cmmlu", subsets=sorted(CATEGORIES), subset_by="category").counted(11582),
    prompt=prompts.CHOICE_STEPWISE_ZH,
    few_shot=FewShot(0, split="dev", shot=prompts.CHOICE_SHOT_ZH, prompt=prompts.SHOTS_ZH),
    scorer=scoring.choice_answer(language="zh"),
    categories=CATEGORIES,
    tags=["knowledge", "multiple_choice", "chinese"],
)
def test_cmmlu(record) -> Sample:
    if "choices" in record:  # the hub's shape: choices as "(A) text", the answer as "(A)"
        choices, answer = [choice[3:].strip() for choice in record["choices"]], record["answer"].strip("()")
        return Sample(input=record["question"], choices=choices, target=answer)
    return Sample(input=record["Question"], choices=[record[letter] for letter in "ABCD"], target=record["Answer"])
