"""Quiz questions with the Wikipedia pages that contain their answers.

TriviaQA: Joshi et al. 2017, A Large Scale Distantly Supervised Challenge Dataset for Reading Comprehension,
arXiv:1705.03551.
"""

from evalscope_pytest import Sample, benchmark, hub

from .trivia import trivia_answer

PROMPT = (
    "Read these pages, then answer the question below.\n\nPages: {content}\n\nQuestion: {question}\n\n"
    "Finish with the line 'ANSWER: [ANSWER]' (without quotes), where [ANSWER] is nothing but the answer.\n"
)


@benchmark(
    "trivia_qa",
    version="2",
    pretty_name="TriviaQA",
    dataset=hub("evalscope/trivia_qa", subsets=["rc.wikipedia"], split="validation"),
    prompt=PROMPT,
    scorer=trivia_answer(),
    tags=["qa", "reading_comprehension"],
)
def test_trivia_qa(record) -> Sample:
    answer, pages = record["answer"], record["entity_pages"]["wiki_context"]
    content = pages if isinstance(pages, str) else "\n\n".join(pages)
    targets = list(dict.fromkeys([*answer["aliases"], *answer["normalized_aliases"]]))
    return Sample(record["question"], targets, metadata={"content": content}, id=record["question_id"])
