// SPDX-License-Identifier: MIT
#include "nt/services/object_name.hpp"

#include "host/utf16.hpp"

namespace ringside::nt {
namespace {

/// Takes `prefix`, given in upper case, off the front without regard to case.
bool take_prefix(std::u16string_view& text, std::u16string_view prefix) {
    if (host::upcase(text.substr(0, prefix.size())) != prefix) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

Expected<FileName, NTSTATUS> dos_device(std::u16string_view name) {
    FileName found;
    const std::u16string upper = host::upcase(name);
    if (upper == u"NUL") {
        found.device = Device::null;
    } else if (upper == u"CONIN$" || upper == u"CONOUT$" || upper == u"CON") {
        found.device = Device::console;
        found.console_input = upper != u"CONOUT$";
        found.console_output = upper != u"CONIN$";
    } else if (name.size() >= 3 && name[1] == u':' && name[2] == u'\\') {
        found.path = name;
    } else {
        return Unexpected{STATUS_OBJECT_NAME_NOT_FOUND};
    }
    return found;
}

Expected<FileName, NTSTATUS> absolute(std::u16string_view name) {
    for (const std::u16string_view directory : {u"\\??\\", u"\\DOSDEVICES\\", u"\\GLOBAL\?\?\\"}) {
        if (take_prefix(name, directory)) {
            return dos_device(name);
        }
    }
    FileName found;
    if (take_prefix(name, u"\\DEVICE\\NULL") && name.empty()) {
        found.device = Device::null;
    } else if (take_prefix(name, u"\\SYSTEMROOT\\")) {
        found.path = u"C:\\windows\\" + std::u16string(name);
    } else if (take_prefix(name, u"\\DEVICE\\HARDDISKVOLUME1\\")) {
        found.path = u"C:\\" + std::u16string(name);
    } else {
        return Unexpected{STATUS_OBJECT_PATH_NOT_FOUND};
    }
    return found;
}

}  // namespace

Expected<FileName, NTSTATUS> capture_file_name(ServiceContext& context,
                                               UserPointer<OBJECT_ATTRIBUTES> from) {
    const auto attributes = context.read(from);
    if (!attributes) {
        return Unexpected{attributes.error()};
    }
    if (attributes->Length != sizeof(OBJECT_ATTRIBUTES)) {
        return Unexpected{STATUS_INVALID_PARAMETER};
    }
    std::u16string name;
    if (attributes->ObjectName != 0) {
        auto captured = context.read_string({LinearAddress{attributes->ObjectName}});
        if (!captured) {
            return Unexpected{captured.error()};
        }
        name = *captured;
    }
    if (attributes->RootDirectory == 0) {
        if (!name.starts_with(u'\\')) {
            return Unexpected{STATUS_OBJECT_PATH_SYNTAX_BAD};
        }
        return absolute(name);
    }
    const auto root = context.reference<FileObject>(HANDLE{attributes->RootDirectory}, 0);
    if (!root) {
        return Unexpected{root.error()};
    }
    if ((*root)->device != Device::disk || name.starts_with(u'\\')) {
        return Unexpected{STATUS_OBJECT_NAME_INVALID};
    }
    FileName found;
    found.path = (*root)->path;
    if (!name.empty()) {
        found.path += (found.path.ends_with(u'\\') ? u"" : u"\\") + name;
    }
    return found;
}

Expected<std::u16string, NTSTATUS> capture_object_name(ServiceContext& context,
                                                       UserPointer<OBJECT_ATTRIBUTES> from) {
    if (!from) {
        return std::u16string{};
    }
    const auto attributes = context.read(from);
    if (!attributes) {
        return Unexpected{attributes.error()};
    }
    if (attributes->Length != sizeof(OBJECT_ATTRIBUTES)) {
        return Unexpected{STATUS_INVALID_PARAMETER};
    }
    if (attributes->ObjectName == 0) {
        return std::u16string{};
    }
    return context.read_string({LinearAddress{attributes->ObjectName}});
}

}  // namespace ringside::nt
