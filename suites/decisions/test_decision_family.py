"""Typed decisions, for models that give the probability of each answer: choices, yes or no, levels of a scale.

``general_decision``: your own, a folder (``dataset_id``) of ``{subset}.jsonl`` or ``{subset}_test.jsonl`` with ``id``,
``state``, ``question`` (``type``, ``instructions``, ``criteria``), ``expected``, and if you like ``family`` and
``continuous``. ``open_decisions`` (OpenDecisions) and ``jevbench`` (the public part of JevBench, no paper) follow their
own scorers. ``stsb``: Cer et al. 2017, SemEval-2017 Task 1: Semantic Textual Similarity, arXiv:1708.00055.

Records not seen but for written ones: they are read in the shape in which EvalScope's adapters read them.
"""

import json

from evalscope_pytest import Sample, benchmark, hub, local
from evalscope_pytest.benchmarks.decisions import Decision
from evalscope_pytest.core.decision import Question
from evalscope_pytest.scoring.decisions import Rules, decisions

LEVELS = ["Nothing in common", "Same topic only", "Some details shared", "Main point shared", "Nearly the same", "Same"]
SHARED = {"decision": Decision(), "tags": ["decision"]}
OPEN = decisions(Rules(most_off=0.01, normalized_above=0.01 + 1e-12, names_choice=False, official=True))
JEV = decisions(Rules(threshold=None, normalized_above=0.001, names_choice=False, accuracy="public_accuracy"))
OWN = decisions()


def sample(record, **more) -> Sample:
    question, right = Question.of(record["state"], record["question"]), record["expected"]
    if question.kind == "noul":
        right = "yes" if str(right).lower() in ("yes", "true") else "no"
    metadata = {name: record[name] for name in ("family", "tier", "language", "continuous") if record.get(name)}
    return Sample(
        question.text(), str(right), metadata=metadata, id=str(record.get("id") or ""), cluster=record.get("group")
    )


@benchmark(
    "general_decision",
    pretty_name="General Decision",
    dataset=local(""),
    scorer=OWN,
    extra_params={"decision_threshold": 0.5},
    variant=lambda params: {"scorer": decisions(Rules(threshold=params["decision_threshold"]))},
    decision=Decision(),
    tags=["decision", "custom"],
)
def test_general_decision(record) -> Sample:
    return sample(record)


@benchmark("open_decisions", pretty_name="OpenDecisions", dataset=hub("evalscope/OpenDecisions"), scorer=OPEN, **SHARED)
def test_open_decisions(record) -> Sample:
    return sample(record)


@benchmark("jevbench", pretty_name="JevBench public subset", dataset=hub("evalscope/jevbench"), scorer=JEV, **SHARED)
def test_jevbench(record) -> Sample:
    return sample(json.loads(record["record_json"]) if "record_json" in record else record)


@benchmark(
    "stsb",
    pretty_name="STS-B Decision",
    dataset=hub("sentence-transformers/stsb"),
    scorer=decisions(kind="score", is_continuous=True),
    **SHARED,
)
def test_stsb(record) -> Sample:
    pair = {name: record[name] for name in ("sentence1", "sentence2")}
    question = Question("score", pair, "How much of the meaning do sentence1 and sentence2 share?", LEVELS)
    return Sample(question.text(), str(float(record["score"]) * 5), metadata={"continuous": True})
