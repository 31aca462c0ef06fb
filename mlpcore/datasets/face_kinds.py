"""The animals of the drawn faces: which shapes, markings and colours belong to which kind.

A face is about fifty numbers. :data:`FACE` gives each the range it is drawn from, evenly, and a
kind of animal says where it differs. Lengths are in face units, the head's half height being about
1; angles in degrees; rates in radians per face unit. Amounts are clamped to 0…1 afterwards, so a
range that begins below 0 leaves the feature out of some pictures.
"""

from dataclasses import dataclass

Ranges = dict[str, tuple[float, float]]
Colour = tuple[int, int, int]
Coat = tuple[Colour, Colour, Colour]

FACE: Ranges = {
    # Pose: the face's centre and size as shares of half the picture.
    "x": (-0.2, 0.2),
    "y": (-0.1, 0.2),
    "scale": (0.58, 0.8),
    "tilt": (-18, 18),
    "turn": (-0.5, 0.5),
    "nod": (-0.14, 0.14),
    # Shapes.
    "head_width": (0.86, 1.0),
    "head_height": (0.84, 0.96),
    "jaw": (0.0, 0.15),
    "ear_x": (0.55, 0.65),
    "ear_y": (-0.68, -0.56),
    "ear_angle": (58, 76),
    "ear_difference": (-6, 6),
    "ear_length": (0.5, 0.7),
    "ear_base": (0.28, 0.34),
    "ear_tip": (0.04, 0.08),
    "ear_fold": (0, 0),
    "eye_x": (0.38, 0.46),
    "eye_y": (-0.2, -0.08),
    "eye_size": (0.17, 0.23),
    "eye_height": (0.75, 1.1),
    "eye_slant": (0.0, 0.25),
    "pupil_width": (0.22, 0.45),
    "pupil_height": (0.8, 1.0),
    "muzzle_y": (0.38, 0.46),
    "muzzle_width": (0.3, 0.4),
    "muzzle_height": (0.2, 0.28),
    "nose_y": (0.18, 0.26),
    "nose_width": (0.08, 0.11),
    "nose_height": (0.05, 0.07),
    "stripe_rate": (17, 22),
    "spot_rate": (17, 21),
    # Amounts: parts.
    "ear_inside": (0.3, 1.0),
    "muzzle": (0.3, 1.0),
    "mouth": (0.2, 1.0),
    "tongue": (0, 0),
    "whiskers": (0.1, 1.0),
    "mane": (0, 0),
    "ruff": (0, 0),
    "bib": (-0.5, 1.0),
    # Amounts: markings.
    "stripes": (0, 0),
    "stripe_fan": (1, 1),
    "spots": (0, 0),
    "patches": (0, 0),
    "mask": (0, 0),
    "brow": (0, 0),
    "cheeks": (0, 0),
    "blaze": (-1.5, 1.0),
}

DOG: Ranges = {
    "head_width": (0.74, 0.92),
    "head_height": (0.84, 1.0),
    "jaw": (0.05, 0.25),
    "ear_x": (0.6, 0.75),
    "ear_y": (-0.6, -0.4),
    "ear_angle": (-85, -45),
    "ear_difference": (-20, 20),
    "ear_length": (0.65, 1.0),
    "ear_base": (0.16, 0.24),
    "ear_tip": (0.2, 0.3),
    "eye_x": (0.3, 0.4),
    "eye_y": (-0.24, -0.12),
    "eye_size": (0.11, 0.15),
    "eye_height": (0.8, 1.0),
    "pupil_width": (0.6, 0.8),
    "pupil_height": (0.7, 0.9),
    "muzzle_y": (0.45, 0.58),
    "muzzle_width": (0.36, 0.48),
    "muzzle_height": (0.42, 0.56),
    "nose_y": (0.26, 0.38),
    "nose_width": (0.16, 0.23),
    "nose_height": (0.12, 0.17),
    "tongue": (-1.5, 2.0),
    "whiskers": (0, 0),
    "blaze": (-1.0, 1.2),
}

UPRIGHT_EARS: Ranges = {
    "ear_x": (0.5, 0.6),
    "ear_y": (-0.7, -0.6),
    "ear_angle": (60, 80),
    "ear_difference": (-8, 8),
    "ear_length": (0.45, 0.65),
    "ear_base": (0.24, 0.3),
    "ear_tip": (0.06, 0.1),
}

