"""HumanEval and MBPP in other languages than Python; those that cannot be compiled here are skipped by name.

MultiPL-E: Cassano et al. 2022, A Scalable and Extensible Approach to Benchmarking NL2Code, arXiv:2208.08227. A skipped
language names what to install. Tried here: C++, Java, JavaScript, Perl, Bash; the others follow the authors' commands.
"""

import pytest

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.scoring.programs import language_passes
from evalscope_pytest.scoring.programs.languages import fence_label, unavailable

LANGUAGES = "cpp ts sh cs go java lua js php pl rkt r rs scala swift rb d jl"
PROMPT = """\
```{label}
{question}
```

Complete the code above as its comment describes. Write the whole function and its imports, but not a main \
function, and reply with it in a ```{label} block.
"""


def tasks(of: str):
    return hub("evalscope/MultiPL-E", subsets=[f"{of}-{language}" for language in LANGUAGES.split()])


def to_sample(record, subset) -> Sample:
    language = subset.partition("-")[2]
    metadata = {"language": language, "label": fence_label(language), "prompt": record["prompt"]}
    return Sample(record["prompt"], id=record["name"], metadata=metadata, private={"tests": record["tests"]})


async def reply(sample, model, sandbox):
    if reason := await unavailable(sample.metadata["language"], sandbox):
        pytest.skip(reason)
    return await model.generate(sample)


SHARED = {
    "to_sample": to_sample,
    "prompt": PROMPT,
    "scorer": language_passes(),
    "aggregation": "mean_and_pass_at_k",
    "timeout_s": 30,
    "tags": ["coding"],
}


@benchmark("multiple_humaneval", version="3", pretty_name="MultiPL-E HumanEval", dataset=tasks("humaneval"), **SHARED)
async def test_multiple_humaneval(sample, model, sandbox):
    return await reply(sample, model, sandbox)


@benchmark("multiple_mbpp", pretty_name="MultiPL-E MBPP", dataset=tasks("mbpp"), **SHARED)
async def test_multiple_mbpp(sample, model, sandbox):
    return await reply(sample, model, sandbox)
