"""Questions on seven kinds of safety, from offence to privacy, in Chinese and in English.

SafetyBench: Zhang et al. 2023, Evaluating the Safety of Large Language Models, arXiv:2309.07045. ``zh_subset`` holds
questions of ``zh`` again, without the words that services refuse: the mean over all three counts them twice.
"""

from evalscope_pytest import Sample, benchmark, hub, scoring

CHINESE = "问题：{question}\n选项：\n{choices}\n答案："
ENGLISH = "Question: {question}\nOptions:\n{choices}\nAnswer:"


@benchmark(
    "safety_bench",
    pretty_name="SafetyBench",
    dataset=hub("evalscope/SafetyBench", subsets=["zh", "en", "zh_subset"]),
    prompt=CHINESE,
    prompts={"en": ENGLISH},
    choice="({letter}) {text}",
    scorer=scoring.choice_answer(),
    tags=["safety", "multiple_choice", "chinese"],
)
def test_safety_bench(record) -> Sample:
    metadata = {"category": record["category"]}
    options, cluster = record["options"], record["question"].strip()
    return Sample(cluster, "ABCD"[int(record["answer"])], options, metadata=metadata, cluster=cluster)
