// SPDX-License-Identifier: MIT
// The trace in memory: columns for what the list and the timeline draw, and the parts' own text
// for the rest, which is read again when a record is shown.
"use strict";

const KINDS = ["call", "software interrupt", "exception", "interrupt", "dispatch"];
const KIND_WORDS = ["calls", "INT n", "exceptions", "interrupts", "dispatches"];
const PHASES = ["user", "gate", "kernel", "service", "wait", "exit"];

const model = {
  header: {}, footer: null, strings: [], layouts: [], parts: [], count: 0, shown: 0,
  threads: [], user: [], messages: [],
  // Columns, by index of the record in the file.
  part: [], at: [], number: [], kind: [], thread: [], depth: [], begins: [], ends: [],
  gateEnds: [], serviceBegins: [], serviceEnds: [], exitBegins: [], name: [], result: [],
  failed: [], words: [],

  text(value) {
    return typeof value === "number" ? this.strings[value] : value || "";
  },

  readPart(element) {
    const source = element.textContent;
    const part = JSON.parse(source);
    for (const s of part.s) this.strings.push(s);
    for (const l of part.l) this.layouts.push(l);
    for (const m of part.m) this.messages.push(m);
    for (const u of part.u) this.user.push(u);
    const index = this.parts.push(source) - 1;
    part.r.forEach((r, at) => this.addRecord(r, index, at));
    element.remove();
  },

  addRecord(r, part, at) {
    const ends = r[4] + r[5];
    const stage = name => r[11].find(s => this.text(s[0]) === name);
    const service = stage("service"), exit = stage("exit"), out = r[13] ? ends - r[13][4] : ends;
    const gate = r[8] ? r[4] + r[8][7] : r[4];
    const exitAt = exit ? exit[2] : out;
    this.part.push(part);
    this.at.push(at);
    this.number.push(r[0]);
    this.kind.push(r[1]);
    this.thread.push(r[2]);
    this.depth.push(r[3]);
    this.begins.push(r[4]);
    this.ends.push(ends);
    this.gateEnds.push(gate);
    this.serviceBegins.push(service ? service[2] : exitAt);
    this.serviceEnds.push(service ? service[2] + service[3] : exitAt);
    this.exitBegins.push(exitAt);
    this.name.push(this.text(r[6]));
    this.result.push(this.resultOf(r));
    this.failed.push(r[7] !== 0 && r[7][0] >= 0x80000000);
    this.words.push(this.wordsOf(r));
    this.shown += 1;
  },

  resultOf(r) {
    if (r[7]) return this.text(r[7][1]) || hex(r[7][0], 8);
    if (!r[13]) return r[1] === 4 ? "" : "does not return";
    return (r[13][2] ? "to " : "back to ") + this.text(r[13][1]);
  },

  /** All that a filter's words are looked for in, in lower case. */
  wordsOf(r) {
    const words = [this.name[this.name.length - 1], this.result[this.result.length - 1],
      KINDS[r[1]], "thread " + r[2].toString(16), "#" + r[0]];
    if (r[8]) words.push(this.text(r[8][0]), this.text(r[8][1]), ...r[8][2].map(c => this.text(c)));
    if (r[13]) words.push(this.text(r[13][1]));
    words.push(this.text(r[14]), this.text(r[15]));
    if (r[12]) {
      for (const a of [...r[12][5], ...(r[12][8] || [])]) {
        words.push(this.text(a[0]), a[2] === 0 ? hex(a[1]) : this.text(a[2]));
      }
    }
    return words.join("\n").toLowerCase();
  },

  /** The whole record; the last part that was asked for stays read. */
  record(index) {
    if (this.openPart !== this.part[index]) {
      this.openPart = this.part[index];
      this.openRecords = JSON.parse(this.parts[this.openPart]).r;
      this.unfold(this.openRecords);
    }
    return this.openRecords[this.at[index]];
  },

  /** Frames are told as what differs from the thread's last, registers as what they were left with. */
  unfold(records) {
    const last = new Map();
    for (const r of records) {
      if (r[10]) {
        const [layout, , told, differs] = r[10], key = r[2] + " " + layout;
        let values = told;
        if (differs) {
          values = last.get(key).slice();
          for (let i = 0; i < told.length; i += 2) values[told[i]] = told[i + 1];
        }
        last.set(key, r[10][2] = values);
      }
      const registers = new Map();
      const parts = [r[16] ? r[16][5] : [], r[8] ? r[8][10] : [], ...r[11].map(s => s[5]), r[13] ? r[13][5] : []];
      for (const change of parts.flat()) {
        if (change.length === 2) change.splice(1, 0, registers.get(change[0]));
        registers.set(change[0], change[2]);
      }
    }
  },

  /** The frame of the thread before this one, of the same layout; null when none is near. */
  frameBefore(index) {
    const now = this.record(index), row = this.place.get(this.number[index]);
    for (let before = row - 1; before >= Math.max(0, row - 500); --before) {
      const i = this.order[before];
      if (this.thread[i] !== this.thread[index]) continue;
      const frame = this.record(i)[10];
      if (frame && now[10] && frame[0] === now[10][0]) return {number: this.number[i], frame};
    }
    return null;
  },

  finish() {
    const seen = new Map();
    for (let i = 0; i < this.shown; ++i) {
      const row = seen.get(this.thread[i]) || {id: this.thread[i], depth: 0};
      row.depth = Math.max(row.depth, this.depth[i]);
      seen.set(this.thread[i], row);
    }
    for (const u of this.user) if (!seen.has(u[0])) seen.set(u[0], {id: u[0], depth: 0});
    this.threads = [...seen.values()].sort((a, b) => a.id - b.id);
    // In the order in which they began, as a reader thinks of them.
    this.order = Array.from({length: this.shown}, (_, i) => i)
      .sort((a, b) => this.number[a] - this.number[b]);
    this.place = new Map(this.order.map((index, row) => [this.number[index], row]));
  },
};

/** Reads the parts in turns, so that the page can be drawn and used meanwhile. */
async function readAll(progress) {
  const parts = [...document.querySelectorAll("script.part")];
  for (let i = 0; i < parts.length; ++i) {
    model.readPart(parts[i]);
    if (i % 8 === 7) {
      progress(i / parts.length);
      await new Promise(done => setTimeout(done));
    }
  }
  model.finish();
}
