"""Questions on composers, periods, instruments and artists, from classical music to pop.

MusicTrivia, published as a dataset without a paper.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "music_trivia",
    pretty_name="MusicTrivia",
    dataset=hub("extraordinarylab/music-trivia"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice"],
)
def test_music_trivia(record) -> Sample:
    return Sample(record["question"], record["answer"], record["choices"])
