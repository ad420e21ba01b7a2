# SPDX-License-Identifier: MIT
# From 64-bit code to a program in a 16- or 32-bit code segment, and back. Offsets are those of
# NativeFrame.

        .set GENERAL, 0
        .set ESP_AT, 16
        .set TARGET, 32
        .set CS_AT, 36
        .set SS_AT, 38
        .set DS_AT, 40
        .set ES_AT, 42
        .set FS_AT, 44
        .set GS_AT, 46
        .set EFLAGS, 48
        .set INTERRUPT_RETURN, 56
        .set HOST_STACK, 96
        .set HOST_FS_BASE, 104
        .set EXIT, 112
        .set HOST_SS, 116
        .set HOST_MXCSR, 120
        .set FPU, 128

        .set TF, 0x100
        .set NT_AC, 0x44000

        .text
        .globl  oracle_enter
        .type   oracle_enter, @function
oracle_enter:
        pushq   %rbx
        pushq   %rbp
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        leaq    oracle_frame(%rip), %r8
        movq    %rsp, HOST_STACK(%r8)
        movl    %ss, %eax
        movl    %eax, HOST_SS(%r8)
        fxrstor FPU(%r8)
        movw    DS_AT(%r8), %ds
        movw    ES_AT(%r8), %es
        movw    FS_AT(%r8), %fs
        movw    GS_AT(%r8), %gs
        movl    EFLAGS(%r8), %eax
        testl   $TF, %eax
        movl    GENERAL+0(%r8), %eax
        movl    GENERAL+4(%r8), %ecx
        movl    GENERAL+8(%r8), %edx
        movl    GENERAL+12(%r8), %ebx
        movl    GENERAL+20(%r8), %ebp
        movl    GENERAL+24(%r8), %esi
        movl    GENERAL+28(%r8), %edi
        jnz     1f
        movw    SS_AT(%r8), %ss
        leaq    EFLAGS(%r8), %rsp
        popfq
        movl    ESP_AT(%r8), %esp
        ljmpl   *TARGET(%r8)
        # POPF would trap behind the next instruction, which is none of the program's.
1:      leaq    INTERRUPT_RETURN(%r8), %rsp
        iretq
        .size   oracle_enter, . - oracle_enter

        .globl  oracle_leave
        .type   oracle_leave, @function
oracle_leave:
        movl    %eax, oracle_frame+GENERAL+0(%rip)
        movl    %ecx, oracle_frame+GENERAL+4(%rip)
        movl    %edx, oracle_frame+GENERAL+8(%rip)
        movl    %ebx, oracle_frame+GENERAL+12(%rip)
        movl    %esp, oracle_frame+ESP_AT(%rip)
        movl    %ebp, oracle_frame+GENERAL+20(%rip)
        movl    %esi, oracle_frame+GENERAL+24(%rip)
        movl    %edi, oracle_frame+GENERAL+28(%rip)
        movl    %r15d, oracle_frame+EXIT(%rip)
        movq    oracle_frame+HOST_STACK(%rip), %rsp
        pushfq
        popq    oracle_frame+EFLAGS(%rip)
        pushq   $2
        popfq
        movw    %ss, oracle_frame+SS_AT(%rip)
        movw    %ds, oracle_frame+DS_AT(%rip)
        movw    %es, oracle_frame+ES_AT(%rip)
        movw    %fs, oracle_frame+FS_AT(%rip)
        movw    %gs, oracle_frame+GS_AT(%rip)
        fxsave  oracle_frame+FPU(%rip)
        movl    $1, %ecx
        jmp     back_in_host
        .size   oracle_leave, . - oracle_leave

        # ECX: the answer of oracle_enter.
        .type   back_in_host, @function
back_in_host:
        fninit
        ldmxcsr oracle_frame+HOST_MXCSR(%rip)
        movl    oracle_frame+HOST_SS(%rip), %eax
        movl    %eax, %ss
        call    host_segments
        movl    %ecx, %eax
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbp
        popq    %rbx
        ret
        .size   back_in_host, . - back_in_host

        .type   host_segments, @function
host_segments:
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movq    oracle_frame+HOST_FS_BASE(%rip), %rax
        wrfsbase %rax
        ret
        .size   host_segments, . - host_segments

        .globl  oracle_signal
        .type   oracle_signal, @function
oracle_signal:
        pushfq
        andl    $~NT_AC, (%rsp)
        popfq
        subq    $24, %rsp
        movw    %ds, 0(%rsp)
        movw    %es, 2(%rsp)
        movw    %fs, 4(%rsp)
        movw    %gs, 6(%rsp)
        call    host_segments
        movq    %rsp, %rcx
        call    oracle_on_signal
        testb   %al, %al
        jz      1f
        movq    oracle_frame+HOST_STACK(%rip), %rsp
        xorl    %ecx, %ecx
        jmp     back_in_host
1:      movw    0(%rsp), %ds
        movw    2(%rsp), %es
        cmpw    $0, 4(%rsp)
        je      2f
        movw    4(%rsp), %fs
2:      movw    6(%rsp), %gs
        addq    $24, %rsp
        ret
        .size   oracle_signal, . - oracle_signal

        .section .note.GNU-stack, "", @progbits