BIG_CAT: Ranges = {
    "ear_x": (0.62, 0.74),
    "ear_y": (-0.72, -0.6),
    "ear_angle": (50, 70),
    "ear_length": (0.1, 0.2),
    "ear_base": (0.22, 0.28),
    "ear_tip": (0.2, 0.26),
    "eye_x": (0.34, 0.42),
    "eye_size": (0.11, 0.15),
    "eye_height": (0.7, 0.95),
    "pupil_width": (0.4, 0.6),
    "pupil_height": (0.5, 0.7),
    "muzzle_y": (0.44, 0.54),
    "muzzle_width": (0.4, 0.5),
    "muzzle_height": (0.28, 0.38),
    "nose_y": (0.22, 0.32),
    "nose_width": (0.14, 0.2),
    "nose_height": (0.08, 0.12),
    "muzzle": (0.6, 1.0),
    "whiskers": (-0.6, 0.6),
    "blaze": (0, 0),
}

WILD_DOG: Ranges = {
    "jaw": (0.3, 0.45),
    "eye_x": (0.34, 0.42),
    "eye_size": (0.12, 0.15),
    "eye_height": (0.6, 0.85),
    "eye_slant": (0.2, 0.4),
    "pupil_width": (0.4, 0.6),
    "pupil_height": (0.6, 0.9),
    "muzzle_y": (0.46, 0.56),
    "muzzle_width": (0.24, 0.32),
    "muzzle_height": (0.4, 0.5),
    "nose_y": (0.42, 0.54),
    "nose_width": (0.11, 0.15),
    "nose_height": (0.09, 0.12),
    "whiskers": (0, 0),
    "cheeks": (0.6, 1.0),
    "blaze": (0, 0),
}

BROWN: Colour = (74, 44, 22)
AMBER: Colour = (206, 146, 40)
GREEN: Colour = (150, 172, 66)
BLUE: Colour = (110, 170, 214)
BLACK: Colour = (24, 22, 24)
PINK: Colour = (214, 132, 128)
LIVER: Colour = (92, 56, 48)


@dataclass(frozen=True)
class Kind:
    """Animals drawn alike.

    Attributes:
        animal: the class: cat, dog or wild.
        coats: colours of the coat, its markings and its pale parts, one triple a breed.
        irises, noses: colours of the eyes and of the nose.
        ranges: where the kind differs from :data:`FACE`.
    """

    animal: str
    coats: tuple[Coat, ...]
    irises: tuple[Colour, ...]
    noses: tuple[Colour, ...]
    ranges: Ranges


