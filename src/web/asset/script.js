// The one module of script: keys, and the live page. Every page works without it.
const all = (selector) => [...document.querySelectorAll(selector)];
const stops = () => {
  const figures = all(".f");
  return figures.length ? figures : all("tbody tr td a:first-of-type").filter((a) => a.closest("td") === a.closest("tr").querySelector("td:has(a)"));
};
// Of a figure that is divided into several segments only the first is a stop.
const firsts = (list) => list.filter((el, at) => at === 0 || !el.dataset.ids || el.dataset.ids !== list[at - 1].dataset.ids);

const step = (list, by) => {
  if (!list.length) return;
  const here = list.indexOf(document.activeElement);
  const current = here >= 0 ? here : list.findIndex((el) => el.getAttribute("aria-current") === "true");
  const next = current < 0 ? (by > 0 ? 0 : list.length - 1) : (current + by + list.length) % list.length;
  list[next].focus();
  list[next].scrollIntoView({ block: "center" });
};
const conflicts = () => {
  const marked = all(".f.v-conflicts");
  return marked.length ? firsts(marked) : all("li, tr").filter((el) => el.querySelector(".v-conflicts") && el.querySelector("a")).map((el) => el.querySelector("a"));
};
const keys = document.getElementById("keys");
const actions = {
  j: () => step(firsts(stops()), 1),
  k: () => step(firsts(stops()), -1),
  n: () => step(conflicts(), 1),
  p: () => step(conflicts(), -1),
  "/": () => (document.getElementById("q") ?? document.getElementById("find"))?.focus(),
  "?": () => keys?.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape") {
    if (keys?.open) return;
    if (typing) return typing.blur();
    const figure = new URLSearchParams(location.search).get("figure");
    if (figure) location.assign(location.pathname + "#f-" + figure);
    else document.activeElement?.blur();
    return;
  }
  if (typing || keys?.open) return;
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

// On a narrow screen what a list can be narrowed by is folded away.
if (matchMedia("(max-width: 60rem)").matches) for (const fold of all("details.fold")) fold.open = false;

// The live page: its parts come as they change; what has the focus keeps it.
const state = document.querySelector("[data-live]");
if (state) {
  const source = new EventSource(state.dataset.live);
  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };
  source.addEventListener("open", () => say(state.dataset.on));
  source.addEventListener("error", () => say(state.dataset.off));
  source.addEventListener("part", (event) => {
    const { id, content } = JSON.parse(event.data);
    const part = document.getElementById(id);
    if (!part) return;
    const focused = part.contains(document.activeElement) ? document.activeElement.id || null : undefined;
    part.innerHTML = content; // made and escaped by this server, like the page itself
    if (focused) document.getElementById(focused)?.focus();
  });
}
