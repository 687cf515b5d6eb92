"""Translation from English into 55 languages and dialects.

WMT24++: Deutsch et al. 2025, Expanding the Language Coverage of WMT24 to 55 Languages & Dialects, arXiv:2502.12404.
Scored by chrF2 and BLEU; COMET and BERTScore need the weights of models and are not computed.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .character_f import translation
from .languages import LANGUAGES

PROMPT = "Translate this text from English into {language}. Reply with the translation alone.\n\n{question}"


@benchmark(
    "wmt24pp",
    pretty_name="WMT24++",
    dataset=hub("extraordinarylab/wmt24pp", subsets=[f"en-{language}" for language in LANGUAGES]),
    prompt=PROMPT,
    scorer=translation(),
    tags=["translation", "multilingual"],
)
def test_wmt24pp(record, subset, position) -> Sample:
    language = {"language": LANGUAGES[subset.removeprefix("en-").lower()]}
    return Sample(record["source"], record["target"], metadata=language, cluster=position)  # the same in each language
