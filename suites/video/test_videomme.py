"""Three questions on each of 900 videos, short, medium and long, of up to an hour.

Video-MME: Fu et al. 2024, The First-Ever Comprehensive Evaluation Benchmark of Multi-modal LLMs in Video Analysis,
arXiv:2405.21075. ``video_source`` is ``url`` (the service opens the address) or ``archive`` (the dataset's files);
``video_dir`` is a folder with the files. ``use_subtitles`` puts up to ``subtitle_word_limit`` words before the
question.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

from .long_videos import DURATIONS, PARAMS, about, asked, in_source, of_duration, options_of


@benchmark(
    "videomme",
    pretty_name="Video-MME",
    dataset=hub("lmms-lab/Video-MME", subsets=DURATIONS),
    records=of_duration,
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params=PARAMS,
    variant=in_source,
    tags=["multimodal", "video", "multiple_choice"],
)
def test_videomme(record, extra_params) -> Sample:
    return Sample(asked(record, extra_params), record["answer"].strip(), options_of(record["options"]), **about(record))
