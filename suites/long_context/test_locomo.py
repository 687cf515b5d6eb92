"""Questions on dialogues of two people over months, some of them on what was never said.

LoCoMo: Maharana et al. 2024, Evaluating Very Long-Term Conversational Memory of LLM Agents, arXiv:2402.17753.
``eval_mode`` is ``long_context`` or ``oracle_context`` (only the turns with the evidence).
"""

from evalscope_pytest import Sample, benchmark, hub

from .dialogues import PROMPT, about, answer_of, questions, short_answer


@benchmark(
    "locomo",
    pretty_name="LoCoMo",
    dataset=hub("evalscope/locomo", subsets=["qa"]),
    records=questions,
    prompt=PROMPT,
    scorer=short_answer(),
    extra_params={"eval_mode": "long_context"},
    tags=["long_context", "multi_turn"],
)
def test_locomo(record, extra_params) -> Sample:
    metadata, owner = about(record, extra_params), record["sample_id"]
    return Sample(str(record["question"]), answer_of(record), metadata=metadata, cluster=owner)
