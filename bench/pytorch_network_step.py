"""One Adam step of a network of network-step.ts in PyTorch, float64, one thread; prints the median milliseconds.

Usage: python3 pytorch_network_step.py convolution|lstm
"""

import statistics
import sys
import time

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
rows, classes = 32, 10


class LastHidden(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.memory = torch.nn.LSTM(8, 32)
        self.dense = torch.nn.Linear(32, classes)

    def forward(self, x):
        _, (hidden, _) = self.memory(x)
        return self.dense(hidden[0])


if sys.argv[1] == "convolution":
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(128, classes),
    )
    x = torch.rand(rows, 1, 8, 8)
else:
    network = LastHidden()
    x = torch.rand(20, rows, 8)
labels = torch.arange(rows) % classes
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
criterion = torch.nn.CrossEntropyLoss()


def step():
    optimizer.zero_grad()
    criterion(network(x), labels).backward()
    optimizer.step()


start = time.perf_counter()
for _ in range(50):
    step()
repetitions = max(1, int(0.1 / ((time.perf_counter() - start) / 50)))
samples = []
for _ in range(9):
    start = time.perf_counter()
    for _ in range(repetitions):
        step()
    samples.append((time.perf_counter() - start) * 1000 / repetitions)
print(statistics.median(samples))
