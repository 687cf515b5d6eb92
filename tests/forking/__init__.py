"""Runs of pytest in processes forked from one that has their modules imported, which is most of a short run's time.

A forked run has nothing of another run: the process it is forked from imports, and runs nothing. It has the words,
folder, environment, streams, session and exit of a process that ``python -m pytest`` starts.
"""
