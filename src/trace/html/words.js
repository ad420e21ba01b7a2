// SPDX-License-Identifier: MIT
// Numbers and registers as a reader knows them.
"use strict";

function hex(value, digits = 0) {
  const text = value.toString(16).toUpperCase();
  return digits ? text.padStart(digits, "0") : "0x" + text;
}

/** Thousands apart by a narrow space. */
function clocks(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202F");
}

function threadName(id) {
  return id === 0 ? "CPU" : hex(id).slice(2);
}

const FLAGS = [[0, "CF"], [2, "PF"], [4, "AF"], [6, "ZF"], [7, "SF"], [8, "TF"], [9, "IF"],
  [10, "DF"], [11, "OF"], [14, "NT"], [16, "RF"], [17, "VM"], [18, "AC"], [19, "VIF"],
  [20, "VIP"], [21, "ID"]];

function flagsText(value) {
  const names = FLAGS.filter(([bit]) => value >>> bit & 1).map(([, name]) => name);
  const iopl = value >>> 12 & 3;
  if (iopl) names.push("IOPL " + iopl);
  return names.join(" ") || "none set";
}

function selectorText(value) {
  if ((value & ~3) === 0) return "null selector";
  return `${value & 4 ? "LDT" : "GDT"}[${value >>> 3}], RPL ${value & 3}`;
}

function pageFaultText(code) {
  return [code & 1 ? "protection" : "page not present", code & 2 ? "write" : "read",
    code & 4 ? "from user mode" : "from kernel mode"].join(", ");
}

/** What a field of a frame says, where its name tells; `record` lends it symbols. */
function fieldText(name, value, record) {
  if (/^e?flags$/i.test(name)) return flagsText(value);
  if (/^(Seg|HardwareSeg|TempSeg|V86)|^[CDEFGS]S$/.test(name)) return selectorText(value & 0xFFFF);
  if (/^Eip$/i.test(name)) {
    if (record[13] && record[13][3][1] === value) return model.text(record[13][1]);
    if (record[8] && record[8][5][1] === value) return model.text(record[8][1]);
  }
  if (/^Err(or)?Code$/i.test(name) && record[9] && record[9][1] === 14) return pageFaultText(value);
  if (name === "DbgArgMark" && value === 0xBADB0D00) return "mark of a complete frame";
  if (name === "PreviousPreviousMode" && value < 2) return value ? "user mode" : "kernel mode";
  if (name === "ExceptionList" && value === 0xFFFFFFFF) return "end of the chain";
  return "";
}

/** An element with a class, text and children; text is never markup. */
function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter(c => c !== null && c !== undefined && c !== ""));
  return element;
}
