"""What bench/egop.ts is compared with: PyTorch's gradients and LAPACK's eigensolver, each on one thread, for the digits
network 64 -> 32 ReLU -> 10 with its full batch. Prints one JSON object of milliseconds. Usage: egop-peer.py digits.csv SAMPLES
"""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import scipy.linalg
import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
rows = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)[:1437]
x = torch.tensor(rows[:, :64] / 16)
label = torch.tensor(rows[:, 64].astype(int))
shapes = [(64, 32), (32,), (32, 10), (10,)]
generator = torch.Generator().manual_seed(0)


def sample():
    """The gradient at one draw of the initialization, as one vector."""
    p = [
        (torch.randn(s, generator=generator) / s[0] ** 0.5 if len(s) == 2 else torch.zeros(s)).requires_grad_()
        for s in shapes
    ]
    scores = torch.relu(x @ p[0] + p[1]) @ p[2] + p[3]
    loss = torch.nn.functional.cross_entropy(scores, label)
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, p)]).numpy()


def milliseconds(work):
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


for _ in range(20):
    sample()
count = int(sys.argv[2])
sampling, gradients = milliseconds(lambda: np.stack([sample() for _ in range(count)]))
eigen, _ = milliseconds(lambda: scipy.linalg.eigh(gradients.T @ gradients / count))
print(json.dumps({"sampling": sampling, "eigen": eigen}))
