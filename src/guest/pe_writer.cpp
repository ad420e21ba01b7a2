// SPDX-License-Identifier: MIT
#include "guest/pe_writer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "guest/stub_generator.hpp"
#include "guest/stub_text.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint32_t file_alignment = 0x200;
constexpr std::uint32_t section_alignment = 0x1000;
constexpr std::uint32_t image_base = 0x10000000;
constexpr std::uint32_t headers_size = 0x200;
constexpr std::uint32_t pe_header = 0x40;
constexpr std::uint32_t file_header = pe_header + 4;
constexpr std::uint32_t optional_header = file_header + 20;
constexpr std::uint16_t optional_header_size = 0xE0;
constexpr std::uint32_t section_headers = optional_header + optional_header_size;
constexpr std::uint32_t directories = optional_header + 0x60;
constexpr std::byte nop{0x90};

/// Little-endian data that grows, and may be filled in later.
class Bytes {
  public:
    explicit Bytes(std::size_t size = 0) : data_(size) {}

    template <typename T>
    void set(std::size_t at, T value) {
        std::memcpy(data_.data() + at, &value, sizeof value);
    }
    void set_text(std::size_t at, std::string_view text) {
        std::memcpy(data_.data() + at, text.data(), text.size());
    }
    template <typename T>
    void add(T value) {
        data_.resize(data_.size() + sizeof value);
        set(data_.size() - sizeof value, value);
    }
    void add_text(std::string_view text) {
        data_.resize(data_.size() + text.size() + 1);
        set_text(data_.size() - text.size() - 1, text);
    }
    void append(const std::vector<std::byte>& more) {
        data_.insert(data_.end(), more.begin(), more.end());
        data_.resize(align_up(data_.size(), std::size_t{file_alignment}));
    }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(data_.size()); }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(data_); }

  private:
    std::vector<std::byte> data_;
};

/// IMAGE_EXPORT_DIRECTORY with its three tables and its names.
std::vector<std::byte> export_section(std::string_view module, std::uint32_t rva,
                                      std::uint32_t code_rva,
                                      std::span<const DllFunction> functions) {
    constexpr std::uint32_t directory_size = 40;
    // Loaders search the names by bisection.
    std::vector<std::pair<std::string, std::uint16_t>> names;
    for (std::size_t i = 0; i < functions.size(); ++i) {
        for (const std::string& name : functions[i].names) {
            names.emplace_back(name, static_cast<std::uint16_t>(i));
        }
    }
    std::sort(names.begin(), names.end());
    const auto function_count = static_cast<std::uint32_t>(functions.size());
    const auto name_count = static_cast<std::uint32_t>(names.size());
    const std::uint32_t addresses = directory_size;
    const std::uint32_t name_pointers = addresses + function_count * 4;
    const std::uint32_t ordinals = name_pointers + name_count * 4;
    Bytes data(ordinals + name_count * 2);
    data.set(0x0C, rva + data.size());
    data.add_text(module);
    data.set(0x10, std::uint32_t{1});
    data.set(0x14, function_count);
    data.set(0x18, name_count);
    data.set(0x1C, rva + addresses);
    data.set(0x20, rva + name_pointers);
    data.set(0x24, rva + ordinals);
    for (std::uint32_t i = 0; i < function_count; ++i) {
        data.set(addresses + i * 4, code_rva + functions[i].offset);
    }
    for (std::uint32_t i = 0; i < name_count; ++i) {
        data.set(name_pointers + i * 4, rva + data.size());
        data.add_text(names[i].first);
        data.set(ordinals + i * 2, names[i].second);
    }
    return data.take();
}

/// One block without an entry: the library may stand anywhere, but nothing in it moves.
std::vector<std::byte> relocation_section() {
    Bytes data;
    data.add(section_alignment);
    data.add(std::uint32_t{12});
    data.add(std::uint32_t{0});
    return data.take();
}

struct SectionToWrite {
    std::string_view name;
    std::uint32_t flags{};
    std::uint32_t rva{};
    std::vector<std::byte> bytes{};
};

