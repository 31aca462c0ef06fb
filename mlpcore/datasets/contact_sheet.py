"""Many pictures of each class side by side, to see at a glance what a set holds."""

import torch
from PIL import Image

from mlpcore.datasets.pictures import SIDE, Pictures

COLUMNS, ROWS, ZOOM = 16, 3, 2


def contact_sheet(pictures: Pictures) -> Image.Image:
    """Training pictures spread evenly over each class, class below class, black where they end."""
    blocks = []
    for label in range(len(pictures.classes)):
        places = (pictures.train_labels == label).nonzero()[:, 0]
        count = min(len(places), ROWS * COLUMNS)
        block = torch.zeros(ROWS * COLUMNS, SIDE, SIDE, 3, dtype=torch.uint8)
        spread = torch.linspace(0, len(places) - 1, count).long()
        block[:count] = pictures.train_images[places[spread]]
        rows = block.unflatten(0, (ROWS, COLUMNS)).transpose(1, 2)
        blocks.append(rows.reshape(ROWS * SIDE, COLUMNS * SIDE, 3))
    sheet = Image.fromarray(torch.cat(blocks).numpy())
    return sheet.resize((sheet.width * ZOOM, sheet.height * ZOOM), Image.Resampling.NEAREST)
