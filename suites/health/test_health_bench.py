"""Conversations about health, judged by physicians' rubrics: what a reply should say, and what it should not.

HealthBench: Arora et al. 2025, Evaluating Large Language Models Towards Improved Human Health, arXiv:2505.08775.
``version``: Consensus, Hard or All.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.release import json_lines
from evalscope_pytest.judge import rubrics
from evalscope_pytest.judge.prompts import CRITERION

AXES = ["accuracy", "communication_quality", "instruction_following", "context_awareness", "completeness"]
THEMES = "emergency_referrals communication complex_responses hedging health_data_tasks global_health context_seeking"
FILES = {"Consensus": "*consensus_*.jsonl", "Hard": "*hard_*.jsonl", "All": "*_oss_eval.jsonl"}


def theme(record) -> str:
    return record["example_tags"][0].partition(":")[2].strip() if record["example_tags"] else "Unknown"


def records(read, subset, params):
    return [record for record in json_lines(read(FILES[params["version"]])) if theme(record) == subset]


@benchmark(
    "health_bench",
    version="2",
    pretty_name="HealthBench",
    dataset=hub("openai-mirror/healthbench", subsets=THEMES.split()),
    records=records,
    judge=rubrics("health_bench", CRITERION, AXES),
    extra_params={"version": "Consensus"},
    tags=["knowledge", "medical", "qa"],
)
def test_health_bench(record) -> Sample:
    return Sample(record["prompt"], metadata={"rubrics": record["rubrics"]}, id=record.get("prompt_id", ""))
