"""Questions that need a picture and a recording together.

OmniBench: Li et al. 2024, Towards The Future of Universal Omni-Language Models, arXiv:2409.15272. With ``use_image`` or
``use_audio`` set to false, a description replaces the picture or the recording.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, audio, benchmark, hub, image, prompts, scoring, text


@benchmark(
    "omni_bench",
    version="2",
    pretty_name="OmniBench",
    dataset=hub("m-a-p/OmniBench", split="train"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params={"use_image": True, "use_audio": True},
    tags=["multimodal", "audio", "multiple_choice"],
)
def test_omni_bench(record, extra_params) -> Sample:
    question = [text(record["question"])]
    for kind, make in (("image", image), ("audio", audio)):
        described = text(f"Description of the {kind}: {record[f'{kind} content']}", beside=True)
        question.append(make(record[kind]) if extra_params[f"use_{kind}"] else described)
    answer = "ABCDEFGH"[list(record["options"]).index(record["answer"])]
    return Sample(question, answer, record["options"], id=str(record["index"]))
