"""Reading an answer out of a reply: linear in its length whatever it holds, and never raising."""
