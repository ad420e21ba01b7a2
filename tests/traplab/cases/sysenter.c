/* SPDX-License-Identifier: MIT */
/* SYSENTER and SYSEXIT with good and bad MSRs. */
#include "lab.h"

enum { F_ALL = F_ARITHMETIC | F_IF | F_DF | F_NT | F_AC | F_ID };

static void msr(u32 number, u32 value) {
    __asm__ volatile("wrmsr" : : "c"(number), "a"(value), "d"(0));
}

/* The selectors that SYSENTER takes from the MSR's are the GDT's first ones: 8, 10h, then 1Bh, 23h. */
static void msrs(u32 cs, u32 esp, u32 eip) {
    msr(0x174, cs);
    msr(0x175, esp);
    msr(0x176, eip);
}

static void enter(void) {
    static const u32 selectors[] = {0, 1, 2, 3, 4, 8, 9, 0xB, 0x10, 0x48, 0x1F0, 0xFFF8, 0x10008, 0xFFFF0000};
    for (u32 i = 0; i < sizeof selectors / sizeof selectors[0]; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("sysenter cs %x cpl%d", selectors[i], cpl)) {
                ring(cpl);
                msrs(selectors[i], S(1), stub(0xF0));
                emit("0f 34");
                go();
                msrs(0, 0, 0);
                end();
            }
        }
    }
    static const u32 flags[] = {F_ALL, F_TF, F_RF, F_IOPL(3), F_IF};
    for (u32 i = 0; i < sizeof flags / sizeof flags[0]; ++i) {
        if (begin("sysenter flags %x", flags[i])) {
            ring(3);
            in.eflags = flags[i] | 2;
            msrs(8, S(1), stub(0xF0));
            emit("0f 34");
            go();
            msrs(0, 0, 0);
            end();
        }
    }
    if (begin("sysenter from v86")) {
        v86(0);
        msrs(8, S(1), stub(0xF0));
        emit("0f 34");
        run();
        msrs(0, 0, 0);
        end();
    }
    if (begin("sysenter with a broken gdt entry")) {
        /* The descriptor is not looked at: code at CPL 0, flat, whatever it says. */
        ring(3);
        descriptor(X(0), 0x12340000, 0x10, A_DATA_RO & ~PRESENT, 0);
        msrs(X(0), S(1), D);
        at(D);
        emit("90 cd f2");
        at(C);
        emit("0f 34");
        go();
        msrs(0, 0, 0);
        end();
    }
    if (begin("sysenter single step")) {
        ring(3);
        in.eflags |= F_TF;
        msrs(8, S(0), D);
        at(D);
        emit("90 cd f2");
        at(C);
        emit("0f 34");
        go_on(1, 0);
        show = SHOW_DR6;
        go();
        msrs(0, 0, 0);
        end();
    }
    if (begin("sysenter real handler stack")) {
        ring(3);
        msrs(8, S(0) - 0x10, D);
        at(D);
        emit("50 cd f2");
        at(C);
        emit("0f 34");
        go();
        msrs(0, 0, 0);
        end();
    }
    for (u32 cpl = 1; cpl < 3; ++cpl) {
        if (begin("sysenter cpl%d", cpl)) {
            ring(cpl);
            msrs(8, S(1), stub(0xF0));
            emit("0f 34");
            go();
            msrs(0, 0, 0);
            end();
        }
    }
}

static void leave(void) {
    /* CS + 16 and CS + 24 must do: with 20h they are 33h and 3Bh, which are no code and data. */
    static const u32 selectors[] = {0, 1, 2, 3, 4, 8, 0x28, 0x2B, 0x10028, 0xFFFF0000};
    for (u32 i = 0; i < sizeof selectors / sizeof selectors[0]; ++i) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            if (cpl != 0 && i != 6) {
                continue;
            }
            if (begin("sysexit cs %x cpl%d", selectors[i], cpl)) {
                ring(cpl);
                /* What follows at CPL 3 needs descriptors only when it is interrupted. */
                msrs(selectors[i], 0, 0);
                in.ecx = S(3);
                in.edx = D;
                at(D);
                emit("90 cd f2");
                at(C);
                emit("0f 35");
                go();
                msrs(0, 0, 0);
                end();
            }
        }
    }
    static const u32 flags[] = {F_ALL, F_TF | F_IF, F_RF, F_IOPL(3), F_IOPL(1) | F_IF};
    for (u32 i = 0; i < sizeof flags / sizeof flags[0]; ++i) {
        if (begin("sysexit flags %x", flags[i])) {
            in.eflags = flags[i] | 2;
            msrs(0x28, 0, 0);
            in.ecx = S(3);
            in.edx = D;
            at(D);
            emit("90 cd f2");
            at(C);
            emit("0f 35");
            go();
            msrs(0, 0, 0);
            end();
        }
    }
    if (begin("sysexit does not touch data registers")) {
        msrs(0x28, 0, 0);
        in.ds = in.es = in.fs = in.gs = DS(0);
        in.ecx = S(3);
        in.edx = D;
        at(D);
        emit("90 cd f2");
        at(C);
        emit("0f 35");
        go();
        msrs(0, 0, 0);
        end();
    }
    if (begin("there and back")) {
        ring(3);
        msrs(8, S(0), D);
        descriptor(0x18, 0, 0xFFFFF, A_CODE | DPL(3), SIZE32 | GRANULAR);
        descriptor(0x20, 0, 0xFFFFF, A_DATA | DPL(3), SIZE32 | GRANULAR);
        in.edx = C + 2;
        in.ecx = S(3) - 0x20;
        at(D);
        emit("40 0f 35");
        at(C);
        emit("0f 34 43");
        go();
        msrs(0, 0, 0);
        end();
    }
}

static void model_registers(void) {
    for (u32 n = 0x174; n < 0x177; ++n) {
        if (begin("msr %x keeps its value", n)) {
            emit("b9 %d b8 %d ba %d 0f 30 31 c0 31 d2 0f 32", n, 0x87654321, 0);
            go();
            msrs(0, 0, 0);
            end();
        }
        for (u32 cpl = 1; cpl < 4; ++cpl) {
            if (begin("msr %x cpl%d", n, cpl)) {
                ring(cpl);
                emit("b9 %d 0f 32", n);
                go();
                end();
            }
        }
    }
}

CATEGORY(36, sysenter) {
    enter();
    leave();
    model_registers();
}
