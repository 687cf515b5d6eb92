import pytest

from evalscope_pytest.config.text import MAX_BYTES, read_mapping
from evalscope_pytest.core.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "model: m\ndatasets:\n  - gsm8k\nlimit: 5\n"),
        ("c.yml", "\ufeffmodel: m\ndatasets: [gsm8k]\nlimit: 5\n"),
        ("c.json", '{"model": "m", "datasets": ["gsm8k"], "limit": 5}'),
    ],
)
def test_yaml_and_json_hold_the_same(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_mapping(tmp_path / name) == {"model": "m", "datasets": ["gsm8k"], "limit": 5}


def test_yaml_anchors_and_merge_keys_work(tmp_path):
    (tmp_path / "c.yaml").write_text(
        "base: &b {few_shot_num: 0}\ndataset_args:\n  arc: *b\n  mmlu:\n    <<: *b\n    shuffle: true\n"
    )
    assert read_mapping(tmp_path / "c.yaml")["dataset_args"] == {
        "arc": {"few_shot_num": 0},
        "mmlu": {"few_shot_num": 0, "shuffle": True},
    }


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("c.yaml", b"limit: 1\nlimit: 2\n", "'limit' is given twice, again in line 2"),
        ("c.yaml", b"generation_config:\n  top_p: 1\n  top_p: 0.5\n", "'top_p' is given twice, again in line 3"),
        ("c.json", b'{"limit": 1, "limit": 2}', "'limit' is given twice"),
        ("c.yaml", b"limit: [1\n", "not valid YAML"),
        ("c.yaml", b"limit: @x\n", "not valid YAML"),
        ("c.json", b"{'limit': 1}", "not valid JSON"),
        ("c.yaml", b"- gsm8k\n", "it holds a list, not a mapping"),
        ("c.yaml", b"", "the file is empty"),
        ("c.json", b"[]", "JSON of a list"),
        ("c.yaml", b"model: !!python/object/apply:os.system [ls]\n", "not valid YAML"),
        ("c.yaml", BOMB.encode(), "more than 100000 values"),
        ("c.yaml", b"a: &a [*a]\n", "refers to a value that contains it"),
        ("c.yaml", b"[" * 5000, "nested too deeply"),
        ("c.json", b"[" * 100_000, "nested too deeply"),
        ("c.yaml", b"model: \xff\n", "not UTF-8"),
        ("c.toml", b"", "neither in .yaml, .yml nor .json"),
        ("c.yaml", b"#" * (MAX_BYTES + 1), "larger than 512 KiB"),
    ],
)
def test_a_bad_file_is_refused_in_one_paragraph_that_names_it(tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as error:
        read_mapping(tmp_path / name)
    message = str(error.value)
    assert complaint in message
    assert name in message
    assert "\n" not in message


def test_a_missing_file_is_refused_with_those_beside_it(tmp_path):
    (tmp_path / "nightly.yaml").touch()
    with pytest.raises(ConfigError, match=r"holds: nightly\.yaml"):
        read_mapping(tmp_path / "nighly.yaml")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "c.yaml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_mapping(tmp_path / "c.yaml")
