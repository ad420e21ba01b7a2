// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "kernelkit/wait.hpp"

namespace ringside::nt {

class KernelArchive;

enum class ObjectType : std::uint8_t {
    file,
    section,
    event,
    mutant,
    semaphore,
    timer,
    directory,
    process,
    thread,
};

/// What a handle leads to, and what threads wait for.
class Object : public kernelkit::Waitable {
  public:
    explicit Object(ObjectType type) : type_(type) {}
    [[nodiscard]] ObjectType type() const { return type_; }
    /// What a trace shows for a handle: `File C:\app\data.txt`, `Event`.
    [[nodiscard]] virtual std::string describe() const = 0;

    /// The last component of its name in the object namespace; empty without one.
    [[nodiscard]] const std::u16string& object_name() const { return object_name_; }
    void set_object_name(std::u16string name) { object_name_ = std::move(name); }

    /// All but what the object was made with, which KernelArchive knows of each type.
    virtual void persist(KernelArchive& archive);

  protected:
    /// `Event` or `Event "name"`.
    [[nodiscard]] std::string describe_as(std::string_view type) const;

  private:
    ObjectType type_;
    std::u16string object_name_;
};

/// Rights that a handle carries, and generic rights that open requests name.
inline constexpr std::uint32_t DELETE = 0x00010000;
inline constexpr std::uint32_t SYNCHRONIZE = 0x00100000;
inline constexpr std::uint32_t MAXIMUM_ALLOWED = 0x02000000;
inline constexpr std::uint32_t GENERIC_ALL = 0x10000000;
inline constexpr std::uint32_t GENERIC_EXECUTE = 0x20000000;
inline constexpr std::uint32_t GENERIC_WRITE = 0x40000000;
inline constexpr std::uint32_t GENERIC_READ = 0x80000000;

/// The generic bits of a request replaced by the specific ones of a type (GENERIC_MAPPING).
struct GenericMapping {
    std::uint32_t read{}, write{}, execute{}, all{};

    [[nodiscard]] constexpr std::uint32_t map(std::uint32_t access) const {
        std::uint32_t mapped = access & 0x0FFFFFFF & ~MAXIMUM_ALLOWED;
        mapped |= (access & GENERIC_READ) != 0 ? read : 0;
        mapped |= (access & GENERIC_WRITE) != 0 ? write : 0;
        mapped |= (access & GENERIC_EXECUTE) != 0 ? execute : 0;
        mapped |= (access & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0 ? all : 0;
        return mapped;
    }
};

}  // namespace ringside::nt
