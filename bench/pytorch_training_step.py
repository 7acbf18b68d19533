"""One Adam step of a fully connected network in PyTorch, float64, one thread; prints the median milliseconds.

Usage: python3 pytorch_training_step.py ROWS POPULATION SIZE SIZE ...
Rows are drawn anew for each step when the population is larger than ROWS, as the program beside it does.
"""

import statistics
import sys
import time

import torch

rows, population, *sizes = map(int, sys.argv[1:])
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
layers = []
for inputs, outputs in zip(sizes, sizes[1:]):
    layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
network = torch.nn.Sequential(*layers[:-1])
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
criterion = torch.nn.CrossEntropyLoss()
data = torch.rand(population, sizes[0])
labels = torch.randint(0, sizes[-1], (population,))


def step():
    x, y = data, labels
    if rows < population:
        chosen = torch.randperm(population)[:rows]
        x, y = data[chosen], labels[chosen]
    optimizer.zero_grad()
    criterion(network(x), y).backward()
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