void write_headers(Bytes& file, std::span<const SectionToWrite> sections,
                   std::uint32_t image_size) {
    file.set(0, std::uint16_t{0x5A4D});
    file.set(0x3C, pe_header);
    file.set(pe_header, std::uint32_t{0x00004550});
    file.set(file_header, std::uint16_t{0x14C});
    file.set(file_header + 2, static_cast<std::uint16_t>(sections.size()));
    file.set(file_header + 16, optional_header_size);
    // EXECUTABLE_IMAGE, LINE_NUMS_STRIPPED, LOCAL_SYMS_STRIPPED, 32BIT_MACHINE, DLL.
    file.set(file_header + 18, std::uint16_t{0x210E});

    const auto set = [&file](std::uint32_t offset, std::uint32_t value) {
        file.set(optional_header + offset, value);
    };
    file.set(optional_header, std::uint16_t{0x10B});
    const auto code_size = static_cast<std::uint32_t>(sections[0].bytes.size());
    set(0x04, align_up(code_size, file_alignment));
    std::uint32_t data_size = 0;
    for (const SectionToWrite& section : sections.subspan(1)) {
        data_size += align_up(static_cast<std::uint32_t>(section.bytes.size()), file_alignment);
    }
    set(0x08, data_size);
    set(0x14, sections[0].rva);
    set(0x18, sections[1].rva);
    set(0x1C, image_base);
    set(0x20, section_alignment);
    set(0x24, file_alignment);
    set(0x28, 4);  // operating system 4.0
    set(0x30, 4);  // subsystem 4.0
    set(0x38, image_size);
    set(0x3C, headers_size);
    set(0x44, 3);  // console
    set(0x48, 0x00100000);
    set(0x4C, 0x1000);
    set(0x50, 0x00100000);
    set(0x54, 0x1000);
    set(0x5C, 16);

    std::uint32_t at = section_headers;
    std::uint32_t raw = headers_size;
    for (const SectionToWrite& section : sections) {
        const auto size = static_cast<std::uint32_t>(section.bytes.size());
        const std::uint32_t raw_size = align_up(size, file_alignment);
        file.set_text(at, section.name);
        file.set(at + 8, size);
        file.set(at + 12, section.rva);
        file.set(at + 16, raw_size);
        file.set(at + 20, raw);
        file.set(at + 36, section.flags);
        raw += raw_size;
        at += 40;
    }
}

}  // namespace

std::vector<std::byte> write_dll(std::string_view name, std::span<const std::byte> code,
                                 std::span<const DllFunction> functions) {
    ensure(!code.empty(), "a DLL has code");
    const auto behind = [](const SectionToWrite& section) {
        return align_up(section.rva + static_cast<std::uint32_t>(section.bytes.size()),
                        section_alignment);
    };
    constexpr std::uint32_t code_flags = 0x60000020;
    constexpr std::uint32_t data_flags = 0x40000040;
    constexpr std::uint32_t discardable = 0x02000000;
    SectionToWrite text{".text", code_flags, section_alignment, {code.begin(), code.end()}};
    SectionToWrite exports{".edata", data_flags, behind(text), {}};
    exports.bytes = export_section(name, exports.rva, text.rva, functions);
    SectionToWrite relocations{".reloc", data_flags | discardable, behind(exports),
                               relocation_section()};
    const std::uint32_t image_size = behind(relocations);
    const std::vector<SectionToWrite> sections{std::move(text), std::move(exports),
                                               std::move(relocations)};

    Bytes file(headers_size);
    write_headers(file, sections, image_size);
    const auto set_directory = [&file](std::uint32_t index, const SectionToWrite& section) {
        file.set(directories + index * 8, section.rva);
        file.set(directories + index * 8 + 4, static_cast<std::uint32_t>(section.bytes.size()));
    };
    set_directory(0, sections[1]);
    set_directory(5, sections[2]);
    for (const SectionToWrite& section : sections) {
        file.append(section.bytes);
    }
    return file.take();
}

std::vector<std::byte> stub_dll(std::string_view name, StubForm form,
                                std::span<const ServiceStub> services) {
    std::vector<std::byte> code;
    std::vector<DllFunction> functions;
    for (const ServiceStub& service : services) {
        const StubNames names = stub_names(form, service.name);
        DllFunction function{{names.first}, static_cast<std::uint32_t>(code.size())};
        if (!names.alias.empty()) {
            function.names.push_back(names.alias);
        }
        functions.push_back(std::move(function));
        const auto stub = encode_stub(form, service.number, service.argument_bytes);
        code.insert(code.end(), stub.begin(), stub.end());
        code.resize(align_up(code.size(), std::size_t{stub_slot}), nop);
    }
    return write_dll(name, code, functions);
}

}  // namespace ringside::guest
