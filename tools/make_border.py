#!/usr/bin/env python3
"""Draws the ornamental border of the licence as SVG: make_border.py > border.svg.

Interlaced sine bands between two rules, a rosette in each corner, a faint rosette in the middle.
Convert with: rsvg-convert -f pdf -o border.pdf border.svg
"""
import math

W, H = 842, 595  # A4 landscape in points
GOLD = "#a9864a"
OUT, BAND = 22, 20


def wave(x0, y0, x1, y1, phase, amplitude, waves):
    """One band of a sine from one corner to the next, as cubic curves of half a wave each."""
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    half = length / waves / 2
    parts = []
    for i in range(waves * 2):
        sign = 1 if (i + phase) % 2 == 0 else -1
        a = amplitude * sign * 1.34
        start, end = i * half, (i + 1) * half
        points = [(start + half * 0.36, a), (end - half * 0.36, a), (end, 0)]
        if i == 0:
            parts.append(f"M{x0:.1f} {y0:.1f}")
        parts.append("C" + " ".join(f"{x0 + ux * t - uy * n:.1f} {y0 + uy * t + ux * n:.1f}" for t, n in points))
    return "".join(parts)


def rosette(cx, cy, radius, petals, inner):
    points = []
    steps = petals * 5
    for i in range(steps + 1):
        angle = 2 * math.pi * i / steps
        r = radius * (inner + (1 - inner) * (0.5 + 0.5 * math.cos(petals * angle)))
        points.append(f"{cx + r * math.cos(angle):.1f} {cy + r * math.sin(angle):.1f}")
    return "M" + "L".join(points) + "Z"


def path(d, colour, width):
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def rect(inset, colour, width):
    return (f'<rect x="{inset}" y="{inset}" width="{W - 2 * inset}" height="{H - 2 * inset}" fill="none" '
            f'stroke="{colour}" stroke-width="{width}"/>')


out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}pt" height="{H}pt" viewBox="0 0 {W} {H}">']
for radius in range(80, 190, 36):
    out.append(path(rosette(W / 2, H / 2 - 8, radius, 12, 0.86), "#f5ecdb", 0.7))
middle = OUT + BAND / 2
corner = BAND * 1.2
for phase in (0, 1):
    for amplitude in (7.5,):
        for x0, y0, x1, y1, waves in (
                (OUT + corner, middle, W - OUT - corner, middle, 36),
                (OUT + corner, H - middle, W - OUT - corner, H - middle, 36),
                (middle, OUT + corner, middle, H - OUT - corner, 25),
                (W - middle, OUT + corner, W - middle, H - OUT - corner, 25)):
            out.append(path(wave(x0, y0, x1, y1, phase, amplitude, waves), GOLD, 0.6))
for cx in (middle, W - middle):
    for cy in (middle, H - middle):
        out.append(f'<circle cx="{cx}" cy="{cy}" r="{BAND * 0.95}" fill="#fffdf8" stroke="{GOLD}" stroke-width="0.9"/>')
        for radius, inner in ((17, 0.55), (13, 0.5), (9, 0.45)):
            out.append(path(rosette(cx, cy, radius, 8, inner), GOLD, 0.6))
out += [rect(OUT - 4, GOLD, 2.2), rect(OUT - 0.5, GOLD, 0.5), rect(OUT + BAND + 0.5, GOLD, 0.5), rect(OUT + BAND + 4, GOLD, 1.2)]
out.append("</svg>")
print("\n".join(out))
