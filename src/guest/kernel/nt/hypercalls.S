# SPDX-License-Identifier: MIT
# Thunks of the kernel helpers that run on the host. Rows: data/nt/hypercalls.tsv.
        .include "kernel.inc"

        .macro HYPERCALL id, name, arg_bytes
FUNCTION \name
        mov     eax, \id
        out     HYPERCALL_PORT, eax
        jecxz   1f
        call    KiServiceOutcome
1:      ret     \arg_bytes
END_FUNCTION \name
        .endm

        .include "nt_hypercalls.inc"
