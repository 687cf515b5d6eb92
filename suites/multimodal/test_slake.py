"""Questions on CT, MRI and X-ray scans in English and Chinese, open and closed, with short answers.

SLAKE: Liu et al. 2021, A Semantically-Labeled Knowledge-Enhanced Dataset for Medical Visual Question Answering,
arXiv:2102.09542.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, text
from evalscope_pytest.core.content import Packed

from .radiology import finding

KINDS = ["en_open", "en_closed", "zh_open", "zh_closed"]
ZH = "{question}\n用一个中文词语或短语作答。最后另起一行写“ANSWER: [答案]”（不含引号）。"


def kind_of(record):
    return f"{record['q_lang']}_{record['answer_type'].strip().lower()}"


@benchmark(
    "slake",
    pretty_name="SLAKE",
    dataset=hub("evalscope/SLAKE", subsets=KINDS, subset_by=kind_of),
    prompt=prompts.SHORT_ANSWER,
    prompts={kind: ZH for kind in KINDS if kind.startswith("zh")},
    scorer=finding(),
    tags=["multimodal", "qa", "medical", "multilingual"],
)
def test_slake(record) -> Sample:
    scan, about = record["img_name"], {name: str(record.get(name, "")) for name in ("content_type", "modality")}
    question = [image(Packed("imgs.zip", scan)), text(record["question"].strip())]
    return Sample(question, record["answer"], metadata=about, id=str(record["qid"]), cluster=scan)
