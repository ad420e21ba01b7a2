// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "nt/ntstatus.hpp"
#include "nt/objects/object.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t DIRECTORY_QUERY = 0x0001;
inline constexpr GenericMapping directory_mapping{
    .read = 0x00020003, .write = 0x0002000C, .execute = 0x00020003, .all = 0x000F000F};

/// A directory of the object namespace. Its names die with their objects.
class DirectoryObject final : public Object {
  public:
    DirectoryObject() : Object(ObjectType::directory) {}

    [[nodiscard]] std::string describe() const override { return describe_as("Directory"); }
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override { return false; }

    /// Null when there is no object of that name.
    [[nodiscard]] std::shared_ptr<Object> find(std::u16string_view name,
                                               bool case_insensitive) const;
    void insert(std::u16string name, const std::shared_ptr<Object>& object);

  private:
    std::map<std::u16string, std::weak_ptr<Object>> entries_;
};

/// Where a name leads: its directory, its last component, and the object, if there is one.
struct FoundName {
    std::shared_ptr<DirectoryObject> directory;
    std::u16string last;
    std::shared_ptr<Object> object;
};

/// The object namespace, as far as objects are shared by name: `\BaseNamedObjects` with its
/// `Local` and `Global`, and an empty `\KnownDlls`.
class ObjectNamespace {
  public:
    ObjectNamespace();

    /// Follows a name from `root`, or from the top when that is null. Fails with
    /// STATUS_OBJECT_PATH_SYNTAX_BAD, _PATH_NOT_FOUND, _NAME_INVALID or _TYPE_MISMATCH.
    [[nodiscard]] Expected<FoundName, NTSTATUS> follow(std::shared_ptr<DirectoryObject> root,
                                                       std::u16string_view name,
                                                       bool case_insensitive) const;
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, top_, base_named_objects_, known_dlls_);
        archive.require(top_ && base_named_objects_ && known_dlls_, "a directory is missing");
    }

  private:
    std::shared_ptr<DirectoryObject> top_;
    std::shared_ptr<DirectoryObject> base_named_objects_;
    std::shared_ptr<DirectoryObject> known_dlls_;
};

}  // namespace ringside::nt
