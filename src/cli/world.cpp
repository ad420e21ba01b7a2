// SPDX-License-Identifier: MIT
#include "cli/world.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/archive.hpp"
#include "base/ensure.hpp"
#include "cli/file.hpp"
#include "cli/personalities.hpp"
#include "cpu/assumed_clocks.hpp"
#include "cpu/float_arithmetic.hpp"

namespace ringside::cli {
namespace {

/// Stops the machine where ring 3 is about to execute for the first time.
class RingThreeStop : public cpu::CpuObserver {
  public:
    explicit RingThreeStop(guest::Machine& machine) : machine_(machine) {
        machine_.observers().add(*this);
    }
    ~RingThreeStop() override { machine_.observers().remove(*this); }
    RingThreeStop(const RingThreeStop&) = delete;
    RingThreeStop& operator=(const RingThreeStop&) = delete;

    void transition(const cpu::Transition& transition) override {
        if (transition.after.cpl() == 3) {
            entered_ = true;
            machine_.stop();
        }
    }
    [[nodiscard]] bool entered() const { return entered_; }
    void reached(LinearAddress) override {}

  private:
    guest::Machine& machine_;
    bool entered_ = false;
};

cpu::Model usable_model(const WorldOptions& options) {
    const cpu::Model model = model_option(options.cpu);
    if (options.entry == "sysenter" && (cpu::traits(model).features & cpu::feature::sep) == 0) {
        throw InputError(2, fmt::format("--entry sysenter: {} has no SYSENTER; use --entry "
                                        "int2e or --cpu p6",
                                        options.cpu));
    }
    return model;
}

cpu::timing::Level timing_level(const WorldOptions& options) {
    const auto level = cpu::timing::level_named(options.timing);
    if (!level) {
        throw InputError(2,
                         fmt::format("--timing {}: no such level; use count, table, pipe or memory",
                                     options.timing));
    }
    return *level;
}

/// FILE, FILE@ADDR or FILE@SYMBOL: the file is the longest part that is one.
std::string file_of(const WorldOptions& options, const std::string& text) {
    std::error_code error;
    const auto at = text.rfind('@');
    return at == std::string::npos || std::filesystem::exists(options.host_path(text), error)
               ? text
               : text.substr(0, at);
}

/// A message that is told once, however often the run comes by.
std::function<void(std::string_view)> once(host::Journal& journal,
                                           std::function<void(std::string_view)> tell) {
    return [&journal, tell = std::move(tell)](std::string_view text) {
        static_cast<void>(journal.call<bool>(host::Effect::message, [&] {
            tell(text);
            return true;
        }));
    };
}

void read_patches(const WorldOptions& options, guest::Patches& patches) {
    for (const std::string& file : options.patches) {
        patches.add_file(file, read_text_file(options.host_path(file)));
    }
    for (const std::string& text : options.patch_objects) {
        const auto at = text.rfind('@');
        if (at == 0 || at + 1 == text.size()) {
            throw InputError(2, fmt::format("--patch-object {}: want FILE or FILE@SYMBOL", text));
        }
        const std::string file = text.substr(0, at);
        patches.add_object(file, read_file(options.host_path(file)),
                           at == std::string::npos ? "" : text.substr(at + 1));
    }
}

}  // namespace

std::vector<std::string> input_paths(const WorldOptions& options) {
    std::vector<std::string> paths;
    for (const auto* const path : {&options.program, &options.table}) {
        if (!path->empty()) {
            paths.push_back(file_of(options, *path));
        }
    }
    for (const auto* const texts : {&options.loads, &options.roms, &options.patch_objects,
                                    &options.patches, &options.symbol_files}) {
        for (const std::string& text : *texts) {
            paths.push_back(file_of(options, text));
        }
    }
    for (const std::string& module : options.modules) {
        paths.push_back(module.substr(0, module.find(' ')));
    }
    return paths;
}

void keep_apart(const std::vector<std::string>& written, const WorldOptions& options) {
    std::vector<std::string> read;
    for (const std::string& path : input_paths(options)) {
        read.push_back(options.host_path(path));
    }
    keep_apart(written, read);
}

guest::MachineConfig machine_config(const WorldOptions& options) {
    guest::MachineConfig config;
    config.model = usable_model(options);
    config.timing = timing_level(options);
    if (options.wait_states && config.timing != cpu::timing::Level::memory) {
        throw InputError(2, fmt::format("--wait-states {}: --timing {} does not look at the bus; "
                                        "use --timing memory",
                                        *options.wait_states, options.timing));
    }
    config.wait_states = options.wait_states.value_or(0);
    config.mhz = options.mhz;
    config.block_limit = options.block_size;
    if (options.memory_mib) {
        config.memory_bytes = *options.memory_mib << 20;
    }
    return config;
}

cpu::Model model_option(const std::string& name) {
    const auto model = cpu::model_named(name);
    if (!model) {
        throw InputError(
            2, fmt::format("--cpu {}: no such model; use i386, i486, pentium, p6 or modern", name));
    }
    return *model;
}

std::string WorldOptions::host_path(const std::string& path) const {
    // An absolute path stays what it is.
    return (std::filesystem::path(host_folder) / path).string();
}

World::World(const WorldOptions& options, host::Console& console, Messages messages,
             std::optional<host::Journal::Keeps> journal)
    : options_(options), messages_(std::move(messages)) {
    const guest::MachineConfig config = machine_config(options_);
    read_patches(options_, patches_);
    late_patches_due_ = patches_.has(guest::PatchTime::late);
    machine_ = std::make_unique<guest::Machine>(config);
    cpu::set_float_arithmetic(machine_->cpu(), cpu::float_arithmetic_named(options_.fpu));
    if (journal) {
        journal_.emplace(*journal);
        files_.emplace(*journal_, mounts_);
        console_.emplace(*journal_, console);
        messages_.warn = once(*journal_, std::move(messages_.warn));
        messages_.debug_print = once(*journal_, std::move(messages_.debug_print));
    }
    personality_ = make_personality(
        options_, {.mounts = mounts_,
                   .files = journal_ ? static_cast<host::FileSystem&>(*files_) : mounts_,
                   .console = journal_ ? static_cast<host::Console&>(*console_) : console,
                   .journal = journal_ ? &*journal_ : nullptr,
                   .machine = *machine_,
                   .warn = messages_.warn,
                   .debug_print = messages_.debug_print});
}

World::~World() = default;

void World::boot() {
    personality_->boot(*machine_);
    patches_.apply(guest::PatchTime::early, *machine_, *personality_);
    if (journal_) {
        Archive booted;
        machine_->persist(booted);
        boot_digest_ = Sha256::of(booted.written());
    }
}

void World::persist(Archive& archive) {
    ensure(journal_.has_value(), "a world without a journal is not saved");
    archive.mark("World");
    if (!archive.in_memory()) {
        mounts_.persist_identities(archive);
    }
    journal_->persist(archive, mounts_);
    persist_all(archive, late_patches_due_);
    machine_->persist(archive);
    personality_->persist(archive);
}

void World::forget_future() {
    journal_->forget_future();
}

guest::StopReason World::run(const guest::Limits& limits) {
    if (late_patches_due_) {
        guest::StopReason stop;
        bool entered = false;
        {
            const RingThreeStop watch(*machine_);
            stop = machine_->run(*personality_, limits);
            entered = watch.entered();
        }
        if (!entered) {
            if (stop.kind == guest::StopKind::paused || stop.kind == guest::StopKind::observer) {
                return stop;  // to be continued
            }
            messages_.warn(
                "the run ended before ring 3: patches were not applied, but for early ones");
            return stop;
        }
        patches_.apply(guest::PatchTime::late, *machine_, *personality_);
        late_patches_due_ = false;
        if (limits.one_instruction) {
            return {guest::StopKind::paused, 0, {}, {}};
        }
    }
    return machine_->run(*personality_, limits);
}

trace::Header World::header() const {
    trace::Header header;
    const std::string& image = !options_.program.empty() ? options_.program
                               : !options_.loads.empty() ? options_.loads.front()
                               : !options_.roms.empty()  ? options_.roms.front()
                                                         : options_.program;
    header.program = std::filesystem::path(image).filename().string();
    header.os = options_.os;
    header.cpu = options_.cpu;
    header.mhz = machine_->mhz();
    const bool has_sep = (cpu::traits(machine_->cpu().model).features & cpu::feature::sep) != 0;
    header.entry = entry_of(options_, has_sep);
    header.assumed_clocks = has_assumed_clocks();
    return header;
}

bool World::has_assumed_clocks() const {
    return cpu::has_assumed_clocks(machine_->cpu());
}

std::string World::service_body() const {
    return options_.service_clocks.empty()
               ? "not modelled"
               : fmt::format(
                     "{} clocks, as --service-clocks {} assumes",
                     machine_->service_ticks() / cpu::traits(machine_->cpu().model).ticks_per_clock,
                     options_.service_clocks);
}

guest::Limits limits_of(const LimitOptions& options) {
    guest::Limits limits;
    limits.max_cycles = options.max_cycles;
    if (options.timeout_seconds) {
        limits.timeout =
            std::chrono::milliseconds(static_cast<std::int64_t>(*options.timeout_seconds * 1000));
    }
    return limits;
}

}  // namespace ringside::cli
