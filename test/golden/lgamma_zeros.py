"""Writes lgamma-zeros.json: the seven doubles nearest to each zero of log|Γ| between −30.5 and −2, with the exact value as
the sum of two doubles, from mpmath at 600 binary places. Run: python3 lgamma_zeros.py"""
import json, math, os
from mpmath import mp, mpf

mp.prec = 600
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lgamma-zeros.json")


def value(x):
    return mp.log(abs(mp.gamma(mpf(x))))


rows = []
for n in range(2, 31):
    for low, high in ((mpf(-n) - mpf(1) / 2, mpf(-n)), (mpf(-n), mpf(-n) + mpf(1) / 2)):
        low, high = low + mpf(2) ** -400, high - mpf(2) ** -400
        if value(low) * value(high) > 0:
            continue
        for _ in range(300):
            middle = (low + high) / 2
            low, high = (middle, high) if value(low) * value(middle) > 0 else (low, middle)
        zero = float(low)
        for places in range(-3, 4):
            x = zero
            for _ in range(abs(places)):
                x = math.nextafter(x, math.copysign(math.inf, places))
            if x != int(x):
                exact = value(x)
                rows.append([x, float(exact), float(exact - mpf(float(exact)))])
with open(path, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
