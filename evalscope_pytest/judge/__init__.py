"""LLM-as-a-judge: what a judge is asked, how its reply is read, how several verdicts become one."""
