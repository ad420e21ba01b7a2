# SPDX-License-Identifier: MIT
# A Multiboot kernel without an operating system: it sets up its own tables, has the 8254 interrupt
# it a thousand times a second through the 8259As, and counts five interrupts. Text goes to the
# debug console at port E9h, progress to the POST port.

    .equ MAGIC, 0x1BADB002
    .equ FLAGS, 1 << 1              # wants the memory sizes
    .equ CODE, 0x08
    .equ DATA, 0x10
    .equ TIMER_VECTOR, 0x20
    .equ DIVISOR, 1193              # of 1193182 Hz

    .text
    .balign 4
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)

    .globl start
start:
    cmp $0x2BADB002, %eax           # only a Multiboot loader says that
    jne no_loader
    mov $stack_top, %esp
    mov $0x10, %al                  # POST 10: started
    out %al, $0x80
    mov $greeting, %esi
    call print
    mov 16(%ebx), %esi              # the command line
    call print
    mov $'\n', %al
    out %al, $0xE9

    lgdt gdt_register
    ljmp $CODE, $1f
1:  mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss

    mov $timer, %eax                # its gate: offset and selector, then the type
    mov %ax, idt + 8 * TIMER_VECTOR
    movw $CODE, idt + 8 * TIMER_VECTOR + 2
    movw $0x8E00, idt + 8 * TIMER_VECTOR + 4
    shr $16, %eax
    mov %ax, idt + 8 * TIMER_VECTOR + 6
    lidt idt_register
    mov $0x20, %al                  # POST 20: tables stand
    out %al, $0x80

    mov $initialization, %esi       # pairs of port and byte
    mov $(initialization_end - initialization) / 2, %ecx
    xor %edx, %edx
2:  lodsb
    mov %al, %dl
    lodsb
    out %al, %dx
    loop 2b

    sti
3:  hlt
    cmpl $5, ticks
    jb 3b
    cli
    mov $done, %esi
    call print
    mov $0x30, %al                  # POST 30: done
    out %al, $0x80
no_loader:
    cli
    hlt                             # with IF = 0: the end, status 0

    .globl timer
timer:
    push %eax
    incl ticks
    mov $'.', %al
    out %al, $0xE9
    mov $0x20, %al                  # end of interrupt
    out %al, $0x20
    pop %eax
    iret

    .globl print
print:
    lodsb
    test %al, %al
    jz 1f
    out %al, $0xE9
    jmp print
1:  ret

initialization:
    .byte 0x20, 0x11, 0x21, TIMER_VECTOR, 0x21, 0x04, 0x21, 0x01   # master: ICW1 to ICW4
    .byte 0xA0, 0x11, 0xA1, 0x28, 0xA1, 0x02, 0xA1, 0x01           # slave
    .byte 0x21, 0xFE, 0xA1, 0xFF                                   # only IRQ 0
    .byte 0x43, 0x34, 0x40, DIVISOR & 0xFF, 0x40, DIVISOR >> 8     # counter 0, mode 2
initialization_end:

greeting:
    .asciz "Started as: "
done:
    .asciz "\nFive ticks.\n"

    .balign 8
gdt:
    .quad 0
    .quad 0x00CF9A000000FFFF
    .quad 0x00CF92000000FFFF
gdt_register:
    .word . - gdt - 1
    .long gdt
idt_register:
    .word 8 * (TIMER_VECTOR + 1) - 1
    .long idt

    .bss
    .balign 16
    .lcomm idt, 8 * (TIMER_VECTOR + 1)
    .lcomm ticks, 4
    .lcomm stack, 1024
    .equ stack_top, stack + 1024
