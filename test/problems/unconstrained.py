"""Writes unconstrained.json: how SciPy's BFGS and L-BFGS-B do on the problems of Moré, Garbow and Hillstrom.

J. Moré, B. Garbow, K. Hillstrom, Testing Unconstrained Optimization Software, ACM TOMS 7, 1981 (algorithm 566: the 18
problems of unconstrained minimization), from the standard starts. Values and gradients by PyTorch, so that the formulas here
are independent of those in unconstrained.ts. `minima` are those that the paper lists, to its six digits; `minimum` is the
lowest that SciPy has come near, polished by Newton's method. `scipy` has the lowest value within 1000 evaluations (of value
and gradient together), with tolerances so small that only failure or the limit ends a run.

  python3 unconstrained.py unconstrained.json      (python3-scipy 1.10, python3-torch 1.13)
"""
import json, math, sys, warnings
import numpy as np, torch
from scipy.optimize import minimize
warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64); torch.set_num_threads(1)
T = torch.tensor
def idx(m): return torch.arange(1, m + 1, dtype=torch.float64)

def helical(x):
    theta = torch.atan(x[1] / x[0]) / (2 * math.pi) + (0.5 if float(x[0]) < 0 else 0.0)
    return (10 * (x[2] - 10 * theta)) ** 2 + (10 * (torch.sqrt(x[0] ** 2 + x[1] ** 2) - 1)) ** 2 + x[2] ** 2
def biggs(x):
    t = .1 * idx(13); y = torch.exp(-t) - 5 * torch.exp(-10 * t) + 3 * torch.exp(-4 * t)
    return ((x[2] * torch.exp(-t * x[0]) - x[3] * torch.exp(-t * x[1]) + x[5] * torch.exp(-t * x[4]) - y) ** 2).sum()
def gaussian(x):
    half = [.0009, .0044, .0175, .0540, .1295, .2420, .3521]; y = T(half + [.3989] + half[::-1]); t = (8 - idx(15)) / 2
    return ((x[0] * torch.exp(-x[1] * (t - x[2]) ** 2 / 2) - y) ** 2).sum()
def powell_badly(x): return (1e4 * x[0] * x[1] - 1) ** 2 + (torch.exp(-x[0]) + torch.exp(-x[1]) - 1.0001) ** 2
def box(x):
    t = .1 * idx(10)
    return ((torch.exp(-t * x[0]) - torch.exp(-t * x[1]) - x[2] * (torch.exp(-t) - torch.exp(-10 * t))) ** 2).sum()
def variably(x):
    s = (idx(len(x)) * (x - 1)).sum(); return ((x - 1) ** 2).sum() + s ** 2 + s ** 4
def watson(x):
    n = len(x); t = idx(29)[:, None] / 29; j = torch.arange(n, dtype=torch.float64)
    P = t ** j; D = torch.where(j > 0, j * t ** torch.clamp(j - 1, min=0), torch.zeros(()))
    f = D @ x - (P @ x) ** 2 - 1
    return (f ** 2).sum() + x[0] ** 2 + (x[1] - x[0] ** 2 - 1) ** 2
def penalty1(x): return 1e-5 * ((x - 1) ** 2).sum() + ((x ** 2).sum() - .25) ** 2
def penalty2(x):
    n = len(x); a = 1e-5; i = torch.arange(2, n + 1, dtype=torch.float64); y = torch.exp(i / 10) + torch.exp((i - 1) / 10)
    return (x[0] - .2) ** 2 + a * ((torch.exp(x[1:] / 10) + torch.exp(x[:-1] / 10) - y) ** 2).sum() + a * ((torch.exp(x[1:] / 10) - math.exp(-.1)) ** 2).sum() \
        + ((torch.arange(n, 0, -1, dtype=torch.float64) * x ** 2).sum() - 1) ** 2
