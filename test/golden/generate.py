"""Writes the reference values beside this file, from well-known numerical software.

Run with Debian's python3-torch, python3-scipy and python3-mpmath: python3 generate.py [SEED] [FOLDER]
Every number is float64 printed with 17 significant digits, so it reads back to the same bits.
"""
import json, math, os, sys
import numpy as np, scipy.linalg as sl, torch, mpmath as mp

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
OUT = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64); torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

def save(name, value):
    with open(os.path.join(OUT, name), 'w') as f: json.dump(value, f, indent=None, separators=(',', ':'))
    print(name, os.path.getsize(os.path.join(OUT, name)))

# ---- linear algebra: matrices whose spectra are known to 50 digits -------------------------------------------
mp.mp.dps = 60
def hilbert(n): return mp.matrix([[mp.mpf(1) / (i + j + 1) for j in range(n)] for i in range(n)])
def exact(m): return [[float(m[i, j]) for j in range(m.cols)] for i in range(m.rows)]
def round_first(m):  # the matrix whose spectrum is asked for is the float64 one, not the real one behind it
    return mp.matrix([[mp.mpf(float(m[i, j])) for j in range(m.cols)] for i in range(m.rows)])
def symmetric_case(name, m):
    m = round_first(m); w = mp.eigsy(m, eigvals_only=True)
    return dict(name=name, matrix=exact(m), eigenvalues=sorted((float(x) for x in w), reverse=True))
def singular_case(name, m):
    m = round_first(m); s = mp.svd_r(m, compute_uv=False)
    return dict(name=name, matrix=exact(m), singularValues=sorted((float(x) for x in s), reverse=True))
n0 = SEED % 3
def wilkinson(n):
    h = (n - 1) // 2
    return mp.matrix([[abs(i - h) if i == j else (1 if abs(i - j) == 1 else 0) for j in range(n)] for i in range(n)])
def graded(n, r):
    d = [mp.mpf(10) ** (-r * i) for i in range(n)]; b = rng.standard_normal((n, n)) * 0.3
    return mp.matrix([[(d[i] * d[j]) * (1 if i == j else mp.mpf(float((b[i, j] + b[j, i]) / (4 * n)))) for j in range(n)] for i in range(n)])
