"""Writes matrix-functions.json: exponentials of matrices, from Taylor series in 120-digit arithmetic (mpmath)."""
import json
import os
import random
import mpmath

mpmath.mp.dps = 120


def exponential(rows):
    matrix = mpmath.matrix(rows)
    norm = max(1, float(mpmath.mnorm(matrix, 1)))
    squarings = max(0, int(mpmath.ceil(mpmath.log(norm, 2)))) + 4
    scaled = matrix / mpmath.mpf(2) ** squarings
    term = mpmath.eye(len(rows))
    total = mpmath.eye(len(rows))
    for k in range(1, 120):
        term = term * scaled / k
        total = total + term
    for _ in range(squarings):
        total = total * total
    return [[float(total[i, j]) for j in range(len(rows))] for i in range(len(rows))]


generator = random.Random(7)


def uniform(n, size):
    return [[size * generator.uniform(-1, 1) for _ in range(n)] for _ in range(n)]


half = uniform(5, 3)
cases = {
    "small": uniform(4, 0.002),
    "of degree 5": uniform(4, 0.05),
    "of degree 7": uniform(4, 0.3),
    "of degree 9": uniform(4, 0.7),
    "random": uniform(5, 1),
    "with squarings": uniform(6, 4),
    "symmetric": [[half[i][j] + half[j][i] for j in range(5)] for i in range(5)],
    "skew": [[half[i][j] - half[j][i] for j in range(5)] for i in range(5)],
    "overscaled by norm": [[1, 1e6], [0, -1]],
    "Jordan": [[-2 if i == j else 1 if j == i + 1 else 0 for j in range(6)] for i in range(6)],
    "nilpotent and huge": [[0, 1e200], [0, 0]],
    "decaying": [[-40, 3, 0], [2, -60, 5], [0, 1, -50]],
}
result = [{"name": name, "matrix": matrix, "exponential": exponential(matrix)} for name, matrix in cases.items()]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "matrix-functions.json")
with open(path, "w") as file:
    json.dump({"source": "matrix-functions.py (mpmath, 120 digits)", "exponential": result}, file)
