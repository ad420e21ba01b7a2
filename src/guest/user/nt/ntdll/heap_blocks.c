// SPDX-License-Identifier: MIT
// The heap's blocks: free lists by size, splitting, joining with free neighbours, committing more
// of a segment and adding segments.
#include "heap.h"

#define COMMIT_STEP 0x10000u
#define LARGEST_SEGMENT 0x01000000u

static PHEAP_ENTRY next_of(PHEAP_ENTRY entry) {
    return entry + entry->Size;
}

static HEAP_SEGMENT* segment_of(PHEAP heap, PHEAP_ENTRY entry) {
    return &heap->Segments[entry->SegmentIndex];
}

static VOID insert_free(PHEAP heap, PHEAP_ENTRY entry) {
    const ULONG list = entry->Size < LISTS ? entry->Size : 0;
    entry->Flags &= (UCHAR)~ENTRY_BUSY;
    list_insert(&heap->FreeLists[list], &((PHEAP_FREE_ENTRY)entry)->FreeList);
    heap->ListInUse[list / 32] |= 1u << (list % 32);
}

static VOID remove_free(PHEAP heap, PHEAP_ENTRY entry) {
    const ULONG list = entry->Size < LISTS ? entry->Size : 0;
    list_remove(&((PHEAP_FREE_ENTRY)entry)->FreeList);
    if (list_empty(&heap->FreeLists[list])) {
        heap->ListInUse[list / 32] &= ~(1u << (list % 32));
    }
}

static VOID make_entry(PHEAP_ENTRY entry, ULONG units, ULONG previous, UCHAR flags, UCHAR segment) {
    entry->Size = (USHORT)units;
    entry->PreviousSize = (USHORT)previous;
    entry->Flags = flags;
    entry->UnusedBytes = 0;
    entry->SegmentIndex = segment;
    entry->Check = ENTRY_CHECK;
}

/// Tells the neighbour behind, or the segment, how long `entry` is now.
static VOID link_behind(PHEAP heap, PHEAP_ENTRY entry) {
    if (entry->Flags & ENTRY_LAST) {
        segment_of(heap, entry)->LastEntry = entry;
    } else {
        next_of(entry)->PreviousSize = entry->Size;
    }
}

/// Joins a block that stands in no list with its free neighbours, as far as the size field allows.
static PHEAP_ENTRY join(PHEAP heap, PHEAP_ENTRY entry) {
    if (entry->PreviousSize != 0) {
        PHEAP_ENTRY before = entry - entry->PreviousSize;
        if (!(before->Flags & ENTRY_BUSY) && before->Size + (ULONG)entry->Size <= 0xFFFF) {
            remove_free(heap, before);
            before->Size = (USHORT)(before->Size + entry->Size);
            before->Flags |= entry->Flags & ENTRY_LAST;
            entry = before;
        }
    }
    if (!(entry->Flags & ENTRY_LAST)) {
        PHEAP_ENTRY behind = next_of(entry);
        if (!(behind->Flags & ENTRY_BUSY) && behind->Size + (ULONG)entry->Size <= 0xFFFF) {
            remove_free(heap, behind);
            entry->Size = (USHORT)(entry->Size + behind->Size);
            entry->Flags |= behind->Flags & ENTRY_LAST;
        }
    }
    link_behind(heap, entry);
    return entry;
}

VOID RtlpReleaseBlock(PHEAP heap, PHEAP_ENTRY entry) {
    entry->Flags &= (UCHAR)~ENTRY_BUSY;
    insert_free(heap, join(heap, entry));
}

VOID RtlpTrimBlock(PHEAP heap, PHEAP_ENTRY entry, ULONG units) {
    const ULONG rest = entry->Size - units;
    // A free entry needs two units for its list.
    if (rest < 2) {
        return;
    }
    PHEAP_ENTRY tail = entry + units;
    make_entry(tail, rest, units, entry->Flags & ENTRY_LAST, entry->SegmentIndex);
    entry->Size = (USHORT)units;
    entry->Flags &= (UCHAR)~ENTRY_LAST;
    link_behind(heap, tail);
    RtlpReleaseBlock(heap, tail);
}

/// Commits `bytes` more of a segment and makes a free block of them.
static BOOLEAN commit(PHEAP heap, HEAP_SEGMENT* segment, SIZE_T bytes) {
    const SIZE_T left = (SIZE_T)(segment->ReservedEnd - segment->CommittedEnd);
    bytes = (bytes + COMMIT_STEP - 1) & ~(COMMIT_STEP - 1);
    bytes = bytes < LARGEST_UNITS * UNIT ? bytes : LARGEST_UNITS * UNIT;
    bytes = bytes < left ? bytes : left;
    PVOID base = segment->CommittedEnd;
    SIZE_T size = bytes;
    if (bytes == 0 || !NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size,
                                                          MEM_COMMIT, PAGE_READWRITE))) {
        return FALSE;
    }
    PHEAP_ENTRY entry = (PHEAP_ENTRY)segment->CommittedEnd;
    ULONG previous = 0;
    if (segment->LastEntry != NULL) {
        segment->LastEntry->Flags &= (UCHAR)~ENTRY_LAST;
        previous = segment->LastEntry->Size;
    }
    make_entry(entry, bytes / UNIT, previous, ENTRY_LAST, (UCHAR)(segment - heap->Segments));
    segment->CommittedEnd += bytes;
    segment->LastEntry = entry;
    RtlpReleaseBlock(heap, entry);
    return TRUE;
}