KINDS: dict[str, Kind] = {
    "tabby": Kind(
        "cat",
        coats=(
            ((150, 124, 96), (70, 54, 42), (214, 200, 180)),
            ((140, 136, 132), (66, 64, 64), (208, 206, 202)),
            ((206, 140, 76), (160, 90, 40), (240, 214, 180)),
        ),
        irises=(GREEN, AMBER),
        noses=(PINK, LIVER),
        ranges={"stripes": (0.4, 1.0)},
    ),
    "plain cat": Kind(
        "cat",
        coats=(
            ((232, 228, 222), (200, 190, 180), (244, 242, 238)),
            ((44, 42, 46), (28, 26, 30), (60, 58, 62)),
            ((120, 124, 134), (88, 92, 102), (136, 140, 150)),
            ((212, 150, 90), (180, 110, 56), (238, 214, 184)),
        ),
        irises=(GREEN, AMBER, BLUE),
        noses=(PINK, BLACK, LIVER),
        ranges={"stripes": (-1.0, 0.3), "blaze": (0, 0)},
    ),
    "patched cat": Kind(
        "cat",
        coats=(
            ((240, 238, 234), (40, 38, 40), (244, 242, 240)),
            ((240, 236, 228), (200, 124, 60), (244, 242, 240)),
            ((52, 50, 54), (200, 124, 60), (240, 238, 236)),
            ((70, 70, 78), (40, 40, 46), (240, 238, 236)),
        ),
        irises=(GREEN, AMBER),
        noses=(PINK, BLACK),
        ranges={"patches": (0.6, 1.0), "blaze": (-0.6, 1.2)},
    ),
    "Siamese": Kind(
        "cat",
        coats=(
            ((222, 204, 180), (74, 54, 46), (92, 68, 58)),
            ((214, 206, 198), (98, 92, 98), (120, 112, 116)),
        ),
        irises=(BLUE,),
        noses=(LIVER, BLACK),
        ranges={"mask": (0.7, 1.0), "blaze": (0, 0)},
    ),
    "hound": Kind(
        "dog",
        coats=(
            ((196, 144, 88), (140, 92, 50), (226, 196, 160)),
            ((84, 56, 38), (54, 36, 26), (130, 90, 60)),
            ((46, 44, 46), (28, 28, 30), (80, 74, 70)),
            ((224, 196, 150), (186, 146, 98), (240, 224, 196)),
        ),
        irises=(BROWN, LIVER),
        noses=(BLACK, BLACK, LIVER),
        ranges=DOG,
    ),
    "spaniel": Kind(
        "dog",
        coats=(
            ((238, 234, 228), (130, 76, 40), (244, 242, 238)),
            ((238, 234, 228), (42, 40, 42), (244, 242, 238)),
            ((48, 46, 48), (160, 96, 50), (236, 232, 226)),
        ),
        irises=(BROWN,),
        noses=(BLACK,),
        ranges=DOG | {"patches": (0.6, 1.0), "blaze": (-0.3, 1.3)},
    ),
    "terrier": Kind(
        "dog",
        coats=(
            ((232, 222, 206), (200, 180, 150), (244, 240, 232)),
            ((176, 130, 84), (110, 78, 52), (220, 190, 150)),
            ((120, 112, 106), (70, 66, 66), (190, 180, 168)),
            ((190, 132, 74), (70, 52, 42), (240, 232, 222)),
        ),
        irises=(BROWN,),
        noses=(BLACK,),
        ranges=DOG
        | {
            "ear_y": (-0.74, -0.62),
            "ear_angle": (30, 70),
            "ear_length": (0.22, 0.34),
            "ear_base": (0.2, 0.26),
            "ear_tip": (0.13, 0.17),
            "ear_fold": (0.34, 0.46),
            "mask": (-1.0, 0.8),
        },
    ),
    "shepherd": Kind(
        "dog",
        coats=(
            ((170, 118, 70), (50, 40, 36), (210, 170, 120)),
            ((70, 68, 72), (36, 36, 40), (232, 230, 228)),
            ((214, 190, 156), (120, 96, 76), (238, 228, 210)),
        ),
        irises=(BROWN, BROWN, BLUE),
        noses=(BLACK,),
        ranges=DOG | UPRIGHT_EARS | {"mask": (-0.6, 1.0), "cheeks": (-0.5, 0.8)},
    ),
    "lion": Kind(
        "wild",
        coats=(
            ((206, 164, 108), (150, 96, 50), (232, 214, 184)),
            ((190, 150, 100), (96, 62, 40), (226, 206, 176)),
            ((220, 182, 130), (176, 130, 76), (238, 224, 200)),
        ),
        irises=(AMBER, BROWN),
        noses=(LIVER, BLACK),
        ranges=BIG_CAT | {"mane": (0.0, 2.5), "head_width": (0.74, 0.86), "scale": (0.54, 0.7)},
    ),
    "tiger": Kind(
        "wild",
        coats=(
            ((222, 140, 60), (36, 28, 24), (242, 236, 226)),
            ((206, 128, 62), (44, 34, 30), (236, 228, 216)),
            ((228, 222, 212), (60, 56, 56), (244, 242, 238)),
        ),
        irises=(AMBER, GREEN, BLUE),
        noses=(PINK, LIVER),
        ranges=BIG_CAT
        | {
            "stripes": (0.8, 1.0),
            "stripe_rate": (13, 17),
            "stripe_fan": (0, 0.2),
            "cheeks": (0.4, 1.0),
        },
    ),
    "leopard": Kind(
        "wild",
        coats=(
            ((206, 164, 104), (54, 38, 28), (238, 228, 210)),
            ((184, 180, 172), (70, 68, 70), (232, 230, 226)),
            ((214, 172, 110), (40, 30, 26), (240, 232, 216)),
        ),
        irises=(AMBER, GREEN),
        noses=(LIVER, PINK, BLACK),
        ranges=BIG_CAT | {"spots": (0.7, 1.0), "cheeks": (-0.3, 0.5)},
    ),
    "fox": Kind(
        "wild",
        coats=(
            ((204, 104, 44), (70, 40, 28), (240, 234, 226)),
            ((186, 110, 62), (60, 44, 38), (232, 222, 210)),
            ((216, 206, 192), (150, 140, 132), (240, 236, 230)),
        ),
        irises=(AMBER, BROWN),
        noses=(BLACK,),
        ranges=WILD_DOG
        | {"ear_length": (0.6, 0.85), "ear_base": (0.32, 0.38), "head_width": (0.84, 0.96)},
    ),
    "wolf": Kind(
        "wild",
        coats=(
            ((140, 134, 126), (66, 62, 60), (222, 216, 206)),
            ((168, 150, 126), (84, 72, 60), (226, 216, 200)),
            ((196, 192, 186), (130, 124, 118), (236, 232, 226)),
        ),
        irises=(AMBER, AMBER, GREEN),
        noses=(BLACK,),
        ranges=WILD_DOG
        | UPRIGHT_EARS
        | {
            "muzzle_width": (0.28, 0.36),
            "nose_width": (0.14, 0.18),
            "ruff": (0.5, 1.0),
            "brow": (0.4, 1.0),
        },
    ),
}
