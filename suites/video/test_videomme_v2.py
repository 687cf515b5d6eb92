"""Four questions on each of 800 videos, from seeing details to reasoning on the whole.

Video-MME-v2: Fu et al. 2026, Towards the Next Stage in Benchmarks for Comprehensive Video Understanding,
arXiv:2604.05015. ``group_score`` is the authors' score of the four: of questions on one ability k right ones are worth
(k / 4) squared; in a chain of reasoning nothing counts behind the first error. Subsets: ``all``, ``level_1``,
``level_2``, ``level_3``, ``logic``, ``relevance``.

``video_source`` is ``url`` (the service opens the address) or ``archive`` (the dataset's files); ``video_dir`` is a
folder with the files. ``use_subtitles`` puts up to ``subtitle_word_limit`` words before the question.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text
from evalscope_pytest.core.content import Packed
from evalscope_pytest.core.errors import ConfigError, closest

from .clips import question_of
from .long_videos import PARAMS, film, in_chains, in_source, options_of, steps, with_subtitles

SUBSETS = ["all", "level_1", "level_2", "level_3", "logic", "relevance"]


def records(read, subset, params):
    if subset not in SUBSETS:
        raise ConfigError(f"subset_list of videomme_v2: {subset!r}. {closest(subset, SUBSETS)}")
    rows = steps({**row, "video_id": f"{int(row['video_id']):03d}"} for row in read.rows())
    if params["use_subtitles"]:
        texts = read.packed("subtitle.zip", "*.jsonl")
        rows = with_subtitles(rows, texts, "video_id", params["subtitle_word_limit"])
    return [row for row in rows if subset in ("all", f"level_{row['level']}", row["group_type"])]


@benchmark(
    "videomme_v2",
    pretty_name="Video-MME-v2",
    dataset=hub("MME-Benchmarks/Video-MME-v2", subsets=["all"]),
    records=records,
    prompt=prompts.CHOICE_STEPWISE,
    scorer=in_chains(),
    extra_params=PARAMS,
    variant=in_source,
    tags=["multimodal", "video", "multiple_choice"],
)
def test_videomme_v2(record, extra_params) -> Sample:
    name, answer = record["video_id"], str(record["answer"]).strip().upper()
    archive = f"videos/{(int(name) - 1) // 20 + 1:03d}.zip"
    question = [text(question_of(record)), film(record["url"], Packed(archive, f"{name}.mp4"), extra_params)]
    about = {key: record.get(key) for key in ("video_id", "step", "level", "group_type", "second_head", "third_head")}
    options, own_id = options_of(record["options"]), str(record["question_id"])
    return Sample(question, answer, options, metadata=about, id=own_id, cluster=name)
