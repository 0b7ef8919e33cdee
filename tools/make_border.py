#!/usr/bin/env python3
"""Draws the ornamental border of the licences, A4: make_border.py [portrait] [plain] > templates/food-business-licence/border.pdf.

Interlaced sine bands between two rules, a rosette in each corner, a faint rosette in the middle (none when plain, for a
template that has a ground of its own). Every document carries
the drawing, so it is written as one wave or one petal, the same words again and again with a step of the coordinates
between them: deflate makes 1 KB of that, and 8 KB of the same lines in coordinates of the page.
"""
import math
import sys

PORTRAIT, PLAIN = "portrait" in sys.argv, "plain" in sys.argv
W, H = (595, 842) if PORTRAIT else (842, 595)  # points
GOLD, FAINT, PAPER = "0.663 0.525 0.29", "0.961 0.925 0.859", "1 0.992 0.973"
OUT, BAND = 22, 20


def n(*values):
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in values)


def placed(x, y, drawing, c=1, s=0):
    """The drawing with its x axis turned to (c, s) and its origin at x, y."""
    return f"q {n(c, s, -s, c, x, y)} cm\n{drawing}Q\n"


def band(length, amplitude, waves):
    """Two sines that cross, along the x axis: half a wave is one cubic curve."""
    half = length / waves / 2
    a = amplitude * 1.34
    wave = "".join(f"0 0 m {n(half * .36, up, half * .64, up, half, 0)} c "
                   f"{n(half * 1.36, -up, half * 1.64, -up, half * 2, 0)} c\n" for up in (a, -a))
    return (wave + f"S\n1 0 0 1 {n(half * 2)} 0 cm\n") * waves


def rosette(radius, petals, inner):
    """One petal and a turn, as often as there are petals."""
    points = []
    for i in range(6):
        angle = 2 * math.pi * i / petals / 5
        r = radius * (inner + (1 - inner) * (0.5 + 0.5 * math.cos(petals * angle)))
        points.append(f"{r * math.cos(angle):.1f} {r * math.sin(angle):.1f}")
    c, s = math.cos(2 * math.pi / petals), math.sin(2 * math.pi / petals)
    petal = f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:])
    return "q " + (petal + f"\nS {n(c, s, -s, c)} 0 0 cm\n") * petals + "Q\n"


def circle(radius):
    k = radius * 0.5523
    quarter = ((radius, k, k, radius, 0, radius), (-k, radius, -radius, k, -radius, 0),
               (-radius, -k, -k, -radius, 0, -radius), (k, -radius, radius, -k, radius, 0))
    return f"{n(radius)} 0 m " + " ".join(f"{n(*curve)} c" for curve in quarter) + " b\n"


def rule(inset, width):
    return f"{width} w {n(inset, inset, W - 2 * inset, H - 2 * inset)} re S\n"


def draw():
    out = [f"1 J 1 j {FAINT} RG 0.7 w\n"]
    if not PLAIN:
        out.append(placed(W / 2, H / 2 + 8, "".join(rosette(radius, 12, 0.86) for radius in range(80, 190, 36))))
    out.append(f"{GOLD} RG {PAPER} rg 0.6 w\n")
    middle = OUT + BAND / 2
    corner = OUT + BAND * 1.2
    waves = (25, 36) if PORTRAIT else (36, 25)
    along = band(W - 2 * corner, 7.5, waves[0])
    out += [placed(corner, middle, along), placed(corner, H - middle, along)]
    upward = band(H - 2 * corner, 7.5, waves[1])
    out += [placed(middle, corner, upward, 0, 1), placed(W - middle, corner, upward, 0, 1)]
    ornament = "0.9 w " + circle(BAND * 0.95) + "0.6 w\n"
    ornament += "".join(rosette(radius, 8, inner) for radius, inner in ((17, 0.55), (13, 0.5), (9, 0.45)))
    out += [placed(x, y, ornament) for x in (middle, W - middle) for y in (middle, H - middle)]
    out += [rule(OUT - 4, 2.2), rule(OUT - 0.5, 0.5), rule(OUT + BAND + 0.5, 0.5), rule(OUT + BAND + 4, 1.2)]
    return "0 J 0 j\n".join(["".join(out[:-4]), "".join(out[-4:])])


def pdf(content):
    bodies = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
              f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {W} {H}]/Resources<<>>/Contents 4 0 R>>",
              f"<</Length {len(content)}>>stream\n{content}\nendstream"]
    text, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (f"{text}xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}"
            f"trailer\n<</Size {len(bodies) + 1}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n")


sys.stdout.write(pdf(draw()))
