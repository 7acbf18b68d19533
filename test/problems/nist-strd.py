"""Writes nist-strd.json: the nonlinear regression problems of the NIST Statistical Reference Datasets, and how SciPy does.

Data, starting values and certified values are those of NIST (https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml), read
from the files that lmfit-py keeps in its folder NIST_STRD (https://github.com/lmfit/lmfit-py, commit fe389bbbd1fe936cd73742bd81fc6fce7ac92858).
The certified residual sum of squares is recomputed from the certified parameters before anything is written.

  python3 nist-strd.py FOLDER_WITH_DAT_FILES > nist-strd.json        (python3-scipy 1.10)

`scipy` has, for each of the two starts, the number of correct digits (the smallest over the parameters, at most 11, as
many as are certified) of the best of: least_squares 'lm' (MINPACK) and 'trf' (LAPACK), each with and without x_scale='jac',
and curve_fit, all with the exact Jacobian by complex steps and tolerances of 1e-15.
"""
import glob, json, os, re, sys, warnings
import numpy as np
from scipy.optimize import least_squares, curve_fit
warnings.filterwarnings("ignore")
exp, pi = np.exp, np.pi
def gauss(b, x): return b[0]*exp(-b[1]*x) + b[2]*exp(-((x-b[3])/b[4])**2) + b[5]*exp(-((x-b[6])/b[7])**2)
def lanczos(b, x): return b[0]*exp(-b[1]*x) + b[2]*exp(-b[3]*x) + b[4]*exp(-b[5]*x)
def chwirut(b, x): return exp(-b[0]*x)/(b[1]+b[2]*x)
def cubic(b, x): return (b[0]+b[1]*x+b[2]*x**2+b[3]*x**3)/(1+b[4]*x+b[5]*x**2+b[6]*x**3)
models = dict(
  Bennett5=lambda b, x: b[0]*(b[1]+x)**(-1/b[2]), BoxBOD=lambda b, x: b[0]*(1-exp(-b[1]*x)), Chwirut1=chwirut, Chwirut2=chwirut,
  DanWood=lambda b, x: b[0]*x**b[1],
  ENSO=lambda b, x: b[0]+b[1]*np.cos(2*pi*x/12)+b[2]*np.sin(2*pi*x/12)+b[4]*np.cos(2*pi*x/b[3])+b[5]*np.sin(2*pi*x/b[3])+b[7]*np.cos(2*pi*x/b[6])+b[8]*np.sin(2*pi*x/b[6]),
  Eckerle4=lambda b, x: b[0]/b[1]*exp(-.5*((x-b[2])/b[1])**2), Gauss1=gauss, Gauss2=gauss, Gauss3=gauss, Hahn1=cubic, Thurber=cubic,
  Kirby2=lambda b, x: (b[0]+b[1]*x+b[2]*x**2)/(1+b[3]*x+b[4]*x**2), Lanczos1=lanczos, Lanczos2=lanczos, Lanczos3=lanczos,
  MGH09=lambda b, x: b[0]*(x**2+x*b[1])/(x**2+x*b[2]+b[3]), MGH10=lambda b, x: b[0]*exp(b[1]/(x+b[2])),
  MGH17=lambda b, x: b[0]+b[1]*exp(-x*b[3])+b[2]*exp(-x*b[4]), Misra1a=lambda b, x: b[0]*(1-exp(-b[1]*x)),
  Misra1b=lambda b, x: b[0]*(1-(1+b[1]*x/2)**-2), Misra1c=lambda b, x: b[0]*(1-(1+2*b[1]*x)**-.5), Misra1d=lambda b, x: b[0]*b[1]*x/(1+b[1]*x),
  Nelson=lambda b, x: b[0]-b[1]*x[0]*exp(-b[2]*x[1]), Rat42=lambda b, x: b[0]/(1+exp(b[1]-b[2]*x)), Rat43=lambda b, x: b[0]/(1+exp(b[1]-b[2]*x))**(1/b[3]),
  Roszman1=lambda b, x: b[0]-b[1]*x-np.arctan(b[2]/(x-b[3]))/pi)

def read(path):
    text = open(path).read(); lines = text.splitlines()
    name = os.path.basename(path)[:-4]
    rows = [re.match(r"\s*b\d+ =\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", l) for l in lines]
    values = np.array([[float(v) for v in m.groups()] for m in rows if m])
    rss = float(re.search(r"Sum of Squares:\s+(\S+)", text).group(1))
    level = re.search(r"(Lower|Average|Higher) Level", text).group(1).lower()
    n = int(re.search(r"Number of Observations:\s+(\d+)", text).group(1))
    first = next(i for i, l in enumerate(lines) if re.match(r"Data:\s+y", l)) + 1
    data = [[float(v) for v in l.split()] for l in lines[first:] if l.strip()]
    assert len(data) == n, (name, len(data), n)
    return name, level, values, rss, data

def digits(found, certified):
    with np.errstate(all="ignore"):
        worst = np.max(np.abs(found - certified) / np.abs(certified))
    return 0.0 if not np.isfinite(worst) else float(min(11.0, max(0.0, -np.log10(max(worst, 1e-300)))))

problems = []
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.dat"))):
    name, level, values, rss, data = read(path)
    table = np.array(data); y = np.log(table[:, 0]) if name == "Nelson" else table[:, 0]
    x = table[:, 1] if table.shape[1] == 2 else table[:, 1:].T
    model = models[name]
    residuals = lambda b: model(b, x) - y
    def jacobian(b):
        J = np.empty((len(y), len(b)))
        for k in range(len(b)):
            z = np.array(b, dtype=complex); h = 1e-30 * (abs(b[k]) or 1.0); z[k] += 1j*h; J[:, k] = model(z, x).imag / h
        return J
    certified = values[:, 2]; again = float(np.sum(residuals(certified) ** 2))
    assert name == "Lanczos1" or abs(again - rss) < 1e-9 * rss, (name, again, rss)
    scipy = []
    for start in (values[:, 0], values[:, 1]):
        best = ("none", 0.0)
        tight = dict(jac=jacobian, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=20000)
        runs = {f"least_squares {m} {s}": (lambda m=m, s=s: least_squares(residuals, start, method=m, x_scale=s, **tight).x) for m in ("lm", "trf") for s in (1.0, "jac")}
        runs["curve_fit"] = lambda: curve_fit(lambda _x, *b: model(np.array(b), x), x, y, p0=start, jac=lambda _x, *b: jacobian(np.array(b)), xtol=1e-15, ftol=1e-15, gtol=1e-15, maxfev=20000)[0]
        for label, run in runs.items():
            try: d = digits(run(), certified)
            except Exception: d = 0.0
            if d > best[1]: best = (label, d)
        scipy.append(dict(solver=best[0], digits=round(best[1], 2)))
    problems.append(dict(name=name, level=level, starts=[values[:, 0].tolist(), values[:, 1].tolist()], certified=certified.tolist(),
        deviations=values[:, 3].tolist(), residualSumOfSquares=rss, data=data, scipy=scipy))
    print(name, again, rss, scipy, file=sys.stderr)
head = dict(source="NIST StRD, nonlinear regression; see nist-strd.py")
print("{" + json.dumps(head)[1:-1] + ', "problems": [')
print(",\n".join(json.dumps(p) for p in problems)); print("]}")
