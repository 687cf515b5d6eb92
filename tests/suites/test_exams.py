"""Exams and tests with pictures: statements, blanks, quantities, lists, and items of several variants."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark
from evalscope_pytest.core.content import medium_of
from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.judge.scorer import rule_of
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from tests.media import png

from .test_judged import judged
from .test_suites import from_written, golden, loaded_from, score_of, scored
from .written import FILES
from .written_vision import picture

COLLEGE = ("画笔", "选区", "调节", "直接")


def accuracy(name: str, reply: str, target: str | list[str], choices: tuple[str, ...] = (), **metadata: Any) -> float:
    benchmark = load_bundled(name)
    rule = rule_of(benchmark.scorer)
    assert rule is not None
    sample = Sample("?", target, choices, metadata=metadata)
    return scored_by(rule, reply, sample)


def scored_by(rule: Any, reply: str, sample: Sample) -> float:
    (score,) = scored(replace(load_bundled("ai2d"), scorer=rule), [sample], reply)
    return next(iter(score.values.values()))


RIGHT_OPTION = """C|答案是C。因为B不对。|(C)，而不是(B)|Ｃ|（Ｃ）|c|答案：c|我选择(C)。A是错误的。|调节
    |正确选项：C|正确答案是：调节|选项C正确，A、B、D错误。|【答案】C【解析】A错误，B错误
    |首先排除A、B，D也不符合，故选C|{"答案": "C"}|Because the option A is wrong, the answer is C."""
WRONG_OPTION = "答案是B，不是C|(B)，而不是(C)|我无法看到图片||A、C|正确答案不是C，而是D"


def test_an_option_of_a_chinese_exam() -> None:
    for reply in RIGHT_OPTION.split("|"):
        assert accuracy("cmmmu", reply.strip(), ["C"], COLLEGE, kind="several") == 1.0, reply
    for reply in WRONG_OPTION.split("|"):
        assert accuracy("cmmmu", reply, ["C"], COLLEGE, kind="several") == 0.0, reply
    for reply in (
        "AC",
        "A、C",
        "答案：ＡＣ",
        "(A)(C)",
        "选A、C，不选B",
        "ac",
        "正确的有A和C两项",
        "答案是AC两项",
        "正确选项有：A、C",
    ):
        assert accuracy("cmmu", reply, ["A", "C"], COLLEGE, kind="several") == 1.0, reply
    assert accuracy("cmmu", "A", ["A", "C"], COLLEGE, kind="several") == 0.0


TRUE = """对|正确|答案：对|√|T|True|（对）|该陈述是正确的。
    |这个说法没有错误|这个说法是对的。|该说法并非错误。|陈述成立|这是正确的说法|没错
    |根据图片，陈述正确。|{"答案": "对"}|\\boxed{对}
    |答案是对，而不是错|对。因为图中显示正确的趋势，没有错误。|判断：√|这个说法属实，其他说法是错误的。
    |该描述与图片相符|The statement is correct."""
FALSE = """错|错误|不对|×|F|False|【错】|这个说法不正确
    |说法不准确|该说法并不正确。|题目中的陈述是不正确的，因为图中没有猫|陈述不成立|题目说法错误
    |这是一个错误的表述|错误。正确的说法应为一只猫。|答案是错，不是对|不能说这个说法是正确的|该描述与图片不符|所以该命题为假
    |该陈述并不正确，因为正确的数量是两只。|这个说法有误。正确答案应为两只猫。|这句话看似正确，但其实是错误的
    |图中A正确，C也正确，因此这句话是错的|这个说法是错误的，正确的说法是图中有两只猫。"""
NEITHER = """不确定|无法判断|我看不到图片，无法判断对错。|正确/错误|对错都有可能|可能对也可能错
    |也许这个说法可能正确，也可能不正确||这种说法难以判断对错"""


def test_a_statement_is_judged() -> None:
    for reply in TRUE.split("|"):
        assert accuracy("cmmmu", reply.strip(), "对", kind="statement") == 1.0, reply
        assert accuracy("cmmmu", reply.strip(), "错", kind="statement") == 0.0, reply
    for reply in FALSE.split("|"):
        assert accuracy("cmmmu", reply.strip(), "错", kind="statement") == 1.0, reply
        assert accuracy("cmmmu", reply.strip(), "对", kind="statement") == 0.0, reply
    for reply in NEITHER.split("|"):
        for target in "对错":
            assert accuracy("cmmmu", reply.strip(), target, kind="statement") == 0.0, reply


FILLED = {
    (
        "线粒体",
    ): "线粒体|答案是线粒体。|应填线粒体|空白处应填入“线粒体”。|线粒体（mitochondria）|**线粒体**|\\boxed{线粒体}"
    '|{"答案": "线粒体"}|答案是线粒体，因为它有双层膜。|答案：[线粒体]',
    ("12",): "12|答案是12。|答案：12 cm|答案：１２|12.0|5+7=12|解：……\n所以，x = 12|12个",
    ("0.5m",): "50 cm|0.5 米|50厘米|\\boxed{0.5}",
    ("8.33%",): "8.33%|约为8.33%",
    (
        "3",
        "5",
    ): "答案(1): 3\n答案(2): 5|①3；②5|3，5|第一空：3，第二空：5|(1) 3 (2) 5|1. 3\n2. 5|**答案(1):** 3\n**答案(2):** 5"
    "|问题(1)：计算得 1+2=3\n答案(1): 3\n答案(2): 5",
    ("光合作用", "呼吸作用"): "光合作用、呼吸作用|答案是光合作用和呼吸作用。|第1空填光合作用，第2空填呼吸作用。",
    ("\\frac{1}{2}",): "1/2|答案(1): $\\frac{1}{2}$",
    ("①③",): "①③|答案：①③",
    ("H2O",): "H₂O",
    ("60°",): "60度|∠A=60°",
}
NOT_FILLED = {
    ("线粒体",): "叶绿体|不是线粒体，而是叶绿体||我无法看到图片。|线粒体或叶绿体",
    ("12",): "答案：13|答案不是12|12或13|-12或12",
    ("0.5m",): "0.5 cm|50 m",
    ("3", "5"): "答案(1): 5\n答案(2): 3|3|3，6",
    ("①③",): "①②",
}


def test_blanks_that_are_filled_in() -> None:
    for table, score in ((FILLED, 1.0), (NOT_FILLED, 0.0)):
        for golds, replies in table.items():
            for reply in replies.split("|"):
                found = accuracy("cmmu", reply, "\n".join(golds), kind="blanks", blanks=list(golds))
                assert found == score, (golds, reply)


def test_a_judge_counts_the_blanks_that_no_rule_finds(tmp_path: Path) -> None:
    replies = ["①是线粒体，后面的我不会", "BC", "D"]
    scores, scripted = judged("cmmu", tmp_path, replies, lambda prompt: 0.5)
    assert [score.values["accuracy"] for score in scores] == [0.5, 1.0, 1.0]
    assert len(scripted.asked) == 1, "options, and blanks that are right by rule, need no judge"
    assert "答案 (2): 3" in scripted.asked[0]
    scores, scripted = judged("cmmu", tmp_path, ["①线粒体；②3", "A", ""], lambda prompt: 0.0)
    assert [score.values["accuracy"] for score in scores] == [1.0, 0.0, 0.0]
    assert scripted.asked == []


QUANTITIES = {
    "7.55N": "7.55 N|\\boxed{7.55\\,\\text{N}}|\\boxed{7.55}|\\boxed{F = 7550 mN}|**7.55 newtons**"
    "|\\boxed{7.549\\ \\mathrm{N}}",
    "5.2 mW/cm^2": "\\boxed{52\\ \\mathrm{W/m^2}}|5.2 milliwatts per square centimeter",
    "$3.2 \\times 10^{-4}$ T": "\\boxed{3.2\\times10^{-4}\\ \\mathrm{T}}|0.32 mT|3.2e-4 T",
    "46.3 kN": "\\boxed{46300\\ \\text{N}}",
    "5 J/(kg·K)": "\\boxed{5 J/kg K}|5 J kg^-1 K^-1",
    "$\\frac{1}{2}mv^2$": "\\boxed{\\frac{1}{2} m v^{2}}",
    "Toward the left": "\\boxed{\\text{toward the left}}",
}
OTHER_QUANTITIES = {
    "7.55N": "7.55 kN|\\boxed{5.55 N}|not 7.55 N but 6.65 N|\\boxed{7.55N, 6.65N}|"
    "|I can't see the figure.|\\boxed{7.55 m}",
    "9.8 m/s": "\\boxed{9.8 m/s^2}",
    "0.5 m": "\\boxed{0.5 cm}",
    "5.0 A to the right": "5.0 A to the left|4 A to the right|5.0 A to 6.0 A",
    "12 m/s": "\\boxed{11.3\\ \\text{m/s}}",
}


def test_units_are_converted() -> None:
    for table, score in ((QUANTITIES, 1.0), (OTHER_QUANTITIES, 0.0)):
        for gold, replies in table.items():
            for reply in replies.split("|"):
                assert accuracy("phyx_oe", reply, gold) == score, (gold, reply)


FINDINGS = {
    "CT": "CT|The answer is CT.|ＣＴ|ANSWER: ct|ANSWER: CT (computed tomography)",
    "X-Ray": "ANSWER: X光|ANSWER: x ray|ANSWER：X线片",
    "不包含": "ANSWER: 否|没有|不包含",
    "No": "ANSWER: No, there is none.|no",
    "2": "ANSWER: 两个|ANSWER: two",
    "Lung, Spinal Cord": "ANSWER: Spinal Cord, Lung|ANSWER: lung and spinal cord",
    "肺": "肺。|答案是肺。|ANSWER: 肺（左侧）",
}
OTHER_FINDINGS = {
    "CT": "ANSWER: MRI|ANSWER: not CT|<think>The picture is a CT|I'm sorry, I can't see the image.",
    "没有": "ANSWER: 有",
    "Lung, Spinal Cord": "ANSWER: Lung",
    "Brain": "ANSWER: Brain or Liver|ANSWER: Brain, revised ANSWER: liver",
    "Yes": "I'm sorry, I can't see the image.",
}


def test_findings_in_two_languages() -> None:
    for table, score in ((FINDINGS, 1.0), (OTHER_FINDINGS, 0.0)):
        for gold, replies in table.items():
            for reply in replies.split("|"):
                assert accuracy("slake", reply, gold) == score, (gold, reply)


@pytest.mark.parametrize(
    ("task", "gold", "reply", "score"),
    [
        ("instrument", "72", "The thermometer reads 72 degrees Fahrenheit.", 1.0),
        ("maze", "ABD", "A, B and D", 1.0),
        ("maze", "ABD", "AB", 0.0),
        ("jigsaw", "[3, 1, 2, 4]", "I cut it into 4. The order is 3 1\n2 4", 1.0),
        ("jigsaw", "3,1,2,4", "3,1,4,2", 0.5),
        ("jigsaw", "3,1,2,4", "I see 4 pieces.", 0.0),
        ("spot_difference", "1,4,7", "The differences are in regions 1, 4 and 7.", 1.0),
        ("spot_difference", "1,4,7", "1,4", 2 / 3),
        ("spot_difference", "3", "3", 1.0),
        ("spot_difference", "1,4,7", "1\n4\n7", 1.0),
        ("word_search", "3,5", "row 3, column 5", 1.0),
        ("word_search", "3,5", "第3行，第5列", 1.0),
        ("word_search", "3,5", "5,3", 0.0),
        ("word_search", "7", "There are 7 words.", 1.0),
        ("ocr", "HELLO", "It is not HELLO, it says HALLO", 0.0),
        ("color", "red", "The answer is red.", 1.0),
        ("color", "C", "(C)", 1.0),
    ],
)
def test_tasks_with_answers_of_their_own(task: str, gold: str, reply: str, score: float) -> None:
    assert accuracy("tir_bench", reply, gold, task=task, dataset="") == pytest.approx(score)


def test_an_item_is_right_if_all_its_variants_are(tmp_path: Path) -> None:
    loaded = from_written("visfactor", tmp_path)
    benchmark, samples = loaded.resolved.benchmark, loaded.subsets["default"]
    replies = ["Yes", "true", '{"answer": 1}', "Apples", "[2, 3]", "The letter is G.", "No.", '{"answer": "21"}']
    scores = [score_of(benchmark, reply, sample) for reply, sample in zip(replies, samples, strict=True)]
    assert [score.values["accuracy"] for score in scores] == [1, 0, 1, 1, 1, 1, 1, 1]
    attempts = [Attempt(n, 0, s.values, None, (s.metadata or {})["weights"]) for n, s in enumerate(scores)]
    (found,) = aggregate(attempts, benchmark.metrics, benchmark.aggregation)
    assert (found.score, found.num) == (pytest.approx((0.5 + 4) / 5), 7)
    assert len(set(loaded.clusters["default"])) == 7


def test_points_for_the_parts_of_an_instruction(tmp_path: Path) -> None:
    def points(prompt: str) -> float:
        part = prompt.partition("The part to judge: ")[2].partition("\n")[0]
        return {"Describe the picture": 4.0, "in two sentences": 0.0, "with a metaphor": 1.5}[part]

    (score,), scripted = judged("mia_bench", tmp_path, ["A cat. It is a cloud."], points)
    assert score.values == {"judge_score": pytest.approx(0.55)}
    assert score.explanation == "describe: 4/4, length_limit: 0/3, linguistics: 1.5/3"
    assert len(scripted.asked) == 3
    (score,), scripted = judged("mia_bench", tmp_path, [""], points)
    assert (score.values["judge_score"], scripted.asked) == (0.0, [])


def test_a_judge_compares_what_was_perceived(tmp_path: Path) -> None:
    for said, score in (("YES", 1.0), ("NO", 0.0)):
        scores, scripted = judged("perception_bench", tmp_path, ["4", "4"], lambda prompt, said=said: said)
        assert [found.values["accuracy"] for found in scores] == [score, score]
        assert "How many arrows?" in scripted.asked[0]


@pytest.mark.parametrize("name", ["pmc_vqa", "medxpertqa", "slake", "tir_bench", "phyx_mc"])
def test_pictures_come_out_of_the_archive_of_the_release(name: str, tmp_path: Path) -> None:
    loaded = from_written(name, tmp_path)
    media = [
        medium_of(p) for found in loaded.subsets.values() for s in found for p in s.parts if not hasattr(p, "text")
    ]
    assert media
    assert all(medium.read() == png(int(medium.read()[19])) for medium in media)


def test_olympiad_problems_with_pictures(tmp_path: Path) -> None:
    (record, *_), *_ = FILES["olympiad_bench"].values()
    folder = tmp_path / "olympiad_bench" / "OE_MM_maths_en_COMP"
    folder.mkdir(parents=True)
    shown = {"question": "In <image_1> and <image_2>, find x. <image_3>", "image_1": picture(), "image_2": picture(5)}
    (folder / "train.jsonl").write_text(json.dumps({**record, **shown, "image_3": None}))
    loaded = loaded_from("olympiad_bench", folder.parent, subset_list=(folder.name,))
    sample = loaded.subsets[folder.name][0]
    sent = golden(loaded.messages(sample)[0].content).split("\n~~~\n")
    assert "In [image_1] and [image_2], find x. <image_3>" in sent[0]
    assert [part.startswith("[image ") for part in sent[1:]] == [True, True]
    assert score_of(loaded.resolved.benchmark, "So the final answer is \\boxed{2, -2}.", sample).values["accuracy"] == 1


def test_options_of_one_text_are_four(tmp_path: Path) -> None:
    (record,) = FILES["phyx_mc"]["test/PhyX_test.jsonl"]
    sample = from_written("phyx_mc", tmp_path).subsets["waves_acoustics"][0]
    assert sample.choices == ("7.55N", "5.55N", "7,65N", "6.65 \\text{ N}\\")
    file = tmp_path / "phyx_mc" / "test" / "PhyX_test.jsonl"
    file.write_text(json.dumps({**record, "options": 'A:"1",B:"2"'}))
    with pytest.raises(DatasetError, match=r"record 1 .*not four"):
        from_loaded(tmp_path)
    file.write_text(json.dumps({**record, "index": "1000"}) + "\n" + json.dumps(record))
    assert len(from_loaded(tmp_path).subsets["waves_acoustics"]) == 2
    assert len(from_loaded(tmp_path, extra_params={"testmini": True}).subsets["waves_acoustics"]) == 1


def from_loaded(folder: Path, **args: Any) -> LoadedBenchmark:
    return loaded_from("phyx_mc", folder / "phyx_mc", subset_list=("waves_acoustics",), **args)


KINDS = [
    ("cmmmu", {"kind": "statement"}, "对"),
    ("cmmu", {"kind": "blanks", "blanks": ["3", "5 m"]}, "3"),
    ("slake", {}, "肺, 2"),
    ("phyx_oe", {}, "7.55 N"),
    ("tir_bench", {"task": "jigsaw", "dataset": ""}, "1,2,3,4"),
    ("visfactor", {"kind": "place", "item": "CF3/1"}, "(2, 3)"),
]


@pytest.mark.parametrize(("name", "metadata", "target"), KINDS)
@given(
    reply=st.text(
        alphabet=st.sampled_from("对错不没正确误的是(1)①2；3,，.答案：:5m/N°^{}[]\\-=e \n") | st.characters(),
        max_size=120,
    )
)
def test_any_reply_has_a_score(name: str, metadata: dict[str, Any], target: str, reply: str) -> None:
    assert 0.0 <= accuracy(name, reply, target, **metadata) <= 1.0


@pytest.mark.parametrize(("name", "metadata", "target"), KINDS)
def test_long_hostile_replies_end(name: str, metadata: dict[str, Any], target: str) -> None:
    for piece in ("不", "(1) ", "①", "1,", "m/s^2·", "没有", "是", "\n1.", "7.5×10^", "而不是"):
        accuracy(name, piece * 20_000, target, **metadata)


def test_options_of_phyx_may_be_a_list() -> None:
    from evalscope_pytest.suites.multimodal.phyx import options_of

    wanted = ["1 N", '2 "N"', "3: N", "4 N"]
    assert options_of({"options": 'A:"1 N",B:"2 "N"",C:"3: N",D:"4 N"'}) == wanted
    assert options_of({"options": ['A:"1 N"', "B: 2 N", "C:3: N", "D:4 N"]}) == ["1 N", "2 N", "3: N", "4 N"]
