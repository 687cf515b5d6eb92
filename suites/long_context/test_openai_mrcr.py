"""Several requests for texts of one kind, hidden in a long conversation, one of which is to be repeated.

OpenAI MRCR, after Vodrahalli et al. 2024, Michelangelo, arXiv:2409.12640. Scores are also shown by length of context,
in tokens of tiktoken's o200k_base; if that cannot be had, a quarter of the bytes is taken.

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Message, Sample, benchmark, hub

from .repeated_text import is_wanted, repeated_text, tokens

PARAMS = {"needle_count": None, "min_context_size": None, "max_context_size": None, "prefix_filter": None}


@benchmark(
    "openai_mrcr",
    pretty_name="OpenAI MRCR",
    dataset=hub("openai-mirror/mrcr", split="train"),
    scorer=repeated_text(),
    keep=is_wanted,
    extra_params={**PARAMS, "tik_enc": "o200k_base"},
    tags=["long_context", "retrieval"],
)
def test_openai_mrcr(record, extra_params) -> Sample:
    messages = [Message(turn["role"], turn["content"]) for turn in json.loads(record["prompt"])]
    size = tokens([message.text for message in messages] + [record["answer"]], extra_params["tik_enc"])
    about = {"prefix": record["random_string_to_prepend"], "tokens": size, "needles": record["n_needles"]}
    return Sample(messages, record["answer"], metadata=about)
