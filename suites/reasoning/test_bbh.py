"""The 27 BIG-Bench tasks that were hard for models: 17 with options, 10 with free answers.

BIG-Bench Hard: Suzgun et al. 2022, Challenging BIG-Bench Tasks and Whether Chain-of-Thought Can Solve Them,
arXiv:2210.09261. Its three solved examples a task are read from the release, ``cot-prompts/``.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub

from .bbh import bbh_answer

TASKS = {
    "multiple_choice": """date_understanding disambiguation_qa geometric_shapes hyperbaton
        logical_deduction_five_objects logical_deduction_seven_objects logical_deduction_three_objects
        movie_recommendation penguins_in_a_table reasoning_about_colored_objects ruin_names
        salient_translation_error_detection snarks temporal_sequences tracking_shuffled_objects_five_objects
        tracking_shuffled_objects_seven_objects tracking_shuffled_objects_three_objects""",
    "free_form": """boolean_expressions causal_judgement dyck_languages formal_fallacies multistep_arithmetic_two
        navigate object_counting sports_understanding web_of_lies word_sorting""",
}
KINDS = {task: kind for kind, tasks in TASKS.items() for task in tasks.split()}
PROMPT = """\
Q: {question}
A: Let's think step by step. Finish with the sentence "So the answer is [ANSWER]." without quotes or markdown, \
[ANSWER] being nothing but the answer.
"""


@benchmark(
    "bbh",
    version="2",
    pretty_name="BBH",
    dataset=hub("evalscope/bbh", subsets=list(KINDS)).counted(6511),
    prompt=PROMPT,
    few_shot=FewShot(3, file="cot-prompts/{subset}.txt", prompt="{fewshot}\n"),
    scorer=bbh_answer(),
    tags=["reasoning"],
)
def test_bbh(record, subset) -> Sample:
    kind = KINDS.get(subset, "free_form")
    target = record["target"].strip("()") if kind == "multiple_choice" else record["target"]
    return Sample(input=record["input"], target=target, metadata={"task_type": kind})
