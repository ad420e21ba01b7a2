// SPDX-License-Identifier: MIT
#include "host/mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include "base/archive.hpp"
#include "host/utf16.hpp"
#include "host/virtual_file.hpp"

namespace ringside::host {

/// One place of the tree: a directory with children, a file from memory, or both a directory and
/// the door to a host directory.
struct Mounts::Node {
    std::u16string name;
    std::map<std::u16string, std::unique_ptr<Node>> children;  ///< By upcased name.
    std::shared_ptr<const Descriptor> host;
    bool writable = false;
    std::optional<std::span<const std::byte>> bytes;
    FileTime written = default_date;
    std::uint64_t identity = 0;

    [[nodiscard]] FileFacts facts() const {
        return {.directory = !bytes.has_value(),
                .read_only = !writable,
                .size = bytes ? bytes->size() : 0,
                .written = written,
                .identity = identity};
    }
};

/// Where a path leads: to a node, or to a name in a host directory (`directory` is its parent).
struct Mounts::Target {
    const Node* node = nullptr;
    std::shared_ptr<const Descriptor> directory;
    std::u16string component;
    std::optional<std::string> host_name;  ///< Nothing when no such entry exists.
    bool writable = false;
    bool names_directory = false;
};

namespace {

constexpr int exit_usage = 2;

bool creates(Disposition disposition) {
    return disposition != Disposition::open && disposition != Disposition::overwrite;
}

bool empties(Disposition disposition) {
    return disposition == Disposition::overwrite ||
           disposition == Disposition::overwrite_or_create || disposition == Disposition::supersede;
}

HostError on_the_way(HostError error) {
    const bool no_such = error == HostError::not_found || error == HostError::not_a_directory;
    return no_such ? HostError::path_not_found : error;
}

std::optional<HostError> kind_mismatch(bool directory, const OpenRequest& request) {
    if (request.kind == Kind::file && directory) {
        return HostError::is_a_directory;
    }
    if (request.kind == Kind::directory && !directory) {
        return HostError::not_a_directory;
    }
    if (request.disposition == Disposition::create) {
        return HostError::exists;
    }
    if (directory && empties(request.disposition)) {
        return HostError::is_a_directory;
    }
    return std::nullopt;
}

}  // namespace

Mounts::Mounts() = default;
Mounts::~Mounts() = default;

bool Mounts::has_drive(char16_t letter) const {
    return drives_.contains(upcase(letter));
}

Mounts::Node& Mounts::make_node(std::u16string_view guest) {
    const auto path = parse_path(guest);
    if (!path) {
        throw InputError(exit_usage, fmt::format("{}: not a guest path; write a drive and a folder "
                                                 "such as C:\\work",
                                                 to_printable(guest)));
    }
    std::unique_ptr<Node>* place = &drives_[path->drive];
    const auto enter = [this, &place](std::u16string name) -> Node& {
        if (!*place) {
            *place = std::make_unique<Node>();
            (*place)->name = std::move(name);
            (*place)->identity = identities_.fresh();
        }
        return **place;
    };
    Node* node = &enter({path->drive, u':'});
    for (const auto& component : path->components) {
        place = &node->children[upcase(component)];
        node = &enter(component);
    }
    return *node;
}

void Mounts::add_directory(std::u16string_view guest, const std::string& host_path, bool writable) {
    auto directory = open_root(host_path);
    if (!directory) {
        throw InputError(exit_usage,
                         fmt::format("{}: cannot mount this folder as {}: {}", host_path,
                                     to_printable(guest), name_of(directory.error())));
    }
    Node& node = make_node(guest);
    node.host = std::make_shared<const Descriptor>(std::move(directory).value());
    node.writable = writable;
}

void Mounts::add_file(std::u16string_view guest, std::span<const std::byte> bytes,
                      FileTime written) {
    Node& node = make_node(guest);
    node.bytes = bytes;
    node.written = written;
}

void Mounts::add_file(std::u16string_view guest, std::vector<std::byte>&& bytes, FileTime written) {
    add_file(guest, std::span<const std::byte>(kept_.emplace_back(std::move(bytes))), written);
}

Expected<Mounts::Target, HostError> Mounts::find(const GuestPath& path) const {
    const auto drive = drives_.find(path.drive);
    if (drive == drives_.end()) {
        return Unexpected{HostError::path_not_found};
    }
    const Node* node = drive->second.get();
    std::shared_ptr<const Descriptor> directory = node->host;
    bool writable = node->writable;
    for (std::size_t i = 0; i < path.components.size(); ++i) {
        const std::u16string& component = path.components[i];
        const bool last = i + 1 == path.components.size();
        if (node != nullptr) {
            if (node->bytes) {
                return Unexpected{HostError::path_not_found};
            }
            const auto child = node->children.find(upcase(component));
            if (child != node->children.end()) {
                // A nested place keeps the door of the host directory around it shut: what it does
                // not hold itself is not there.
                node = child->second.get();
                directory = node->host;
                writable = node->writable;
                continue;
            }
        }
        node = nullptr;
        if (directory == nullptr) {
            return Unexpected{last ? HostError::not_found : HostError::path_not_found};
        }
        auto host_name = find_entry(*directory, component);
        if (last) {
            return Target{.node = nullptr,
                          .directory = directory,
                          .component = component,
                          .host_name = std::move(host_name),
                          .writable = writable,
                          .names_directory = path.names_directory};
        }
        if (!host_name) {
            return Unexpected{HostError::path_not_found};
        }
        auto next = open_entry(*directory, *host_name, O_RDONLY | O_DIRECTORY, use_openat2_);
        if (!next) {
            return Unexpected{on_the_way(next.error())};
        }
        directory = std::make_shared<const Descriptor>(std::move(next).value());
    }
    return Target{.node = node,
                  .directory = nullptr,
                  .component = {},
                  .host_name = {},
                  .writable = writable,
                  .names_directory = path.names_directory};
}

std::vector<DirectoryEntry> Mounts::entries_of(const Node& node) const {
    std::map<std::u16string, DirectoryEntry> sorted;
    std::vector<DirectoryEntry> same_name;
    if (node.host != nullptr) {
        if (const auto found = read_entries(*node.host)) {
            for (const HostEntry& entry : *found) {
                DirectoryEntry shown{.name = entry.name,
                                     .facts = facts_of(entry.status, !node.writable)};
                if (!sorted.try_emplace(upcase(entry.name), shown).second) {
                    same_name.push_back(shown);
                }
            }
        }
    }
    for (const auto& [key, child] : node.children) {
        FileFacts facts = child->facts();
        facts.identity = 0;
        sorted.insert_or_assign(key, DirectoryEntry{.name = child->name, .facts = facts});
    }
    std::vector<DirectoryEntry> entries = std::move(same_name);
    for (auto& [key, entry] : sorted) {
        entries.push_back(std::move(entry));
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const DirectoryEntry& a, const DirectoryEntry& b) {
                         return upcase(a.name) < upcase(b.name);
                     });
    return entries;
}