def frank(n): return mp.matrix([[n - max(i, j) for j in range(n)] for i in range(n)])
def random_symmetric(n): b = rng.standard_normal((n, n)); b = b + b.T; return mp.matrix(b.tolist())
def clustered(n):
    q, _ = np.linalg.qr(rng.standard_normal((n, n))); w = np.ones(n); w[: n // 2] += 1e-13 * np.arange(n // 2)
    a = (q * w) @ q.T; return mp.matrix(((a + a.T) / 2).tolist())
symmetric = [symmetric_case('hilbert', hilbert(10 + n0)), symmetric_case('wilkinson', wilkinson(21)), symmetric_case('frank', frank(12 + n0)),
             symmetric_case('graded positive definite (scaled diagonally dominant)', graded(10, 2)), symmetric_case('random', random_symmetric(20 + n0)),
             symmetric_case('clustered', clustered(16)), symmetric_case('rank one', mp.matrix([[float((i + 1) * (j + 1)) for j in range(9)] for i in range(9)])),
             symmetric_case('zero', mp.zeros(5))]
def tall(n, k): return mp.matrix(rng.standard_normal((n, k)).tolist())
def column_scaled(n, k):
    b = rng.standard_normal((n, k)); return mp.matrix([[mp.mpf(float(b[i, j])) * mp.mpf(10) ** (-3 * j) for j in range(k)] for i in range(n)])
def kahan(n):
    s, c = mp.sin(mp.mpf('1.2')), mp.cos(mp.mpf('1.2'))
    return mp.matrix([[s ** i * (1 if i == j else (-c if j > i else 0)) for j in range(n)] for i in range(n)])
singular = [singular_case('random tall', tall(15, 8)), singular_case('random wide', tall(15, 8).T), singular_case('columns scaled by 1e-3 each', column_scaled(12, 7)),
            singular_case('hilbert', hilbert(9 + n0)), singular_case('kahan', kahan(14))]
save('linalg.json', dict(source='mpmath at 60 digits, on the float64 matrices given; rounded to float64', symmetric=symmetric, singular=singular))

# ---- elementary functions: correctly rounded values ------------------------------------------------------------
functions = dict(exp=mp.exp, log=mp.log, expm1=mp.expm1, log1p=mp.log1p, tanh=mp.tanh, sin=mp.sin, cos=mp.cos)
elementary = {}
for name, f in functions.items():
    xs = []
    for _ in range(400):
        u = rng.random()
        if name in ('exp', 'expm1'): x = rng.uniform(-745, 709) if u < .5 else rng.uniform(-2, 2) if u < .9 else rng.standard_normal() * 1e-9
        elif name == 'log': x = math.exp(rng.uniform(-700, 700)) if u < .5 else 1 + rng.standard_normal() * 10.0 ** rng.integers(-12, -1)
        elif name == 'log1p': x = math.expm1(rng.uniform(-30, 600)) if u < .5 else rng.standard_normal() * 10.0 ** rng.integers(-15, -1)
        elif name == 'tanh': x = rng.uniform(-22, 22) if u < .5 else rng.standard_normal() * 10.0 ** rng.integers(-9, 1)
        else: x = rng.uniform(-10, 10) if u < .5 else rng.uniform(-1e5, 1e5) if u < .9 else rng.standard_normal() * 1e15
        if name == 'log' and x <= 0: continue
        if name == 'log1p' and x <= -1: continue
        xs.append(float(x))
    elementary[name] = [[x, float(f(mp.mpf(x)))] for x in xs]
save('elementary.json', dict(source='mpmath at 60 digits, rounded to float64: [argument, value]', functions=elementary))

# ---- autodiff: losses, gradients, Hessian-vector products, per-example gradients -------------------------------
def t(*shape): return torch.tensor(rng.standard_normal(shape))
def ls(x): return x.detach().numpy().tolist()
cases = []
def case(name, formula, f, **inputs):
    tensors = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    leaves = [v for v in tensors.values() if v.requires_grad]
    y = f(**tensors); g = torch.autograd.grad(y, leaves, create_graph=True)
    vs = [torch.tensor(rng.standard_normal(tuple(v.shape))) for v in leaves]
    dot = sum((a * b).sum() for a, b in zip(g, vs))
    hv = torch.autograd.grad(dot, leaves, allow_unused=True) if dot.requires_grad else [None] * len(leaves)
    names = [k for k, v in tensors.items() if v.requires_grad]
    cases.append(dict(name=name, formula=formula, inputs={k: ls(v) for k, v in inputs.items()}, value=float(y), gradient={k: ls(a) for k, a in zip(names, g)},
                      direction={k: ls(a) for k, a in zip(names, vs)}, hessianVector={k: (ls(a) if a is not None else torch.zeros_like(l).numpy().tolist()) for k, a, l in zip(names, hv, leaves)}))
F = torch.nn.functional
case('rosenbrock', 'sum(100*(x[1:]-x[:-1]^2)^2+(1-x[:-1])^2)', lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), x=t(6))
case('log-sum-exp', 'logsumexp(A x - b)', lambda A, x, b: torch.logsumexp(A @ x - b, 0), A=t(7, 4), x=t(4), b=t(7))
case('logistic regression', 'mean(log(1+exp(-s*(X w + c)))) + 0.05*sum(w^2)', lambda X, w, c, s: F.softplus(-s * (X @ w + c)).mean() + .05 * (w * w).sum(), X=t(9, 5), w=t(5), c=t(1), s=torch.sign(t(9)))
case('tanh network', 'mean((tanh(X W1 + b1) W2 + b2 - Y)^2)', lambda X, W1, b1, W2, b2, Y: ((torch.tanh(X @ W1 + b1) @ W2 + b2 - Y) ** 2).mean(), X=t(6, 4), W1=t(4, 5), b1=t(5), W2=t(5, 3), b2=t(3), Y=t(6, 3))
lab = torch.tensor(rng.integers(0, 4, 8))
case('relu classifier', 'crossEntropy(relu(X W1 + b1) W2 + b2, labels)', lambda X, W1, b1, W2, b2, labels: F.cross_entropy(torch.relu(X @ W1 + b1) @ W2 + b2, labels), X=t(8, 5), W1=t(5, 6), b1=t(6), W2=t(6, 4), b2=t(4), labels=lab)
case('gelu and layer normalisation', 'mean(layerNorm(gelu(X W))^2 * C), gelu exact (erf), eps 1e-5', lambda X, W, C: (F.layer_norm(F.gelu(X @ W), (6,)) ** 2 * C).mean(), X=t(5, 4), W=t(4, 6), C=t(5, 6))
case('convolution', 'sum(tanh(conv2d(X, K, stride 1, padding 1)) * C), X [batch, channel, row, column], K [out, in, row, column]', lambda X, K, C: (torch.tanh(F.conv2d(X, K, padding=1)) * C).sum(), X=t(2, 2, 5, 5), K=t(3, 2, 3, 3), C=t(2, 3, 5, 5))
case('strided convolution', 'sum(conv2d(X, K, stride 2, padding 0)^2)', lambda X, K: (F.conv2d(X, K, stride=2) ** 2).sum(), X=t(2, 1, 7, 7), K=t(2, 1, 3, 3))
case('attention', 'sum(softmax(Q Kt / sqrt(4)) V * C)', lambda Q, K, V, C: (torch.softmax(Q @ K.T / 2, -1) @ V * C).sum(), Q=t(5, 4), K=t(6, 4), V=t(6, 3), C=t(5, 3))
case('linear network', 'mean((W3 W2 W1 - T)^2)', lambda W1, W2, W3, T: ((W3 @ W2 @ W1 - T) ** 2).mean(), W1=t(4, 5), W2=t(3, 4), W3=t(2, 3), T=t(2, 5))
case('broadcasting and reductions', 'sum(exp(-abs(A - b)) / (1 + c^2)) + max(A)', lambda A, b, c: (torch.exp(-(A - b).abs()) / (1 + c ** 2)).sum() + A.max(), A=t(4, 3), b=t(3), c=t(4, 1))
case('scalar chain', 'sin(x)*log(1+x^2) + x^3/(2+cos(x)), summed', lambda x: (torch.sin(x) * torch.log1p(x ** 2) + x ** 3 / (2 + torch.cos(x))).sum(), x=t(5))
X, W1, b1, W2, b2 = t(5, 4), t(4, 3), t(3), t(3, 3), t(3); lab = torch.tensor(rng.integers(0, 3, 5)); per = []
for i in range(5):
    ps = [p.clone().requires_grad_(True) for p in (W1, b1, W2, b2)]
    F.cross_entropy((torch.tanh(X[i:i + 1] @ ps[0] + ps[1]) @ ps[2] + ps[3]), lab[i:i + 1]).backward(); per.append([ls(p.grad) for p in ps])
