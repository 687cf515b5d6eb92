"""Four questions on each of 800 videos, from seeing details to reasoning on the whole.

Video-MME-v2: Fu et al. 2026, Towards the Next Stage in Benchmarks for Comprehensive Video Understanding,
arXiv:2604.05015. ``group_score`` is the authors' score of the four: of questions on one ability k right ones are worth
(k / 4) squared; in a chain of reasoning nothing counts behind the first error. Subsets: ``all``, ``level_1``,
``level_2``, ``level_3``, ``logic``, ``relevance``.

``video_source`` is ``url`` (the service opens the address) or ``archive`` (the dataset's files); ``video_dir`` is a
folder with the files. ``use_subtitles`` puts up to ``subtitle_word_limit`` words before the question.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .long_videos import PARAMS, about, asked, in_chains, in_source, of_group, options_of


@benchmark(
    "videomme_v2",
    pretty_name="Video-MME-v2",
    dataset=hub("MME-Benchmarks/Video-MME-v2", subsets=["all"]),
    records=of_group,
    prompt=prompts.CHOICE_STEPWISE,
    scorer=in_chains(),
    extra_params=PARAMS,
    variant=in_source,
    tags=["multimodal", "video", "multiple_choice"],
)
def test_videomme_v2(record, extra_params) -> Sample:
    return Sample(asked(record, extra_params), record["answer"], options_of(record["options"]), **about(record))
