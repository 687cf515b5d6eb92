"""Three questions on each of 900 videos, short, medium and long, of up to an hour.

Video-MME: Fu et al. 2024, The First-Ever Comprehensive Evaluation Benchmark of Multi-modal LLMs in Video Analysis,
arXiv:2405.21075. ``video_source`` is ``url`` (the service opens the address) or ``archive`` (the dataset's files);
``video_dir`` is a folder with the files. ``use_subtitles`` puts up to ``subtitle_word_limit`` words before the
question.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring, text
from evalscope_pytest.core.content import Packed

from .clips import question_of
from .long_videos import PARAMS, film, in_source, options_of, with_subtitles

DURATIONS = ["short", "medium", "long"]


def records(read, subset, params):
    rows = [row for row in read.rows() if row["duration"] == subset]
    if params["use_subtitles"]:
        rows = with_subtitles(rows, read.packed("subtitle.zip", "*.srt"), "videoID", params["subtitle_word_limit"])
    return rows


@benchmark(
    "videomme",
    pretty_name="Video-MME",
    dataset=hub("lmms-lab/Video-MME", subsets=DURATIONS),
    records=records,
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params=PARAMS,
    variant=in_source,
    tags=["multimodal", "video", "multiple_choice"],
)
def test_videomme(record, extra_params) -> Sample:
    source = Packed("videos_chunked_*.zip", f"{record['videoID']}.mp4")
    question = [text(question_of(record)), film(record["url"], source, extra_params)]
    about = {key: str(record.get(key, "")) for key in ("domain", "sub_category", "task_type")}
    options, own_id = options_of(record["options"]), str(record["question_id"])
    return Sample(
        question, str(record["answer"]).strip(), options, metadata=about, id=own_id, cluster=record["videoID"]
    )
