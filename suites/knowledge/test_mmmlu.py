"""MMLU, translated by people into fourteen languages.

MMMLU, a release of OpenAI of 2024 without a paper; the questions are MMLU's, Hendrycks et al. 2020, arXiv:2009.03300.
Each language has a prompt in that language. The last line is the same in all of them.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

WORDS = {
    "AR_XY": "اختر الإجابة الصحيحة عن السؤال أدناه. فكّر خطوة بخطوة أولًا، ثم اختم بالسطر 'ANSWER: [LETTER]' "
    "(دون علامتي الاقتباس)، حيث [LETTER] أحد الحروف {letters}.",
    "BN_BD": "নিচের প্রশ্নের সঠিক উত্তরটি বেছে নাও। আগে ধাপে ধাপে যুক্তি দাও; তারপর 'ANSWER: [LETTER]' (উদ্ধৃতি "
    "চিহ্ন ছাড়া) লাইনটি দিয়ে শেষ করো, যেখানে [LETTER] হলো {letters}-এর একটি।",
    "DE_DE": "Wähle die richtige Antwort auf die folgende Frage. Überlege zuerst Schritt für Schritt; schließe "
    "dann mit der Zeile 'ANSWER: [LETTER]' (ohne Anführungszeichen), wobei [LETTER] eines von "
    "{letters} ist.",
    "ES_LA": "Elige la respuesta correcta a la pregunta siguiente. Razona primero paso a paso; termina después "
    "con la línea 'ANSWER: [LETTER]' (sin comillas), donde [LETTER] es una de {letters}.",
    "FR_FR": "Choisis la bonne réponse à la question ci-dessous. Raisonne d'abord étape par étape, puis termine "
    "par la ligne 'ANSWER: [LETTER]' (sans guillemets), où [LETTER] est l'une de {letters}.",
    "HI_IN": "नीचे दिए गए प्रश्न का सही उत्तर चुनिए। पहले क्रमवार तर्क दीजिए; फिर अंत में 'ANSWER: [LETTER]' "
    "(बिना उद्धरण चिह्नों के) पंक्ति लिखिए, जहाँ [LETTER] {letters} में से एक है।",
    "ID_ID": "Pilih jawaban yang benar untuk pertanyaan di bawah ini. Bernalarlah dahulu selangkah demi "
    "selangkah, lalu akhiri dengan baris 'ANSWER: [LETTER]' (tanpa tanda kutip), dengan [LETTER] salah "
    "satu dari {letters}.",
    "IT_IT": "Scegli la risposta giusta alla domanda qui sotto. Ragiona prima passo dopo passo; poi concludi "
    "con la riga 'ANSWER: [LETTER]' (senza virgolette), dove [LETTER] è una tra {letters}.",
    "JA_JP": "次の問いの正しい答えを選んでください。まず順を追って考え、最後に「ANSWER: [LETTER]」という行（かぎ"
    "括弧なし）で締めくくってください。[LETTER] は {letters} のいずれかです。",
    "KO_KR": "아래 질문의 올바른 답을 고르세요. 먼저 차근차근 추론한 다음, 마지막 줄을 'ANSWER: "
    "[LETTER]'(따옴표 없이)로 끝내세요. [LETTER]는 {letters} 중 하나입니다.",
    "PT_BR": "Escolha a resposta certa para a pergunta abaixo. Raciocine primeiro passo a passo; depois termine "
    "com a linha 'ANSWER: [LETTER]' (sem aspas), em que [LETTER] é uma de {letters}.",
    "SW_KE": "Chagua jibu sahihi la swali lililo hapa chini. Kwanza fikiri hatua kwa hatua; kisha malizia kwa "
    "mstari 'ANSWER: [LETTER]' (bila alama za kunukuu), ambapo [LETTER] ni mojawapo ya {letters}.",
    "YO_NG": "Yan ìdáhùn tó tọ́ sí ìbéèrè ìsàlẹ̀ yìí. Kọ́kọ́ ronú ní ìgbésẹ̀ kọ̀ọ̀kan; lẹ́yìn náà fi ìlà "
    "'ANSWER: [LETTER]' parí (láìsí àmì àyọlò), níbi tí [LETTER] jẹ́ ọ̀kan nínú {letters}.",
    "ZH_CN": "请选出下面问题的正确答案。先逐步分析，最后以单独一行 'ANSWER: [LETTER]'（不含引号）作结，其中 "
    "[LETTER] 为 {letters} 之一。",
}
PROMPTS = {language: f"{words}\n\n{{question}}\n\n{{choices}}" for language, words in WORDS.items()}


@benchmark(
    "mmmlu",
    version="2",
    pretty_name="MMMLU",
    dataset=hub("openai-mirror/MMMLU", subsets=list(PROMPTS)),
    prompt=prompts.CHOICE_STEPWISE,
    prompts=PROMPTS,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice", "multilingual"],
)
def test_mmmlu(record, position) -> Sample:
    choices = [record[letter] for letter in "ABCD"]
    metadata = {"subject": record["Subject"]}  # the languages have the same questions in the same order
    return Sample(record["Question"], record["Answer"], choices, metadata=metadata, cluster=position)
