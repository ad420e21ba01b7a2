# SPDX-License-Identifier: MIT
# Ring-0 code in place of a service's thunk: a vector that nothing else on this machine raises.
        .intel_syntax noprefix
        .text
        int     VECTOR
        ret
