"""What the settings of the sandbox come to."""

from __future__ import annotations

import pytest

from evalscope_pytest import TaskConfig
from evalscope_pytest.config.rules import sandbox_choice
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.sandbox.engine import SandboxChoice


def chosen(**settings):
    return sandbox_choice(vars(TaskConfig(model="m", **settings)))


@pytest.mark.parametrize(
    ("settings", "engine"),
    [
        ({}, "auto"),
        ({"use_sandbox": True}, "docker"),
        ({"use_sandbox": True, "sandbox_type": "landlock"}, "landlock"),
        ({"sandbox_type": "bubblewrap"}, "bubblewrap"),
        ({"sandbox": {"enabled": True}}, "docker"),
        ({"sandbox": {"engine": "bubblewrap"}}, "bubblewrap"),
        ({"sandbox": {"enabled": False, "engine": "docker"}}, "auto"),
        ({"use_sandbox": False, "sandbox_type": "docker"}, "auto"),
    ],
)
def test_the_engine_is_the_one_asked_for_and_local_otherwise(settings, engine):
    assert chosen(**settings).engine == engine


def test_containers_take_image_service_and_limits_from_either_spelling():
    table = {"enabled": True, "pool_size": 3, "default_config": {"image": "python:3.12", "network_enabled": False}}
    assert chosen(sandbox=table) == SandboxChoice("docker", size=3, image="python:3.12")
    older = {"use_sandbox": True, "sandbox_manager_config": '{"base_url": "http://h:8000"}'}
    assert chosen(**older).base_url == "http://h:8000"


def test_a_benchmark_has_a_container_of_its_own():
    own = SandboxChoice("docker").changed({"image": "gcc:13", "tools_config": {"shell_executor": {}}}, "here")
    assert own.image == "gcc:13"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sandbox": {"engin": "docker"}}, ["no 'engin'", "'engine'"]),
        ({"sandbox": {"engine": "podman"}}, ["'podman'", "docker"]),
        ({"sandbox": {"pool_size": 0}}, ["pool_size", "1 or more"]),
        ({"sandbox_manager_config": {"base_url": "http://h"}}, ["--eval-use-sandbox"]),
        ({"use_sandbox": True, "sandbox_manager_config": {"url": "http://h"}}, ["no 'url'", "base_url"]),
        ({"sandbox": {"enabled": True, "default_config": {"network_enabled": True}}}, ["no network"]),
        ({"dataset_args": {"x": {"sandbox_config": {"image": "a"}}}}, ["sandbox_config of 'x'", "--eval-use-sandbox"]),
        ({"use_sandbox": True, "dataset_args": {"x": {"sandbox_config": {"image": 3}}}}, ["image: 3"]),
        ({"use_sandbox": True, "dataset_args": {"x": {"sandbox_config": {"imag": "a"}}}}, ["'imag'", "'image'"]),
        (
            {"use_sandbox": True, "dataset_args": {"x": {"sandbox_config": {"tools_config": {"browser": {}}}}}},
            ["'browser'", "shell_executor"],
        ),
    ],
)
def test_what_would_have_no_effect_or_open_the_jail_is_refused(settings, words):
    with pytest.raises(ConfigError) as error:
        TaskConfig(model="m", **settings)
    assert [word for word in words if word not in str(error.value)] == []
