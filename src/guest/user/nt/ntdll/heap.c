// SPDX-License-Identifier: MIT
// The heap's interface: RtlCreateHeap to RtlValidateHeap.
#include "heap.h"

#define DEFAULT_RESERVE 0x100000u
#define DEFAULT_COMMIT 0x10000u
#define ERROR_INVALID_PARAMETER 87

static VOID lock(PHEAP heap, ULONG flags) {
    if (!((flags | heap->Flags) & HEAP_NO_SERIALIZE)) {
        RtlEnterCriticalSection(&heap->Lock);
    }
}

static VOID unlock(PHEAP heap, ULONG flags) {
    if (!((flags | heap->Flags) & HEAP_NO_SERIALIZE)) {
        RtlLeaveCriticalSection(&heap->Lock);
    }
}

static PVOID no_memory(PHEAP heap, ULONG flags) {
    if ((flags | heap->Flags) & HEAP_GENERATE_EXCEPTIONS) {
        RtlRaiseStatus(STATUS_NO_MEMORY);
    }
    return NULL;
}

/// The entry of a block that is in use, or NULL: the address is not one that the heap gave out.
static PHEAP_ENTRY busy_entry(PVOID block) {
    PHEAP_ENTRY entry = (PHEAP_ENTRY)block - 1;
    if (block == NULL || ((ULONG_PTR)block & (UNIT - 1)) != 0 || entry->Check != ENTRY_CHECK ||
        !(entry->Flags & ENTRY_BUSY)) {
        return NULL;
    }
    return entry;
}

static PHEAP_VIRTUAL_ENTRY virtual_of(PHEAP_ENTRY entry) {
    return CONTAINING_RECORD(entry, HEAP_VIRTUAL_ENTRY, Entry);
}

static SIZE_T size_of(PHEAP_ENTRY entry) {
    if (entry->Flags & ENTRY_VIRTUAL) {
        return virtual_of(entry)->RequestedSize;
    }
    return entry->Size * UNIT - entry->UnusedBytes;
}

static VOID release_memory(PVOID base) {
    SIZE_T size = 0;
    NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
}

PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T committed, PVOID section,
                          PVOID parameters) {
    (void)section;
    (void)parameters;
    reserve = reserve != 0 ? reserve : DEFAULT_RESERVE;
    committed = committed != 0 ? committed : DEFAULT_COMMIT;
    committed = (committed + sizeof(HEAP) + 0xFFF) & ~0xFFFu;
    reserve = (reserve + 0xFFFF) & ~0xFFFFu;
    reserve = reserve < committed ? (committed + 0xFFFF) & ~0xFFFFu : reserve;
    if (base == NULL && !NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &reserve,
                                                            MEM_RESERVE, PAGE_READWRITE))) {
        return NULL;
    }
    PVOID first = base;
    if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &first, 0, &committed, MEM_COMMIT,
                                            PAGE_READWRITE))) {
        return NULL;
    }
    const PHEAP heap = base;
    memset(heap, 0, sizeof *heap);
    heap->Signature = HEAP_SIGNATURE;
    heap->Flags = flags;
    heap->NextReserve = DEFAULT_RESERVE;
    RtlInitializeCriticalSection(&heap->Lock);
    heap->VirtualBlocks.Flink = heap->VirtualBlocks.Blink = &heap->VirtualBlocks;
    for (ULONG i = 0; i < LISTS; ++i) {
        heap->FreeLists[i].Flink = heap->FreeLists[i].Blink = &heap->FreeLists[i];
    }
    UCHAR* const entries = (UCHAR*)base + ((sizeof(HEAP) + UNIT - 1) & ~(UNIT - 1));
    RtlpAddSegment(heap, base, entries, reserve, committed);
    return heap;
}

PVOID NTAPI RtlDestroyHeap(PVOID handle) {
    const PHEAP heap = handle;
    if (heap == NULL || heap == NtCurrentPeb()->ProcessHeap || heap->Signature != HEAP_SIGNATURE) {
        return handle;
    }
    while (!list_empty(&heap->VirtualBlocks)) {
        PHEAP_VIRTUAL_ENTRY block =
            CONTAINING_RECORD(heap->VirtualBlocks.Flink, HEAP_VIRTUAL_ENTRY, List);
        list_remove(&block->List);
        release_memory(block);
    }
    RtlDeleteCriticalSection(&heap->Lock);
    for (ULONG i = heap->SegmentCount; i > 0; --i) {
        release_memory(heap->Segments[i - 1].Base);
    }
    return NULL;
}

