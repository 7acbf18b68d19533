"""
Singular values of random matrices in 80-bit arithmetic (64-bit significands), rounded to float64: by one-sided Jacobi
rotations, as a reference that is 2^11 times more accurate than what it is compared with. The matrices are `randomMatrix` of
test/linalg/residuals.ts. Writes singular-values.json. Run: python3 test/golden/singular-values.py
"""

import json
import pathlib

import numpy as np


def random_matrix(rows, columns, seed):
    """The generator of residuals.ts: xorshift on 32-bit integers, entries from about -1 to 1."""
    state = ((seed + 1) * 2654435761) & 0xFFFFFFFF | 1
    entries = []
    for _ in range(rows * columns):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        entries.append((state - (1 << 32) if state >= 1 << 31 else state) / 2**31)
    return np.array(entries).reshape(rows, columns)


def singular_values(matrix):
    a = matrix.astype(np.longdouble).copy()
    if a.shape[0] > a.shape[1]:
        a = a.T.copy()
    n = a.shape[0]
    tolerance = np.longdouble(2) ** -62
    rotated = True
    while rotated:
        rotated = False
        for p in range(n - 1):
            for q in range(p + 1, n):
                x, y = a[p], a[q]
                xx, yy, xy = x.dot(x), y.dot(y), x.dot(y)
                if abs(xy) <= tolerance * np.sqrt(xx * yy):
                    continue
                rotated = rotated or abs(xy) > 64 * tolerance * np.sqrt(xx * yy)
                ratio = (yy - xx) / (2 * xy)
                tangent = (1 if ratio >= 0 else -1) / (abs(ratio) + np.sqrt(1 + ratio * ratio))
                cosine = 1 / np.sqrt(1 + tangent * tangent)
                sine = tangent * cosine
                tau = sine / (1 + cosine)
                a[p], a[q] = x - sine * (y + tau * x), y + sine * (x - tau * y)
    values = np.sqrt((a * a).sum(axis=1))
    return sorted((float(value) for value in values), reverse=True)


cases = []
for rows, columns, seed in [(16, 16, 11), (65, 65, 3), (65, 80, 3), (200, 200, 3)]:
    cases.append(
        {"rows": rows, "columns": columns, "seed": seed, "values": singular_values(random_matrix(rows, columns, seed))}
    )
path = pathlib.Path(__file__).with_name("singular-values.json")
path.write_text(json.dumps({"source": "singular-values.py, 80-bit arithmetic", "cases": cases}) + "\n")
