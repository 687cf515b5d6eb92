"""Questions about a table and the paragraphs around it in financial reports: words, counts and calculations.

TAT-QA: Zhu et al. 2021, A Question Answering Benchmark on a Hybrid of Tabular and Textual Content in Finance,
arXiv:2105.07624.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .scaled_answer import scaled_answer

PROMPT = """Here are a table and some paragraphs of a financial report, and a question about them.

Table:
{table}

Paragraphs:
{paragraphs}

Question: {question}

If the answer is in the words of the table or of a paragraph, quote it word for word; join several answers with " | ". \
If it is a number, write the number alone and its scale on a line of its own.
Think step by step, then finish with two lines:
Answer: [ANSWER]
Scale: [none, thousand, million, billion or percent]"""


def questions(read, subset, extra_params):
    found = ({**document, "asked": asked} for document in read.rows() for asked in document["questions"])
    return [record for record in found if record["asked"]["answer_from"] == subset]


@benchmark(
    "tat_qa",
    pretty_name="TAT-QA",
    dataset=hub("evalscope/TAT-QA", subsets=["table", "text", "table-text"]),
    records=questions,
    prompt=PROMPT,
    scorer=scaled_answer(),
    cluster="table",
    tags=["reasoning", "math", "finance", "table"],
)
def test_tat_qa(record) -> Sample:
    asked, answer = record["asked"], record["asked"]["answer"]
    answers = [str(part) for part in (answer if isinstance(answer, list) else [answer])]
    table = "\n".join(" | ".join(row) for row in record["table"]["table"])
    paragraphs = "\n".join(p["text"] for p in sorted(record["paragraphs"], key=lambda p: p["order"]))
    about = {"table": table, "paragraphs": paragraphs, "answers": answers, "kind": asked["answer_type"]}
    return Sample(asked["question"], " | ".join(answers), metadata={**about, "scale": asked["scale"]}, id=asked["uid"])
