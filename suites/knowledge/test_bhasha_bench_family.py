"""Questions of Indian examinations on Ayurveda, finance, agriculture and law.

BhashaBench V1: Devane et al. 2025, A Comprehensive Benchmark for the Quadrant of Indic Domains, arXiv:2510.25409, is in
English and Hindi; BhashaBench-Multi, without a paper of its own, has its questions in 22 languages of India.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

LANGUAGES = """Assamese Bengali Bodo Dogri Gujarati Hindi Kannada Kashmiri Konkani Maithili Malayalam Manipuri Marathi
    Nepali Oriya Punjabi Sanskrit Santhali Sindhi Tamil Telugu Urdu"""
TAGS = ["knowledge", "multiple_choice", "multilingual"]
SHARED = {"prompt": prompts.CHOICE, "scorer": scoring.choice_answer(), "tags": TAGS}


def v1(subject: str):
    return hub(f"bharatgenai/BhashaBench-{subject}", subsets=["English", "Hindi"])


def multi(config: str):
    return hub("bharatgenai/BhashaBench-Multi", subsets=LANGUAGES.split(), config=config)


def sample(record, of: str = "", cluster=None) -> Sample:
    options = [record[f"option_{letter}{of}"] for letter in "abcd"]
    answer, topic = record["correct_answer"].strip().upper(), record.get("topic") or ""
    return Sample(record[f"question{of}"], answer, options, metadata={"topic": topic}, cluster=cluster)


@benchmark("bhashabenchv1_ayur", pretty_name="BhashaBench-V1 (Ayurveda)", dataset=v1("Ayur"), **SHARED)
def test_bhashabenchv1_ayur(record) -> Sample:
    return sample(record)


@benchmark("bhashabenchv1_finance", pretty_name="BhashaBench-V1 (Finance)", dataset=v1("Finance"), **SHARED)
def test_bhashabenchv1_finance(record) -> Sample:
    return sample(record)


@benchmark("bhashabenchv1_krishi", pretty_name="BhashaBench-V1 (Agriculture)", dataset=v1("Krishi"), **SHARED)
def test_bhashabenchv1_krishi(record) -> Sample:
    return sample(record)


@benchmark("bhashabenchv1_legal", pretty_name="BhashaBench-V1 (Law)", dataset=v1("Legal"), **SHARED)
def test_bhashabenchv1_legal(record) -> Sample:
    return sample(record)


# The languages have the same questions in the same order.
@benchmark("bhasha_bench_multi_ayur", pretty_name="BhashaBench-Multi (Ayurveda)", dataset=multi("BBA"), **SHARED)
def test_bhasha_bench_multi_ayur(record, position) -> Sample:
    return sample(record, "_translated", position)


@benchmark("bhasha_bench_multi_finance", pretty_name="BhashaBench-Multi (Finance)", dataset=multi("BBF"), **SHARED)
def test_bhasha_bench_multi_finance(record, position) -> Sample:
    return sample(record, "_translated", position)


@benchmark("bhasha_bench_multi_krishi", pretty_name="BhashaBench-Multi (Agriculture)", dataset=multi("BBK"), **SHARED)
def test_bhasha_bench_multi_krishi(record, position) -> Sample:
    return sample(record, "_translated", position)


@benchmark("bhasha_bench_multi_legal", pretty_name="BhashaBench-Multi (Law)", dataset=multi("BBL"), **SHARED)
def test_bhasha_bench_multi_legal(record, position) -> Sample:
    return sample(record, "_translated", position)
