"""Home: what can be explored."""

import streamlit as st

from app import pages
from app.classroom import head
from app.lessons import lessons
from app.results.resume import resume
from app.results.share import address, share
from app.texts import home as texts

st.title("MLP Explorer")
st.markdown(texts.WELCOME)
with st.container(horizontal=True):
    share(address({}))
    resume()
found, problems = lessons.all_lessons()
for lesson in found:
    with st.container(border=True):
        st.page_link(
            pages.view(lesson.steps[0].page),
            label=f"**Lesson: {lesson.title}**",
            icon=":material/school:",
            query_params=lesson.address(1),
        )
        st.markdown(lesson.about)
head.show_file_problems(problems)
for place, (view, title, icon, words, picture) in enumerate(texts.PAGES):
    # Row by row, so that a phone, which shows a column after the other, keeps the order.
    if place % 2 == 0:
        cards = st.columns(2, gap="medium")
    with cards[place % 2], st.container(border=True, height="stretch"):
        st.image(f"assets/{view}.png", caption=picture, alt=picture)
        st.page_link(f"views/{view}.py", label=f"**{title}**", icon=f":material/{icon}:")
        st.markdown(words)
st.caption(texts.CREDIT)
