"""Home: what can be explored."""

import streamlit as st

from app.share import address, share
from app.texts import home as texts

st.title("MLP Explorer")
st.markdown(texts.WELCOME)
share(address({}))
cards = st.columns(2, gap="large")
for place, (view, title, icon, words, picture) in enumerate(texts.PAGES):
    with cards[place % 2], st.container(border=True):
        st.image(f"assets/{view}.png", caption=picture, alt=picture)
        st.page_link(f"views/{view}.py", label=f"**{title}**", icon=f":material/{icon}:")
        st.markdown(words)
st.caption(texts.CREDIT)
