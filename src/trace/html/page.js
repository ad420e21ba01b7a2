// SPDX-License-Identifier: MIT
// Puts the parts together, and keeps in the address what is filtered and shown.
"use strict";

document.addEventListener("DOMContentLoaded", async () => {
  const find = id => document.getElementById(id);
  const status = find("status"), detail = find("detail");
  model.header = JSON.parse(find("header-data").textContent);
  showHeader(find);
  let current = -1;

  const keepAddress = () => {
    const parts = new URLSearchParams();
    if (filter.text) parts.set("q", filter.text);
    if (current >= 0) parts.set("record", model.number[current]);
    history.replaceState(null, "", "#" + parts);
  };
  const select = (index, zoomed = false) => {
    current = index;
    list.show(index);
    timeline.show(index, zoomed);
    find("close").hidden = index < 0;
    if (index >= 0) showRecord(detail, index);
    else showSummary(detail, choose);
    keepAddress();
  };
  const list = new List(find("list"), index => select(index));
  const timeline = new Timeline(find("timeline"), find("canvas"), find("tip"), index => select(index));
  const refilter = () => {
    filter.apply();
    list.refresh();
    timeline.later();
    const some = filter.isOn() ? `${clocks(filter.rows.length)} of ` : "";
    status.textContent = `${some}${clocks(model.shown)} records`;
    find("none").hidden = filter.rows.length > 0;
    keepAddress();
  };
  const choose = name => {
    find("query").value = filter.text = name;
    refilter();
    find("query").focus();
  };

  await readAll(part => { status.textContent = `reading, ${Math.round(part * 100)} %`; });
  const end = find("end-data");
  model.footer = end ? JSON.parse(end.textContent) : null;
  showFooter(find);
  fillFilters(find, refilter);
  const address = new URLSearchParams(location.hash.slice(1));
  find("query").value = filter.text = address.get("q") || "";
  filter.apply();
  timeline.refresh();
  refilter();
  const wanted = model.place.get(Number(address.get("record")));
  select(wanted === undefined ? -1 : model.order[wanted]);

  find("query").addEventListener("input", event => {
    filter.text = event.target.value;
    refilter();
  });
  find("close").addEventListener("click", () => select(-1));
  find("zoom-in").addEventListener("click", () => timeline.zoom(0.5));
  find("zoom-out").addEventListener("click", () => timeline.zoom(2));
  find("quiet-label").hidden = !timeline.axis.on;
  find("quiet").addEventListener("change", event => timeline.shorten(event.target.checked));
  find("zoom-fit").addEventListener("click", () => timeline.fit());
  find("zoom-record").addEventListener("click", () => current >= 0 && timeline.show(current, true));
  document.addEventListener("keydown", event => {
    if (event.key === "/" && !/INPUT|SELECT/.test(document.activeElement.tagName)) {
      event.preventDefault();
      find("query").focus();
    } else if (event.key === "Escape" && current >= 0) {
      select(-1);
    }
  });
  document.body.dataset.ready = "yes";
});

function showHeader(find) {
  const h = model.header;
  find("program").textContent = h.program;
  const facts = {os: h.os, cpu: `${h.cpu}, ${h.mhz} MHz`, entry: h.entry};
  find("world").replaceChildren(...Object.entries(facts).map(([name, value]) =>
    make("span", "fact", make("span", "dim", name + " "), value)));
}

function showFooter(find) {
  const f = model.footer;
  const facts = find("end");
  if (!f) {
    facts.replaceChildren(make("span", "fact failed", "the file ends before the run did"));
    return;
  }
  facts.replaceChildren(
    make("span", f.reason === "guest_exit" ? "fact" : "fact failed", make("span", "dim", "ended "),
      f.reason.replace("_", " ") + (f.status === undefined ? "" : " " + hex(f.status))),
    make("span", "fact", make("span", "dim", "clocks "), clocks(f.clocks)),
    make("span", "fact", make("span", "dim", "records "),
      (f.shown === undefined ? "" : clocks(f.shown) + " of ") + clocks(f.records)),
    make("span", "fact", make("span", "dim", "service body "), f.service_body));
  const notes = [];
  if (f.message) notes.push(f.message);
  if (model.header.assumed_clocks || f.assumed_clocks) notes.push("Some clock figures rest on no manual.");
  if (f.left_out) notes.push(`This page has the first ${clocks(model.shown)} records; ${clocks(f.left_out)} more were left out. Narrow the trace, or use --format jsonl.`);
  find("notes").textContent = notes.join(" ");
  find("notes").hidden = notes.length === 0;
}

function fillFilters(find, refilter) {
  const counts = new Array(KINDS.length).fill(0);
  for (const kind of model.kind) counts[kind] += 1;
  find("kinds").append(...KINDS.flatMap((kind, number) => {
    if (!counts[number]) return [];
    const box = Object.assign(make("input"), {type: "checkbox", checked: true});
    box.addEventListener("change", () => {
      filter.kinds[box.checked ? "add" : "delete"](number);
      refilter();
    });
    return [make("label", "", box, make("i", "kind k" + number, "CIEHD"[number]),
      `${KIND_WORDS[number]} `, make("span", "dim", clocks(counts[number])))];
  }));
  const threads = find("thread");
  for (const thread of model.threads) {
    threads.append(Object.assign(make("option", "", "thread " + threadName(thread.id)), {value: thread.id}));
  }
  threads.parentElement.hidden = model.threads.length < 2;
  threads.addEventListener("change", () => {
    filter.thread = threads.value === "" ? null : Number(threads.value);
    refilter();
  });
  find("failed").addEventListener("change", event => {
    filter.failed = event.target.checked;
    refilter();
  });
}
