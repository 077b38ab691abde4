// The records table: controls send a query to the kernel, the kernel sends back one page as text.
// Cells reach the page as text nodes, never as HTML.
// The answer, how many went which way, is the static output above: it stays in a saved notebook.

const TYPING_PAUSE = 250; // ms without a key before a search is sent
const CHOICES = [["origin", "Origin"], ["status", "Status"], ["effect", "Effect"], ["source", "Import"]];

const ENDS = 6; // characters of an id at each end of what is left out
const LONG = 48; // characters of any other text
const FIXED = ["ORIGIN", "EFFECT"]; // stay while the others scroll
const HELP = {
  ORIGIN: "by which way: bulk (an import job), incremental (a put), or both",
  EFFECT: "when it counts for recommendations, by what is trained and deployed now",
  EFFECT_AT: "the time of that, in UTC, where it is known",
  SENT_AT: "when it was sent, in UTC",
  FILTERS_AT: "from when filters see it, in UTC",
  STATUS: "of the import or put that brought it",
  IMPORT: "the import or put that brought it",
};

let count = 0;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function labelled(id, words, control) {
  control.id = id;
  return element("span", { class: "pdprep-control" }, element("label", { for: id }, words), control);
}

function choice(values, all, changed) {
  const options = values.map((value) => element("option", { value }, String(value)));
  if (all) options.unshift(element("option", { value: "" }, all));
  return element("select", { on: { change: changed } }, ...options);
}

const button = (words, action, attributes = {}) =>
  element("button", { type: "button", on: { click: action }, ...attributes }, words);

const origin = (text) =>
  element("span", { class: `pdprep-origin pdprep-${text}` }, element("span", { class: `pdprep-swatch pdprep-of-${text}` }), text);

// Long ids are told apart by their ends: the middle takes no room, and is copied all the same.
function idOf(text) {
  if (text.length <= 2 * ENDS + 4) return text;
  const middle = element("i", {}, text.slice(ENDS, -ENDS));
  return element("span", { class: "pdprep-id", title: text }, text.slice(0, ENDS), middle, text.slice(-ENDS));
}

function cellOf(text, column) {
  if (column === "ORIGIN") return origin(text);
  if (column.endsWith("_ID")) return idOf(text);
  return text.length <= LONG ? text : element("span", { title: text }, `${text.slice(0, LONG - 1)}…`);
}

