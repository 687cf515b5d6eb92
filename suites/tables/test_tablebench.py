"""Facts, calculations and analyses of tables.

TableBench: Wu et al. 2024, A Comprehensive and Complex Benchmark for Table Question Answering, arXiv:2408.09174. The
prompts are part of its records; ``{"extra_params": {"instruction_type": "DP"}}`` takes those for a direct answer, SCoT
those for symbolic steps.

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Sample, benchmark, hub

from .table_answer import table_answer

KINDS = ["FactChecking", "NumericalReasoning", "DataAnalysis"]


def records(read, subset, extra_params):
    kind = extra_params["instruction_type"]
    lines = (line for text in read(f"*TableBench_{kind}.jsonl", "*.jsonl") for line in text.split("\n") if line.strip())
    return [r for r in map(json.loads, lines) if r["qtype"] == subset and r["instruction_type"] == kind]


@benchmark(
    "tablebench",
    pretty_name="TableBench",
    dataset=hub(
        "Multilingual-Multimodal-NLP/TableBench", subsets=["FactChecking", "NumericalReasoning", "DataAnalysis"]
    ),
    records=records,
    extra_params={"instruction_type": "TCoT"},
    scorer=table_answer(),
    tags=["reasoning", "table"],
)
def test_tablebench(record) -> Sample:
    about = {"group": record["qtype"], "kind": record["qsubtype"]}
    return Sample(record["instruction"], str(record["answer"]), metadata=about, id=record["id"])
