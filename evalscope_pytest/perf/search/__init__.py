"""Searching over load points: repeats, and the highest load that keeps a service level objective."""
