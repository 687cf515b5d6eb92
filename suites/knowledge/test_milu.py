"""Questions of Indian exams in eleven languages, on 41 subjects, of which many are specific to India.

MILU: Verma et al. 2024, A Multi-task Indic Language Understanding Benchmark, arXiv:2411.02538.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

LANGUAGES = "English Bengali Gujarati Hindi Kannada Malayalam Marathi Odia Punjabi Tamil Telugu"
OPTIONS = ("option1", "option2", "option3", "option4")


@benchmark(
    "milu",
    version="2",
    pretty_name="MILU",
    dataset=hub("ai4bharat/MILU", subsets=LANGUAGES.split()),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="validation"),
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice", "multilingual"],
)
def test_milu(record) -> Sample:
    return Sample(record["question"], "ABCD"[OPTIONS.index(record["target"])], [record[name] for name in OPTIONS])
