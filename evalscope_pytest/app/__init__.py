"""The app: pages and a read-only API about recorded runs, of this package and of EvalScope.

It reads folders of runs as they are, and writes nothing into them.
"""
