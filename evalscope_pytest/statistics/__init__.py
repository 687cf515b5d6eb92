"""Error bars and decisions: pure functions from scores to intervals, comparisons and verdicts. Imports only core/.

Formulas, sources and measured accuracy: docs/design/statistics.md. An interval in a table is two-sided. A bound in a
gate is one-sided: a one-sided 95 % bound is an end of the two-sided 90 % interval.
"""
