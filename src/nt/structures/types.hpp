// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/address.hpp"

/// Structures that services exchange with user code, laid out as i386 compilers do (Windows DDK,
/// "Kernel-Mode Driver Architecture Reference"; Nebbett, "Windows NT/2000 Native API Reference").
/// They are copied to and from guest memory, never aliased.
namespace ringside::nt {

struct UNICODE_STRING {
    std::uint16_t Length{};  ///< Bytes.
    std::uint16_t MaximumLength{};
    std::uint32_t Buffer{};
};
static_assert(sizeof(UNICODE_STRING) == 8);

struct OBJECT_ATTRIBUTES {
    std::uint32_t Length{};
    std::uint32_t RootDirectory{};
    std::uint32_t ObjectName{};
    std::uint32_t Attributes{};
    std::uint32_t SecurityDescriptor{};
    std::uint32_t SecurityQualityOfService{};
};
static_assert(sizeof(OBJECT_ATTRIBUTES) == 0x18);

struct IO_STATUS_BLOCK {
    std::uint32_t Status{};
    std::uint32_t Information{};
};
static_assert(sizeof(IO_STATUS_BLOCK) == 8);

struct LARGE_INTEGER {
    std::int64_t QuadPart{};
};
static_assert(sizeof(LARGE_INTEGER) == 8);

struct CLIENT_ID {
    std::uint32_t UniqueProcess{};
    std::uint32_t UniqueThread{};
};

struct MEMORY_BASIC_INFORMATION {
    std::uint32_t BaseAddress{};
    std::uint32_t AllocationBase{};
    std::uint32_t AllocationProtect{};
    std::uint32_t RegionSize{};
    std::uint32_t State{};
    std::uint32_t Protect{};
    std::uint32_t Type{};
};
static_assert(sizeof(MEMORY_BASIC_INFORMATION) == 0x1C);

struct EXCEPTION_RECORD {
    static constexpr std::uint32_t maximum_parameters = 15;

    std::uint32_t ExceptionCode{};
    std::uint32_t ExceptionFlags{};
    std::uint32_t ExceptionRecord{};
    std::uint32_t ExceptionAddress{};
    std::uint32_t NumberParameters{};
    std::array<std::uint32_t, maximum_parameters> ExceptionInformation{};
};
static_assert(sizeof(EXCEPTION_RECORD) == 0x50);

inline constexpr std::uint32_t EXCEPTION_NONCONTINUABLE = 1;

struct CONTEXT {
    static constexpr std::uint32_t i386 = 0x10000;
    static constexpr std::uint32_t control = 0x1;
    static constexpr std::uint32_t integer = 0x2;
    static constexpr std::uint32_t segments = 0x4;
    static constexpr std::uint32_t floating_point = 0x8;
    static constexpr std::uint32_t debug_registers = 0x10;
    static constexpr std::uint32_t extended_registers = 0x20;
    static constexpr std::uint32_t full = i386 | control | integer | segments;

