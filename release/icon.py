#!/usr/bin/env python3
"""Draws icon.png, the packages' picture: a network of 3-4-2 units, and one path back through it. 128×128, nothing but the standard library."""
import struct
import zlib

SIZE, FINE = 128, 4  # 4×4 points a pixel
BLUE, ORANGE, WHITE = (31, 78, 121), (240, 140, 40), (255, 255, 255)
LAYERS = [[(28, y) for y in (34, 64, 94)], [(64, y) for y in (25, 51, 77, 103)], [(100, y) for y in (48, 80)]]
BACK = [(100, 48), (64, 77), (28, 34)]


def distance(p, a, b):
    """From a point to a line between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = max(0, min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)))
    return ((p[0] - a[0] - t * dx) ** 2 + (p[1] - a[1] - t * dy) ** 2) ** 0.5


def colour(p):
    """Of one point: red, green, blue, opacity."""
    corner = max(abs(p[0] - 64) - 44, 0) ** 2 + max(abs(p[1] - 64) - 44, 0) ** 2
    if corner > 20 * 20:
        return (0, 0, 0, 0)
    units = [unit for layer in LAYERS for unit in layer]
    if any((p[0] - x) ** 2 + (p[1] - y) ** 2 < 8 * 8 for x, y in units):
        on_path = any((p[0] - x) ** 2 + (p[1] - y) ** 2 < 8 * 8 for x, y in BACK)
        return (*(ORANGE if on_path else WHITE), 255)
    if any(distance(p, a, b) < 2.5 for a, b in zip(BACK, BACK[1:])):
        return (*ORANGE, 255)
    if any(distance(p, a, b) < 0.8 for one, next_ in zip(LAYERS, LAYERS[1:]) for a in one for b in next_):
        return (150, 180, 210, 255)
    return (*BLUE, 255)


def pixel(x, y):
    """The mean of its points, weighted by their opacity."""
    points = [colour((x + (i + 0.5) / FINE, y + (j + 0.5) / FINE)) for i in range(FINE) for j in range(FINE)]
    opacity = sum(p[3] for p in points)
    return bytes([round(sum(p[c] * p[3] for p in points) / opacity) if opacity else 0 for c in range(3)] + [round(opacity / len(points))])


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


rows = b''.join(b'\0' + b''.join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
with open(__file__.replace('icon.py', 'icon.png'), 'wb') as file:
    file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', SIZE, SIZE, 8, 6, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows, 9)) + chunk(b'IEND', b''))
