"""Graduate-level questions of 285 disciplines, in 72 fields, with up to ten options.

SuperGPQA: M-A-P Team 2025, Scaling LLM Evaluation across 285 Graduate Disciplines, arXiv:2502.14739.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

DISCIPLINES = {
    "Engineering": """Electronic Science and Technology; Computer Science and Technology; Information and
        Communication Engineering; Control Science and Engineering; Materials Science and Engineering; Electrical
        Engineering; Power Engineering and Engineering Thermophysics; Hydraulic Engineering; Chemical Engineering and
        Technology; Architecture; Forestry Engineering; Nuclear Science and Technology; Weapon Science and Technology;
        Naval Architecture and Ocean Engineering; Environmental Science and Engineering; Transportation Engineering;
        Mechanical Engineering; Aeronautical and Astronautical Science and Technology; Civil Engineering; Mechanics;
        Petroleum and Natural Gas Engineering; Food Science and Engineering; Agricultural Engineering; Surveying and
        Mapping Science and Technology; Metallurgical Engineering; Mining Engineering; Geological Resources and
        Geological Engineering; Optical Engineering; Textile Science and Engineering; Instrument Science and
        Technology""",
    "Philosophy": "Philosophy",
    "Medicine": """Traditional Chinese Medicine; Clinical Medicine; Basic Medicine; Public Health and Preventive
        Medicine; Pharmacy; Stomatology""",
    "Economics": "Applied Economics; Theoretical Economics",
    "Science": """Mathematics; Physics; Systems Science; Biology; Chemistry; Geography; Oceanography; Geology;
        Physical Oceanography; Astronomy; Atmospheric Science; Geophysics""",
    "Law": "Law; Political Science",
    "History": "History",
    "Education": "Education; Psychology; Physical Education",
    "Military Science": "Military Science",
    "Management": """Business Administration; Public Administration; Library, Information and Archival
        Management; Management Science and Engineering""",
    "Literature and Arts": "Language and Literature; Art Studies; Journalism and Communication; Musicology",
    "Agronomy": "Aquaculture; Animal Husbandry; Crop Science; Forestry; Veterinary Medicine",
    "Sociology": "Sociology",
}
CATEGORIES = {field: name for name, fields in DISCIPLINES.items() for field in " ".join(fields.split()).split("; ")}


@benchmark(
    "super_gpqa",
    version="2",
    pretty_name="SuperGPQA",
    dataset=hub("m-a-p/SuperGPQA", subsets=list(CATEGORIES), subset_by="field", split="train"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    categories=CATEGORIES,
    tags=["knowledge", "multiple_choice"],
)
def test_super_gpqa(record) -> Sample:
    metadata = {"field": record["field"], "discipline": record["discipline"]}
    return Sample(record["question"], record["answer_letter"], record["options"], metadata=metadata)
