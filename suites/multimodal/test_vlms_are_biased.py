"""Familiar things with one detail changed, such as a dog with five legs: what is seen against what is expected.

VLMs Are Biased: Vo et al. 2025, arXiv:2505.23941. ``bias_ratio`` is the share of replies with the expected answer:
lower is better. Both metrics are reported by topic too.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .in_braces import in_braces

SPLITS = ["main", "identification", "withtitle", "original", "remove_background_q1q2", "remove_background_q3"]


@benchmark(
    "vlms_are_biased",
    version="2",
    pretty_name="VLMs-Are-Biased",
    dataset=hub("evalscope/vlms-are-biased", subsets=SPLITS),
    scorer=in_braces(),
    tags=["multimodal", "qa", "bias"],
)
def test_vlms_are_biased(record) -> Sample:
    names = ("topic", "sub_topic", "type_of_question", "expected_bias")
    about = {name: str(record[name]) if record.get(name) is not None else "" for name in names}
    question = [image(record["image"]), text(record["prompt"])]
    return Sample(question, str(record["ground_truth"]), metadata=about, id=str(record["ID"]))
