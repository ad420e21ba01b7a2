# SPDX-License-Identifier: MIT
# Ring-0 code that loses its stack: the page fault of the push cannot be delivered either.
        .intel_syntax noprefix
        .text
        xor     esp, esp
        push    eax
        ret
