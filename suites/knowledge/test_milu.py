"""Questions of Indian exams in eleven languages, on 41 subjects, of which many are specific to India.

MILU: Verma et al. 2024, A Multi-task Indic Language Understanding Benchmark, arXiv:2411.02538.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer

LANGUAGES = ["English", "Bengali", "Gujarati", "Hindi", "Kannada", "Malayalam", "Marathi", "Odia", "Punjabi", "Tamil",
             "Telugu"]  # fmt: skip
OPTIONS = ("option1", "option2", "option3", "option4")


def to_sample(record) -> Sample:
    choices = [record[name] for name in OPTIONS]
    return Sample(input=record["question"], choices=choices, target="ABCD"[OPTIONS.index(record["target"])])


@benchmark("milu", version="2",
           pretty_name="MILU", to_sample=to_sample, prompt=CHOICE, few_shot=FewShot(0, split="validation"),
           dataset=hub("ai4bharat/MILU", subsets=LANGUAGES, split="test"), scorer=choice_answer(),
           tags=["knowledge", "multiple_choice", "multilingual"])  # fmt: skip
async def test_milu(sample, model):
    return await model.generate(sample)
