"""A question about a fact hidden in a long text, at ten depths of ten lengths.

Needle in a Haystack: Kamradt 2023, LLMTest_NeedleInAHaystack. Lengths are counted with ``tokenizer_path``, the folder
of a model; without it in pieces of words, of which English has about as many as tokens.
"""

from evalscope_pytest import Sample, benchmark, hub

from .answer import needle_answer
from .haystack import contexts
from .heat_map import save_heat_maps

SYSTEM = "You answer questions about a text. Be brief and direct."
PROMPT = (
    "Read the text, then answer the question below it.\n\n<text>\n{context}\n</text>\n\n<question>\n{question}\n"
    "</question>\n\nUse only information from the text, and give it only once."
)
FILES = {"english": ("PaulGraham_Essays.txt", "english/*.txt"), "chinese": ("Journey_to_the_West.txt", "chinese/*.txt")}
PARAMS = {
    "retrieval_question": "What is the best thing to do in San Francisco?",
    "needles": ["\nThe best thing to do in San Francisco is eat a sandwich and sit in Dolores Park on a sunny day.\n"],
    "context_lengths_min": 1000,
    "context_lengths_max": 32000,
    "context_lengths_num_intervals": 10,
    "document_depth_percent_min": 0,
    "document_depth_percent_max": 100,
    "document_depth_percent_intervals": 10,
    "tokenizer_path": "",
}


def records(read, subset, params):
    return contexts("\n\n".join(read(*FILES[subset])), params)


@benchmark(
    "needle_haystack",
    version="2",
    pretty_name="Needle-in-a-Haystack",
    dataset=hub("AI-ModelScope/Needle-in-a-Haystack-Corpus", subsets=list(FILES)),
    records=records,
    system_prompt=SYSTEM,
    prompt=PROMPT,
    scorer=needle_answer(),
    extra_params=PARAMS,
    after_run=save_heat_maps,
    cluster="context_length",
    tags=["retrieval", "long_context"],
)
def test_needle_haystack(record, extra_params) -> Sample:
    question, needles = extra_params["retrieval_question"], extra_params["needles"]
    return Sample(question, "\n".join(needles), metadata={**record, "needles": needles})
