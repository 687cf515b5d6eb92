"""Questions with up to four options on speech, sounds and music: 19 tasks from 25 sources.

AIR-Bench: Yang et al. 2024, Benchmarking Large Audio-Language Models via Generative Comprehension, arXiv:2402.07729. A
record whose answer is none of its options is left out.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, audio, benchmark, hub, prompts, scoring, text

from .air_bench import FOUNDATION, folder, has_right_option, options_of, place, released, right_letter


@benchmark(
    "air_bench_foundation",
    pretty_name="AIR-Bench-Foundation",
    dataset=hub("evalscope/AIR-Bench", subsets=list(FOUNDATION), subset_by=folder),
    categories=FOUNDATION,
    records=released("Foundation", folder),
    keep=has_right_option,
    prompt=prompts.CHOICE,
    choice="{letter}. {text}",
    scorer=scoring.choice_answer(),
    tags=["audio", "multiple_choice"],
)
def test_air_bench_foundation(record) -> Sample:
    question = [audio(place(record)), text(record["question"])]
    return Sample(question, right_letter(record), options_of(record), id=str(record["uniq_id"]))
