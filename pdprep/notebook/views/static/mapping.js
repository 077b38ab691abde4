// The mapping: a choice goes to the kernel, what it comes to comes back as text.
// Nothing reaches the page as HTML.

let count = 0;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const id = `pdprep-mapping-${++count}`;
  const columns = model.get("columns");
  const required = model.get("required");
  const behind = model.get("behind");
  let turn = 0; // of what was sent: an answer to something older is not shown

  const send = (column, field, kind) => {
    status.setAttribute("aria-busy", "true");
    model.set("choice", { column, field, kind, turn: ++turn });
    model.save_changes();
  };
  const choice = (label, options) => {
    const shown = options.map(([value, words]) => element("option", { value }, words));
    return element("select", { "aria-label": label }, ...shown);
  };
  const words = (name) => (name === "" ? "leave out" : required.includes(name) ? `${name} (required)` : name);

  const rows = columns.map(({ name, examples, fields }) => {
    const field = choice(`Field of ${name}`, fields.map((each) => [each, words(each)]));
    const kind = choice(`Kind of ${name}`, model.get("kinds").map((each) => [each, each]));
    field.addEventListener("change", () => send(name, field.value, ""));
    kind.addEventListener("change", () => send(name, field.value, kind.value));
    // What kind it is: to choose where it is one's own, else a word.
    const type = element("span");
    const [why, done, checked] = [element("td"), element("td"), element("td")];
    const node = element(
      "tr", {}, element("th", { scope: "row" }, name), element("td", {}, examples),
      element("td", {}, field), why, element("td", {}, kind, type), done, checked,
    );
    return { node, field, why, kind, type, done, checked };
  });
  const status = element("p", { role: "status" });
  const advice = element("ul");
  const code = element("code");
  const copied = element("span", { role: "status" });
  const copy = element("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      copied.textContent = "Selected: press Ctrl+C.";
    }
  });
  const heads = ["Column", "First values", "Field", "Why", "Kind", "What is done", "First rows"];
  const table = element(
    "table", {},
    element("caption", { id: `${id}-caption` }, model.get("caption")),
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  const root = element(
    "div", { class: "pdprep pdprep-live pdprep-mapping", "data-lm-suppress-shortcuts": "true", "data-pdprep-live": behind },
    // What is behind is hidden as long as this is there and its kernel is.
    element("style", {}, `:root:not(:has(.jupyter-widgets-disconnected [data-pdprep-live="${behind}"])) [data-pdprep="${behind}"] { display: none }`),
    element("div", { class: "pdprep-scroll", role: "region", tabindex: 0, "aria-labelledby": `${id}-caption` }, table),
    status, advice,
    element("pre", { tabindex: 0, role: "region", "aria-label": "The call" }, code),
    element("div", {}, copy, " ", copied),
  );

  const draw = () => {
    const view = model.get("view");
    if ((view.turn ?? 0) < turn) return;
    view.lines.forEach((line, place) => {
      const row = rows[place];
      row.field.value = line.field;
      row.kind.hidden = line.kind === "";
      if (line.kind) row.kind.value = line.kind;
      row.type.textContent = line.kind ? "" : line.type;
      row.why.textContent = line.why;
      row.done.textContent = line.done;
      row.checked.textContent = line.rows;
      row.node.classList.toggle("pdprep-out", line.field === "");
      row.node.classList.toggle("pdprep-broken", line.rows !== "" && line.rows !== "fine");
    });
    advice.replaceChildren(...view.advice.map((text) => element("li", {}, text)));
    code.textContent = view.code;
    copied.textContent = "";
    status.textContent = view.status;
    status.setAttribute("aria-busy", "false");
  };
  // The notebook has shortcuts on single letters and arrows.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  model.on("change:view", draw);
  draw();
  el.append(root);
  return () => {
    model.off("change:view", draw);
    root.remove();
  };
}

export default { render };
