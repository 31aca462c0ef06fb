"""The web app: Streamlit pages over :mod:`mlpcore`."""
