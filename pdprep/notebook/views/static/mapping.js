// The mapping: a choice goes to the kernel, what it comes to comes back as text.
// Nothing reaches the page as HTML.

let count = 0;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const quiet = (...children) => element("div", { class: "pdprep-quiet" }, ...children);

// Ids are told apart by their ends, texts by their beginning; outer spaces are part of a value.
function short(text) {
  const label = text.replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length));
  if (label.length <= 24) return label;
  return /\s/.test(label) ? `${label.slice(0, 23)}…` : `${label.slice(0, 6)}…${label.slice(-6)}`;
}

// A histogram of numbers, else the top values, each as long as its share.
function spreadOf({ says, bars, ends }, examples) {
  if (ends[1]) {
    const drawn = bars.map(({ share }) => element("i", { style: `height: ${Math.round(100 * share)}%` }));
    return quiet(says, element("div", { class: "pdprep-histogram", "aria-hidden": "true" }, ...drawn), `${ends[0]} to ${ends[1]}`);
  }
  if (!bars.length) return quiet(says, element("div", {}, examples));
  const drawn = bars.map(({ label, share }) => element(
    "div", { class: "pdprep-top" },
    element("span", { class: "pdprep-meter", "aria-hidden": "true" }, element("span", { style: `width: ${100 * share}%` })),
    element("span", {}, ` ${short(label)} `), `${Math.round(100 * share)} %`,
  ));
  return quiet(says, ...drawn);
}

function signOf({ gravity, mark, text, code }) {
  const said = element("span", { class: `pdprep-mark pdprep-${gravity}` }, mark);
  return element("div", {}, said, ` ${text}`, ...(code ? [": ", element("code", {}, code)] : []));
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

  const rows = columns.map(({ name, examples, fields, spread }) => {
    const field = choice(`Field of ${name}`, fields.map((each) => [each, words(each)]));
    const kind = choice(`Kind of ${name}`, model.get("kinds").map((each) => [each, each]));
    field.addEventListener("change", () => send(name, field.value, ""));
    kind.addEventListener("change", () => send(name, field.value, kind.value));
    // What kind it is: to choose where it is one's own, else a word.
    const type = element("span");
    const [why, done, checked, signs] = [quiet(), element("div"), element("div"), element("div")];
    const node = element(
      "tr", {},
      element("th", { scope: "row" }, name, spreadOf(spread, examples)),
      element("td", {}, field, " ", kind, type, why),
      element("td", {}, done, checked, signs),
    );
    return { node, field, why, kind, type, done, checked, signs };
  });
  const head = element("p", { class: "pdprep-headline" });
  const status = element("strong", { role: "status" });
  const mark = element("span");
  head.append(mark, " ", status);
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
  const heads = ["Column, and its first rows", "Becomes", "What is done"];
  const table = element(
    "table", {},
    element("caption", { id: `${id}-caption` }, model.get("caption")),
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );
  const root = element(
    "div", { class: "pdprep pdprep-live pdprep-mapping", "data-lm-suppress-shortcuts": "true" },
    // What is behind is hidden as long as this is there.
    element("style", {}, `[data-pdprep="${behind}"] { display: none }`),
    head,
    element("div", { class: "pdprep-scroll", role: "region", tabindex: 0, "aria-labelledby": `${id}-caption` }, table),
    advice,
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
      row.checked.textContent = line.rows === "fine" ? "✓ fine" : line.rows && `✖ error ${line.rows}`;
      row.checked.className = line.rows === "fine" ? "pdprep-good" : "pdprep-error";
      row.signs.replaceChildren(...line.signs.map(signOf));
      row.node.classList.toggle("pdprep-out", line.field === "");
      row.node.classList.toggle("pdprep-broken", line.rows !== "" && line.rows !== "fine");
    });
    advice.replaceChildren(...view.advice.map((text) => element("li", {}, text)));
    code.textContent = view.code;
    copied.textContent = "";
    status.textContent = view.status;
    mark.textContent = view.mark;
    mark.className = `pdprep-mark pdprep-${view.gravity}`;
    status.setAttribute("aria-busy", "false");
  };
  // The notebook has shortcuts on single letters and arrows.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  // The kernel that answered is gone, restarted: what is behind is all there is now.
  const gone = () => root.remove();
  model.on("comm_live_update", gone);
  model.on("change:view", draw);
  draw();
  el.append(root);
  return () => {
    model.off("comm_live_update", gone);
    model.off("change:view", draw);
    root.remove();
  };
}

export default { render };
