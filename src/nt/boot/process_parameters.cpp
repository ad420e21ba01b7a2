// SPDX-License-Identifier: MIT
#include "nt/boot/process_parameters.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "host/utf16.hpp"
#include "nt/structures/types.hpp"

namespace ringside::nt {
namespace {

constexpr std::string_view structure = "RTL_USER_PROCESS_PARAMETERS";
constexpr std::uint32_t normalized = 1;
constexpr std::size_t longest_string = 0xFFFE;
/// SW_SHOWNORMAL; a program started from a shell has it.
constexpr std::uint32_t show_normal = 1;

class Builder {
  public:
    Builder(const Layout& layout, LinearAddress at)
        : layout_(layout), at_(at), bytes_(layout.size(structure)) {}

    void set(std::string_view field, std::uint32_t value) {
        std::memcpy(bytes_.data() + layout_.offset(structure, field), &value, sizeof value);
    }
    void set_string(std::string_view field, const std::u16string& text, std::size_t room = 0) {
        const std::size_t length = text.size() * 2;
        const std::size_t capacity = std::max(length + 2, room);
        if (length > longest_string - 2) {
            throw InputError(2, "a command line, path or folder is longer than 32766 characters");
        }
        const UNICODE_STRING string{
            .Length = static_cast<std::uint16_t>(length),
            .MaximumLength = static_cast<std::uint16_t>(capacity),
            .Buffer = at_.value + static_cast<std::uint32_t>(bytes_.size())};
        std::memcpy(bytes_.data() + layout_.offset(structure, field), &string, sizeof string);
        const std::size_t start = bytes_.size();
        bytes_.resize(align_up(start + capacity, std::size_t{4}));
        std::memcpy(bytes_.data() + start, text.data(), length);
    }
    [[nodiscard]] std::vector<std::byte> finish() {
        set("MaximumLength", static_cast<std::uint32_t>(bytes_.size()));
        set("Length", static_cast<std::uint32_t>(bytes_.size()));
        return std::move(bytes_);
    }

  private:
    const Layout& layout_;
    LinearAddress at_;
    std::vector<std::byte> bytes_;
};

}  // namespace

std::u16string environment_block(std::vector<std::pair<std::u16string, std::u16string>> variables) {
    std::stable_sort(variables.begin(), variables.end(), [](const auto& a, const auto& b) {
        return host::upcase(a.first) < host::upcase(b.first);
    });
    std::u16string block;
    for (const auto& [name, value] : variables) {
        block += name + u"=" + value;
        block.push_back(u'\0');
    }
    block.push_back(u'\0');
    if (variables.empty()) {
        block.push_back(u'\0');
    }
    return block;
}

std::vector<std::byte> process_parameters(const Layout& layout, LinearAddress at,
                                          const ProcessStrings& strings, LinearAddress environment,
                                          std::uint32_t first_standard_handle) {
    constexpr std::size_t max_path_bytes = 260 * 2;
    Builder builder(layout, at);
    builder.set("Flags", normalized);
    builder.set("StandardInput", first_standard_handle);
    builder.set("StandardOutput", first_standard_handle + 4);
    builder.set("StandardError", first_standard_handle + 8);
    builder.set("Environment", environment.value);
    builder.set("ShowWindowFlags", show_normal);
    // SetCurrentDirectory changes the path in place.
    builder.set_string("CurrentDirectory", strings.current_directory, max_path_bytes);
    builder.set_string("DllPath", strings.dll_path);
    builder.set_string("ImagePathName", strings.image_path);
    builder.set_string("CommandLine", strings.command_line);
    builder.set_string("WindowTitle", strings.image_path);
    builder.set_string("DesktopInfo", u"WinSta0\\Default");
    builder.set_string("ShellInfo", u"");
    builder.set_string("RuntimeData", u"");
    return builder.finish();
}

}  // namespace ringside::nt
