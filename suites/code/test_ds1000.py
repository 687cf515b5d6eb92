"""Data science problems of seven Python libraries, from StackOverflow: the lines that are missing in a program.

DS-1000: Lai et al. 2022, A Natural and Reliable Benchmark for Data Science Code Generation, arXiv:2211.11501.
Expected values are those of the authors' versions, which the environment has (Python 3.10).
"""

from evalscope_pytest import Sample, benchmark, hub

from .data_science import missing_lines_pass

LIBRARIES = ["Pandas", "Numpy", "Matplotlib", "Sklearn", "Scipy", "Pytorch", "Tensorflow"]
SYSTEM = (
    "Write the code that is missing, with its indentation, between <code> and </code>. Write nothing but code there."
)


@benchmark(
    "ds1000",
    pretty_name="DS-1000",
    dataset=hub("xlangai/DS-1000", subsets=LIBRARIES, subset_by=lambda record: record["metadata"]["library"]),
    system_prompt=SYSTEM,
    scorer=missing_lines_pass(),
    environment="ds1000",
    environment_parts={"Pytorch": "torch", "Tensorflow": "tensorflow"},
    timeout_s=120,
    tags=["coding"],
)
def test_ds1000(record) -> Sample:
    facts = record["metadata"]
    metadata = {"problem_id": facts["problem_id"], "perturbation_type": facts["perturbation_type"]}
    private = {"context": record["code_context"]}
    return Sample(
        record["prompt"], record["reference_code"], id=str(facts["problem_id"]), metadata=metadata, private=private
    )
