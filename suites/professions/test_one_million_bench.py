"""Work of experts in finance, medicine, industry, law and science, in English and Chinese, by weighted criteria.

$OneMillion-Bench: 2026, arXiv:2603.07980. A reply passes with 0.7 of the points that it can gain; faults cost points.
"""

from evalscope_pytest import Message, Sample, benchmark, hub

from .point_lists import TRACKS, checklist, numbered, track_of


@benchmark(
    "one_million_bench",
    pretty_name="$OneMillion-Bench",
    dataset=hub("evalscope/OneMillion-Bench", subsets=TRACKS, subset_by=track_of),
    judge=checklist(),
    tags=["knowledge", "reasoning", "multilingual"],
)
def test_one_million_bench(record) -> Sample:
    system = (record.get("system_prompt") or "").strip()
    messages = [Message("system", system)] if system else []
    about = {"rubrics": numbered(record), "topics": record["tags"]["topics"]}
    return Sample([*messages, Message("user", record["question"])], metadata=about, id=str(record["id"]))
