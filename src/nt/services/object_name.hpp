// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "nt/objects/file_object.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {

/// Where the name of an OBJECT_ATTRIBUTES leads.
struct FileName {
    Device device = Device::disk;
    std::u16string path;         ///< `C:\app\data.txt`, for a disk.
    bool console_input = false;  ///< `CONIN$`; `CON` lets the access decide.
    bool console_output = false;
};

/// Captures an OBJECT_ATTRIBUTES that names a file: `\??\C:\...`, `\SystemRoot\...`,
/// `\Device\HarddiskVolume1\...`, the console and null devices, or a name below a directory handle.
[[nodiscard]] Expected<FileName, NTSTATUS> capture_file_name(
    ServiceContext& context, UserPointer<OBJECT_ATTRIBUTES> attributes);

/// The name alone, for objects that are no files; empty without one.
[[nodiscard]] Expected<std::u16string, NTSTATUS> capture_object_name(
    ServiceContext& context, UserPointer<OBJECT_ATTRIBUTES> attributes);

}  // namespace ringside::nt
