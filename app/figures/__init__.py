"""Snapshots drawn: pure functions from a snapshot to a Plotly figure or to HTML. No streamlit."""
