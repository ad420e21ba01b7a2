// SPDX-License-Identifier: MIT
#include "guest/import_check.hpp"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace ringside::guest {
namespace {

struct Rejected {
    ImageError error;
};

/// A function as an import or a forwarder asks for it; by ordinal when `name` is empty.
struct Wanted {
    std::string name;
    std::uint32_t ordinal{};

    [[nodiscard]] std::string text() const {
        return name.empty() ? fmt::format("#{}", ordinal) : name;
    }
};

/// An image's exports by name and ordinal; a linear search for each import would let a hostile
/// pair of files cost billions of comparisons.
struct ExportIndex {
    const Image* image{};
    std::unordered_map<std::string_view, const Export*> by_name;
    std::unordered_map<std::uint32_t, const Export*> by_ordinal;

    [[nodiscard]] const Export* find(const Wanted& wanted) const {
        if (wanted.name.empty()) {
            const auto found = by_ordinal.find(wanted.ordinal);
            return found == by_ordinal.end() ? nullptr : found->second;
        }
        const auto found = by_name.find(wanted.name);
        return found == by_name.end() ? nullptr : found->second;
    }
};

class Check {
  public:
    explicit Check(const FindModule& find) : find_(find) {}

    void run(const Image& program) {
        waiting_.push_back(&program);
        while (!waiting_.empty()) {
            const Image& image = *waiting_.front();
            waiting_.pop_front();
            for (const Import& import : image.imports) {
                for (const ImportedFunction& function : import.functions) {
                    follow(image, import.module, {function.name, function.ordinal});
                }
                module(image, import.module);
            }
        }
    }

  private:
    const ExportIndex& module(const Image& importer, const std::string& name) {
        const std::string key = module_name(name);
        if (const auto known = modules_.find(key); known != modules_.end()) {
            return known->second;
        }
        const auto found = find_(key);
        if (!found) {
            throw Rejected{found.error()};
        }
        if (found.value() == nullptr) {
            throw Rejected{{importer.file, fmt::format("import {}", name),
                            "no DLL of that name in the program's folder or in system32"}};
        }
        ExportIndex index;
        index.image = found.value();
        for (const Export& exported : index.image->exports) {
            index.by_ordinal.emplace(exported.ordinal, &exported);
            if (!exported.name.empty()) {
                index.by_name.emplace(exported.name, &exported);
            }
        }
        waiting_.push_back(index.image);
        return modules_.emplace(key, std::move(index)).first->second;
    }

    void follow(const Image& importer, const std::string& from, Wanted wanted) {
        const std::string field = fmt::format("import {}!{}", from, wanted.text());
        std::string name = from;
        std::set<std::pair<std::string, std::string>> passed;
        for (;;) {
            const ExportIndex& exports = module(importer, name);
            const Export* const exported = exports.find(wanted);
            if (exported == nullptr) {
                throw Rejected{
                    {importer.file, field,
                     fmt::format("{} does not export {}", exports.image->file, wanted.text())}};
            }
            if (exported->forwarder.empty()) {
                return;
            }
            if (!passed.emplace(module_name(name), wanted.text()).second) {
                throw Rejected{
                    {importer.file, field,
                     fmt::format("the forwarders of {}!{} form a loop", name, wanted.text())}};
            }
            const std::string& forwarder = exported->forwarder;
            const auto dot = forwarder.rfind('.');
            if (dot == std::string::npos || dot == 0 || dot + 1 == forwarder.size()) {
                throw Rejected{{exports.image->file, fmt::format("export {}", wanted.text()),
                                fmt::format("the forwarder {} is not DLL.NAME", forwarder)}};
            }
            name = forwarder.substr(0, dot);
            const std::string target = forwarder.substr(dot + 1);
            wanted = {target, 0};
            if (target.front() == '#') {
                const auto ordinal = parse_number(std::string_view(target).substr(1));
                wanted = {{}, static_cast<std::uint32_t>(ordinal.value_or(0))};
            }
        }
    }

    const FindModule& find_;
    std::map<std::string, ExportIndex> modules_;
    std::deque<const Image*> waiting_;
};

}  // namespace

std::string module_name(std::string_view name) {
    std::string result(name);
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    if (result.find('.') == std::string::npos) {
        result += ".dll";
    }
    return result;
}

Expected<void, ImageError> check_imports(const Image& program, const FindModule& find) {
    try {
        Check(find).run(program);
        return {};
    } catch (Rejected& rejected) {
        return Unexpected{std::move(rejected.error)};
    }
}

}  // namespace ringside::guest
