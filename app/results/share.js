// A link to copy, and its code over the whole screen.
export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(name);
  const [field, copy, show, screen] = ["input", ".copy", ".show", "dialog"].map(find);
  field.value = data.link;
  copy.onclick = async () => {
    let copied = true;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Over plain HTTP from another machine pages have no clipboard, but the old command.
      copied = document.execCommand("copy");
    }
    copy.textContent = copied ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (copy.textContent = "Copy link"), 2000);
  };
  show.hidden = !data.code;
  show.onclick = () => screen.showModal();
  screen.onclick = () => screen.close();
  find("dialog img").src = data.code ?? "";
  find("dialog p").textContent = data.link;
}
