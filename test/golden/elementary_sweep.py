"""Writes elementary-sweep.json: for each function of src/math without a reference in whole numbers (test/math/reference.ts),
arguments all over its domain, crowded where its formulas change and where its values vanish, with the exact value as the
sum of two doubles, from mpmath at 400 binary places and more. Run: python3 elementary_sweep.py [count [path]]"""
import json, math, os, random, sys
from mpmath import mp, mpf

count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
path = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "elementary-sweep.json")
mp.prec = 1400  # sin(1e308) takes 1024 places for the reduction alone
rng = random.Random(8)
u = rng.uniform


def size(low, high):
    """A number of either sign whose exponent is uniform."""
    return rng.choice((-1, 1)) * u(1, 2) * 2.0 ** rng.randrange(low, high)


def near(x, places=40):
    """A double at most so many places from x."""
    return x + rng.randint(-places, places) * math.ulp(x)


def quarter():
    return near(float(rng.randint(-400000, 400000) * mp.pi / 2), 2)


def far_quarter():
    """Close to a multiple of π/2 among the large numbers."""
    return near(float(mpf(rng.getrandbits(rng.randrange(30, 1000))) * mp.pi / 2), 1)


def hypot(x, y):
    return mp.sqrt(mpf(x) ** 2 + mpf(y) ** 2)


def lgamma(x):
    return mp.log(abs(mp.gamma(x))) if x < 100 else mp.loggamma(x)


def root_of_lgamma():
    """Close to where the logarithm of |Γ| is zero between two negative whole numbers."""
    n = rng.randint(2, 16)
    side = rng.random() < 0.5
    f = lambda t: mp.log(abs(mp.gamma(t)))
    low, high = (mpf(-n) - mpf(1) / 2, mpf(-n)) if side else (mpf(-n), mpf(-n) + mpf(1) / 2)
    edge = mpf(2) ** -120
    low, high = low + edge, high - edge
    if f(low) * f(high) > 0:
        return u(-n - 1, -n)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if f(low) * f(middle) > 0 else (low, middle)
    return near(float(low), 10 ** rng.randrange(1, 12))


trigonometric = [lambda: u(-0.8, 0.8), lambda: u(-10, 10), lambda: u(-9e5, 9e5), lambda: size(-40, 0), lambda: size(15, 60),
                 lambda: size(60, 1024), quarter, far_quarter, lambda: near(math.pi / 4 * rng.randint(-9, 9), 3),
                 lambda: 6381956970095103 * 2.0 ** 797]
powers = [lambda: (abs(size(-20, 20)), u(-30, 30)), lambda: (abs(size(-1022, 1024)), u(-1, 1)), lambda: (u(0, 2), u(-700, 700)),
          lambda: (1 + size(-52, -6), size(5, 50)), lambda: (u(0.5, 2), u(-1000, 1000)), lambda: (near(math.sqrt(2) / 2), u(-900, 900)),
          lambda: (u(0, 50), float(rng.randint(-60, 60))), lambda: (-u(0, 50), float(rng.randint(-60, 60))),
          lambda: (math.exp(u(-1, 1)), u(-720, 720)), lambda: (math.ldexp(u(1, 2), -1030), u(-0.5, 1))]
pairs = [lambda: (u(-5, 5), u(-5, 5)), lambda: (size(-500, 500), size(-500, 500)), lambda: (size(-10, 10), size(-10, 10)),
         lambda: (size(-1022, -900), size(-1022, -900)), lambda: (size(900, 1023), size(900, 1023))]
