// SPDX-License-Identifier: MIT
// The heap's own structures. A block is named by the entry before it, as in NT's HEAP_ENTRY:
// sizes count units of 8 bytes, entry included.
#pragma once

#include "internal.h"

#define UNIT 8u
#define ENTRY_BUSY 0x01
#define ENTRY_LAST 0x10     // no entry stands behind it in the committed part
#define ENTRY_VIRTUAL 0x08  // a block with an allocation of its own
#define ENTRY_CHECK 0x5A

typedef struct {
    USHORT Size;
    USHORT PreviousSize;  // 0: the first entry of its segment
    UCHAR Flags;
    UCHAR UnusedBytes;
    UCHAR SegmentIndex;
    UCHAR Check;
} HEAP_ENTRY, *PHEAP_ENTRY;
_Static_assert(sizeof(HEAP_ENTRY) == UNIT, "HEAP_ENTRY");

typedef struct {
    HEAP_ENTRY Entry;
    LIST_ENTRY FreeList;
} HEAP_FREE_ENTRY, *PHEAP_FREE_ENTRY;

typedef struct {
    LIST_ENTRY List;
    SIZE_T RequestedSize;
    ULONG Reserved;
    HEAP_ENTRY Entry;
} HEAP_VIRTUAL_ENTRY, *PHEAP_VIRTUAL_ENTRY;
_Static_assert(sizeof(HEAP_VIRTUAL_ENTRY) == 24, "HEAP_VIRTUAL_ENTRY");

#define MAXIMUM_SEGMENTS 64
#define LISTS 128              // list n holds blocks of n units, list 0 the larger ones
#define LARGEST_UNITS 0xFE00u  // larger requests get their own allocation

typedef struct {
    UCHAR* First;         // the first entry
    UCHAR* CommittedEnd;  // entries fill everything below
    UCHAR* ReservedEnd;
    PVOID Base;
    PHEAP_ENTRY LastEntry;
} HEAP_SEGMENT;

#define HEAP_SIGNATURE 0xEEFFEEFFu

typedef struct {
    HEAP_ENTRY Entry;
    ULONG Signature;
    ULONG Flags;
    ULONG SegmentCount;
    SIZE_T NextReserve;
    RTL_CRITICAL_SECTION Lock;
    LIST_ENTRY VirtualBlocks;
    LIST_ENTRY FreeLists[LISTS];
    ULONG ListInUse[LISTS / 32];
    HEAP_SEGMENT Segments[MAXIMUM_SEGMENTS];
} HEAP, *PHEAP;

// heap_blocks.c: free lists, splitting and joining, growth.
PHEAP_ENTRY RtlpTakeBlock(PHEAP heap, ULONG units);
VOID RtlpReleaseBlock(PHEAP heap, PHEAP_ENTRY entry);
BOOLEAN RtlpGrowInPlace(PHEAP heap, PHEAP_ENTRY entry, ULONG units);
VOID RtlpTrimBlock(PHEAP heap, PHEAP_ENTRY entry, ULONG units);
BOOLEAN RtlpAddSegment(PHEAP heap, PVOID base, UCHAR* first, SIZE_T reserved, SIZE_T committed);

static inline BOOLEAN list_empty(const LIST_ENTRY* list) {
    return list->Flink == list;
}
static inline VOID list_insert(PLIST_ENTRY list, PLIST_ENTRY entry) {
    entry->Flink = list->Flink;
    entry->Blink = list;
    list->Flink->Blink = entry;
    list->Flink = entry;
}
static inline VOID list_remove(PLIST_ENTRY entry) {
    entry->Flink->Blink = entry->Blink;
    entry->Blink->Flink = entry->Flink;
}
