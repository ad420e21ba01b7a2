// SPDX-License-Identifier: MIT
// The guest's clock as positions on the timeline. Sleeps are millions of clocks in which nothing
// happens: such stretches are shortened, so that what happens around them can be seen.
"use strict";

class Axis {
  constructor(first, last) {
    this.first = first;
    this.last = last;
    this.quiet = this.find();
    let saved = 0;
    for (const gap of this.quiet) {
      gap.at = gap.begins - first - saved;
      gap.width = this.most;
      saved += gap.ends - gap.begins - this.most;
    }
    this.short = last - first - saved;
    this.on = saved > 0;
  }

  /** Stretches without ring 3 in which no passage begins, ends or comes to its next phase. */
  find() {
    const points = [this.first, this.last];
    for (let i = 0; i < model.shown; ++i) {
      points.push(model.begins[i], model.ends[i], model.serviceEnds[i], model.exitBegins[i]);
    }
    const user = model.user.map(u => [u[1], u[1] + u[2]]).sort((a, b) => a[0] - b[0]);
    for (const [begins, ends] of user) points.push(begins, ends);
    points.sort((a, b) => a - b);
    const found = [];
    let busy = 0, next = 0, userEnds = -1;
    for (let i = 1; i < points.length; ++i) {
      const begins = points[i - 1], ends = points[i];
      while (next < user.length && user[next][0] <= begins) {
        userEnds = Math.max(userEnds, user[next++][1]);
      }
      if (ends - begins > 20000 && userEnds <= begins) found.push({begins, ends});
      else busy += ends - begins;
    }
    this.most = Math.max(2000, Math.round(busy * 0.04));
    return found.filter(gap => gap.ends - gap.begins > 2 * this.most);
  }

  get length() {
    return this.on ? this.short : this.last - this.first;
  }

  gaps() {
    return this.on ? this.quiet : [];
  }

  position(clock) {
    if (!this.on) return clock - this.first;
    let low = 0, high = this.quiet.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.quiet[middle].begins <= clock) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return clock - this.first;
    const gap = this.quiet[low - 1];
    if (clock >= gap.ends) return gap.at + gap.width + clock - gap.ends;
    return gap.at + gap.width * (clock - gap.begins) / (gap.ends - gap.begins);
  }

  clock(position) {
    if (!this.on) return position + this.first;
    let at = position + this.first;
    for (const gap of this.quiet) {
      if (position < gap.at) break;
      const into = position - gap.at;
      at = into < gap.width ? gap.begins + into / gap.width * (gap.ends - gap.begins)
        : gap.ends + into - gap.width;
    }
    return at;
  }

  /** Round clocks between two positions, outside of what is shortened. */
  marks(from, to, step) {
    const found = [];
    const gaps = this.gaps();
    let begins = this.clock(from);
    const ends = this.clock(to);
    for (let i = 0; i <= gaps.length; ++i) {
      const until = Math.min(ends, i < gaps.length ? gaps[i].begins : Infinity);
      for (let at = Math.ceil(begins / step) * step; at <= until && found.length < 200; at += step) {
        if (at >= 0) found.push(at);
      }
      if (i < gaps.length) begins = Math.max(begins, gaps[i].ends);
    }
    return found;
  }
}
