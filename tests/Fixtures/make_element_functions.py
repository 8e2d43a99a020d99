"""Makes element-functions.bin.gz: arguments and exact values of the element functions in double. Run: python3 tests/Fixtures/make_element_functions.py

Needs mpmath. Little-endian; for each function its name (16 bytes), the count (int32), the arguments (double), the values rounded to
double, and what the rounding took away (int16), in 1/16384 of the distance to the next double of greater size.
"""
import gzip
import math
import pathlib
import random
import struct
from mpmath import mp, mpf, cos, erf, erfc, exp, expm1, log, log1p, pi, sin, sqrt, tanh

# 1 + e^x where e^x is subnormal takes 1300 bits; sines of large arguments fewer.
random.seed(3)
WIDE, WORK = 1300, 240
mp.prec = WORK


def magnitudes(count, low, high):
    """Either sign, even in the exponent."""
    return [random.choice((-1, 1)) * math.ldexp(1 + random.random(), random.randrange(low, high)) for _ in range(count)]


def around(points, steps=2):
    found = []
    for point in points:
        below = above = float(point)
        found.append(below)
        for _ in range(steps):
            below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
            found += [below, above]
    return found


def uniform(count, low, high):
    return [random.uniform(low, high) for _ in range(count)]


TINY = magnitudes(150, -1070, -60) + [5e-324, -5e-324, 2.2250738585072014e-308, 1.1125369292536007e-308]
SMALL = magnitudes(400, -60, 1)
HALVES = [mpf(k) * log(2) / 2 for k in list(range(-41, 42, 2)) + [-2151, -2147, -2045, -2043, 2043, 2045, 2047]]
EDGES = [709.782712893384, 709.0, -708.3964185322641, -744.4400719213812, -745.1332191019411, -745.2, 36.7, -36.7, 37.5, -37.5]

ARGUMENTS = {
    "exp": TINY + SMALL + around(HALVES + EDGES) + uniform(1200, -746, 709.7) + uniform(500, -40, 1),
    "expm1": TINY + SMALL + around(HALVES + EDGES) + uniform(500, -50, 709.7) + uniform(1000, -2, 2),
    "log": [abs(x) for x in TINY] + [abs(x) for x in magnitudes(1000, -1074, 1024)] + uniform(800, 0.5, 2) + [1 + x for x in magnitudes(500, -52, -1)]
    + around([sqrt(mpf(2)) * mpf(2) ** k for k in (-1074, -1022, -2, -1, 0, 1, 2, 10, 1023)] + [1, 2, 0.5, 1.7976931348623157e308]),
    "log1p": TINY + SMALL + [abs(x) for x in magnitudes(500, 1, 1024)] + [-1 + abs(x) for x in magnitudes(400, -53, -1)] + uniform(800, -0.9, 3)
    + around([sqrt(mpf(2)) - 1, sqrt(mpf(1) / 2) - 1, 1, 2 * sqrt(mpf(2)) - 1]),
    "tanh": TINY + SMALL + around([h / 2 for h in HALVES if abs(h) < 30]) + uniform(1000, -2, 2) + uniform(600, -22, 22),
    "sigmoid": TINY + SMALL + around(HALVES + EDGES) + uniform(1000, -745, 40) + uniform(800, -4, 4),
    "softplus": TINY + SMALL + around(HALVES + EDGES) + around([log(1 + sqrt(mpf(2))), -log(1 + sqrt(mpf(2)))]) + uniform(600, -745, 40) + uniform(800, -4, 4) + uniform(100, 40, 1e300),
    "erf": TINY + SMALL + around([1, -1, 0.5, 5.9, 6]) + uniform(1000, -2, 2) + uniform(800, -6.2, 6.2),
    "normal_cdf": TINY + SMALL + around([1, -1, -37.5, -38.4, -38.5, 8.2]) + uniform(1000, -3, 3) + uniform(800, -38.7, 9),
    "sin": TINY + SMALL + around([k * pi / 2 for k in list(range(-20, 21)) + [355, 710, 103993, 208341]], 1) + uniform(900, -10, 10) + uniform(400, -1e5, 1e5) + magnitudes(400, 1, 45),
    "cos": TINY + SMALL + around([k * pi / 2 for k in list(range(-20, 21)) + [355, 710, 103993, 208341]], 1) + uniform(900, -10, 10) + uniform(400, -1e5, 1e5) + magnitudes(400, 1, 45),
}


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


FUNCTIONS = {
    "exp": exp, "expm1": expm1, "log": log, "log1p": log1p, "tanh": tanh, "erf": erf, "sin": sin, "cos": cos, "softplus": softplus,
    "sigmoid": lambda x: 1 / (1 + exp(-x)), "normal_cdf": lambda x: erfc(-x / sqrt(mpf(2))) / 2,
}


def rounded(y):
    """The nearest double, its subnormals included, and the rest of y in units of its last place."""
    if y == 0:
        return 0.0, 0
    exponent = max(mp.frexp(y)[1] - 53, -1074)
    whole = int(mp.nint(y / mpf(2) ** exponent))
    try:
        hi = math.ldexp(whole, exponent)
    except OverflowError:
        return math.copysign(math.inf, y), 0
    return hi, int(mp.nint((y - mpf(whole) * mpf(2) ** exponent) / mpf(math.ulp(hi)) * 16384))


data = b""
for name, arguments in ARGUMENTS.items():
    least = {"log": 0, "log1p": -1}.get(name, -math.inf)
    arguments = sorted(set(x for x in arguments if least < x < math.inf))
    mp.prec = WIDE if name in ("softplus", "sigmoid", "log1p") else WORK
    values = [rounded(FUNCTIONS[name](mpf(x))) for x in arguments]
    n = len(arguments)
    data += struct.pack("<16si", name.encode(), n) + struct.pack(f"<{n}d", *arguments)
    data += struct.pack(f"<{n}d", *(hi for hi, _ in values)) + struct.pack(f"<{n}h", *(lo for _, lo in values))
    print(f"{name}: {n} values")

(pathlib.Path(__file__).parent / "element-functions.bin.gz").write_bytes(gzip.compress(data, 9, mtime=0))