    std::uint32_t ContextFlags{};
    std::uint32_t Dr0{}, Dr1{}, Dr2{}, Dr3{}, Dr6{}, Dr7{};
    std::array<std::byte, 0x70> FloatSave{};
    std::uint32_t SegGs{}, SegFs{}, SegEs{}, SegDs{};
    std::uint32_t Edi{}, Esi{}, Ebx{}, Edx{}, Ecx{}, Eax{};
    std::uint32_t Ebp{}, Eip{}, SegCs{}, EFlags{}, Esp{}, SegSs{};
    std::array<std::byte, 0x200> ExtendedRegisters{};
};
static_assert(sizeof(CONTEXT) == 0x2CC);
static_assert(offsetof(CONTEXT, FloatSave) == 0x1C && offsetof(CONTEXT, SegGs) == 0x8C);
static_assert(offsetof(CONTEXT, Edi) == 0x9C && offsetof(CONTEXT, Eip) == 0xB8);
static_assert(offsetof(CONTEXT, ExtendedRegisters) == 0xCC);

struct FILE_BASIC_INFORMATION {
    std::int64_t CreationTime{}, LastAccessTime{}, LastWriteTime{}, ChangeTime{};
    std::uint32_t FileAttributes{};
    std::uint32_t Padding{};
};
static_assert(sizeof(FILE_BASIC_INFORMATION) == 0x28);

struct FILE_STANDARD_INFORMATION {
    std::int64_t AllocationSize{}, EndOfFile{};
    std::uint32_t NumberOfLinks{};
    std::uint8_t DeletePending{}, Directory{};
    std::uint16_t Padding{};
};
static_assert(sizeof(FILE_STANDARD_INFORMATION) == 0x18);

struct FILE_NETWORK_OPEN_INFORMATION {
    std::int64_t CreationTime{}, LastAccessTime{}, LastWriteTime{}, ChangeTime{};
    std::int64_t AllocationSize{}, EndOfFile{};
    std::uint32_t FileAttributes{};
    std::uint32_t Padding{};
};
static_assert(sizeof(FILE_NETWORK_OPEN_INFORMATION) == 0x38);

/// The fixed part of FILE_DIRECTORY_INFORMATION; names follow it.
struct FILE_DIRECTORY_INFORMATION {
    std::uint32_t NextEntryOffset{}, FileIndex{};
    std::int64_t CreationTime{}, LastAccessTime{}, LastWriteTime{}, ChangeTime{};
    std::int64_t EndOfFile{}, AllocationSize{};
    std::uint32_t FileAttributes{}, FileNameLength{};
};
static_assert(sizeof(FILE_DIRECTORY_INFORMATION) == 0x40);

struct FILE_FS_DEVICE_INFORMATION {
    std::uint32_t DeviceType{}, Characteristics{};
};

struct FILE_FS_SIZE_INFORMATION {
    std::int64_t TotalAllocationUnits{}, AvailableAllocationUnits{};
    std::uint32_t SectorsPerAllocationUnit{}, BytesPerSector{};
};
static_assert(sizeof(FILE_FS_SIZE_INFORMATION) == 0x18);

struct SYSTEM_BASIC_INFORMATION {
    std::uint32_t Reserved{};
    std::uint32_t TimerResolution{};
    std::uint32_t PageSize{};
    std::uint32_t NumberOfPhysicalPages{};
    std::uint32_t LowestPhysicalPageNumber{};
    std::uint32_t HighestPhysicalPageNumber{};
    std::uint32_t AllocationGranularity{};
    std::uint32_t MinimumUserModeAddress{};
    std::uint32_t MaximumUserModeAddress{};
    std::uint32_t ActiveProcessorsAffinityMask{};
    std::uint8_t NumberOfProcessors{};
    std::array<std::uint8_t, 3> Padding{};
};
static_assert(sizeof(SYSTEM_BASIC_INFORMATION) == 0x2C);

struct PROCESS_BASIC_INFORMATION {
    std::uint32_t ExitStatus{};
    std::uint32_t PebBaseAddress{};
    std::uint32_t AffinityMask{};
    std::int32_t BasePriority{};
    std::uint32_t UniqueProcessId{};
    std::uint32_t InheritedFromUniqueProcessId{};
};
static_assert(sizeof(PROCESS_BASIC_INFORMATION) == 0x18);

/// What NtCreateThread is told of the new thread's stack. A stack that is not expandable has the
/// first two fields; any other the last three.
struct INITIAL_TEB {
    std::uint32_t PreviousStackBase{}, PreviousStackLimit{};
    std::uint32_t StackBase{}, StackLimit{};
    std::uint32_t AllocatedStackBase{};
};
static_assert(sizeof(INITIAL_TEB) == 0x14);

struct DESCRIPTOR_TABLE_ENTRY {
    std::uint32_t Selector{};
    std::array<std::uint32_t, 2> Descriptor{};
};
static_assert(sizeof(DESCRIPTOR_TABLE_ENTRY) == 0xC);

struct THREAD_BASIC_INFORMATION {
    std::uint32_t ExitStatus{};
    std::uint32_t TebBaseAddress{};
    CLIENT_ID ClientId{};
    std::uint32_t AffinityMask{};
    std::int32_t Priority{};
    std::int32_t BasePriority{};
};
static_assert(sizeof(THREAD_BASIC_INFORMATION) == 0x1C);

struct EVENT_BASIC_INFORMATION {
    std::uint32_t EventType{};
    std::int32_t EventState{};
};
static_assert(sizeof(EVENT_BASIC_INFORMATION) == 8);

struct MUTANT_BASIC_INFORMATION {
    std::int32_t CurrentCount{};
    std::uint8_t OwnedByCaller{}, AbandonedState{};
    std::uint16_t Padding{};
};
static_assert(sizeof(MUTANT_BASIC_INFORMATION) == 8);

struct SEMAPHORE_BASIC_INFORMATION {
    std::int32_t CurrentCount{}, MaximumCount{};
};
static_assert(sizeof(SEMAPHORE_BASIC_INFORMATION) == 8);

struct TIMER_BASIC_INFORMATION {
    std::int64_t RemainingTime{};
    std::uint32_t TimerState{}, Padding{};
};
static_assert(sizeof(TIMER_BASIC_INFORMATION) == 0x10);

struct KERNEL_USER_TIMES {
    std::int64_t CreateTime{}, ExitTime{}, KernelTime{}, UserTime{};
};
static_assert(sizeof(KERNEL_USER_TIMES) == 0x20);

}  // namespace ringside::nt
