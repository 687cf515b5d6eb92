"""80 conversations of two turns, in eight categories, of which each reply is rated from 1 to 10.

MT-Bench: Zheng et al. 2023, Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena, arXiv:2306.05685.
"""

from evalscope_pytest import Message, Sample, Score, benchmark, hub
from evalscope_pytest.benchmarks.release import with_answers
from evalscope_pytest.judge import Item, Number, Rubric, question

# The temperatures of the official answers, unless the user sets another.
TEMPERATURES = {
    "writing": 0.7,
    "roleplay": 0.7,
    "reasoning": 0.0,
    "math": 0.0,
    "coding": 0.0,
    "extraction": 0.0,
    "stem": 0.1,
    "humanities": 0.1,
}
METRICS = ("mt_bench_score", "turn_1", "turn_2")
RATING = Number(1, 10, "rating")
FIRST = """\
Rate how helpful, relevant, accurate, deep, creative and detailed an assistant's reply to a question is. If there is a \
reference answer, compare the reply with it first; in that case only correctness and helpfulness count.

# Question

{question_1}
{reference_1}
# The assistant's reply

{reply_1}

The verdict is a rating from 1 to 10."""
SECOND = """\
Rate how helpful, relevant, accurate, deep, creative and detailed an assistant's reply to the second question of a \
conversation is. If there are reference answers, compare the reply with them first; in that case only correctness and \
helpfulness count.
{references}
# The conversation

## Question 1

{question_1}

## The assistant's reply 1

{reply_1}

## Question 2

{question_2}

## The assistant's reply 2

{reply_2}

The verdict is a rating of reply 2 from 1 to 10."""


def items(sample, replies):
    turns, answers = sample.metadata["turns"], sample.metadata["answers"]
    fields = {f"question_{n}": turn for n, turn in enumerate(turns, 1)}
    fields |= {f"reply_{n}": reply for n, reply in enumerate(replies, 1)}
    fields["reference_1"] = f"\n# Reference answer\n\n{answers[0]}\n" if answers else ""
    both = "\n\n".join(f"## To question {n}\n\n{answer}" for n, answer in enumerate(answers, 1))
    fields["references"] = f"\n# Reference answers\n\n{both}\n" if answers else ""
    return [Item((question(prompt, RATING, fields, ("reply_1", "reply_2")),)) for prompt in (FIRST, SECOND)]


def score(sample, replies, decided) -> Score:
    first, second = (verdict["rating"] for verdict in decided)
    return Score(mt_bench_score=(first + second) / 2, turn_1=first, turn_2=second)


def records(read, subset, params):
    found = with_answers(read, "question.jsonl", "reference_answer/gpt-4.jsonl")
    return None if found is None else [record for record in found if record["category"] == subset]


def to_sample(record) -> Sample:
    turns, answers = record.get("turns") or record["prompt"], record.get("answers") or record.get("reference") or []
    metadata = {"category": record["category"], "turns": list(turns), "answers": list(answers)}
    return Sample(turns[0], metadata=metadata, id=str(record.get("question_id") or record.get("prompt_id", "")))


@benchmark(
    "mt_bench",
    version="2",
    pretty_name="MT-Bench",
    dataset=hub(
        "HuggingFaceH4/mt_bench_prompts", subsets=list(TEMPERATURES), subset_by="category", split="train"
    ).counted(80),
    records=records,
    to_sample=to_sample,
    judge=Rubric("mt_bench", METRICS, items, score, options=f"{FIRST}{SECOND}"),
    tags=["instruction_following", "multi_turn"],
)
async def test_mt_bench(sample, model, task_config):
    given = "temperature" in task_config.generation_given
    parameters = {} if given else {"temperature": TEMPERATURES[sample.metadata["category"]]}
    first = await model.generate(sample, **parameters)
    then = [Message("assistant", first.text), Message("user", sample.metadata["turns"][1])]
    return first, await model.generate([Message("user", sample.question), *then], **parameters)