BOOLEAN RtlpAddSegment(PHEAP heap, PVOID base, UCHAR* first, SIZE_T reserved, SIZE_T committed) {
    HEAP_SEGMENT* const segment = &heap->Segments[heap->SegmentCount];
    segment->Base = base;
    segment->First = first;
    segment->CommittedEnd = (UCHAR*)base + committed;
    segment->ReservedEnd = (UCHAR*)base + reserved;
    segment->LastEntry = NULL;
    ++heap->SegmentCount;
    const SIZE_T room = (SIZE_T)(segment->CommittedEnd - first) & ~(UNIT - 1);
    if (room >= 2 * UNIT) {
        const ULONG units = room / UNIT < LARGEST_UNITS ? room / UNIT : LARGEST_UNITS;
        PHEAP_ENTRY entry = (PHEAP_ENTRY)first;
        make_entry(entry, units, 0, ENTRY_LAST, (UCHAR)(heap->SegmentCount - 1));
        segment->CommittedEnd = first + units * UNIT;
        segment->LastEntry = entry;
        insert_free(heap, entry);
    }
    return TRUE;
}

static BOOLEAN grow(PHEAP heap, ULONG units) {
    const SIZE_T bytes = units * UNIT;
    for (ULONG i = 0; i < heap->SegmentCount; ++i) {
        HEAP_SEGMENT* const segment = &heap->Segments[i];
        if ((SIZE_T)(segment->ReservedEnd - segment->CommittedEnd) >= bytes &&
            commit(heap, segment, bytes)) {
            return TRUE;
        }
    }
    if (!(heap->Flags & HEAP_GROWABLE) || heap->SegmentCount == MAXIMUM_SEGMENTS) {
        return FALSE;
    }
    PVOID base = NULL;
    SIZE_T reserve = heap->NextReserve;
    if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &reserve, MEM_RESERVE,
                                            PAGE_READWRITE))) {
        return FALSE;
    }
    heap->NextReserve = reserve < LARGEST_SEGMENT ? reserve * 2 : reserve;
    RtlpAddSegment(heap, base, base, reserve, 0);
    return commit(heap, &heap->Segments[heap->SegmentCount - 1], bytes);
}

static PHEAP_ENTRY find_free(PHEAP heap, ULONG units) {
    for (ULONG list = units; list < LISTS; ++list) {
        if (heap->ListInUse[list / 32] >> (list % 32) == 0) {
            list |= 31;
        } else if (!list_empty(&heap->FreeLists[list])) {
            return &CONTAINING_RECORD(heap->FreeLists[list].Flink, HEAP_FREE_ENTRY, FreeList)
                        ->Entry;
        }
    }
    for (PLIST_ENTRY at = heap->FreeLists[0].Flink; at != &heap->FreeLists[0]; at = at->Flink) {
        PHEAP_ENTRY entry = &CONTAINING_RECORD(at, HEAP_FREE_ENTRY, FreeList)->Entry;
        if (entry->Size >= units) {
            return entry;
        }
    }
    return NULL;
}

PHEAP_ENTRY RtlpTakeBlock(PHEAP heap, ULONG units) {
    PHEAP_ENTRY entry = find_free(heap, units);
    if (entry == NULL) {
        if (!grow(heap, units)) {
            return NULL;
        }
        entry = find_free(heap, units);
        if (entry == NULL) {
            return NULL;
        }
    }
    remove_free(heap, entry);
    entry->Flags |= ENTRY_BUSY;
    RtlpTrimBlock(heap, entry, units);
    return entry;
}

BOOLEAN RtlpGrowInPlace(PHEAP heap, PHEAP_ENTRY entry, ULONG units) {
    if (entry->Flags & ENTRY_LAST) {
        return FALSE;
    }
    PHEAP_ENTRY behind = next_of(entry);
    const ULONG together = entry->Size + (ULONG)behind->Size;
    if ((behind->Flags & ENTRY_BUSY) || together < units || together > 0xFFFF) {
        return FALSE;
    }
    remove_free(heap, behind);
    entry->Size = (USHORT)together;
    entry->Flags |= behind->Flags & ENTRY_LAST;
    link_behind(heap, entry);
    RtlpTrimBlock(heap, entry, units);
    return TRUE;
}
