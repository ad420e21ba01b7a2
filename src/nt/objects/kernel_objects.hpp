// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/address.hpp"
#include "guest/image.hpp"
#include "nt/memory/section_pages.hpp"
#include "nt/ntstatus.hpp"
#include "nt/objects/object.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t SECTION_QUERY = 0x0001;
inline constexpr std::uint32_t SECTION_MAP_WRITE = 0x0002;
inline constexpr std::uint32_t SECTION_MAP_READ = 0x0004;
inline constexpr std::uint32_t SECTION_MAP_EXECUTE = 0x0008;
inline constexpr GenericMapping section_mapping{
    .read = 0x00020005, .write = 0x00020002, .execute = 0x00020008, .all = 0x000F001F};

/// A section: pages backed by an image, a file or nothing, to be mapped as views.
class SectionObject final : public Object {
  public:
    SectionObject(std::shared_ptr<SectionPages> section_pages, std::uint64_t byte_size,
                  std::uint32_t page_protection, std::uint32_t section_attributes,
                  std::string backing)
        : Object(ObjectType::section),
          pages(std::move(section_pages)),
          size(byte_size),
          protection(page_protection),
          attributes(section_attributes),
          name(std::move(backing)) {}

    [[nodiscard]] std::string describe() const override {
        return name.empty() ? describe_as("Section") : "Section " + name;
    }
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override { return false; }

    const std::shared_ptr<SectionPages> pages;
    const std::uint64_t size;
    const std::uint32_t protection;
    const std::uint32_t attributes;
    const std::string name;                     ///< Of the file, printable.
    std::shared_ptr<const guest::Image> image;  ///< With SEC_IMAGE.
};

inline constexpr std::uint32_t PROCESS_ALL_ACCESS = 0x001F0FFF;

/// The one process. Its kernel part is the KPROCESS in guest memory.
class ProcessObject final : public Object {
  public:
    ProcessObject() : Object(ObjectType::process) {}

    [[nodiscard]] std::string describe() const override { return "Process"; }
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override { return false; }

    std::uint32_t id = 0;
    std::uint32_t last_id = 0;  ///< The last that a thread was given.
    LinearAddress kprocess;
    LinearAddress peb;
    NTSTATUS exit_status = STATUS_PENDING;
};

}  // namespace ringside::nt
