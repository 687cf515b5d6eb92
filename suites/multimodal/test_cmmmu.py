"""College questions in Chinese on pictures, in thirty subjects: options, a statement to judge, or a blank.

CMMMU: Zhang et al. 2024, A Chinese Massive Multi-discipline Multimodal Understanding Benchmark, arXiv:2401.11944.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, text

from .chinese_exam import BLANKS, PROMPT, SEVERAL, STATEMENT, exam_answer, target_of, words_of

DISCIPLINES = {
    "艺术与设计": ["设计", "音乐", "艺术", "艺术理论"],
    "商业": ["经济", "会计", "金融", "管理", "营销"],
    "科学": ["物理", "地理", "化学", "生物", "数学"],
    "健康与医学": ["临床医学", "公共卫生", "基础医学", "诊断学与实验室医学", "制药"],
    "人文社会科学": ["历史", "心理学", "文献学", "社会学"],
    "技术与工程": ["计算机科学", "电子学", "机械工程", "能源和电力", "材料", "建筑学", "农业"],
}
CATEGORIES = {subject: name for name, subjects in DISCIPLINES.items() for subject in subjects}
KINDS = {"选择": SEVERAL, "判断": STATEMENT}


@benchmark(
    "cmmmu",
    pretty_name="CMMMU",
    dataset=hub("lmms-lab/CMMMU", subsets=list(CATEGORIES), subset_by="subcategory", split="val"),
    categories=CATEGORIES,
    prompt=PROMPT,
    choice="({letter}) {text}",
    scorer=exam_answer(),
    tags=["multimodal", "multiple_choice", "knowledge", "chinese"],
)
def test_cmmmu(record) -> Sample:
    kind = KINDS.get(record["type"], BLANKS)
    options = [record[f"option{n}"] for n in range(1, 5)] if kind == SEVERAL else []
    numbers = [n for n in range(1, 6) if record.get(f"image_{n}") is not None]
    media = {f'<img="{record[f"image_{n}_filename"]}">': image(record[f"image_{n}"]) for n in numbers}
    question = [*prompts.without_mark(media, record["question"], *options), text(record["question"])]
    about = {**words_of(kind), "difficulty_level": record["difficulty_level"]}
    return Sample(
        question, target_of(record["answer"], kind), options, media=media, metadata=about, id=str(record["id"])
    )
