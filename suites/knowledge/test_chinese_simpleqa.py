"""3,000 short questions in Chinese on facts that have one answer, in six fields.

Chinese SimpleQA: He et al. 2024, A Chinese Factuality Evaluation for Large Language Models, arXiv:2411.07140.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.judge import attempted

FIELDS = ["中华文化", "人文与社会科学", "工程、技术与应用科学", "生活、艺术与文化", "社会", "自然与自然科学"]
PROMPT = "请回答问题：\n\n{question}"
GRADING = """\
请依据参考答案，评判一个问题的回答。

A（正确）：完整说出了问题所问的参考答案内容，且没有任何与之矛盾之处。措辞、语序、繁简、标点、语言以及语气是否肯定都不影响评判。
B（错误）：有内容与参考答案矛盾，即使带有保留语气：给出别的名称、多出一个名称、列出几个备选，均属此类。
C（未尝试）：没有给出所问的内容，但也没有矛盾之处：表示不知道、反问、或只说出参考答案的一部分。

- 数字须与参考答案一致到参考答案的最后一位有效数字；只给出范围（如“五十以上”）为 C。
- 问题中已说明或显而易见的内容（单位、城市所属国家、姓氏等）不必重复。
- 人名、地名有错别字或译法不同，但所指明确的，视为相同。

问题：{question}
参考答案：{gold}
回答：{pred}

verdict 为 A、B 或 C。"""


@benchmark(
    "chinese_simpleqa",
    version="2",
    pretty_name="Chinese-SimpleQA",
    dataset=hub("AI-ModelScope/Chinese-SimpleQA", subsets=FIELDS, subset_by="primary_category", split="train"),
    prompt=PROMPT,
    judge=attempted("chinese_simpleqa", GRADING),
    tags=["knowledge", "qa", "chinese"],
)
def test_chinese_simpleqa(record) -> Sample:
    return Sample(record["question"], record["answer"], metadata={"field": record.get("secondary_category", "")})