Expected<OpenedFile, HostError> Mounts::open_node(const Node& node, const OpenRequest& request) {
    if (const auto mismatch = kind_mismatch(!node.bytes.has_value(), request)) {
        return Unexpected{*mismatch};
    }
    if (node.bytes) {
        if (request.write || empties(request.disposition)) {
            return Unexpected{HostError::read_only};
        }
        return OpenedFile{std::make_unique<VirtualFile>(node.facts(), *node.bytes)};
    }
    return OpenedFile{std::make_unique<VirtualFile>(node.facts(), entries_of(node))};
}

Expected<OpenedFile, HostError> Mounts::create_on_host(const Target& target,
                                                       const OpenRequest& request,
                                                       const std::u16string& path) {
    if (!target.writable) {
        return Unexpected{HostError::read_only};
    }
    const auto name = to_utf8(target.component);
    if (!name) {
        return Unexpected{HostError::invalid_name};
    }
    const bool directory = request.kind == Kind::directory;
    if (target.names_directory && !directory) {
        return Unexpected{HostError::invalid_name};
    }
    if (directory && ::mkdirat(target.directory->number(), name->c_str(), 0777) != 0) {
        return Unexpected{from_errno(errno)};
    }
    const int flags = directory ? O_RDONLY | O_DIRECTORY : O_RDWR | O_CREAT | O_EXCL;
    auto opened = open_entry(*target.directory, *name, flags, use_openat2_);
    if (!opened) {
        return Unexpected{opened.error()};
    }
    struct stat status {};
    ::fstat(opened->number(), &status);
    auto file =
        std::make_unique<HostFile>(std::move(opened).value(), HostPlace{target.directory, *name},
                                   true, identities_.of(status, path));
    if (const auto dated = file->set_written(request.now); !dated) {
        return Unexpected{dated.error()};
    }
    return OpenedFile{std::move(file), Opened::created};
}

