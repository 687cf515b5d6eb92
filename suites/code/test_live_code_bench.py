"""Problems of programming contests since May 2023: programs from input to output, and methods of a class.

LiveCodeBench: Jain et al. 2024, Holistic and Contamination Free Evaluation of LLMs for Code, arXiv:2403.07974.
Other subsets are release_v1 to release_v6, and v1 to v6 or v4_v6 for what single releases added.
"""

import json

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.scoring.programs import contest_answer
from evalscope_pytest.scoring.programs.contest import check_packed

PROMPT = "Solve this programming problem in Python.\n\n{question}\n\n{format_prompt}"
READS = "Read the input from stdin and print the answer to stdout. Reply with the program in a ```python block."
METHOD = "Complete the code below. Reply with the complete code in a ```python block.\n\n```python\n{}\n```"


def keep(record, params) -> bool:
    day = str(record["contest_date"])[:10]
    return (params["start_date"] or "") <= day <= (params["end_date"] or "9999")


@benchmark(
    "live_code_bench",
    version="2",
    pretty_name="LiveCodeBench",
    dataset=hub("evalscope/livecodebench_code_generation_lite_parquet", subsets=["release_latest"]),
    keep=keep,
    prompt=PROMPT,
    scorer=contest_answer(),
    aggregation="mean_and_pass_at_k",
    extra_params={"start_date": None, "end_date": None},
    timeout_s=6,
    tags=["coding"],
)
def test_live_code_bench(record) -> Sample:
    packed, starter = record["private_test_cases"], record["starter_code"]
    if not packed.lstrip().startswith("["):
        check_packed(packed)
    function = json.loads(record["metadata"] or "{}").get("func_name") or ""
    text, form = record["question_content"], METHOD.format(starter) if starter else READS
    metadata = {"question_content": text, "format_prompt": form, "function": function}
    metadata["contest_date"] = record["contest_date"]
    tests = {"public": record["public_test_cases"], "packed": packed}
    return Sample(text, id=record["question_id"], metadata=metadata, private=tests)
