// SPDX-License-Identifier: MIT
// The list of records. Only the rows in view are in the document, however many there are.
"use strict";

class List {
  constructor(box, select) {
    this.box = box;
    this.select = select;
    this.height = 28;
    this.selected = -1;  // index of a record
    this.space = make("div", "space");
    this.space.setAttribute("role", "presentation");
    box.append(this.space);
    box.addEventListener("scroll", () => this.draw(), {passive: true});
    box.addEventListener("click", event => {
      const row = event.target.closest(".row");
      if (row) this.select(Number(row.dataset.index));
    });
    box.addEventListener("keydown", event => this.key(event));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  refresh() {
    this.space.style.height = filter.rows.length * this.height + "px";
    this.box.style.setProperty("--rows", filter.rows.length);
    this.box.setAttribute("aria-rowcount", filter.rows.length);
    this.draw();
  }

  show(index) {
    this.selected = index;
    const row = filter.rows.indexOf(index);
    if (row >= 0) {
      const top = row * this.height, view = this.box.clientHeight;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      if (top + this.height > this.box.scrollTop + view) {
        this.box.scrollTop = top + this.height - view;
      }
    }
    this.draw();
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.height) - 1);
    const now = filter.rows.indexOf(this.selected), last = filter.rows.length - 1;
    const to = {ArrowDown: now + 1, ArrowUp: now < 0 ? 0 : now - 1, PageDown: now + page,
      PageUp: now - page, Home: 0, End: last}[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.select(filter.rows[Math.min(last, Math.max(0, to))]);
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - 4);
    const last = Math.min(filter.rows.length,
      Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.height) + 4);
    const rows = [];
    for (let row = first; row < last; ++row) rows.push(this.row(row));
    this.space.replaceChildren(...rows);
    if (this.selected >= 0 && document.getElementById("row" + this.selected)) {
      this.box.setAttribute("aria-activedescendant", "row" + this.selected);
    } else {
      this.box.removeAttribute("aria-activedescendant");
    }
  }

  row(row) {
    const i = filter.rows[row];
    const cell = (className, ...children) => {
      const element = make("span", className, ...children);
      element.setAttribute("role", "gridcell");
      return element;
    };
    const kind = make("i", "kind k" + model.kind[i], "CIEHD"[model.kind[i]]);
    kind.title = KINDS[model.kind[i]];
    const name = cell("name", kind, make("span", "label", model.name[i]));
    name.style.paddingInlineStart = Math.min(model.depth[i], 8) * 14 + "px";
    const element = make("div", "row",
      cell("num", "#" + model.number[i]),
      cell("clock", clocks(model.begins[i])),
      cell("thread", threadName(model.thread[i])),
      name,
      cell(model.failed[i] ? "result failed" : "result", model.result[i]),
      cell("took", clocks(model.ends[i] - model.begins[i])),
      cell("where", phaseBar(i)));
    element.id = "row" + i;
    element.dataset.index = i;
    element.style.transform = `translateY(${row * this.height}px)`;
    element.setAttribute("role", "row");
    element.setAttribute("aria-rowindex", row + 1);
    element.setAttribute("aria-selected", i === this.selected);
    return element;
  }
}

/** Clocks of each phase of a passage: those behind "user". */
function phasesOf(i) {
  return [model.gateEnds[i] - model.begins[i], model.serviceBegins[i] - model.gateEnds[i],
    model.serviceEnds[i] - model.serviceBegins[i], model.exitBegins[i] - model.serviceEnds[i],
    model.ends[i] - model.exitBegins[i]];
}

function phaseBar(i) {
  const bar = make("span", "phases");
  const all = model.ends[i] - model.begins[i];
  phasesOf(i).forEach((part, phase) => {
    if (part <= 0) return;
    const piece = make("b", PHASES[phase + 1]);
    piece.style.flexGrow = part / all;
    bar.append(piece);
  });
  return bar;
}
