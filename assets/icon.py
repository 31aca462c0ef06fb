"""Draw the app's icon: a small network. ``python assets/icon.py``."""

from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw

SIZE, SCALE = 64, 8
LAYERS = ((14, (20, 44)), (32, (12, 32, 52)), (50, (20, 44)))
LINE, NODES = "#7fb8e6", ("#2a4d9b", "#cf3f57", "#35b08c")

image = Image.new("RGBA", (SIZE * SCALE, SIZE * SCALE))
draw = ImageDraw.Draw(image)
for (x, before), (next_x, after) in pairwise(LAYERS):
    for y in before:
        for next_y in after:
            ends = [value * SCALE for value in (x, y, next_x, next_y)]
            draw.line(ends, fill=LINE, width=2 * SCALE)
for (x, ys), colour in zip(LAYERS, NODES, strict=True):
    for y in ys:
        corners = [value * SCALE for value in (x - 7, y - 7, x + 7, y + 7)]
        draw.ellipse(corners, fill=colour)
image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(Path(__file__).with_name("icon.png"))
