// SPDX-License-Identifier: MIT
#include "gdb/threads.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/xml.hpp"

namespace ringside::gdb {
namespace {

constexpr std::uint32_t nameless = 1;

}  // namespace

std::uint32_t Threads::current() const {
    const std::uint32_t id = personality_.current_thread(machine_);
    return id == 0 ? nameless : id;
}

std::vector<guest::SystemThread> Threads::all() const {
    std::vector<guest::SystemThread> threads = personality_.threads(machine_);
    const std::uint32_t id = current();
    const bool listed = std::any_of(threads.begin(), threads.end(),
                                    [id](const auto& thread) { return thread.id == id; });
    if (!listed) {
        threads.push_back({.id = id, .state = threads.empty() ? "" : "idle", .resumes = {}});
    }
    return threads;
}

std::optional<guest::SystemThread> Threads::find(std::uint32_t id) const {
    for (guest::SystemThread& thread : all()) {
        if (thread.id == id) {
            return std::move(thread);
        }
    }
    return std::nullopt;
}

std::string Threads::list() const {
    std::string text = "<threads>\n";
    for (const guest::SystemThread& thread : all()) {
        text += fmt::format("  <thread id=\"{:x}\" core=\"0\">{}</thread>\n", thread.id,
                            xml_text(thread.state));
    }
    return text + "</threads>\n";
}

}  // namespace ringside::gdb
