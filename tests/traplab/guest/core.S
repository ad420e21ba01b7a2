# SPDX-License-Identifier: MIT
# The core of the laboratory: the entry with its parameters, the stubs of the 256 vectors, the way
# into a case and the way back from wherever it ended.
        .section .head, "ax"
        .globl  start
start:  jmp     begin
        .org    8
        .globl  first_case, last_case
first_case:     .long   0               # parameters, written by who loads the image
last_case:      .long   0xFFFFFFFF
begin:  cli
        cld
        mov     $runner_stack_top, %esp
        mov     $image_end, %edi
        mov     $bss_end, %ecx
        sub     %edi, %ecx
        xor     %eax, %eax
        rep stosb
        mov     $0xFF, %al              # no interrupt reaches the processor
        out     %al, $0x21
        out     %al, $0xA1
        call    run_all
        xor     %eax, %eax
        out     %al, $0xF4              # QEMU's and Ringside's exit port
        mov     $farewell, %esi         # Bochs'
        mov     $8, %ecx
        mov     $0x8900, %edx
        rep outsb
1:      cli
        hlt
        jmp     1b
farewell:       .ascii "Shutdown"

# Sixteen bytes for each vector, so that a handler's address names its vector.
        .section .stubs, "ax"
        .globl  stubs, escape, stubs_end
        .set    vector, 0
stubs:  .rept   256
        .p2align 4
        .byte   0x68                    # push $vector
        .long   vector
        .byte   0xE9                    # jmp record_event
        .long   record_event - (. + 4)
        .set    vector, vector + 1
        .endr
        .p2align 4
stubs_end:

# At any CPL, with any stack that holds twelve bytes more: saves what the processor shows. DS must
# be loadable, so a case leaves the descriptor of 0x43 alone.
record_event:
        push    %ds
        push    %eax
        mov     $0x43, %eax
        mov     %eax, %ds
        mov     %ecx, event + 0x04
        pop     %eax
        mov     %eax, event + 0x00
        pop     %eax
        movzwl  %ax, %eax               # the upper half of a pushed selector is anything
        mov     %eax, event + 0x30
        pop     %eax
        mov     %eax, event + 0x40
        pushf
        pop     %eax
        mov     %eax, event + 0x20
        mov     %edx, event + 0x08
        mov     %ebx, event + 0x0C
        mov     %esp, event + 0x10
        mov     %ebp, event + 0x14
        mov     %esi, event + 0x18
        mov     %edi, event + 0x1C
        xor     %eax, %eax
        mov     %cs, %ax
        mov     %eax, event + 0x24
        mov     %ss, %ax
        mov     %eax, event + 0x28
        mov     %es, %ax
        mov     %eax, event + 0x2C
        mov     %fs, %ax
        mov     %eax, event + 0x34
        mov     %gs, %ax
        mov     %eax, event + 0x38
        testb   $3, event + 0x24
        jz      escape
        int     $0xFE                   # whose gate leads to `escape` at CPL 0

escape: ljmp    $8, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ss
        mov     $event_stack_top, %esp
        mov     %eax, %ds
        mov     %eax, %es
        cld
        mov     %cr0, %eax
        mov     %eax, event + 0x44
        mov     %cr2, %eax
        mov     %eax, event + 0x48
        mov     %cr3, %eax
        mov     %eax, event + 0x4C
        mov     %dr6, %eax
        mov     %eax, event + 0x50
        mov     %dr7, %eax
        mov     %eax, event + 0x54
        xor     %eax, %eax
        str     %ax
        mov     %eax, event + 0x58
        sldt    %ax
        mov     %eax, event + 0x5C
        pushl   $2
        popf
        call    on_event
        test    %eax, %eax
        js      leave_case

# The case goes on: EAX is how many bytes of error code to drop.
        add     %eax, event + 0x10
        mov     event + 0x2C, %eax
        mov     %eax, %es
        mov     event + 0x34, %eax
        mov     %eax, %fs
        mov     event + 0x38, %eax
        mov     %eax, %gs
        mov     event + 0x04, %ecx
        mov     event + 0x08, %edx
        mov     event + 0x0C, %ebx
        mov     event + 0x14, %ebp
        mov     event + 0x18, %esi
        mov     event + 0x1C, %edi
        mov     event + 0x28, %eax
        mov     %eax, %ss
        mov     event + 0x10, %esp
        pushl   event + 0x30
        mov     event + 0x00, %eax
        pop     %ds
        iret

# void enter_case(const struct cpu *): into the state it describes; returns when the case is over.
        .text
        .globl  enter_case
enter_case:
        pusha
        mov     %esp, runner_esp
        mov     36(%esp), %edi
        testb   $2, 0x22(%edi)          # EFLAGS.VM
        jz      1f
        pushl   0x38(%edi)
        pushl   0x34(%edi)
        pushl   0x30(%edi)
        pushl   0x2C(%edi)
        pushl   0x28(%edi)
        pushl   0x10(%edi)
        pushl   0x20(%edi)
        pushl   0x24(%edi)
        pushl   0x3C(%edi)
        jmp     3f
1:      mov     0x38(%edi), %gs
        mov     0x34(%edi), %fs
        mov     0x2C(%edi), %es
        testb   $3, 0x24(%edi)
        jz      2f
        pushl   0x28(%edi)
        pushl   0x10(%edi)
        jmp     4f
2:      mov     0x28(%edi), %ss
        mov     0x10(%edi), %esp
4:      pushl   0x20(%edi)
        pushl   0x24(%edi)
        pushl   0x3C(%edi)
3:      pushl   0x00(%edi)
        pushl   0x1C(%edi)
        mov     0x04(%edi), %ecx
        mov     0x08(%edi), %edx
        mov     0x0C(%edi), %ebx
        mov     0x14(%edi), %ebp
        mov     0x18(%edi), %esi
        testb   $2, 0x22(%edi)
        jnz     5f
        mov     0x30(%edi), %ds
5:      pop     %edi
        pop     %eax
        iret

# Puts the processor back under the runner, whatever the case made of it.
        .globl  leave_case
leave_case:
        cli
        mov     $0x11, %eax
        mov     %eax, %cr0
        xor     %eax, %eax
        mov     %eax, %cr4
        mov     %eax, %dr7
        mov     %eax, %fs
        mov     %eax, %gs
        mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     runner_esp, %esp
        pushl   $2
        popf
        lgdt    gdt_register
        lidt    idt_register
        popa
        ret

        .bss
        .globl  event, runner_esp
        .p2align 4
event:          .skip   0x60
runner_esp:     .skip   4
        .skip   16384
runner_stack_top:
        .skip   8192
event_stack_top:
        .section .note.GNU-stack, "", @progbits