function render({ model, el }) {
  const id = `pdprep-records-${++count}`;
  const options = model.get("options");
  const behind = model.get("behind");
  let typing = null;
  let turn = 0; // of what was sent: an answer to something older is not shown
  let wanted = model.get("view").query;
  const hidden = new Set(); // the columns that are left out
  const looks = (column) => ({ class: FIXED.includes(column) ? "pdprep-fixed" : null });
  let opener = null; // the button that opened the timeline: the focus goes back to it

  const send = (changes) => {
    clearTimeout(typing);
    status.setAttribute("aria-busy", "true");
    wanted = { ...wanted, find: search.value.trim(), page: 0, ...changes };
    model.set("query", { ...wanted, turn: ++turn });
    model.save_changes();
  };
  const ask = (what, more) => {
    model.set("asked", { what, turn: ++turn, ...more });
    model.save_changes();
  };
  const find = () => {
    if (search.value.trim() !== wanted.find) send({});
  };
  const later = () => {
    clearTimeout(typing);
    typing = setTimeout(find, TYPING_PAUSE);
  };
  const sortBy = (column) => {
    const { sort, descending } = wanted;
    if (sort !== column) send({ sort: column, descending: false });
    else send(descending ? { sort: "", descending: false } : { descending: true });
  };
  const at = (step) => send({ page: wanted.page + step });
  const jump = () => send({ page: Math.max(0, Math.round(Number(number.value) || 1) - 1) });

  const chosen = Object.fromEntries(CHOICES.map(([name]) => [
    name, choice(options[name], "all", () => send({ [name]: chosen[name].value })),
  ]));
  const field = choice(options.field, "any id", () => send({ field: field.value }));
  const search = element("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    on: { input: later, search: find, change: find },
  });
  const size = choice(options.size, "", () => send({ size: Number(size.value) }));
  const number = element("input", { type: "number", min: 1, on: { change: jump } });
  const first = button("First", () => send({}));
  const previous = button("Previous", () => at(-1));
  const next = button("Next", () => at(1));
  const last = button("Last", () => send({ page: model.get("view").pages - 1 }));

  const status = element("p", { class: "pdprep-status", role: "status" });
  const caption = element("caption", { id: `${id}-caption` }, model.get("caption"));
  const head = element("tr");
  const body = element("tbody");
  const chooser = element("ul");
  const table = element("table", {}, caption, element("thead", {}, head), body);
  const scroll = element(
    "div",
    { class: "pdprep-scroll", role: "region", tabindex: 0, "aria-labelledby": `${id}-caption` },
    table,
  );

  const code = element("code");
  const copied = element("span", { role: "status" });
  const copy = button("Copy", async () => {
    await navigator.clipboard.writeText(code.textContent);
    copied.textContent = "Copied.";
  });
  const name = element("input", { type: "text", value: "shown", spellcheck: "false", autocomplete: "off" });
  const kept = element("span", { role: "status" });
  const keep = () => ask("keep", { name: name.value });
  const details = element(
    "details",
    {},
    element("summary", {}, "Show me the code"),
    element("pre", { tabindex: 0, role: "region", "aria-label": "The rows shown, as code" }, code),
    element("div", { class: "pdprep-controls" }, copy, copied),
    element(
      "div", { class: "pdprep-controls" },
      labelled(`${id}-name`, "Keep these rows as", name), button("Keep", keep), kept,
    ),
  );

  const told = element("ol");
  const about = element("p", { class: "pdprep-about", id: `${id}-about`, tabindex: -1 });
  const close = () => {
    story.hidden = true;
    (opener?.isConnected ? opener : scroll).focus();
  };
  const story = element(
    "section",
    { class: "pdprep-timeline", "aria-labelledby": `${id}-about`, hidden: "" },
    about, told, button("Close", close),
  );

  // Asked after the layout that there is anyway, and only where a width changed: a page is laid out once.
  const watch = new ResizeObserver(() => {
    const [first, second] = [...head.cells].map((cell) => cell.getBoundingClientRect().width);
    table.style.setProperty("--pdprep-second", `${first}px`);
    table.style.setProperty("--pdprep-third", `${first + second}px`);
  });
  const drawHead = ({ columns, query }) => {
    // Headers stay while the columns do, so that the focus stays on the one just pressed.
    if (head.childElementCount !== columns.length + 1) {
      head.replaceChildren(
        element("th", { scope: "col", class: "pdprep-fixed" }, "Story"),
        ...columns.map((column) => element(
          "th", { scope: "col", ...looks(column), title: HELP[column] ?? null }, button(column, () => sortBy(column)),
        )),
      );
      chooser.replaceChildren(...columns.map(choose));
      watch.disconnect();
      for (const cell of [...head.cells].slice(0, FIXED.length)) watch.observe(cell);
    }
    columns.forEach((column, place) => {
      const cell = head.children[place + 1];
      cell.hidden = hidden.has(column);
      if (column !== query.sort) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", query.descending ? "descending" : "ascending");
    });
  };
  const choose = (column, place) => {
    const toggle = () => {
      if (box.checked) hidden.delete(column);
      else hidden.add(column);
      draw();
    };
    const box = element("input", { type: "checkbox", id: `${id}-column-${place}`, checked: "", on: { change: toggle } });
    box.checked = !hidden.has(column);
    const label = element("label", { for: box.id }, column);
    return element("li", {}, box, " ", label, HELP[column] ? `: ${HELP[column]}` : "");
  };
  const drawCell = (text, column) =>
    element("td", { ...looks(column), ...(hidden.has(column) ? { hidden: "" } : {}) }, cellOf(text, column));
  const drawRow = (row, place, view) => {
    const label = `Timeline of row ${view.query.page * view.query.size + place + 1}`;
    const opens = button("⋯", () => { opener = opens; ask("timeline", { row: place }); }, { "aria-label": label, title: label });
    const cells = row.map((text, i) => drawCell(text, view.columns[i]));
    return element("tr", {}, element("td", { class: "pdprep-fixed" }, opens), ...cells);
  };
  const drawControls = ({ query, pages }) => {
    for (const [control] of CHOICES) chosen[control].value = query[control];
    field.value = query.field;
    size.value = String(query.size);
    number.max = pages;
    number.value = query.page + 1;
    if (document.activeElement !== search) search.value = query.find;
    // Not `disabled`: that would take the focus from the button that was just pressed.
    for (const [node, off] of [
      [first, query.page === 0],
      [previous, query.page === 0],
      [next, query.page >= pages - 1],
      [last, query.page >= pages - 1],
    ]) node.setAttribute("aria-disabled", String(off));
  };
  const draw = () => {
    const view = model.get("view");
    if ((view.turn ?? 0) < turn) return;
    wanted = view.query;
    drawHead(view);
    body.replaceChildren(...view.rows.map((row, place) => drawRow(row, place, view)));
    drawControls(view);
    code.textContent = view.code;
    copied.textContent = kept.textContent = "";
    story.hidden = true;
    status.textContent = view.status;
    status.setAttribute("aria-busy", "false");
  };
  const tell = () => {
    const found = model.get("told");
    if (found.turn !== turn) return;
    if (found.what === "keep") kept.textContent = found.words;
    else {
      // What tells it from others, each name with its value: an id does not break at a hyphen where it fits.
      const parts = (found.title ?? found.words).split(/(?<=,) /);
      about.replaceChildren(...parts.flatMap((text) => [element("span", { class: "pdprep-word" }, text), " "]));
      told.replaceChildren(...(found.lines ?? []).map((line) => element("li", {}, line)));
      story.hidden = false;
      about.focus();
    }
  };

  const root = element(
    "div",
    { class: "pdprep pdprep-live pdprep-records" },
    // What is behind is hidden as long as this is there.
    element("style", {}, `[data-pdprep="${behind}"] { display: none }`),
    element(
      "div",
      { class: "pdprep-controls" },
      labelled(`${id}-find`, "Find ids that begin with", search),
      labelled(`${id}-field`, "in", field),
      ...CHOICES.map(([control, words]) => labelled(`${id}-${control}`, words, chosen[control])),
      labelled(`${id}-size`, "Rows", size),
    ),
    scroll,
    status,
    element(
      "div",
      { class: "pdprep-controls", role: "group", "aria-label": "Pages" },
      first, previous, labelled(`${id}-page`, "Page", number), next, last,
    ),
    story,
    element("details", {}, element("summary", {}, "Columns, and what they say"), chooser),
    details,
  );
  // Else the notebook takes a letter typed here for a command.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    if (event.key === "Enter" && event.target === search) find();
    if (event.key === "Enter" && event.target === number) jump();
    if (event.key === "Enter" && event.target === name) keep();
    if (event.key === "Escape" && !story.hidden) close();
  });
  root.addEventListener("click", (event) => {
    if (event.target.matches("[aria-disabled=true]")) event.stopImmediatePropagation();
  }, true);

  // The kernel that answered is gone, restarted: what is behind is all there is now.
  const gone = () => root.remove();
  model.on("comm_live_update", gone);
  model.on("change:view", draw);
  model.on("change:told", tell);
  draw();
  el.append(root);
  return () => {
    clearTimeout(typing);
    watch.disconnect();
    model.off("comm_live_update", gone);
    model.off("change:view", draw);
    model.off("change:told", tell);
    root.remove();
  };
}

export default { render };
