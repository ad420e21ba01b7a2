// SPDX-License-Identifier: MIT
// Which records are shown.
"use strict";

const filter = {
  text: "", kinds: new Set(KINDS.keys()), thread: null, failed: false,
  rows: [],           // indexes of records, in the list's order
  shows: null,        // by index: 1 when it is shown

  /** All words must be there; one behind a minus must not. */
  matcher() {
    const words = this.text.toLowerCase().split(/\s+/).filter(w => w !== "" && w !== "-");
    const wanted = words.filter(w => w[0] !== "-");
    const unwanted = words.filter(w => w[0] === "-").map(w => w.slice(1));
    return i => wanted.every(w => model.words[i].includes(w)) &&
      !unwanted.some(w => model.words[i].includes(w));
  },

  apply() {
    const matches = this.matcher();
    this.shows = new Uint8Array(model.shown);
    this.rows = model.order.filter(i => {
      const shown = this.kinds.has(model.kind[i]) &&
        (this.thread === null || model.thread[i] === this.thread) &&
        (!this.failed || model.failed[i]) && matches(i);
      this.shows[i] = shown ? 1 : 0;
      return shown;
    });
  },

  isOn() {
    return this.rows.length !== model.shown;
  },
};
