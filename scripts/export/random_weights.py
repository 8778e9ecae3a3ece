#!/usr/bin/python3
"""Checkpoints of the real architectures in the published file formats, with random weights: for tests, and for measuring time.

    random_weights.py OUT [--full] [--only musetalk wav2lip ultralight]

Few channels and layers, so that a test takes seconds; with --full the published sizes (about 6 GB). What is laid down:
musetalk/unet.pth, musetalk.json, sd-vae/, taesd/, whisper/, tiny.pt; wav2lip/wav2lip.pth, wav2lip256.pth; ultralight/hubert.pth,
wenet.pth, hubert/, encoder.onnx.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple

import packages  # isort: skip  (before PyTorch)
import torch
from torch import nn

from graphs import OPSET
from ultralight_model import WIDTHS, Ultralight
from wav2lip_model import Wav2Lip
from whisper_model import OpenAiEncoder


def lively(network: nn.Module, seed: int) -> nn.Module:
    """Weights of a scale that lets sound and picture through, and statistics of a trained batch norm's kind."""
    torch.manual_seed(seed)
    for each in network.modules():
        if isinstance(each, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(each.weight, mode="fan_in" if isinstance(each, nn.Conv2d) else "fan_out")
        if isinstance(each, nn.BatchNorm2d):
            nn.init.uniform_(each.weight, 0.7, 1.1)
            nn.init.normal_(each.bias, 0, 0.1)
            nn.init.normal_(each.running_mean, 0, 0.1)
            nn.init.uniform_(each.running_var, 0.8, 1.6)
    return network.eval()


def unit_scaled(last: nn.Module, answer: Any, wanted: float) -> None:
    """Scales a network's last layer so that its answers deviate by `wanted`."""
    with torch.no_grad():
        scale = wanted / float(answer().std())
        last.weight *= scale
        if last.bias is not None:
            last.bias *= scale


def musetalk(folder: Path, is_full: bool) -> None:
    diffusers, transformers = packages.need("diffusers"), packages.need("transformers")
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    about: Dict[str, Any] = {
        "_class_name": "UNet2DConditionModel",
        "in_channels": 8,
        "out_channels": 4,
        "cross_attention_dim": 384,
        "sample_size": 64,
        "attention_head_dim": 8,
        "layers_per_block": 2,
        "block_out_channels": [320, 640, 1280, 1280],
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
        "norm_num_groups": 32,
    }
    if not is_full:
        about.update({"attention_head_dim": 2, "layers_per_block": 1, "block_out_channels": [16, 32], "norm_num_groups": 8})
        about["down_block_types"], about["up_block_types"] = about["down_block_types"][2:], about["up_block_types"][:2]
    (folder / "musetalk.json").write_text(json.dumps(about, indent=2) + "\n")
    unet = diffusers.UNet2DConditionModel.from_config(about).eval()
    for name, weights in unet.named_parameters():
        if "attn2.to_v" in name or "attn2.to_q" in name:
            weights *= 6  # sound shows in the picture
    seen, heard = torch.randn(1, 8, 32, 32), torch.randn(1, 50, 384)
    unit_scaled(unet.conv_out, lambda: unet(seen, torch.zeros(1).long(), heard).sample, 0.18215)
    torch.save(unet.state_dict(), folder / "unet.pth")
    del unet

    vae = diffusers.AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(128, 256, 512, 512) if is_full else (8, 8, 16, 16),
        layers_per_block=2 if is_full else 1,
        norm_num_groups=32 if is_full else 4,
        latent_channels=4,
        sample_size=256,
        scaling_factor=0.18215,
    ).eval()
    latents = torch.randn(1, 4, 32, 32)
    unit_scaled(vae.decoder.conv_out, lambda: vae.decode(latents).sample, 0.5)
    vae.save_pretrained(str(folder / "sd-vae"), safe_serialization=False)
    wide = 64 if is_full else 8
    blocks = (1, 3, 3, 3) if is_full else (1, 1, 1, 1)
    taesd = diffusers.AutoencoderTiny(
        encoder_block_out_channels=(wide,) * 4,
        decoder_block_out_channels=(wide,) * 4,
        num_encoder_blocks=blocks,
        num_decoder_blocks=blocks[::-1],
    ).eval()
    unit_scaled(taesd.decoder.layers[-1], lambda: taesd.decode(latents * 0.18215).sample, 0.5)
    taesd.save_pretrained(str(folder / "taesd"), safe_serialization=True)

    config = transformers.WhisperConfig(
        num_mel_bins=80,
        d_model=384,
        encoder_layers=4,
        encoder_attention_heads=6,
        encoder_ffn_dim=1536 if is_full else 96,
        decoder_layers=4 if is_full else 1,
        decoder_attention_heads=6,
        decoder_ffn_dim=1536 if is_full else 32,
        vocab_size=51_865 if is_full else 8,
        **({} if is_full else {"pad_token_id": 1, "bos_token_id": 1, "eos_token_id": 1, "decoder_start_token_id": 1}),
    )
    transformers.WhisperModel(config).save_pretrained(str(folder / "whisper"), safe_serialization=False)
    dims = {"n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 384, "n_audio_head": 6, "n_audio_layer": 4}
    whisper = OpenAiEncoder(dims, 1536 if is_full else 96)
    whisper.positional_embedding.normal_(0, 0.5)
    weights = {f"encoder.{name}": value.half() for name, value in whisper.state_dict().items()}
    torch.save({"dims": dims, "model_state_dict": weights}, folder / "tiny.pt")


def wav2lip(folder: Path, is_full: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for side, file in ((96, "wav2lip.pth"), (256, "wav2lip256.pth")):
        network = lively(Wav2Lip(side, 16 if is_full else 4), side)
        for before, block in zip(network.face_decoder_blocks, list(network.face_decoder_blocks)[1:]):
            channels = before[-1].conv_block[1].num_features
            block[0].conv_block[0].weight[:channels] *= 2  # sound shows in the picture
        mel, face = torch.randn(1, 1, 80, 16), torch.rand(1, 6, side, side)
        before_last = nn.Sequential(*list(network.output_block)[:2])

        def answer() -> torch.Tensor:
            network.output_block, kept = before_last, network.output_block
            made = network(mel, face)
            network.output_block = kept
            return made

        unit_scaled(network.output_block[1], answer, 1.5)
        weights = {f"module.{name}": value for name, value in network.state_dict().items()}
        torch.save({"state_dict": weights, "optimizer": None, "global_step": 1, "global_epoch": 1}, folder / file)


class Chunks(nn.Module):
    """Like WeNet's streaming encoder, with its inputs: 67 columns -> 16 answers."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, size, 3, 2), nn.Conv2d(size, size, 3, 2)
        self.leave = nn.Linear(size * 19, 512)

    def forward(self, *given: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        chunk, offset, required, attention, convolution, mask = given
        heard = torch.relu(self.second(torch.relu(self.first(chunk[:, None]))))
        batch, size, rows, bins = heard.shape
        heard = self.leave(heard.transpose(1, 2).reshape(batch, rows, size * bins))
        share = mask.float().mean() + 0.01 * (offset + required).float()
        return heard * share, torch.cat([attention, attention], 2), convolution * 1


def ultralight(folder: Path, is_full: bool) -> None:
    transformers = packages.need("transformers")
    folder.mkdir(parents=True, exist_ok=True)
    for mode, narrow in (("hubert", 1 if is_full else 4), ("wenet", 1)):
        network = lively(Ultralight(mode, [width // narrow for width in WIDTHS]), 5)
        torch.save(network.state_dict(), folder / f"{mode}.pth")
    size = 512 if is_full else 16
    config = transformers.HubertConfig(
        hidden_size=1024,
        num_hidden_layers=24 if is_full else 1,
        num_attention_heads=16,
        intermediate_size=4096 if is_full else 32,
        conv_dim=(size,) * 7,
        conv_bias=True,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
        feat_proj_layer_norm=True,
        num_conv_pos_embeddings=128 if is_full else 8,
        vocab_size=32,
    )
    torch.manual_seed(6)
    transformers.HubertModel(config).save_pretrained(str(folder / "hubert"), safe_serialization=False)
    chunk = torch.randn(1, 67, 80)
    caches = torch.zeros(2, 4, 3, 16), torch.zeros(2, 1, 8, 7)
    names = ["chunk", "offset", "required_cache_size", "att_cache", "cnn_cache", "att_mask"]
    torch.onnx.export(
        Chunks(256 if is_full else 4).eval(),
        (chunk, torch.zeros(1).long()[0], torch.zeros(1).long()[0], *caches, torch.ones(1, 1, 19, dtype=torch.bool)),
        str(folder / "encoder.onnx"),
        input_names=names,
        output_names=["output", "r_att_cache", "r_cnn_cache"],
        dynamic_axes={"chunk": {1: "T"}, "att_cache": {2: "T_CACHE"}, "att_mask": {2: "T_MASK"}, "output": {1: "T_OUT"}},
        opset_version=OPSET,
    )


MAKERS = {"musetalk": musetalk, "wav2lip": wav2lip, "ultralight": ultralight}


def main(args: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--full", action="store_true", help="the published sizes")
    parser.add_argument("--only", nargs="+", choices=sorted(MAKERS), default=sorted(MAKERS))
    given = parser.parse_args(args)
    with torch.no_grad():
        for family in given.only:
            MAKERS[family](given.out / family, given.full)
            size = sum(path.stat().st_size for path in (given.out / family).rglob("*") if path.is_file())
            print(f"{given.out / family}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
