"""Invented statements, to be found in answers, replies of a dialogue and summaries.

HaluEval: Li et al. 2023, A Large-Scale Hallucination Evaluation Benchmark for Large Language Models, arXiv:2305.11747.
The explanations and examples in the prompts are this project's own.
"""

from evalscope_pytest import Sample, benchmark, hub, scoring

KINDS = {
    "dialogue_samples": """\
You are judging the last response of a dialogue: does it contain invented or false information? Answer Yes if a name \
in it was replaced with a similar one, with a dissimilar one, or with something of another kind.

#Dialogue History#: [Human]: I liked Nosferatu. [Assistant]: It is a silent film of 1922. [Human]: Who directed it?
#Response#: F. W. Murnau did. He also made Sunrise.
#Your Judgement#: No
#Response#: Fritz Lang did. He also made Sunrise.
#Your Judgement#: Yes
#Response#: Transylvania did. It also made Sunrise.
#Your Judgement#: Yes""",
    "qa_samples": """\
You are judging the answer to a question: does it contain invented or false information? Answer Yes if the answer \
misunderstands the question, contradicts known facts, is too general or too specific, or does not follow from the \
given knowledge.

#Question#: Which river flows through Vienna?
#Answer#: The Danube.
#Your Judgement#: No
#Answer#: The Rhine.
#Your Judgement#: Yes
#Answer#: A European river.
#Your Judgement#: Yes""",
    "summarization_samples": """\
You are judging the summary of a document: does it contain invented or false information? Answer Yes if it states \
something that the document does not say, that is not true, or that contradicts the document.

#Document#: The bridge was closed on Monday after a lorry hit a pillar. Engineers hope to open it within a week.
#Summary#: A bridge is closed because a lorry damaged it.
#Your Judgement#: No
#Summary#: A bridge is closed because a lorry damaged it and two people were hurt.
#Your Judgement#: Yes
#Summary#: Engineers closed a bridge for a month.
#Your Judgement#: Yes""",
}
FIELDS = {
    "dialogue_samples": {"Knowledge": "knowledge", "Dialogue History": "dialogue_history", "Response": "response"},
    "qa_samples": {"Knowledge": "knowledge", "Question": "question", "Answer": "answer"},
    "summarization_samples": {"Document": "document", "Summary": "summary"},
}
PROMPT = "Answer with Yes or No and nothing else.\n\n{question}\n#Your Judgement#:"
PROMPTS = {subset: f"{kind}\n\n{PROMPT}" for subset, kind in KINDS.items()}


@benchmark(
    "halueval",
    version="2",
    pretty_name="HaluEval",
    dataset=hub("evalscope/HaluEval", subsets=list(KINDS), split="data"),
    prompt=PROMPT,
    prompts=PROMPTS,
    scorer=scoring.yes_no(),
    tags=["hallucination", "yes_no"],
)
def test_halueval(record, subset) -> Sample:
    lines = [f"#{title}#: {record[name]}" for title, name in FIELDS[subset].items()]
    return Sample(input="\n".join(lines), target=record["hallucination"].upper())