static PVOID allocate_virtual(PHEAP heap, ULONG flags, SIZE_T size) {
    if (!(heap->Flags & HEAP_GROWABLE) || size > 0x7FFF0000) {
        return no_memory(heap, flags);
    }
    PVOID base = NULL;
    SIZE_T whole = size + sizeof(HEAP_VIRTUAL_ENTRY);
    if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &whole,
                                            MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE))) {
        return no_memory(heap, flags);
    }
    const PHEAP_VIRTUAL_ENTRY block = base;
    block->RequestedSize = size;
    block->Entry.Flags = ENTRY_BUSY | ENTRY_VIRTUAL;
    block->Entry.Check = ENTRY_CHECK;
    lock(heap, flags);
    list_insert(&heap->VirtualBlocks, &block->List);
    unlock(heap, flags);
    return &block->Entry + 1;
}

static ULONG units_for(SIZE_T size) {
    const ULONG units = (size + UNIT - 1) / UNIT + 1;
    return units < 2 ? 2 : units;
}

PVOID NTAPI RtlAllocateHeap(PVOID handle, ULONG flags, SIZE_T size) {
    const PHEAP heap = handle;
    if (size > (LARGEST_UNITS - 2) * UNIT) {
        return allocate_virtual(heap, flags, size);
    }
    lock(heap, flags);
    PHEAP_ENTRY entry = RtlpTakeBlock(heap, units_for(size));
    if (entry != NULL) {
        entry->UnusedBytes = (UCHAR)(entry->Size * UNIT - size);
    }
    unlock(heap, flags);
    if (entry == NULL) {
        return no_memory(heap, flags);
    }
    if (flags & HEAP_ZERO_MEMORY) {
        memset(entry + 1, 0, size);
    }
    return entry + 1;
}

BOOLEAN NTAPI RtlFreeHeap(PVOID handle, ULONG flags, PVOID block) {
    const PHEAP heap = handle;
    if (block == NULL) {
        return TRUE;
    }
    const PHEAP_ENTRY entry = busy_entry(block);
    if (entry == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    lock(heap, flags);
    if (entry->Flags & ENTRY_VIRTUAL) {
        list_remove(&virtual_of(entry)->List);
        release_memory(virtual_of(entry));
    } else {
        RtlpReleaseBlock(heap, entry);
    }
    unlock(heap, flags);
    return TRUE;
}

/// Changes the size where the block stands, if it can.
static BOOLEAN resize_in_place(PHEAP heap, PHEAP_ENTRY entry, SIZE_T size) {
    if ((entry->Flags & ENTRY_VIRTUAL) || size > (LARGEST_UNITS - 2) * UNIT) {
        return FALSE;
    }
    const ULONG units = units_for(size);
    if (units <= entry->Size) {
        RtlpTrimBlock(heap, entry, units);
    } else if (!RtlpGrowInPlace(heap, entry, units)) {
        return FALSE;
    }
    entry->UnusedBytes = (UCHAR)(entry->Size * UNIT - size);
    return TRUE;
}

PVOID NTAPI RtlReAllocateHeap(PVOID handle, ULONG flags, PVOID block, SIZE_T size) {
    const PHEAP heap = handle;
    const PHEAP_ENTRY entry = busy_entry(block);
    if (entry == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    const SIZE_T old_size = size_of(entry);
    lock(heap, flags);
    const BOOLEAN in_place = resize_in_place(heap, entry, size);
    unlock(heap, flags);
    if (in_place) {
        if ((flags & HEAP_ZERO_MEMORY) && size > old_size) {
            memset((char*)block + old_size, 0, size - old_size);
        }
        return block;
    }
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY) {
        return no_memory(heap, flags);
    }
    PVOID moved = RtlAllocateHeap(heap, flags, size);
    if (moved != NULL) {
        memcpy(moved, block, old_size < size ? old_size : size);
        RtlFreeHeap(heap, flags, block);
    }
    return moved;
}

SIZE_T NTAPI RtlSizeHeap(PVOID handle, ULONG flags, PVOID block) {
    (void)handle;
    (void)flags;
    const PHEAP_ENTRY entry = busy_entry(block);
    if (entry == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
    return size_of(entry);
}

BOOLEAN NTAPI RtlValidateHeap(PVOID handle, ULONG flags, PVOID block) {
    const PHEAP heap = handle;
    if (heap->Signature != HEAP_SIGNATURE || (block != NULL && busy_entry(block) == NULL)) {
        return FALSE;
    }
    BOOLEAN valid = TRUE;
    lock(heap, flags);
    for (ULONG i = 0; valid && i < heap->SegmentCount; ++i) {
        const HEAP_SEGMENT* const segment = &heap->Segments[i];
        PHEAP_ENTRY entry = (PHEAP_ENTRY)segment->First;
        ULONG previous = 0;
        while (valid && (UCHAR*)entry < segment->CommittedEnd) {
            valid =
                entry->Check == ENTRY_CHECK && entry->Size != 0 && entry->PreviousSize == previous;
            previous = entry->Size;
            entry += entry->Size;
        }
        valid = valid && (UCHAR*)entry == segment->CommittedEnd;
    }
    unlock(heap, flags);
    return valid;
}
