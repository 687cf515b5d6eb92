"""The spot to click on a large screen of professional software, by an instruction.

ScreenSpot-Pro: Li et al. 2025, GUI Grounding for Professional High-Resolution Computer Use, arXiv:2504.07981.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .click_point import click_point

GROUPS = ["CAD", "Creative", "Dev", "OS", "Office", "Scientific"]
PROMPT = (
    "Find the element of the screen that the instruction is about, and give one point to click, as shares of the "
    "picture's width and height from 0 to 1.\nInstruction: {question}\nFinish with the line 'Answer: [x, y]'."
)


@benchmark(
    "screenspot_pro",
    pretty_name="ScreenSpot-Pro",
    dataset=hub("lmms-lab/ScreenSpot-Pro", subsets=GROUPS, subset_by="group", split="train"),
    prompt=PROMPT,
    scorer=click_point(),
    tags=["multimodal", "grounding", "gui"],
)
def test_screenspot_pro(record) -> Sample:
    size = list(record["img_size"])
    box = [round(side / length, 6) for side, length in zip(record["bbox"], size * 2, strict=True)]
    about = {"box": box, "size": size, "ui_type": record["ui_type"], "application": record["application"]}
    question = [image(record["image"]), text(record["instruction"])]
    return Sample(question, str(box), metadata=about, id=record["id"])
