// SPDX-License-Identifier: MIT
// One record in full: its way through the rings, its arguments, its frame.
"use strict";

function table(className, caption, heads, rows) {
  const body = make("tbody");
  for (const row of rows) {
    const line = make("tr", row.className || "");
    (row.cells || row).forEach((cell, i) => {
      line.append(i === 0 ? Object.assign(make("th", "", cell), {scope: "row"}) : make("td", "", cell));
    });
    body.append(line);
  }
  const head = make("tr");
  for (const h of heads) head.append(Object.assign(make("th", "", h), {scope: "col"}));
  const result = make("table", className, make("caption", "", caption), make("thead", "", head), body);
  return make("div", "scroll", result);
}

/** A step of the way: where, what is to be said of it, clocks. */
function step(phase, name, what, took, ...more) {
  return make("li", "step " + phase, make("span", "step-name", name),
    make("span", "step-what", what, ...more), make("span", "step-took", took === null ? "" : clocks(took)));
}

function changedRegisters(changes) {
  if (!changes || !changes.length) return null;
  const list = make("span", "changes");
  for (const [name, was, is] of changes) {
    list.append(make("span", "change", make("b", "", model.text(name)), ` ${hex(was, 8)} → `, hex(is, 8)));
  }
  return list;
}

function border(text) {
  return make("li", "border", make("span", "", text));
}

function stackText(point) {
  return hex(point[3], 4) + ":" + hex(point[4], 8);
}

/** The way in: stub, gate, stack. */
function waySteps(r) {
  const steps = [], entry = r[8], gate = r[9];
  if (!entry) {
    steps.push(step("kernel", "caller", `kernel code, without a gate, depth ${r[3]}`, null));
    return steps;
  }
  const from = make("span", "lines", make("span", "", `${model.text(entry[0])} at ${model.text(entry[1])}`));
  for (const caller of entry[2]) from.append(make("span", "dim", "called from " + model.text(caller)));
  if (r[14] !== undefined && model.text(r[14])) {
    const via = model.text(r[15]);
    const how = via === "direct" ? ", directly" : via ? ", through " + via : "";
    from.append(make("span", "dim", `by ${model.text(r[14])}${how}`));
  }
  if (entry[8] !== null) {
    const why = gate && gate[1] === 14 ? ` (${pageFaultText(entry[8])})` : "";
    from.append(make("span", "", `error code ${hex(entry[8])}${why}`));
  }
  if (entry[9] !== null) from.append(make("span", "", "CR2 " + hex(entry[9], 8)));
  const stub = r[16];
  steps.push(step("user", stub ? "stub" : "from", from, stub ? stub[3] : null, stub ? changedRegisters(stub[5]) : null));
  const ring = point => point[5];
  if (ring(entry[5]) !== ring(entry[6])) steps.push(border(`ring ${ring(entry[5])} → ring ${ring(entry[6])}`));
  const kinds = {sysenter: "MSR 174–176", far_call: model.text(gate[2])};
  const kind = model.text(gate[0]);
  const door = kinds[kind] || `IDT[${hex(gate[1], 2)}], ${model.text(gate[2])}, DPL ${gate[3]}`;
  const lines = make("span", "lines", make("span", "", `${door} → ${hex(gate[4], 4)}:${model.text(gate[6])}`));
  if (gate[7]) {
    const source = model.text(gate[7][0]) === "msr" ? "MSR 175" : "TSS";
    lines.append(make("span", "dim", `stack ${stackText(entry[5])} → ${stackText(entry[6])}, from ${source}`));
  }
  steps.push(step("gate", "gate", lines, entry[7], changedRegisters(entry[10])));
  return steps;
}

function stageSteps(r) {
  return r[11].map(stage => {
    const name = model.text(stage[0]);
    const phase = ["service", "wait", "exit"].includes(name) ? name : "kernel";
    const what = stage[4].map(d => `${model.text(d[0])} ${d[2] === 0 ? hex(d[1]) : model.text(d[2])}`);
    if (name === "frame" && r[10]) {
      what.unshift(`${model.layouts[r[10][0]][0]} at ${hex(r[10][1], 8)}`);
    }
    return step(phase, name, what.join(", "), stage[3], changedRegisters(stage[5]));
  });
}

function exitSteps(r) {
  const exit = r[13];
  if (!exit) return [step("exit", "return", r[7] ? "to the kernel code that called" : "control never comes back", null)];
  const steps = [step("exit", "return", `${model.text(exit[0])}${exit[2] ? ", elsewhere" : ""}`, exit[4], changedRegisters(exit[5]))];
  if (exit[3][5] === 3 && (!r[8] || r[8][6][5] !== 3)) steps.push(border("ring 0 → ring 3"));
  steps.push(step("user", "to", `${model.text(exit[1])}, stack ${stackText(exit[3])}`, null));
  return steps;
}

