// SPDX-License-Identifier: MIT
// The threads over the guest's clock, on a canvas. What cannot be seen is not drawn: passages in
// the same pixel are drawn once.
"use strict";

class Timeline {
  constructor(box, canvas, tip, select) {
    Object.assign(this, {box, canvas, tip, select, lane: 16, head: 22, side: 64, selected: -1});
    this.bands = [];
    canvas.addEventListener("wheel", event => this.wheel(event), {passive: false});
    canvas.addEventListener("pointerdown", event => this.down(event));
    canvas.addEventListener("pointermove", event => this.move(event));
    canvas.addEventListener("pointerup", event => this.up(event));
    canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    canvas.addEventListener("dblclick", () => this.fit());
    canvas.addEventListener("keydown", event => this.key(event));
    new ResizeObserver(() => this.resize()).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colours());
  }

  refresh() {
    this.first = Infinity;
    this.last = -Infinity;
    for (let i = 0; i < model.shown; ++i) {
      if (model.begins[i] < this.first) this.first = model.begins[i];
      if (model.ends[i] > this.last) this.last = model.ends[i];
    }
    for (const [, begins, took] of model.user) {
      this.first = Math.min(this.first, begins);
      this.last = Math.max(this.last, begins + took);
    }
    if (!(this.last > this.first)) [this.first, this.last] = [0, 1];
    this.axis = new Axis(this.first, this.last);
    // By thread: records in the order of their begin, outer before inner, and the time in ring 3.
    let top = this.head;
    this.bands = model.threads.slice(0, 200).map(thread => {
      const lanes = Math.min(thread.depth, 5) + 1;
      const band = {id: thread.id, top, lanes, records: [], user: []};
      top += lanes * this.lane + 12;
      return band;
    });
    const byThread = new Map(this.bands.map(band => [band.id, band]));
    for (const i of model.order) byThread.get(model.thread[i])?.records.push(i);
    for (const u of model.user) byThread.get(u[0])?.user.push(u);
    for (const band of this.bands) band.user.sort((a, b) => a[1] - b[1]);
    this.height = top + 4;
    this.colours();
    this.fit();
    this.resize();
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    this.colour = Object.fromEntries(["text", "dim", "line", "back", "sunk", "accent", ...PHASES]
      .map(name => [name, style.getPropertyValue("--" + name).trim()]));
    this.later();
  }

  resize() {
    const scale = devicePixelRatio || 1;
    this.width = this.box.clientWidth;
    this.canvas.style.height = this.height + "px";
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.later();
  }

  later() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  /** `from` and `to` are positions on the axis, which is the clock unless idle time is short. */
  fit() {
    const margin = this.axis.length * 0.01;
    [this.from, this.to] = [-margin, this.axis.length + margin];
    this.later();
  }

  shorten(on) {
    this.axis.on = on;
    this.fit();
  }

  zoom(factor, x = this.width / 2) {
    const share = (x - this.side) / (this.width - this.side);
    const at = this.from + share * (this.to - this.from);
    const span = Math.min(this.axis.length * 1.1, Math.max(20, (this.to - this.from) * factor));
    this.from = at - span * share;
    this.to = this.from + span;
    this.later();
  }

  pan(pixels) {
    const by = pixels * (this.to - this.from) / (this.width - this.side);
    if (this.to + by < 0 || this.from + by > this.axis.length) return;
    this.from += by;
    this.to += by;
    this.later();
  }

  show(index, zoomed = false) {
    this.selected = index;
    if (index >= 0) {
      const begins = this.axis.position(model.begins[index]);
      const ends = this.axis.position(model.ends[index]);
      const span = zoomed ? Math.max(40, (ends - begins) * 1.6) : this.to - this.from;
      if (zoomed || begins < this.from || ends > this.to) {
        this.from = (begins + ends) / 2 - span / 2;
        this.to = this.from + span;
      }
    }
    this.later();
  }

  xOf(clock) {
    const at = this.axis.position(clock) - this.from;
    return this.side + at / (this.to - this.from) * (this.width - this.side);
  }

  draw() {
    const pen = this.canvas.getContext("2d"), scale = devicePixelRatio || 1;
    if (!pen || !this.width || !this.axis) return;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.font = "11px ui-monospace, monospace";
    pen.textBaseline = "middle";
    this.ruler(pen);
    for (const band of this.bands) this.band(pen, band);
  }

  ruler(pen) {
    const rough = (this.to - this.from) / Math.max(2, (this.width - this.side) / 120);
    const ten = 10 ** Math.floor(Math.log10(rough));
    const step = Math.max(1, [1, 2, 5, 10].map(n => n * ten).find(n => n >= rough));
    pen.fillStyle = this.colour.dim;
    pen.strokeStyle = this.colour.line;
    pen.lineWidth = 1;
    pen.fillText("clock", 8, 10);
    let free = this.side;  // where the next figure may stand
    for (const at of this.axis.marks(this.from, this.to, step)) {
      const x = Math.round(this.xOf(at)) + 0.5;
      if (x < free) continue;
      pen.beginPath();
      pen.moveTo(x, 16);
      pen.lineTo(x, this.height);
      pen.stroke();
      free = x + pen.measureText(clocks(at)).width + 16;
      if (free < this.width) pen.fillText(clocks(at), x + 3, 10);
    }
    for (const gap of this.axis.gaps()) {
      const x = this.xOf(gap.begins), end = this.xOf(gap.ends);
      if (end < this.side || x > this.width) continue;
      pen.fillStyle = this.colour.sunk;
      pen.fillRect(Math.max(x, this.side), 18, end - Math.max(x, this.side), this.height);
      pen.fillStyle = this.colour.dim;
      const said = "idle " + clocks(gap.ends - gap.begins), left = Math.max(x, this.side) + 4;
      if (end - left > pen.measureText(said).width + 4) pen.fillText(said, left, this.height - 9);
    }
  }

  band(pen, band) {
    pen.fillStyle = this.colour.dim;
    pen.fillText(threadName(band.id), 8, band.top + 6);
    pen.save();
    pen.beginPath();
    pen.rect(this.side, 0, this.width - this.side, this.height);
    pen.clip();
    pen.fillStyle = this.colour.user;
    let drawn = -1;
    for (const [, begins, took] of band.user) {
      const x = this.xOf(begins), end = this.xOf(begins + took);
      if (end < this.side || x > this.width || end <= drawn) continue;
      drawn = Math.max(end, Math.ceil(x));
      pen.fillRect(x, band.top + band.lanes * this.lane, Math.max(1, end - x), 4);
    }
    const full = new Array(band.lanes).fill(-1);
    for (const i of band.records) {
      const x = this.xOf(model.begins[i]), end = this.xOf(model.ends[i]);
      if (x > this.width) break;
      const lane = Math.min(model.depth[i], band.lanes - 1);
      if (end < this.side || (end - x < 1 && end <= full[lane] && i !== this.selected)) continue;
      full[lane] = Math.max(Math.ceil(end), x + 1);
      this.passage(pen, i, x, Math.max(end, x + 1), band.top + lane * this.lane);
    }
    pen.restore();
  }

  passage(pen, i, x, end, y) {
    const tall = this.lane - 3;
    pen.globalAlpha = filter.shows[i] ? 1 : 0.18;
    if (model.kind[i] === 4) {  // a dispatch takes no time of its own
      pen.fillStyle = this.colour.exit;
      pen.beginPath();
      pen.moveTo(x - 4, y);
      pen.lineTo(x + 4, y);
      pen.lineTo(x, y + 7);
      pen.fill();
    } else if (end - x < 2) {  // too little for its phases to be told apart
      pen.fillStyle = this.colour.kernel;
      pen.fillRect(x, y, end - x, tall);
    } else {
      const borders = [model.begins[i], model.gateEnds[i], model.serviceBegins[i],
        model.serviceEnds[i], model.exitBegins[i], model.ends[i]].map(clock => this.xOf(clock));
      borders[5] = end;
      for (let phase = 0; phase < 5; ++phase) {
        if (borders[phase + 1] <= borders[phase]) continue;
        pen.fillStyle = this.colour[PHASES[phase + 1]];
        pen.fillRect(borders[phase], y, borders[phase + 1] - borders[phase], tall);
      }
    }
    if (end - x > 34) {
      const from = Math.max(x, this.side), text = this.cut(model.name[i], end - from - 12);
      if (text) {
        const size = pen.measureText(text).width;
        pen.fillStyle = this.colour.back;
        pen.globalAlpha *= 0.86;
        pen.fillRect(from + 3, y + 2, size + 6, tall - 4);
        pen.globalAlpha = filter.shows[i] ? 1 : 0.3;
        pen.fillStyle = this.colour.text;
        pen.fillText(text, from + 6, y + tall / 2 + 0.5);
      }
    }
    pen.globalAlpha = 1;
    if (i === this.selected) {
      pen.strokeStyle = this.colour.accent;
      pen.lineWidth = 2;
      pen.strokeRect(x - 2, y - 2, end - x + 4, tall + 4);
    }
  }

  cut(text, width) {
    const fits = Math.floor(width / 6.7);
    return fits >= text.length ? text : fits < 4 ? "" : text.slice(0, fits - 1) + "…";
  }

  /** The innermost record under a point. */
  hit(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const band = this.bands.find(b => y >= b.top - 4 && y < b.top + b.lanes * this.lane);
    if (!band || x < this.side) return -1;
    const lane = Math.max(0, Math.floor((y - band.top) / this.lane));
    let best = -1, near = 5;
    for (const i of band.records) {
      if (Math.min(model.depth[i], band.lanes - 1) !== lane) continue;
      const a = this.xOf(model.begins[i]), b = this.xOf(model.ends[i]);
      const away = x < a ? a - x : x > b ? x - b : 0;
      if (away < near || (away === 0 && best >= 0)) [best, near] = [i, away];
      if (a > x + 5) break;
    }
    return best;
  }

  wheel(event) {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return this.pan(event.deltaX);
    const box = this.canvas.getBoundingClientRect();
    this.zoom(Math.exp(event.deltaY * 0.0015), Math.max(this.side, event.clientX - box.left));
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.held = {x: event.clientX, moved: 0};
  }

  move(event) {
    if (this.held) {
      const by = this.held.x - event.clientX;
      this.held.moved += Math.abs(by);
      this.held.x = event.clientX;
      this.pan(by);
      return;
    }
    const i = this.hit(event);
    this.canvas.style.cursor = i >= 0 ? "pointer" : "grab";
    this.tip.hidden = i < 0;
    if (i < 0) return;
    this.tip.textContent = `#${model.number[i]} ${model.name[i]} — ` +
      `${clocks(model.ends[i] - model.begins[i])} clocks, ${model.result[i]}`;
    const box = this.box.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 12, box.width - this.tip.offsetWidth - 8);
    this.tip.style.transform = `translate(${Math.max(4, left)}px, ${event.clientY - box.top + 16}px)`;
  }

  up(event) {
    const moved = this.held ? this.held.moved : 9;
    this.held = null;
    const i = moved < 4 ? this.hit(event) : -1;
    if (i >= 0) this.select(i);
  }

  key(event) {
    const act = {"+": () => this.zoom(0.6), "=": () => this.zoom(0.6), "-": () => this.zoom(1.7),
      ArrowLeft: () => this.pan(-80), ArrowRight: () => this.pan(80), Home: () => this.fit(),
      0: () => this.fit()}[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  }
}
