"""Questions of 52 subjects from Chinese middle school to professional qualification.

C-Eval: Huang et al. 2023, A Multi-Level Multi-Discipline Chinese Evaluation Suite, arXiv:2305.08322.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

FIELDS = {
    "STEM": """computer_network 计算机网络 operating_system 操作系统 computer_architecture 计算机组成
        college_programming 大学编程 college_physics 大学物理 college_chemistry 大学化学 advanced_mathematics 高等数学
        probability_and_statistics 概率统计 discrete_mathematics 离散数学 electrical_engineer 注册电气工程师
        metrology_engineer 注册计量师 high_school_mathematics 高中数学 high_school_physics 高中物理
        high_school_chemistry 高中化学 high_school_biology 高中生物 middle_school_mathematics 初中数学
        middle_school_biology 初中生物 middle_school_physics 初中物理 middle_school_chemistry 初中化学
        veterinary_medicine 兽医学""",
    "Social Science": """college_economics 大学经济学 business_administration 工商管理 marxism 马克思主义基本原理
        mao_zedong_thought 毛泽东思想和中国特色社会主义理论体系概论 education_science 教育学
        teacher_qualification 教师资格 high_school_politics 高中政治 high_school_geography 高中地理
        middle_school_politics 初中政治 middle_school_geography 初中地理""",
    "Humanities": """modern_chinese_history 近代史纲要 ideological_and_moral_cultivation 思想道德修养与法律基础
        logic 逻辑学 law 法学 chinese_language_and_literature 中国语言文学 art_studies 艺术学
        professional_tour_guide 导游资格 legal_professional 法律职业资格 high_school_chinese 高中语文
        high_school_history 高中历史 middle_school_history 初中历史""",
    "Other": """civil_servant 公务员 sports_science 体育学 plant_protection 植物保护 basic_medicine 基础医学
        clinical_medicine 临床医学 urban_and_rural_planner 注册城乡规划师 accountant 注册会计师
        fire_engineer 注册消防工程师 environmental_impact_assessment_engineer 环境影响评价工程师
        tax_accountant 税务师 physician 医师资格""",
}
CATEGORIES = {subject: field for field, words in FIELDS.items() for subject in words.split()[::2]}
NAMES = dict(zip(CATEGORIES, [name for words in FIELDS.values() for name in words.split()[1::2]], strict=True))
PROMPT = (
    "请从下列选项中选出这道{subject}题目唯一正确的一项。先逐步分析，再以单独一行“答案：[LETTER]”（不含引号）作结，"
    "其中 [LETTER] 为 {letters} 之一。\n\n问题：{question}\n选项：\n{choices}\n"
)
SHOT = "问题：{question}\n选项：\n{choices}\n解析：{rationale}\n答案：{target}"


@benchmark(
    "ceval",
    version="2",
    pretty_name="C-Eval",
    dataset=hub("evalscope/ceval", subsets=list(CATEGORIES), split="val").counted(1346),
    prompt=PROMPT,
    choice="{letter}. {text}",
    few_shot=FewShot(5, split="dev", shot=SHOT, prompt=prompts.SHOTS_ZH),
    scorer=scoring.choice_answer(language="zh"),
    categories=CATEGORIES,
    tags=["knowledge", "multiple_choice", "chinese"],
)
def test_ceval(record, subset) -> Sample:
    choices, rationale = [record[letter] for letter in "ABCD"], record.get("explanation") or ""
    metadata = {"subject": NAMES.get(subset, subset)}
    return Sample(record["question"], record["answer"], choices, rationale=rationale, metadata=metadata)
