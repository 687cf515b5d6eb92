"""Open questions on speech, sounds, music and mixtures of them, whose answers a judge rates beside the reference.

AIR-Bench: Yang et al. 2024, Benchmarking Large Audio-Language Models via Generative Comprehension, arXiv:2402.07729.
Both answers are rated from 1 to 10 in two games with places swapped; one game with ``do_swap`` set to false.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, audio, benchmark, hub, text

from .air_bench import CHAT, place, rated, released


@benchmark(
    "air_bench_chat",
    pretty_name="AIR-Bench-Chat",
    dataset=hub("evalscope/AIR-Bench", subsets=list(CHAT), subset_by="task_name"),
    categories=CHAT,
    records=released("Chat", lambda record: record["task_name"]),
    judge=rated(swap=True),
    extra_params={"do_swap": True},
    variant=lambda params: {"judge": rated(swap=params["do_swap"])},
    tags=["audio", "qa"],
)
def test_air_bench_chat(record) -> Sample:
    about, question = {"meta_info": str(record.get("meta_info", ""))}, [audio(place(record)), text(record["question"])]
    return Sample(question, record["answer_gt"], metadata=about, id=str(record["uniq_id"]))