function argumentRows(list, kind) {
  return list.map(a => [model.text(a[0]) || "—", hex(a[1], 8),
    make("span", kind, a[2] === 0 ? "" : model.text(a[2]))]);
}

function frameTable(index) {
  const r = model.record(index);
  const [name, fields] = model.layouts[r[10][0]];
  const before = model.frameBefore(index);
  const old = before ? before.frame[2] : null;
  const rows = r[10][2].map((value, i) => {
    const [field, offset, size] = fields[i];
    const digits = size * 2;
    const changed = old && i < old.length && old[i] !== value;
    return {className: changed ? "changed" : "", cells: [
      make("code", "", "+" + hex(offset, 2)), field, make("code", "value", hex(value, digits)),
      make("code", "was", changed ? hex(old[i], digits) : ""), fieldText(field, value, r)]};
  });
  const shown = table("frame", `${name} at ${hex(r[10][1], 8)}`,
    ["offset", "field", "value", before ? "was, #" + before.number : "was", "says"], rows);
  shown.id = "frame";
  return shown;
}

function showRecord(box, index) {
  const r = model.record(index);
  const title = make("h2", "", model.name[index]);
  title.tabIndex = -1;
  const facts = [`#${r[0]}`, KINDS[r[1]], `thread ${threadName(r[2])}`, `clock ${clocks(r[4])}`,
    `${clocks(r[5])} clocks`];
  if (r[3]) facts.push(`depth ${r[3]}`);
  const result = make("p", model.failed[index] ? "outcome failed" : "outcome",
    (r[7] ? "= " : "") + model.result[index] + (r[7] && r[7][1] !== 0 ? ` (${hex(r[7][0], 8)})` : ""));
  const children = [title, make("p", "facts", facts.join(" · ")), result];
  if (r[5] > 0 && r[1] !== 4) {
    const legend = make("div", "legend");
    phasesOf(index).forEach((part, phase) => {
      if (part > 0) legend.append(make("span", PHASES[phase + 1], `${PHASES[phase + 1]} ${clocks(part)}`));
    });
    children.push(phaseBar(index), legend);
  }
  children.push(make("ol", "way", ...(r[1] === 4 ? [] : waySteps(r)), ...stageSteps(r), ...exitSteps(r)));
  const service = r[12];
  if (service) {
    const state = model.text(service[3]);
    const note = model.text(service[9]);
    const missing = state === "real" ? "" : `, ${state}${note ? ": " + note : ""}`;
    children.push(table("arguments", `Arguments of ${model.text(service[0])}, number ${hex(service[1])}, ` +
      `${service[2]} bytes${missing}`, ["name", "value", "means"],
    [...argumentRows(service[5], ""), ...argumentRows(service[8] || [], "out")]));
  }
  if (r[10]) children.push(frameTable(index));
  box.replaceChildren(...children);
  box.scrollTop = 0;
}

/** What is shown while no record is: how often each name came, and what it took. */
function showSummary(box, choose) {
  const rows = new Map();
  for (let i = 0; i < model.shown; ++i) {
    if (model.kind[i] === 4) continue;
    const row = rows.get(model.name[i]) || {name: model.name[i], times: 0, failed: 0, took: 0};
    row.times += 1;
    row.failed += model.failed[i] ? 1 : 0;
    row.took += model.ends[i] - model.begins[i];
    rows.set(model.name[i], row);
  }
  const all = [...rows.values()].sort((a, b) => b.took - a.took || a.name.localeCompare(b.name));
  const most = all.length ? all[0].took : 1;
  const title = make("h2", "", "Summary");
  title.tabIndex = -1;
  const lines = all.slice(0, 500).map(row => {
    const pick = make("button", "link", row.name);
    pick.type = "button";
    pick.addEventListener("click", () => choose(row.name));
    const bar = make("span", "share");
    bar.style.width = Math.max(1, 100 * row.took / most) + "%";
    return [pick, clocks(row.times), row.failed ? make("span", "failed", clocks(row.failed)) : "",
      clocks(Math.round(row.took / row.times)), make("span", "sharing", bar, make("span", "", clocks(row.took)))];
  });
  const note = make("p", "facts", "From the gate in to the way out, with what other threads did meanwhile. " +
    "Choose a record to see its way through the rings, its arguments and its frame.");
  const said = model.messages.map(m => make("li", "", `clock ${clocks(m[0])}: ${m[1]}`));
  box.replaceChildren(title, note,
    table("summary", `${all.length} names`, ["name", "times", "failed", "mean", "clocks"], lines),
    ...(said.length ? [make("h3", "", "Messages"), make("ul", "said", ...said)] : []));
}
