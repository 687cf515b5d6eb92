"""What models write around an answer: announcements, thinking, courtesies, tokens of a template."""

from __future__ import annotations

END_TOKENS = (
    "", "", "", "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "</s>", "<eos>", "<end_of_turn>", "[EOS]",
    "<｜end▁of▁sentence｜>", "\n<|im_end|>\n", "<|im_end|><|im_end|>", "<|end|>", "<|return|>",
)  # fmt: skip
# {d} is a thought that claims another value.
THINKING = (
    "", "", "", "", "<think>{d}</think>", "<think>\n{d}\n</think>\n\n", "<Think>{d}</Think>", "<THINK>{d}</THINK>",
    "[THINK]{d}[/THINK]", "<thinking>{d}</thinking>", "<thought>{d}</thought>", "<reasoning>{d}</reasoning>",
    "◁think▷{d}◁/think▷", "<seed:think>{d}</seed:think>", "{d}</think>", "<think></think>",
    "<reflection>{d}</reflection>",
    "<|channel|>analysis<|message|>{d}<|end|><|start|>assistant<|channel|>final<|message|>",
)  # fmt: skip
BEFORE = (
    "", "", "", "Let me work through this step by step.\n\n", "Sure!\n\n",
    "**Reasoning**\n\nI compared the cases.\n\n", "### Step 1\nRead the question.\n\n### Step 2\nSolve it.\n\n",
    "Great question. ", "I read the question twice. ",
)  # fmt: skip
AFTER = (
    "", "", "", "\n\nLet me know if you have any questions!", "\n\nI hope this helps.", "\n", "  ", "\n\n---\n",
    "\n\nI checked this twice.", " 😊", "\n\nWould you like to see another way?",
    " 🎉🎉", " 👩‍🔬", "\n\n***", "\n\nFeel free to ask if anything is unclear! 😊", "\n\nHope this helps!\n\n---",
    "\n\nIf you want, I can explain each step.", "\n\nHappy to help. Good luck!", "\n\n希望这对你有帮助！",
)  # fmt: skip
# {o} is another value, which the reply rejects.
REJECTED_BEFORE = (
    "", "", "", "At first glance {o} looks plausible, but that does not hold.\n\n", "It is tempting to say {o}. ",
    "The answer is not {o}.\n\n", "My first answer was {o}, but that was a mistake.\n\n",
    "Some would say the answer is {o}. I disagree.\n\n", "If it were otherwise, the answer would be {o}.\n\n",
    "I first thought the answer was {o}.\n\n",
)  # fmt: skip
REJECTED_AFTER = (
    "", "", "", "\n\nNote that {o} would be wrong.", "\n\n({o} is a common mistake.)", "\n\nThe answer is not {o}.",
    "\n\nA common wrong answer is {o}.", "\n\nIt can't be {o}, as the question shows.",
    "\n\nWhether the answer could be {o} does not matter.", "\n\nAn incorrect answer would be {o}.",
)  # fmt: skip
ANNOUNCE = (
    "The answer is {v}.", "The answer is {v}", "Answer: {v}", "ANSWER: {v}", "**Answer:** {v}", "**Answer: {v}**",
    "answer: {v}", "Final answer: {v}", "**Final Answer:** {v}", "### Final Answer\n{v}", "**Final Answer**\n\n{v}",
    "**Answer**\n\n{v}.", "The final answer is {v}.", "So the answer is {v}.", "So the answer is **{v}**.",
    "Therefore, the answer is: {v}", "The correct answer is {v}.", "<answer>{v}</answer>", "<answer>\n{v}\n</answer>",
    "My answer: {v}", "* Answer: {v}", "答案：{v}", "答案是{v}。", "【答案】{v}", "最终答案：{v}", "所以，答案是 {v}。",
    "The answer is:\n\n{v}", "Answer - {v}", "Answer: \"{v}\"", "Answer: `{v}`", "The answer is *{v}*.",
    "> Answer: {v}", "Thus, the answer is {v}.", "Answer = {v}",
)  # fmt: skip
KEYS = ("answer", "final_answer", "finalAnswer", "Answer", "result", "final answer", "correct_answer")
