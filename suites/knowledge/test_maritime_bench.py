"""Questions of Chinese seafarers' examinations: navigation, engines, electricity, law of the sea.

MaritimeBench, published as a dataset without a paper. The example in the prompt is this project's own.
"""

from evalscope_pytest import Sample, benchmark, hub, scoring

PROMPT = """\
请回答下面的单选题。只输出所选选项的字母，并放在[]里，不要解释。示例：

题目：船舶右舷的舷灯是什么颜色？
选项：
A. 红色
B. 绿色
C. 白色
D. 黄色
答：[B]

当前题目：
{question}
选项：
{choices}"""


@benchmark(
    "maritime_bench",
    version="2",
    pretty_name="MaritimeBench",
    dataset=hub("HiDolphin/MaritimeBench"),
    prompt=PROMPT,
    choice="{letter}. {text}",
    scorer=scoring.choice_answer(language="zh"),
    tags=["knowledge", "multiple_choice", "chinese"],
)
def test_maritime_bench(record) -> Sample:
    choices = [record[letter] for letter in "ABCD" if record.get(letter)]
    return Sample(input=record["question"], choices=choices, target=record["answer"])
