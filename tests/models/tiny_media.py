"""Tiny random models that take pictures or recordings, made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .tiny import tokenizer

LLAVA_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for part in m.content %}"
    "{% if part.type == 'image' %}<image>\n{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
AUDIO_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for part in m.content %}{% if 'audio' in part %}<|audio_bos|><|AUDIO|><|audio_eos|>\n"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTEXT = 512
_SMALL: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "initializer_range": 0.3,
}
_VISION: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 28,
    "patch_size": 14,
    "initializer_range": 0.3,
}


def write_llava(folder: Path, *, template: str | None = LLAVA_TEMPLATE) -> Path:
    """Save a LLaVA; each picture is four tokens of its prompt."""
    import torch
    from transformers import (
        CLIPImageProcessorPil,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    words = tokenizer("<image>")
    LlavaProcessor(
        image_processor=CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}),
        tokenizer=words,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**_VISION),
        text_config=LlamaConfig(vocab_size=len(words), **_SMALL, **_ends(words)),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_seq_length=4,
        vision_feature_select_strategy="default",
        vision_feature_layer=-1,
        **_ends(words),
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    return folder


def _ends(words: Any) -> dict[str, Any]:
    return {"eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id, "bos_token_id": None}


LANGUAGES = ("en", "fr", "zh")


def write_whisper(folder: Path) -> Path:
    """Save a Whisper of three languages, with the marks and the settings that real ones have."""
    import torch
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperProcessor,
    )

    marks = ["<|startoftranscript|>", *(f"<|{name}|>" for name in LANGUAGES), "<|translate|>", "<|transcribe|>"]
    marks += ["<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    words = _whisper_tokenizer(marks)
    extractor = WhisperFeatureExtractor(feature_size=80, chunk_length=30)
    WhisperProcessor(feature_extractor=extractor, tokenizer=words).save_pretrained(folder)
    number = words.convert_tokens_to_ids
    torch.manual_seed(7)
    config = WhisperConfig(
        vocab_size=len(words),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_source_positions=1500,
        max_target_positions=64,
        init_std=0.4,
        decoder_start_token_id=number("<|startoftranscript|>"),
        begin_suppress_tokens=None,
        **_ends(words),
    )
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        decoder_start_token_id=number("<|startoftranscript|>"),
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        lang_to_id={f"<|{name}|>": number(f"<|{name}|>") for name in LANGUAGES},
        task_to_id={name: number(f"<|{name}|>") for name in ("translate", "transcribe")},
        no_timestamps_token_id=number("<|notimestamps|>"),
        is_multilingual=True,
        max_initial_timestamp_index=50,
        prev_sot_token_id=number("<|startofprev|>"),
        max_length=64,
        suppress_tokens=[number(mark) for mark in marks],
        return_timestamps=False,
    )
    model.save_pretrained(folder)
    return folder


def write_qwen_audio(folder: Path) -> Path:
    """Save a Qwen2-Audio that hears up to 2 s: a token of its prompt for each 0.04 s."""
    import torch
    from transformers import (
        Qwen2AudioConfig,
        Qwen2AudioEncoderConfig,
        Qwen2AudioForConditionalGeneration,
        Qwen2AudioProcessor,
        Qwen2Config,
        WhisperFeatureExtractor,
    )

    words = tokenizer("<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>")
    extractor = WhisperFeatureExtractor(feature_size=16, chunk_length=2)
    Qwen2AudioProcessor(feature_extractor=extractor, tokenizer=words, chat_template=AUDIO_TEMPLATE).save_pretrained(
        folder
    )
    torch.manual_seed(7)
    config = Qwen2AudioConfig(
        audio_config=Qwen2AudioEncoderConfig(
            num_mel_bins=16,
            d_model=32,
            encoder_layers=1,
            encoder_attention_heads=2,
            encoder_ffn_dim=32,
            max_source_positions=100,
            initializer_range=0.3,
        ),
        text_config=Qwen2Config(vocab_size=len(words), **_SMALL, **_ends(words)),
        audio_token_index=words.convert_tokens_to_ids("<|AUDIO|>"),
    )
    Qwen2AudioForConditionalGeneration(config).save_pretrained(folder)
    return folder


def _whisper_tokenizer(marks: list[str]) -> Any:
    """Return a tokenizer whose last tokens are Whisper's marks of time, 0.00 s to 30.00 s."""
    from transformers import WhisperTokenizer

    words = tokenizer()
    made = WhisperTokenizer(
        vocab={**words.get_vocab()},
        merges=[],
        unk_token="<|endoftext|>",
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )
    made.add_special_tokens({"additional_special_tokens": marks})
    made.add_tokens([f"<|{n * 0.02:.2f}|>" for n in range(1501)])
    return made


# Their processors need torchvision ----------------------------------------------------------------------------------


QWEN_TEMPLATE = LLAVA_TEMPLATE.replace("<image>\n", "<|vision_start|><|image_pad|><|vision_end|>")


def write_qwen_vl(folder: Path) -> Path:
    """Save a Qwen2-VL, whose pictures take as many tokens as their size needs."""
    import torch
    from transformers import (
        Qwen2VLConfig,
        Qwen2VLForConditionalGeneration,
        Qwen2VLImageProcessor,
        Qwen2VLProcessor,
        Qwen2VLVideoProcessor,
    )

    words = tokenizer("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
    Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=28 * 28 * 16),
        tokenizer=words,
        video_processor=Qwen2VLVideoProcessor(),
        chat_template=QWEN_TEMPLATE,
    ).save_pretrained(folder)
    number = words.convert_tokens_to_ids
    rope = {"rope_type": "default", "type": "mrope", "mrope_section": [2, 3, 3], "rope_theta": 1e4}
    torch.manual_seed(7)
    config = Qwen2VLConfig(
        text_config={"vocab_size": len(words), "rope_parameters": rope, **_SMALL, **_ends(words)},
        vision_config={"depth": 2, "embed_dim": 32, "hidden_size": 64, "num_heads": 2, "mlp_ratio": 2},
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        initializer_range=0.3,
        **_ends(words),
    )
    Qwen2VLForConditionalGeneration(config).save_pretrained(folder)
    return folder


def write_smolvlm(folder: Path) -> Path:
    """Save a SmolVLM, which cuts pictures into tiles."""
    import torch
    from transformers import (
        LlamaConfig,
        SmolVLMConfig,
        SmolVLMForConditionalGeneration,
        SmolVLMImageProcessor,
        SmolVLMProcessor,
        SmolVLMVideoProcessor,
    )

    tiles = [f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)]
    words = tokenizer("<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>", *tiles)
    sizes = {"size": {"longest_edge": 56}, "max_image_size": {"longest_edge": 28}}
    SmolVLMProcessor(
        image_processor=SmolVLMImageProcessor(**sizes),
        tokenizer=words,
        video_processor=SmolVLMVideoProcessor(**sizes),
        image_seq_len=1,
        chat_template=LLAVA_TEMPLATE,
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = SmolVLMConfig(
        text_config=LlamaConfig(vocab_size=len(words), **_SMALL, **_ends(words)),
        vision_config=_VISION,
        scale_factor=2,
        image_token_id=words.convert_tokens_to_ids("<image>"),
        pad_token_id=words.pad_token_id,
        initializer_range=0.3,
    )
    SmolVLMForConditionalGeneration(config).save_pretrained(folder)
    return folder
