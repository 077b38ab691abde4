// The records table: controls send a query to the kernel, the kernel sends back one page as text.
// Cells reach the page as text nodes, never as HTML.

const TYPING_PAUSE = 250; // ms without a key before a search is sent

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

function option(value, words) {
  return element("option", { value }, words);
}

function render({ model, el }) {
  const id = `pdprep-records-${++count}`;
  let typing = null;

  const send = (changes) => {
    status.setAttribute("aria-busy", "true");
    model.set("query", { ...model.get("view").query, ...changes });
    model.save_changes();
  };
  const find = () => {
    clearTimeout(typing);
    if (search.value.trim() !== model.get("view").query.find) send({ find: search.value, page: 0 });
  };
  const later = () => {
    clearTimeout(typing);
    typing = setTimeout(find, TYPING_PAUSE);
  };
  const sortBy = (column) => {
    const { sort, descending } = model.get("view").query;
    if (sort !== column) send({ sort: column, descending: false, page: 0 });
    else if (!descending) send({ descending: true, page: 0 });
    else send({ sort: "", descending: false, page: 0 });
  };
  const turn = (step) => send({ page: model.get("view").query.page + step });
  const jump = () => send({ page: Math.max(0, Math.round(Number(number.value) || 1) - 1) });

  const origin = element(
    "select",
    { on: { change: () => send({ origin: origin.value, page: 0 }) } },
    option("all", "all"),
    ...model.get("origins").map((name) => option(name, name)),
  );
  const search = element("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    on: { input: later, search: find, change: find },
  });
  const size = element(
    "select",
    { on: { change: () => send({ size: Number(size.value), page: 0 }) } },
    ...model.get("sizes").map((rows) => option(rows, String(rows))),
  );
  const number = element("input", { type: "number", min: 1, on: { change: jump } });
  const button = (words, action) => element("button", { type: "button", on: { click: action } }, words);
  const first = button("First", () => send({ page: 0 }));
  const previous = button("Previous", () => turn(-1));
  const next = button("Next", () => turn(1));
  const last = button("Last", () => send({ page: model.get("view").pages - 1 }));

  const status = element("p", { class: "pdprep-status", role: "status" });
  const caption = element("caption", { id: `${id}-caption` }, model.get("caption"));
  const head = element("tr");
  const body = element("tbody");
  const table = element("table", {}, caption, element("thead", {}, head), body);
  const scroll = element(
    "div",
    { class: "pdprep-scroll", role: "region", tabindex: 0, "aria-labelledby": `${id}-caption` },
    table,
  );

  const drawHead = ({ columns, query }) => {
    // Headers stay while the columns do, so that the focus stays on the one just pressed.
    if (head.childElementCount !== columns.length) {
      head.replaceChildren(
        ...columns.map((name) => element("th", { scope: "col" }, button(name, () => sortBy(name)))),
      );
    }
    columns.forEach((name, place) => {
      const sorted = name === query.sort;
      const order = sorted ? (query.descending ? "descending" : "ascending") : null;
      const cell = head.children[place];
      if (order) cell.setAttribute("aria-sort", order);
      else cell.removeAttribute("aria-sort");
    });
  };
  const drawCell = (text, column) => {
    if (column !== "ORIGIN") return element("td", { title: text.length > 40 ? text : null }, text);
    return element("td", {}, element("span", { class: `pdprep-origin pdprep-${text}` }, text));
  };
  const drawControls = ({ query, pages }) => {
    origin.value = query.origin;
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
    drawHead(view);
    body.replaceChildren(
      ...view.rows.map((row) => element("tr", {}, ...row.map((text, i) => drawCell(text, view.columns[i])))),
    );
    drawControls(view);
    status.textContent = view.status;
    status.setAttribute("aria-busy", "false");
  };

  const root = element(
    "div",
    { class: "pdprep-records" },
    element(
      "div",
      { class: "pdprep-controls" },
      labelled(`${id}-origin`, "Origin", origin),
      labelled(`${id}-find`, "Find id", search),
      labelled(`${id}-size`, "Rows", size),
    ),
    scroll,
    status,
    element(
      "div",
      { class: "pdprep-controls", role: "group", "aria-label": "Pages" },
      first,
      previous,
      labelled(`${id}-page`, "Page", number),
      next,
      last,
    ),
  );
  // Else the notebook takes a letter typed here for a command.
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select")) event.stopPropagation();
    if (event.key === "Enter" && event.target === search) find();
    if (event.key === "Enter" && event.target === number) jump();
  });
  root.addEventListener("click", (event) => {
    if (event.target.matches("[aria-disabled=true]")) event.stopImmediatePropagation();
  }, true);

  model.on("change:view", draw);
  draw();
  el.append(root);
  return () => {
    clearTimeout(typing);
    model.off("change:view", draw);
    root.remove();
  };
}

export default { render };