save('autodiff.json', dict(source='torch 1.13 float64 autograd', cases=cases, perExample=dict(formula='crossEntropy(tanh(x W1 + b1) W2 + b2, label) for each row x', inputs=dict(X=ls(X), W1=ls(W1), b1=ls(b1), W2=ls(W2), b2=ls(b2), labels=lab.tolist()), gradients=per)))

# ---- optimizers: trajectories ---------------------------------------------------------------------------------
A = rng.standard_normal((5, 5)); H = A @ A.T / 5 + .1 * np.eye(5); start = rng.standard_normal(5)
Ht = torch.tensor(H)
def problem(x): return .5 * x @ (Ht @ x) + torch.cos(x).sum()
def trajectory(make, steps=40):
    x = torch.tensor(start).clone().requires_grad_(True); o = make([x]); out = []
    for _ in range(steps):
        def closure(): o.zero_grad(); l = problem(x); l.backward(); return l
        closure(); o.step()
        out.append(ls(x))
    return out
O = torch.optim
makers = {
 'sgd lr=0.05': lambda p: O.SGD(p, .05), 'sgd lr=0.05 momentum=0.9': lambda p: O.SGD(p, .05, momentum=.9), 'sgd lr=0.05 momentum=0.9 nesterov': lambda p: O.SGD(p, .05, momentum=.9, nesterov=True),
 'sgd lr=0.05 momentum=0.9 dampening=0.3 weightDecay=0.01': lambda p: O.SGD(p, .05, momentum=.9, dampening=.3, weight_decay=.01),
 'adagrad lr=0.3 eps=1e-10': lambda p: O.Adagrad(p, .3), 'adagrad lr=0.3 lrDecay=0.01 initialAccumulator=0.1 eps=1e-10': lambda p: O.Adagrad(p, .3, lr_decay=.01, initial_accumulator_value=.1),
 'rmsprop lr=0.02 decay=0.99 eps=1e-8': lambda p: O.RMSprop(p, .02), 'rmsprop lr=0.02 decay=0.9 eps=1e-8 centered momentum=0.8': lambda p: O.RMSprop(p, .02, alpha=.9, centered=True, momentum=.8),
 'adadelta lr=1 rho=0.9 eps=1e-6': lambda p: O.Adadelta(p, 1., rho=.9), 'adam lr=0.05 beta1=0.9 beta2=0.999 eps=1e-8': lambda p: O.Adam(p, .05),
 'adam lr=0.05 beta1=0.8 beta2=0.95 eps=1e-6 weightDecay=0.1 (added to the gradient)': lambda p: O.Adam(p, .05, betas=(.8, .95), eps=1e-6, weight_decay=.1), 'amsgrad lr=0.05': lambda p: O.Adam(p, .05, amsgrad=True),
 'adamw lr=0.05 weightDecay=0.1': lambda p: O.AdamW(p, .05, weight_decay=.1), 'adamax lr=0.05 eps=1e-8': lambda p: O.Adamax(p, .05), 'nadam lr=0.05 momentumDecay=0.004': lambda p: O.NAdam(p, .05), 'radam lr=0.05': lambda p: O.RAdam(p, .05),
 'rprop lr=0.05 eta=[0.5,1.2] step=[1e-6,50]': lambda p: O.Rprop(p, .05),}
