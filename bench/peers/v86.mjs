// SPDX-License-Identifier: MIT
// A floppy disk on v86, the npm package: node v86.mjs PACKAGE_FOLDER DISK BIOS VGABIOS. Prints what
// the guest writes to port E9; port F4 ends it.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, disk, bios, vgaBios] = process.argv.slice(2);
const build = join(resolve(folder), "build");
const { V86 } = await import(pathToFileURL(join(build, "libv86.mjs")).href);
const bufferOf = (path) => ({ buffer: new Uint8Array(readFileSync(path)).buffer });

const machine = new V86({
    wasm_path: join(build, "v86.wasm"),
    memory_size: 32 * 1024 * 1024,
    vga_memory_size: 2 * 1024 * 1024,
    bios: bufferOf(bios),
    vga_bios: bufferOf(vgaBios),
    fda: bufferOf(disk),
    boot_order: 0x321,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    autostart: true,
    log_level: 0,
});
machine.add_listener("emulator-loaded", () => {
    const { cpu } = machine.v86;
    cpu.io.register_write(0xe9, cpu, (value) => process.stdout.write(String.fromCharCode(value)));
    cpu.io.register_write(0xf4, cpu, () => process.exit(0));
});