draws = dict(
    sin=trigonometric, cos=trigonometric, tan=trigonometric,
    atan=[lambda: u(-1, 1), lambda: u(-4, 4), lambda: u(-100, 100), lambda: size(-60, 70), lambda: near(rng.choice((7, 11, 19, 39)) / 16)],
    atan2=pairs + [lambda: (lambda x, k: (x * k, x))(u(-2, 2), u(0.3, 3)), lambda: (size(-300, -250), size(-5, 5)), lambda: (size(250, 300), size(-5, 5))],
    hypot=pairs + [lambda: (u(-5, 5), size(-30, -20)), lambda: (float(rng.randint(1, 10 ** 6)), float(rng.randint(1, 10 ** 6)))],
    pow=powers,
    log2=[lambda: abs(size(-1022, 1024)), lambda: u(0.5, 2), lambda: 1 + size(-52, -5), lambda: near(2.0 ** rng.randint(-1000, 1000), 9),
          lambda: near(rng.randint(176, 352) / 256, 9), lambda: 5e-324 * rng.randrange(1, 2 ** 52)],
    sinh=[lambda: u(-1, 1), lambda: u(-5, 5), lambda: u(-710.4, 710.4), lambda: size(-60, 3), lambda: rng.choice((-1, 1)) * u(709, 710.475)],
    cosh=[lambda: u(-1, 1), lambda: u(-5, 5), lambda: u(-710.4, 710.4), lambda: size(-30, 3), lambda: rng.choice((-1, 1)) * u(709, 710.475)],
    asinh=[lambda: u(-1, 1), lambda: u(-10, 10), lambda: size(-60, 60), lambda: size(-1022, 1024), lambda: size(-34, -24), lambda: size(24, 34)],
    cbrt=[lambda: u(-10, 10), lambda: size(-1022, 1024), lambda: near(float(rng.randint(1, 200000) ** 3), 1), lambda: 5e-324 * rng.randrange(1, 2 ** 52)],
    erf=[lambda: u(-1, 1), lambda: u(-6, 6), lambda: size(-60, 2), lambda: near(rng.choice((0.84375, 1.25, 1 / 0.35))), lambda: u(0.8, 3)],
    erfc=[lambda: u(-1, 1), lambda: u(-6, 6), lambda: u(0, 26), lambda: u(26, 27.22), lambda: size(-60, 2), lambda: near(rng.choice((0.25, 0.84375, 1.25, 1 / 0.35))), lambda: u(0.2, 3)],
    lgamma=[lambda: u(0, 3), lambda: u(0, 10), lambda: 1 + size(-50, -2), lambda: 2 + size(-50, -2), lambda: abs(size(-300, 0)), lambda: abs(size(3, 1000)),
            lambda: u(7, 60), lambda: u(-4, 0), lambda: u(-30, 0), lambda: u(-170, 0), root_of_lgamma, lambda: -abs(size(-300, 0))],
)
exact = dict(sin=mp.sin, cos=mp.cos, tan=mp.tan, atan=mp.atan, atan2=mp.atan2, hypot=hypot, pow=mp.power, log2=lambda x: mp.log(x) / mp.ln2,
             sinh=mp.sinh, cosh=mp.cosh, asinh=mp.asinh, cbrt=lambda x: mp.sign(x) * mp.cbrt(abs(x)), erf=mp.erf, erfc=mp.erfc, lgamma=lgamma)
only = sys.argv[3].split(",") if len(sys.argv) > 3 else list(draws)

functions = {}
for name in only:
    kinds = draws[name]
    mp.prec = 1400 if kinds is trigonometric else 400
    rows = []
    while len(rows) < count:
        drawn = kinds[len(rows) % len(kinds)]()
        arguments = drawn if isinstance(drawn, tuple) else (drawn,)
        if name == "lgamma" and arguments[0] <= 0 and arguments[0] == math.floor(arguments[0]):
            continue
        value = exact[name](*map(mpf, arguments))
        high = float(value)
        if math.isinf(high) or high == 0:
            continue
        rows.append([*arguments, high, float(value - mpf(high))])
    functions[name] = rows
    print(name, len(rows), file=sys.stderr)
text = ",\n".join(f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row) for row in rows) + "]" for name, rows in functions.items())
with open(path, "w") as out:
    out.write('{"source": "mpmath: [argument(s), value rounded to double, rest]", "functions": {\n' + text + "\n}}\n")