save('optimizers.json', dict(source='torch 1.13 float64', objective='0.5 x.Hx + sum(cos(x))', H=H.tolist(), start=start.tolist(), trajectories={k: trajectory(v) for k, v in makers.items()}))

# ---- EGOP: expected gradient outer products with a closed form -----------------------------------------------
d = 6; B = rng.standard_normal((d, d)); Hq = (B + B.T) / 2; c = rng.standard_normal(d); mu = rng.standard_normal(d); sigma = .7
g0 = Hq @ mu + c; egop = np.outer(g0, g0) + sigma ** 2 * Hq @ Hq; w, V = np.linalg.eigh(egop)
save('egop.json', dict(source='closed form: f(x) = x.Hx/2 + c.x with x ~ N(mu, sigma^2 I) has EGOP (H mu + c)(H mu + c)^T + sigma^2 H^2', H=Hq.tolist(), c=c.tolist(), mean=mu.tolist(), sigma=sigma,
     egop=egop.tolist(), eigenvalues=w[::-1].tolist(), stableRank=float(w.sum() / w.max())))

# ---- the whole road: real data, a network, its EGOP basis from given points, and the runs in both bases -----------
here = os.path.dirname(os.path.abspath(__file__))
table = np.loadtxt(os.path.join(here, '..', '..', 'lab', 'data', 'wine.csv'), delimiter=',', skiprows=1)
Xw, yw = table[:, :13], torch.tensor(table[:, 13].astype(int)); Xw = torch.tensor((Xw - Xw.mean(0)) / Xw.std(0))
shapes = [(13, 5), (5,), (5, 3), (3,)]; sizes = [int(np.prod(s)) for s in shapes]; D = sum(sizes)
def loss(p):
    a, b, c_, d_ = [v.view(s) for v, s in zip(torch.split(p, sizes), shapes)]
    return F.cross_entropy(torch.tanh(Xw @ a + b) @ c_ + d_, yw)
def gradient(p): p = p.detach().requires_grad_(True); loss(p).backward(); return p.grad
points = rng.standard_normal((2 * D, D)) * .5; G = torch.stack([gradient(torch.tensor(p)) for p in points]); theta0 = torch.tensor(rng.standard_normal(D) * .3)
_, s, Vh = np.linalg.svd(G.numpy(), full_matrices=False); V1 = torch.tensor(Vh.T.copy()); w2, V2 = np.linalg.eigh((G.T @ G).numpy()); V2 = torch.tensor(V2[:, ::-1].copy())
def road(V, make, steps=60):
    x = (theta0.clone() if V is None else V.T @ theta0).requires_grad_(True); o = make([x]); out = []
    for _ in range(steps): o.zero_grad(); l = loss(x if V is None else V @ x); l.backward(); o.step(); out.append(float(l.detach()))
    return out
runs = {f'{name} {basis}': road(V, make) for name, make in (('adam lr=0.05', lambda p: O.Adam(p, .05)), ('adagrad lr=0.2', lambda p: O.Adagrad(p, .2)), ('sgd lr=0.5', lambda p: O.SGD(p, .5)))
        for basis, V in (('original', None), ('egop', V1))}
for name, make in (('adam lr=0.05', lambda p: O.Adam(p, .05)), ('adagrad lr=0.2', lambda p: O.Adagrad(p, .2))):
    other = road(V2, make); print('squared instead of SVD, largest relative change of the loss:', name, max(abs(a - b) / a for a, b in zip(runs[name + ' egop'], other)), 'decay', s[-1] / s[0])
save('wine-egop.json', dict(source='torch 1.13 and LAPACK SVD, float64', network='13 -> 5 tanh -> 3, crossEntropy mean over all 178 standardised rows (population standard deviation); parameters flattened as W1 [13,5], b1 [5], W2 [5,3], b2 [3], row-major',
     start=theta0.numpy().tolist(), points=points.tolist(), egopEigenvalues=(s ** 2 / len(points)).tolist(), lossBeforeEachStep=runs))
