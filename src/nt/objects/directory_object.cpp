// SPDX-License-Identifier: MIT
#include "nt/objects/directory_object.hpp"

#include <algorithm>
#include <utility>

#include "host/utf16.hpp"

namespace ringside::nt {

std::shared_ptr<Object> DirectoryObject::find(std::u16string_view name,
                                              bool case_insensitive) const {
    if (!case_insensitive) {
        const auto entry = entries_.find(std::u16string(name));
        return entry != entries_.end() ? entry->second.lock() : nullptr;
    }
    const std::u16string upper = host::upcase(name);
    for (const auto& [key, entry] : entries_) {
        if (auto object = entry.lock(); object && host::upcase(key) == upper) {
            return object;
        }
    }
    return nullptr;
}

void DirectoryObject::insert(std::u16string name, const std::shared_ptr<Object>& object) {
    std::erase_if(entries_, [](const auto& entry) { return entry.second.expired(); });
    entries_[std::move(name)] = object;
}

ObjectNamespace::ObjectNamespace()
    : top_(std::make_shared<DirectoryObject>()),
      base_named_objects_(std::make_shared<DirectoryObject>()),
      known_dlls_(std::make_shared<DirectoryObject>()) {
    base_named_objects_->set_object_name(u"BaseNamedObjects");
    known_dlls_->set_object_name(u"KnownDlls");
    top_->insert(u"BaseNamedObjects", base_named_objects_);
    top_->insert(u"KnownDlls", known_dlls_);
    // One session: its own objects and everybody's are the same.
    base_named_objects_->insert(u"Local", base_named_objects_);
    base_named_objects_->insert(u"Global", base_named_objects_);
}

Expected<FoundName, NTSTATUS> ObjectNamespace::follow(std::shared_ptr<DirectoryObject> root,
                                                      std::u16string_view name,
                                                      bool case_insensitive) const {
    // A name from the top begins with a backslash, one below a directory must not.
    if (name.starts_with(u'\\') == (root != nullptr)) {
        return Unexpected{STATUS_OBJECT_PATH_SYNTAX_BAD};
    }
    FoundName found{.directory = root ? std::move(root) : top_, .last = {}, .object = {}};
    if (name.starts_with(u'\\')) {
        name.remove_prefix(1);
        if (name.empty()) {
            found.object = found.directory;
            return found;
        }
    }
    while (true) {
        const std::size_t end = std::min(name.find(u'\\'), name.size());
        if (end == 0) {
            return Unexpected{STATUS_OBJECT_NAME_INVALID};
        }
        found.last = name.substr(0, end);
        found.object = found.directory->find(found.last, case_insensitive);
        if (end == name.size()) {
            return found;
        }
        if (!found.object) {
            return Unexpected{STATUS_OBJECT_PATH_NOT_FOUND};
        }
        found.directory = std::dynamic_pointer_cast<DirectoryObject>(found.object);
        if (!found.directory) {
            return Unexpected{STATUS_OBJECT_TYPE_MISMATCH};
        }
        name.remove_prefix(end + 1);
    }
}

}  // namespace ringside::nt
