"""Questions on a long history of chats with a user: facts, preferences, changes, times, and what was never said.

LongMemEval: Wu et al. 2024, Benchmarking Chat Assistants on Long-Term Interactive Memory, arXiv:2410.10813. Subset
``m``, of some 500 chats to a question, is there, too. ``eval_mode`` is ``long_context``, ``oracle_context`` (only chats
with evidence) or ``retrieval_log`` (what the file ``retrieval_log_path`` ranks first).
"""

from evalscope_pytest import Sample, benchmark

from .chat_history import PARAMS, PROMPTS, dataset, history, in_mode, records
from .memory_checks import recalled


@benchmark(
    "longmemeval",
    pretty_name="LongMemEval",
    dataset=dataset(),
    records=records,
    prompt=PROMPTS["con"],
    judge=recalled(),
    extra_params=PARAMS,
    variant=in_mode,
    tags=["long_context", "multi_turn", "retrieval"],
)
def test_longmemeval(record, extra_params) -> Sample:
    about = {"history": history(record, extra_params), "date": record["question_date"]}
    about |= {"question_type": record["question_type"], "is_abstention": "_abs" in record["question_id"]}
    return Sample(record["question"], str(record["answer"]), metadata=about, id=record["question_id"])