def brown_badly(x): return (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2
def brown_dennis(x):
    t = idx(20) / 5
    return (((x[0] + t * x[1] - torch.exp(t)) ** 2 + (x[2] + x[3] * torch.sin(t) - torch.cos(t)) ** 2) ** 2).sum()
def gulf(x):
    t = idx(99) / 100; y = 25 + (-50 * torch.log(t)) ** (2 / 3)
    return ((torch.exp(-torch.abs(y - x[1]) ** x[2] / x[0]) - t) ** 2).sum()
def trigonometric(x):
    n = len(x); f = n - torch.cos(x).sum() + idx(n) * (1 - torch.cos(x)) - torch.sin(x); return (f ** 2).sum()
def rosenbrock(x): return (100 * (x[1::2] - x[::2] ** 2) ** 2 + (1 - x[::2]) ** 2).sum()
def powell_singular(x):
    a, b, c, d = x[::4], x[1::4], x[2::4], x[3::4]
    return ((a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4).sum()
def beale(x): return sum((y - x[0] * (1 - x[1] ** i)) ** 2 for i, y in ((1, 1.5), (2, 2.25), (3, 2.625)))
def wood(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 + 90 * (x[3] - x[2] ** 2) ** 2 + (1 - x[2]) ** 2 + 10 * (x[1] + x[3] - 2) ** 2 + .1 * (x[1] - x[3]) ** 2
def chebyquad(x):
    n = len(x); u = 2 * x - 1; before, now = torch.ones_like(u), u; total = 0
    for i in range(1, n + 1):
        total = total + (now.sum() / n - (0 if i % 2 else -1 / (i * i - 1))) ** 2
        before, now = now, 2 * u * now - before
    return total

n10 = [i / 10 for i in range(1, 11)]
problems = [
  ("helical valley", helical, [-1, 0, 0], [0]), ("Biggs EXP6", biggs, [1, 2, 1, 1, 1, 1], [0, 5.65565e-3]), ("Gaussian", gaussian, [.4, 1, 0], [1.12793e-8]),
  ("Powell badly scaled", powell_badly, [0, 1], [0]), ("Box three-dimensional", box, [0, 10, 20], [0]), ("variably dimensioned", variably, [1 - i / 10 for i in range(1, 11)], [0]),
  ("Watson", watson, [0] * 6, [2.28767e-3]), ("penalty I", penalty1, list(range(1, 11)), [7.08765e-5]), ("penalty II", penalty2, [.5] * 4, [9.37629e-6]),
  ("Brown badly scaled", brown_badly, [1, 1], [0]), ("Brown and Dennis", brown_dennis, [25, 5, -5, -1], [85822.2]), ("Gulf research and development", gulf, [5, 2.5, .15], [0]),
  ("trigonometric", trigonometric, [.1] * 10, [0, 2.79506e-5]), ("extended Rosenbrock", rosenbrock, [-1.2, 1] * 5, [0]), ("extended Powell singular", powell_singular, [3, -1, 0, 1] * 3, [0]),
  ("Beale", beale, [1, 1], [0]), ("Wood", wood, [-3, -1, -3, -1], [0]), ("Chebyquad", chebyquad, [i / 9 for i in range(1, 9)], [3.51687e-3]),
]

class Enough(Exception): pass
def run(f, start, method):
    best = [math.inf, None]; count = [0]
    def fg(x):
        if count[0] == 1000: raise Enough
        count[0] += 1
        p = torch.tensor(x, requires_grad=True); v = f(p); v.backward(); value = float(v)
        if value < best[0]: best[:] = [value, x.copy()]
        return value, p.grad.numpy().copy()
    options = dict(gtol=0, maxiter=10000) if method == "BFGS" else dict(gtol=0, ftol=0, maxiter=10000, maxfun=10000)
    try: minimize(fg, np.array(start, float), jac=True, method=method, options=options)
    except Enough: pass
    return best[0], count[0], best[1]

def polish(f, x):
    x = torch.tensor(x); best = float(f(x))
    for _ in range(50):
        g = torch.autograd.functional.jacobian(f, x); H = torch.autograd.functional.hessian(f, x)
        x = x - torch.linalg.lstsq(H, g[:, None], driver="gelsd").solution[:, 0]; v = float(f(x))
        if not math.isfinite(v): break
        best = min(best, v)
    return best

out = []
for name, f, start, minima in problems:
    results = {m: run(f, start, m) for m in ("BFGS", "L-BFGS-B")}
    out.append(dict(name=name, start=[float(s) for s in start], valueAtStart=float(f(torch.tensor([float(s) for s in start]))), minima=minima,
        minimum=min(polish(f, r[2]) for r in results.values()), scipy={m: dict(value=r[0], evaluations=r[1]) for m, r in results.items()}))
    print(out[-1], file=sys.stderr)
with open(sys.argv[1], "w") as file: file.write("[\n" + ",\n".join(json.dumps(o) for o in out) + "\n]\n")
