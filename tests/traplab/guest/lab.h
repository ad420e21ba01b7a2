/* SPDX-License-Identifier: MIT */
/* What a case of the laboratory may use. A case is: if (begin(name)) { set up; go(); end(); } */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

/* --- the machine that every case starts with: fixed addresses, all below 4 MiB ----------------- */
enum {
    V86_CODE = 0x20000,  /* 2000:0000 */
    V86_STACK = 0x30000, /* 3000:0000, top 3000:1000 */
    V86_DATA = 0x40000,
    GDT = 0x200000,
    IDT = 0x201000,
    LDT = 0x202000,
    TSS0 = 0x203000, /* the current task at the start; its I/O bitmap follows it */
    TSSA = 0x206000, /* 32-bit: the others for task switches */
    TSSB = 0x207000,
    TSS16A = 0x208000,
    TSS16B = 0x209000,
    TSSDF = 0x20A000,
    C = 0x210000, /* code of the case */
    D = 0x211000, /* code that it transfers to */
    E = 0x212000,
    P0 = 0x214000, /* data pages */
    P1 = 0x215000,
    P2 = 0x216000,
    P3 = 0x217000,
    PAGE_DIRECTORY = 0x230000,
    PAGE_TABLE0 = 0x231000, /* maps the first 4 MiB to themselves, user, writable */
    PAGE_TABLE1 = 0x232000,
    PAGE_TABLE2 = 0x233000,
};

/* Top of stack n: 0 to 2 are those of the TSS, 3 is ring 3's, 4 and 5 are of TSSA and TSSB
   (and the 16-bit ones), 6 of TSSDF. The page above each is not part of any. */
#define S(n) (0x219000u + 0x2000u * (n))

/* --- selectors --------------------------------------------------------------------------------- */
enum {
    SEL_TSS0 = 0x68,
    SEL_LDT = 0x70,
    SEL_TSSA = 0x78,
    SEL_TSSB = 0x80,
    SEL_TSS16A = 0x88,
    SEL_TSS16B = 0x90,
    SEL_TSSDF = 0x98,
    GDT_LIMIT = 0x1FF,
    LDT_LIMIT = 0x7F,
};
#define CS(n) (0x08u + 0x10u * (n) + (n)) /* flat 32-bit code of ring n */
#define DS(n) (0x10u + 0x10u * (n) + (n)) /* flat data of ring n */
#define CC(n) (0x48u + 0x08u * (n))       /* flat conforming code, DPL n */
#define HB(n) (0xA0u + 0x08u * (n) + (n)) /* 32-bit code on the stubs, for 16-bit offsets */
#define C16(n) (0xC0u + 0x08u * (n) + (n)) /* 16-bit code, base C, 64 KiB */
#define D16(n) (0xE0u + 0x08u * (n) + (n)) /* 16-bit stack and data, base C, 64 KiB */
#define X(i) (0x100u + 0x08u * (i))        /* free in the GDT: 0 to 31 */
#define L(i) (0x04u + 0x08u * (i))         /* free in the LDT: 0 to 15 */

/* --- descriptors ------------------------------------------------------------------------------- */
enum {
    /* access bytes, DPL 0, present, accessed */
    A_DATA_RO = 0x91,
    A_DATA = 0x93,
    A_DATA_DOWN_RO = 0x95,
    A_DATA_DOWN = 0x97,
    A_CODE_XO = 0x99,
    A_CODE = 0x9B,
    A_CODE_CONF_XO = 0x9D,
    A_CODE_CONF = 0x9F,
    A_TSS16 = 0x81,
    A_LDT = 0x82,
    A_TSS16_BUSY = 0x83,
    A_TSS32 = 0x89,
    A_TSS32_BUSY = 0x8B,
    G_CALL16 = 0x84,
    G_TASK = 0x85,
    G_INT16 = 0x86,
    G_TRAP16 = 0x87,
    G_CALL32 = 0x8C,
    G_INT32 = 0x8E,
    G_TRAP32 = 0x8F,
    PRESENT = 0x80,
};
#define DPL(n) ((n) << 5)

enum { SIZE16 = 0, SIZE32 = 4, GRANULAR = 8 }; /* flags nibble */

void descriptor(u32 selector, u32 base, u32 limit, u32 access, u32 flags);
void gate(u32 selector, u32 type, u32 target, u32 offset, u32 count); /* in GDT or LDT */
void idt_gate(u32 vector, u32 type, u32 target, u32 offset);
u32 access_of(u32 selector); /* access byte of a descriptor now */
u32 stub(u32 vector);        /* linear address of the stub of a vector */
u32 stub16(u32 vector);      /* its offset under HB(n) */
#define poke8(a, v) (*(volatile u8 *)(a) = (u8)(v))
#define poke16(a, v) (*(volatile u16 *)(a) = (u16)(v))
#define poke32(a, v) (*(volatile u32 *)(a) = (u32)(v))
#define peek8(a) (*(volatile u8 *)(a))
#define peek16(a) (*(volatile u16 *)(a))
#define peek32(a) (*(volatile u32 *)(a))

