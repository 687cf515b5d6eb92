"""Text in pictures: words, handwriting, digits, receipts, formulas, and questions on them.

OCRBench: Liu et al. 2023, On the Hidden Mystery of OCR in Large Multimodal Models, arXiv:2305.07895.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .read_text import read_text

KINDS = ["Regular Text Recognition", "Irregular Text Recognition", "Artistic Text Recognition"]
KINDS += ["Handwriting Recognition", "Digit String Recognition", "Non-Semantic Text Recognition"]
KINDS += ["Scene Text-centric VQA", "Doc-oriented VQA", "Key Information Extraction"]
KINDS += ["Handwritten Mathematical Expression Recognition"]


@benchmark(
    "ocr_bench",
    version="2",
    pretty_name="OCRBench",
    dataset=hub("evalscope/OCRBench", subsets=KINDS, subset_by="question_type"),
    scorer=read_text(),
    tags=["multimodal", "ocr"],
)
def test_ocr_bench(record) -> Sample:
    question, source = [image(record["image"]), text(record["question"])], {"dataset": record["dataset"]}
    return Sample(question, list(record["answer"]), metadata=source)
