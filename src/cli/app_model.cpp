// SPDX-License-Identifier: MIT
#include "cli/app_model.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/text.hpp"

namespace ringside::cli {
namespace {

/// Of a type as CLI11 describes it: "NAME:{text,tree}".
std::vector<std::string> choices_of(std::string_view type) {
    std::vector<std::string> choices;
    const auto set = type.find(":{");
    if (set != std::string_view::npos && type.ends_with('}')) {
        for (const auto choice : split(type.substr(set + 2, type.size() - set - 3), ',')) {
            choices.emplace_back(choice);
        }
    }
    return choices;
}

OptionModel model_of(const CLI::Option& option) {
    OptionModel model;
    model.help = option.get_description();
    model.group = option.get_group();
    for (const std::string& name : option.get_snames()) {
        model.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        model.names.push_back("--" + name);
    }
    if (option.get_items_expected_max() == 0) {
        return model;
    }
    // "NAME:{text,tree}", "N:UINT in [1 - 64]"
    const std::string type = option.get_type_name();
    model.value = type.substr(0, type.find(":{"));
    model.choices = choices_of(type);
    if (const auto range = type.find(" in ["); range != std::string::npos) {
        model.value = type.substr(0, type.rfind(':', range));
        model.help += fmt::format(" ({}", type.substr(range + 5));
        model.help.back() = ')';
    }
    model.preset = option.get_default_str();
    model.repeatable = option.get_expected_max() > 1;
    return model;
}

PositionalModel positional_of(const CLI::Option& option) {
    return {.name = option.get_name(),
            .choices = choices_of(option.get_type_name()),
            .help = option.get_description(),
            .required = option.get_required(),
            .repeatable = option.get_expected_max() > 1};
}

}  // namespace

CommandModel model_of(const CLI::App& app) {
    CommandModel command;
    command.name = app.get_name();
    command.help = app.get_description();
    for (const CLI::Option* const option : app.get_options()) {
        if (option->nonpositional()) {
            command.options.push_back(model_of(*option));
        } else {
            command.positionals.push_back(positional_of(*option));
        }
    }
    // Under one heading what stands under one, in the order of the headings.
    std::vector<std::string> groups;
    for (const OptionModel& option : command.options) {
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
            groups.push_back(option.group);
        }
    }
    const auto place_of = [&groups](const OptionModel& option) {
        return std::find(groups.begin(), groups.end(), option.group);
    };
    std::stable_sort(command.options.begin(), command.options.end(),
                     [&place_of](const OptionModel& a, const OptionModel& b) {
                         return place_of(a) < place_of(b);
                     });
    return command;
}

}  // namespace ringside::cli
