"""A plugin of pytest that imports what a run imports, with workers too, so that pytest rewrites the asserts in it."""

import aiohttp  # noqa: F401
import execnet  # noqa: F401
import jinja2.filters
import jinja2.loaders  # noqa: F401
import msgspec.json  # noqa: F401
import uvloop  # noqa: F401
import xdist.dsession
import xdist.workermanage  # noqa: F401
import yaml  # noqa: F401

import evalscope_pytest.engine.evaluation
import evalscope_pytest.models.mock_llm
import evalscope_pytest.models.openai_api
import evalscope_pytest.plugin.arguments
import evalscope_pytest.plugin.main
import evalscope_pytest.plugin.reporting
import evalscope_pytest.scoring.rules  # noqa: F401
