"""Home: what can be explored."""

import streamlit as st

from app.texts import home as texts

st.title("MLP Explorer")
st.markdown(texts.WELCOME)
left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
with left:
    st.page_link("views/wide_vs_deep.py", label="**Wide vs Deep**", icon=":material/layers:")
    st.markdown(texts.WIDE_VS_DEEP)
with right:
    st.image("assets/wide_vs_deep.png", caption=texts.WIDE_VS_DEEP_PICTURE)
st.divider()
left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
with left:
    st.page_link("views/animal_faces.py", label="**Animal Faces**", icon=":material/pets:")
    st.markdown(texts.ANIMAL_FACES)
with right:
    st.image("assets/animal_faces.png", caption=texts.ANIMAL_FACES_PICTURE)
st.divider()
st.caption(texts.CREDIT)
