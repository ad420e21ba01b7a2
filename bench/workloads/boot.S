// SPDX-License-Identifier: MIT
// The first sector of a floppy disk with a flat image behind it. Loads the image by the BIOS, a
// sector at a time, enters 32-bit protected mode, calls the work at 0x100010 and writes the checksum
// in eight digits to the debug console (port E9). Then it ends the machine by every way that
// emulators offer: port F4 (QEMU), "Shutdown" at port 8900 (Bochs), HLT.
        .intel_syntax noprefix
        .code16
        .globl  _start
        .equ    sectors, 80             // 40 KiB, below what the image is moved to
        .equ    sectors_of_track, 18
        .equ    buffer, 0x1000          // as a segment
        .equ    target, 0x100000
        .equ    code32, 0x08
        .equ    data32, 0x10

_start:
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     [boot_drive], dl
        mov     di, 1                   // the sector, counted from 0 over the whole disk
        mov     bp, buffer
read_sector:
        mov     ax, di
        mov     bl, sectors_of_track
        div     bl                      // AL = track * 2 + head, AH = sector - 1
        mov     cl, ah
        inc     cl
        mov     dh, al
        and     dh, 1
        shr     al, 1
        mov     ch, al
        mov     dl, [boot_drive]
        mov     es, bp
        xor     bx, bx
        mov     ax, 0x0201
        int     0x13
        jc      read_sector
        add     bp, 512 / 16
        inc     di
        cmp     di, sectors
        jbe     read_sector

        cli
        in      al, 0x92                // A20
        or      al, 2
        and     al, 0xFE
        out     0x92, al
        lgdt    [gdt_register]
        mov     eax, cr0
        and     al, 0xF3                // neither EM nor TS: there is an x87
        or      al, 0x23                // PE, MP, NE
        mov     cr0, eax
        jmp     code32:protected

        .code32
protected:
        mov     ax, data32
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 0x7FF000
        cld
        mov     esi, buffer * 16
        mov     edi, target
        mov     ecx, sectors * 512 / 4
        rep movsd
        mov     eax, target + 0x10
        call    eax

        mov     ecx, 8
print:  rol     eax, 4
        mov     edx, eax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69                // a digit of base 16 in ASCII, the old way
        das
        or      al, 0x20
        out     0xE9, al
        mov     eax, edx
        loop    print
        mov     al, 10
        out     0xE9, al
        out     0xF4, al
        mov     esi, offset shutdown
        mov     ecx, 8
        mov     dx, 0x8900
        rep outsb
        hlt

shutdown:
        .ascii  "Shutdown"
        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF
        .quad   0x00CF93000000FFFF
gdt_register:
        .word   . - gdt - 1
        .long   gdt
boot_drive:
        .byte   0
        .org    510
        .word   0xAA55
