// SPDX-License-Identifier: MIT
// Enters ring 0 by SYSENTER, which leaves EFLAGS.NT as it is, with NT set: once for a service that
// returns by KiServiceExit, once for NtContinue, which always returns by IRETD.
#include "say.h"

CONTEXT context;

LONG NTAPI yield_with_nt(void);
LONG NTAPI continue_with_nt(void);
__asm__(
    "        .macro  SET_NT\n"
    "        pushfl\n"
    "        orl     $0x4000, (%esp)\n"
    "        popfl\n"
    "        .endm\n"
    "        .globl  _yield_with_nt@0, _continue_with_nt@0\n"
    "_yield_with_nt@0:\n"
    "        SET_NT\n"
    "        call    1f\n"
    "        pushfl\n"
    "        andl    $~0x4000, (%esp)\n"
    "        popfl\n"
    "        ret\n"
    "1:      movl    $0x116, %eax\n"
    "        movl    %esp, %edx\n"
    "        sysenter\n"
    "_continue_with_nt@0:\n"
    "        movl    $0x10001, _context\n"          // CONTEXT_CONTROL
    "        movl    %ebp, _context+0xB4\n"
    "        movl    $3f, _context+0xB8\n"          // Eip
    "        movl    $0x1B, _context+0xBC\n"
    "        pushfl\n"
    "        popl    _context+0xC0\n"
    "        movl    %esp, _context+0xC4\n"
    "        movl    $0x23, _context+0xC8\n"
    "        SET_NT\n"
    "        pushl   $0\n"                          // TestAlert
    "        pushl   $_context\n"
    "        pushl   $0\n"                          // where a stub's caller would be
    "        call    2f\n"
    "        addl    $12, %esp\n"
    "        ret\n"
    "2:      movl    $0x20, %eax\n"
    "        movl    %esp, %edx\n"
    "        sysenter\n"
    "3:      xorl    %eax, %eax\n"
    "        ret\n");

void __stdcall start(void) {
    say("NtYieldExecution with NT set: %08lX\n", yield_with_nt());
    say("NtContinue with NT set: %08lX\n", continue_with_nt());
    ExitProcess(0);
}