Expected<OpenedFile, HostError> Mounts::open_on_host(const Target& target,
                                                     const OpenRequest& request,
                                                     const std::u16string& path) {
    if (!target.host_name) {
        if (!creates(request.disposition)) {
            return Unexpected{HostError::not_found};
        }
        return create_on_host(target, request, path);
    }
    struct stat status {};
    if (::fstatat(target.directory->number(), target.host_name->c_str(), &status,
                  AT_SYMLINK_NOFOLLOW) != 0) {
        return Unexpected{from_errno(errno)};
    }
    const bool directory = S_ISDIR(status.st_mode);
    if (const auto mismatch = kind_mismatch(directory, request)) {
        return Unexpected{*mismatch};
    }
    if (target.names_directory && !directory) {
        return Unexpected{HostError::invalid_name};
    }
    const bool write = !directory && (request.write || empties(request.disposition));
    if ((request.write || empties(request.disposition)) && !target.writable) {
        return Unexpected{HostError::read_only};
    }
    const int flags = directory ? O_RDONLY | O_DIRECTORY : write ? O_RDWR : O_RDONLY;
    auto opened = open_entry(*target.directory, *target.host_name, flags, use_openat2_);
    if (!opened) {
        return Unexpected{opened.error()};
    }
    auto file = std::make_unique<HostFile>(std::move(opened).value(),
                                           HostPlace{target.directory, *target.host_name},
                                           target.writable, identities_.of(status, path));
    if (!empties(request.disposition)) {
        return OpenedFile{std::move(file), Opened::opened};
    }
    if (const auto emptied = file->set_size(0); !emptied) {
        return Unexpected{emptied.error()};
    }
    if (const auto dated = file->set_written(request.now); !dated) {
        return Unexpected{dated.error()};
    }
    const bool superseded = request.disposition == Disposition::supersede;
    return OpenedFile{std::move(file), superseded ? Opened::superseded : Opened::overwritten};
}

Expected<OpenedFile, HostError> Mounts::open(const GuestPath& path, const OpenRequest& request) {
    const auto target = find(path);
    if (!target) {
        return Unexpected{target.error()};
    }
    return target->node != nullptr ? open_node(*target->node, request)
                                   : open_on_host(*target, request, to_text(path));
}

Expected<void, HostError> Mounts::rename(File& file, const GuestPath& to, bool replace) {
    auto* const from = dynamic_cast<HostFile*>(&file);
    if (from == nullptr || !from->writable_mount()) {
        return Unexpected{HostError::read_only};
    }
    const auto target = find(to);
    if (!target) {
        return Unexpected{target.error()};
    }
    if (target->node != nullptr || !target->writable) {
        return Unexpected{HostError::access_denied};
    }
    const auto new_name = to_utf8(target->component);
    if (!new_name || from->place().directory == nullptr || !from->name_is_current()) {
        return Unexpected{new_name ? HostError::access_denied : HostError::invalid_name};
    }
    const HostPlace old_place = from->place();
    const auto same_place = [&] {
        struct stat a {};
        struct stat b {};
        return target->host_name &&
               ::fstatat(old_place.directory->number(), old_place.name.c_str(), &a,
                         AT_SYMLINK_NOFOLLOW) == 0 &&
               ::fstatat(target->directory->number(), target->host_name->c_str(), &b,
                         AT_SYMLINK_NOFOLLOW) == 0 &&
               a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    };
    // A rename that only changes the case of a name meets the file itself.
    const bool onto_itself = same_place();
    if (target->host_name && !replace && !onto_itself) {
        return Unexpected{HostError::exists};
    }
    const std::string& landing = target->host_name && !onto_itself ? *target->host_name : *new_name;
    if (::renameat(old_place.directory->number(), old_place.name.c_str(),
                   target->directory->number(), landing.c_str()) != 0) {
        return Unexpected{from_errno(errno)};
    }
    from->moved_to(HostPlace{target->directory, landing});
    if (const auto facts = from->facts()) {
        identities_.moved(facts->identity, to_text(to));
    }
    return {};
}

void Mounts::persist_identities(Archive& archive) {
    std::map<std::uint64_t, std::u16string> paths = identities_.paths();
    std::uint64_t last = identities_.last();
    persist_all(archive, paths, last);
    if (!archive.loading()) {
        return;
    }
    identities_.restart(last);
    for (auto& [number, text] : paths) {
        const auto path = parse_path(text);
        const auto target = path ? find(*path) : Unexpected{HostError::invalid_name};
        struct stat status {};
        // A file that is gone needs no number: nobody can open it again.
        if (target && target->node == nullptr && target->host_name &&
            ::fstatat(target->directory->number(), target->host_name->c_str(), &status,
                      AT_SYMLINK_NOFOLLOW) == 0) {
            identities_.assign(status, number, std::move(text));
        }
    }
}

}  // namespace ringside::host
