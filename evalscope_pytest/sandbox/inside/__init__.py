"""The inside of a jail: the forking interpreter and what it does to its children.

Only the standard library and these files are there, so nothing here imports the rest of the package
(docs/design/sandbox.md).
"""
