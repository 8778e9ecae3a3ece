"""The viseme network: causal convolutions over log-mels, one GRU, two heads; 50 outputs a second.

Step k reads mel columns 2k and 2k+1 (and the CONTEXT columns before them) and speaks of the frame k - delay. A
network with delay d therefore looks 12.5 + 20 d ms ahead, counted from the middle of a frame to the last sample it
needs.
"""

from __future__ import annotations

from typing import NamedTuple, Tuple

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

MELS = 80
CONTEXT = 4
VISEME_COUNT = 15
PARAMETER_COUNT = 6


class Size(NamedTuple):
    """Widths of the layers."""

    first: int = 96
    second: int = 160
    state: int = 256
    head: int = 96


class VisemeNet(nn.Module):
    """Log-mels [B, 2T, 80] with their CONTEXT columns of past and the state to logits and mouth parameters."""

    def __init__(self, size: Size = Size()) -> None:
        super().__init__()
        self.size = size
        self.first = nn.Conv1d(MELS, size.first, 3)
        self.second = nn.Conv1d(size.first, size.second, 4, stride=2)
        self.gru = nn.GRU(size.second, size.state, batch_first=True)
        self.head = nn.Linear(size.state + size.second, size.head)
        self.viseme = nn.Linear(size.head, VISEME_COUNT)
        self.mouth = nn.Linear(size.head, PARAMETER_COUNT)
        self.dropout = nn.Dropout(0.12)

    def forward(self, mel: Tensor, context: Tensor, state: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        """mel [B, 2T, 80], context [B, 4, 80], state [1, B, H] -> viseme logits [B, T, 15], mouth logits [B, T, 6],
        context, state.
        """
        heard = torch.cat([context, mel], 1)
        local = functional.relu(self.first(heard.transpose(1, 2)))
        local = functional.relu(self.second(local)).transpose(1, 2)
        local = self.dropout(local)
        recurrent, state = self.gru(local, state)
        hidden = functional.relu(self.head(self.dropout(torch.cat([recurrent, local], 2))))
        return self.viseme(hidden), self.mouth(hidden), heard[:, -CONTEXT:], state

    def start(self, batch: int = 1) -> Tuple[Tensor, Tensor]:
        """The context and state before anything was heard: the floor of silence, and nothing."""
        return torch.full((batch, CONTEXT, MELS), -1.0), torch.zeros(1, batch, self.size.state)


def parameter_count(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())
