"""Initialization's grid of trained networks: its switch, its controls, its map."""

import streamlit as st

from app import controls
from app.controls import Panel
from app.display import GainDisplay, GridDisplay
from app.figures import trainability as figures
from app.live.component import follow, live_figures, release
from mlpcore.running.jobs import Job


def trained_grid(panel: Panel, look: GainDisplay, negative_slope: float) -> Job | None:
    """Draw the grid that belongs to the deep networks of ``look``.

    Returns:
        Its job; None if nobody wants it.

    A click on a cell gives the deep networks its σ_w.
    """
    panel.draw(GridDisplay, "grid")
    if panel["grid"]:
        _draw_controls(panel)
    chosen = panel.config(GridDisplay)
    if not chosen.grid:
        release("grid")
        return None
    config = chosen.trainability(look, negative_slope)
    job = follow(config, "grid")
    live_figures(
        job,
        [(figures.headline, {})],
        key="grid",
        slot="grid",
        min_width="100%",
        height="3rem",
        status=True,
    )
    live_figures(
        job,
        [(figures.trainability_map, {"sigma_w": look.sigma_w})],
        key="cells",
        slot="grid",
        height="30rem",
        pick=lambda place: controls.change(GainDisplay, sigma_w=float(config.scales[place])),
    )
    return job


def _draw_controls(panel: Panel) -> None:
    with st.expander("Change the grid"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            panel.draw(
                GridDisplay, ("grid_sigma_from", "grid_sigma_to"), "grid_sigmas", "grid_data"
            )
        with middle:
            panel.draw(
                GridDisplay, ("grid_depth_from", "grid_depth_to"), "grid_depths", "grid_width"
            )
        with right:
            panel.draw(GridDisplay, "grid_seeds", "grid_epochs", "grid_learning_rate")
