"""Makes pytester available to the tests of the plugin."""

pytest_plugins = ["pytester"]