/* --- TSS --------------------------------------------------------------------------------------- */
enum {
    T_LINK = 0, T_ESP0 = 4, T_SS0 = 8, T_ESP1 = 12, T_SS1 = 16, T_ESP2 = 20, T_SS2 = 24,
    T_CR3 = 28, T_EIP = 32, T_EFLAGS = 36, T_EAX = 40, T_ECX = 44, T_EDX = 48, T_EBX = 52,
    T_ESP = 56, T_EBP = 60, T_ESI = 64, T_EDI = 68, T_ES = 72, T_CS = 76, T_SS = 80, T_DS = 84,
    T_FS = 88, T_GS = 92, T_LDT = 96, T_TRAP = 100, T_IOMAP = 102,
    T16_LINK = 0, T16_SP0 = 2, T16_SS0 = 4, T16_IP = 14, T16_FLAGS = 16, T16_AX = 18, T16_CX = 20,
    T16_DX = 22, T16_BX = 24, T16_SP = 26, T16_BP = 28, T16_SI = 30, T16_DI = 32, T16_ES = 34,
    T16_CS = 36, T16_SS = 38, T16_DS = 40, T16_LDT = 42,
};
/* A task in ring n that starts at `eip` on stack `s` (4 or 5). */
void task32(u32 tss, u32 n, u32 eip, u32 s);
void task16(u32 tss, u32 n, u32 ip, u32 s); /* code in HB(n): ip is an offset from the stubs */
void show_tss(const char *name, u32 tss); /* what differs from the TSS as it was at go() */
void show_tss16(const char *name, u32 tss);
void show_busy(void); /* busy bits of all TSS descriptors */

/* --- the processor a case starts with ----------------------------------------------------------- */
struct cpu {
    u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
    u32 eflags, cs, ss, es, ds, fs, gs, eip;
    /* filled in events only */
    u32 vector, cr0, cr2, cr3, dr6, dr7, tr, ldtr;
};
extern struct cpu in;    /* begin() makes it: ring 0 at C, IF set */
extern struct cpu event; /* the last event */
void ring(u32 n);        /* `in` runs at C in ring n on stack n */
void v86(u32 iopl);      /* `in` runs in virtual 8086 mode at 2000:0000 */

enum {
    F_CF = 1, F_ARITHMETIC = 0x8D5, F_TF = 0x100, F_IF = 0x200, F_DF = 0x400, F_NT = 0x4000, F_RF = 0x10000,
    F_VM = 0x20000, F_AC = 0x40000, F_ID = 0x200000,
};
#define F_IOPL(n) ((u32)(n) << 12)

/* --- code of the case: bytes as hex text with %b %w %d for 8, 16 and 32 bits --------------------- */
extern u32 cursor;
void at(u32 address);
void emit(const char *hex, ...);
void put(const u8 *begin, const u8 *end);
/* Assembled text: SNIPPET(name, "instructions") at file level, place(name) in a case. */
#define SNIPPET(name, text)                                                     \
    extern const u8 name[], name##_end[];                                       \
    __asm__(".pushsection .rodata\n" #name ":\n" text "\n" #name "_end:\n"     \
            ".code32\n.popsection")
#define place(name) put(name, name##_end)

/* Words on the stack of `in`, the first at its new ESP: frames for RET and IRET. */
void stack32(u32 count, ...);
void stack16(u32 count, ...);

/* --- running --------------------------------------------------------------------------------- */
int begin(const char *format, ...); /* names the case, resets the machine; 0: not asked for */
void go(void);                      /* ends the code with int F1h, enters it, prints its events */
void run(void);                     /* the same without ending the code */
void end(void);
void say(const char *format, ...); /* %s %d %b %w %x (8 digits) %p (address as region+offset) */
/* An event of this vector is printed and the case goes on after IRET; `drop` bytes of error code. */
void go_on(u32 vector, u32 drop);
extern void (*on_go_on)(void); /* may change the frame before the IRET */
u32 *frame(void);             /* the frame of the last event */
void wide(u32 vector, u32 bytes); /* words of the frame at this vector have 2 or 4 bytes */
void show_words(u32 address, u32 count);
extern u32 frame_words; /* at most so many are printed (10) */
extern u32 register_mask; /* of the general registers: what the manual leaves open is not printed */
extern u32 show;        /* what else is printed with an event */
enum { SHOW_CR2 = 1, SHOW_DR6 = 2, SHOW_DR7 = 4, SHOW_CR0 = 8, SHOW_TR = 16, SHOW_LDTR = 32, SHOW_CR3 = 64,
       SHOW_CR2_PAGE = 128 /* where the order of the accesses is the processor's affair */ };

void load_ldt(void);      /* LLDT with SEL_LDT */
void paging(u32 cr0, u32 cr4); /* identity map, then CR3, CR4, CR0 with PG and these bits */
u32 *pte(u32 address);    /* entry of an address below 4 MiB; present, writable, user before */
void fill(u32 address, u32 bytes, u32 value);

struct category {
    const char *name;
    u32 number;
    void (*cases)(void);
};
/* Cases of category NUMBER count from NUMBER * 1000. */
#define CATEGORY(NUMBER, NAME)                                                              \
    static void NAME##_cases(void);                                                         \
    __attribute__((section(".categories." #NUMBER), used)) static const struct category     \
        NAME##_category = {#NAME, NUMBER, NAME##_cases};                                    \
    static void NAME##_cases(void)
