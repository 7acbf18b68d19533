"""One step of PyTorch's optimizers, float64, one thread, on one tensor; prints a name and the median milliseconds a line.

Usage: python3 pytorch_optimizers.py SIZE
"""

import statistics
import sys
import time

import torch

size = int(sys.argv[1])
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
o = torch.optim
optimizers = {
    "sgd": lambda p: o.SGD(p, lr=0.01),
    "momentum": lambda p: o.SGD(p, lr=0.01, momentum=0.9),
    "adagrad": lambda p: o.Adagrad(p),
    "rmsprop": lambda p: o.RMSprop(p),
    "rmsprop, centered, with momentum": lambda p: o.RMSprop(p, centered=True, momentum=0.9),
    "adadelta": lambda p: o.Adadelta(p),
    "adam": lambda p: o.Adam(p),
    "adamw": lambda p: o.AdamW(p),
    "amsgrad": lambda p: o.Adam(p, amsgrad=True),
    "adamax": lambda p: o.Adamax(p),
    "nadam": lambda p: o.NAdam(p),
    "radam": lambda p: o.RAdam(p),
    "rprop": lambda p: o.Rprop(p),
}
for name, make in optimizers.items():
    p = torch.nn.Parameter(torch.zeros(size))
    p.grad = torch.rand(size) - 0.5
    optimizer = make([p])
    step = optimizer.step
    start = time.perf_counter()
    for _ in range(20):
        step()
    repetitions = max(1, int(0.02 / ((time.perf_counter() - start) / 20)))
    samples = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(repetitions):
            step()
        samples.append((time.perf_counter() - start) * 1000 / repetitions)
    print(f"{name}\t{statistics.median(samples)}")
