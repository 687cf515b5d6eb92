r"""Requests for reasoning and a final answer in ``\boxed{}``, as templates, in the languages of PolyMath."""

REQUESTS = {
    "en": "Reason step by step and give the final answer inside \\boxed{{}}.",
    "zh": "请逐步推理，把最终答案写在 \\boxed{{}} 里。",
    "ar": "فكّر خطوة بخطوة، واكتب الإجابة النهائية داخل \\boxed{{}}.",
    "bn": "ধাপে ধাপে চিন্তা করুন এবং চূড়ান্ত উত্তরটি \\boxed{{}}-এর ভিতরে লিখুন।",
    "de": "Überlege Schritt für Schritt und schreibe die endgültige Antwort in \\boxed{{}}.",
    "es": "Razona paso a paso y escribe la respuesta final dentro de \\boxed{{}}.",
    "fr": "Raisonne étape par étape et écris la réponse finale dans \\boxed{{}}.",
    "id": "Bernalarlah langkah demi langkah dan tulis jawaban akhir di dalam \\boxed{{}}.",
    "it": "Ragiona passo dopo passo e scrivi la risposta finale dentro \\boxed{{}}.",
    "ja": "順を追って考え、最終的な答えを \\boxed{{}} の中に書いてください。",
    "ko": "단계별로 추론하고 최종 답을 \\boxed{{}} 안에 쓰세요.",
    "ms": "Fikirkan langkah demi langkah dan tulis jawapan akhir di dalam \\boxed{{}}.",
    "pt": "Raciocine passo a passo e escreva a resposta final dentro de \\boxed{{}}.",
    "ru": "Рассуждай шаг за шагом и запиши окончательный ответ в \\boxed{{}}.",
    "sw": "Fikiri hatua kwa hatua kisha andika jibu la mwisho ndani ya \\boxed{{}}.",
    "te": "దశలవారీగా ఆలోచించి, తుది సమాధానాన్ని \\boxed{{}} లో రాయండి.",
    "th": "คิดทีละขั้นตอน แล้วเขียนคำตอบสุดท้ายไว้ใน \\boxed{{}}",
    "vi": "Hãy suy luận từng bước và viết đáp án cuối cùng trong \\boxed{{}}.",
}
