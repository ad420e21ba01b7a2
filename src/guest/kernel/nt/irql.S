# SPDX-License-Identifier: MIT
# IRQL is a byte of the PCR; nothing is masked by it but what looks at it.
        .include "kernel.inc"

# CL = new level. AL = old level.
FUNCTION KfRaiseIrql
        movzx   eax, byte ptr fs:[KPCR_Irql]
        mov     fs:[KPCR_Irql], cl
        ret
END_FUNCTION KfRaiseIrql

# CL = new level.
FUNCTION KfLowerIrql
        mov     fs:[KPCR_Irql], cl
        ret
END_FUNCTION KfLowerIrql
