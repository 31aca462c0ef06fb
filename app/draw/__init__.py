"""A plane to draw on: a component in the browser (``draw.js``) that hands over CSV."""
