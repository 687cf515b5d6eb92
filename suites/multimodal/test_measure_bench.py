"""Reading measuring instruments of 26 kinds, in photographs and in drawn pictures.

MeasureBench: Lin et al. 2025, Do Vision-Language Models Measure Up?, arXiv:2510.26865. A value in the record's interval
is right, with any of its units or a multiple of it (``61000 mA`` for 61 A).

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .instrument import checked, reading

PROMPT = "{question}\nFinish with the line 'Answer: <value> <unit>' (without quotes), such as 'Answer: 12.5 V'."


@benchmark(
    "measure_bench",
    pretty_name="MeasureBench",
    dataset=hub("evalscope/MeasureBench", subsets=["real_world", "synthetic_test"], split="real_world"),
    prompt=PROMPT,
    scorer=reading(),
    tags=["multimodal", "measurement", "qa"],
)
def test_measure_bench(record) -> Sample:
    question = [image(record["image"]), text(record["question"])]
    return Sample(question, metadata=checked(record), id=str(record["question_id"]))
