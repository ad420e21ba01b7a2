// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.hpp"
#include "nt/ntstatus.hpp"

namespace ringside::nt {

class Kernel;
class ThreadObject;

/// A procedure set by NtUserSetWindowsHookEx.
struct WindowsHook {
    std::uint32_t handle = 0;
    std::uint32_t procedure = 0;
};

/// What the built-in win32k keeps for a GUI thread beside its W32THREAD in guest memory.
struct GuiThread {
    LinearAddress w32thread;
    std::vector<WindowsHook> hooks;  ///< The last one set is called first.
    std::uint32_t batches = 0;       ///< Played by KeGdiFlushUserBatch,
    std::uint32_t commands = 0;      ///< with so many drawing commands in all.
};

/// The part of PsConvertToGuiThread that win32k has in it: a W32THREAD to which
/// KTHREAD.Win32Thread and TEB.Win32ThreadInfo lead. STATUS_NO_MEMORY when the pool is full.
[[nodiscard]] NTSTATUS PspW32ThreadCallout(Kernel& kernel);

/// A thread that ends gives its W32THREAD back.
void end_gui_thread(Kernel& kernel, ThreadObject& thread);

/// Plays the drawing commands that gdi32 batched in the TEB: there is nothing to draw on, so that
/// they are counted, and the batch is empty again. The status of a fault in the TEB.
[[nodiscard]] NTSTATUS KeGdiFlushUserBatch(Kernel& kernel);

}  // namespace ringside::nt
