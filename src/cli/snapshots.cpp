// SPDX-License-Identifier: MIT
#include "cli/snapshots.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cli/command_line.hpp"
#include "cli/file.hpp"
#include "guest/symbol_suggestion.hpp"
#include "snapshot/file.hpp"

namespace ringside::cli {

static void persist(Archive& archive, WorldOptions& options) {
    auto& [os, cpu, fpu, timing, wait_states, mhz, entry, table, mounts, working_directory,
           environment, memory_mib, date, seed, irqs, patches, patch_objects, on_missing,
           service_clocks, block_size, loads, start, pokes, exit_port, post_port, roms, modules,
           symbol_files, program, arguments, carried_program, may_lack_program, host_folder] =
        options;
    ensure(carried_program.empty(), "a program of Ringside's own is not saved");
    persist_all(archive, os, cpu, fpu, timing, wait_states, mhz, entry, table, mounts,
                working_directory, environment, memory_mib, date, seed, irqs, patches,
                patch_objects, on_missing, service_clocks, block_size, loads, start, pokes,
                exit_port, post_port, roms, modules, symbol_files, program, arguments,
                may_lack_program);
    // What the command line's parser has checked of numbers and words.
    archive.require((fpu == "host" || fpu == "soft") &&
                        (on_missing == "status" || on_missing == "stop") &&
                        (entry == "auto" || entry == "int2e" || entry == "sysenter") &&
                        wait_states.value_or(0) <= 100 && mhz.value_or(1) - 1 < 100'000 &&
                        memory_mib.value_or(1) - 1 < 3072 && block_size - 1 < 64,
                    "an option has a value that it cannot have");
}

namespace {

constexpr int refused = 126;
/// The largest RAM, and room for what stands beside it.
constexpr std::uint64_t largest_snapshot_mib = 3072 + 512;

/// A host file that a world was made of.
struct InputFile {
    std::string path;
    std::uint64_t size = 0;
    Sha256::Digest sum{};

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, path, size, sum);
    }
};

std::vector<InputFile> input_files(const WorldOptions& options) {
    std::vector<InputFile> files;
    for (const std::string& path : input_paths(options)) {
        const auto bytes = read_file(options.host_path(path));
        files.push_back({path, bytes.size(), Sha256::of(bytes)});
    }
    return files;
}

std::string text_of(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void add_options(nlohmann::ordered_json& json, const WorldOptions& options) {
    json["os"] = options.os;
    json["cpu"] = options.cpu;
    json["program"] = std::filesystem::path(options.program).filename().string();
    json["mounts"] = options.mounts;
}

std::string about(World& world) {
    const cpu::Cpu& cpu = world.machine().cpu();
    nlohmann::ordered_json json{{"made_by", version_text}, {"format", snapshot::format_version}};
    add_options(json, world.options());
    json.update(nlohmann::ordered_json{
        {"clock", cpu.cycles().value},
        {"place", world.personality().symbols().describe(
                      {cpu.segment(cpu::SegmentRegister::cs).base + cpu.eip})},
        {"host_calls", world.journal().position()},
        {"input_bytes", world.journal().input_taken()}});
    return text_of(json);
}

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
    throw InputError(refused, fmt::format("{}: {}", path, why));
}

/// What stands in front of the world's state.
struct Begin {
    WorldOptions options;
    std::vector<InputFile> files;
    Sha256::Digest boot_digest{};

    Begin(const std::string& path, Archive& archive) {
        try {
            persist_all(archive, options, files, boot_digest);
        } catch (const DamagedArchive& damage) {
            refuse(path, fmt::format("a damaged snapshot: {}", damage.what()));
        }
    }
};

/// Where a --mount puts its folder.
std::string_view guest_path_of(std::string_view mount) {
    return mount.substr(0, mount.find('='));
}

/// `told`: a probe at the instruction that comes next has been told of.
void save(World& world, trace::Tracer* tracer, bool told, const std::string& path) {
    Archive archive;
    WorldOptions options = world.options();
    std::vector<InputFile> files = input_files(options);
    Sha256::Digest boot = world.boot_digest();
    persist_all(archive, options, files, boot, told);
    world.persist(archive);
    bool traced = tracer != nullptr;
    persist_all(archive, traced);
    if (traced) {
        tracer->persist(archive);
    }
    const auto bytes = snapshot::encode({about(world), std::move(archive.written())});
    Output file(path, -1);
    file.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    file.flush();
}

/// Stops the machine the first time that control reaches an address.
class StopThere final : public cpu::CpuObserver {
  public:
    StopThere(guest::Machine& machine, LinearAddress at) : machine_(machine) {
        machine_.observers().add(*this, {at.value});
    }
    StopThere(const StopThere&) = delete;
    StopThere& operator=(const StopThere&) = delete;
    ~StopThere() override { machine_.observers().remove(*this); }

    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {
        reached_ = true;
        machine_.stop();
    }
    [[nodiscard]] bool was_reached() const { return reached_; }

  private:
    guest::Machine& machine_;
    bool reached_ = false;
};

bool is_clock(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Where a run is to be saved: at a count of ticks, or at an address.
using Goal = std::variant<std::uint64_t, LinearAddress>;

Goal goal_of(World& world, const std::string& at) {
    if (is_clock(at)) {
        const auto clock = parse_number(at);
        const std::uint64_t ticks = cpu::traits(world.machine().cpu().model).ticks_per_clock;
        if (!clock || *clock > UINT64_MAX / ticks) {
            throw InputError(2, fmt::format("--snapshot-at {}: no such clock", at));
        }
        return *clock * ticks;
    }
    const auto place = world.personality().symbols().evaluate(at);
    if (!place) {
        throw InputError(
            2, fmt::format("--snapshot-at {}: neither a clock nor an address or symbol that is "
                           "known at the start{}",
                           at, guest::symbol_suggestion(world.personality().symbols(), at)));
    }
    return *place;
}

/// Runs up to the goal. Another end than `there` is the run's.
guest::StopReason run_there(World& world, guest::Limits limits, const Goal& goal, bool& there) {
    if (const auto* const ticks = std::get_if<std::uint64_t>(&goal)) {
        limits.pause_at = *ticks;
        auto stop = world.run(limits);
        there = stop.kind == guest::StopKind::paused;
        return stop;
    }
    const StopThere stop_there(world.machine(), std::get<LinearAddress>(goal));
    auto stop = world.run(limits);
    there = stop.kind == guest::StopKind::observer && stop_there.was_reached();
    return stop;
}

LinearAddress next_instruction(World& world) {
    const cpu::Cpu& cpu = world.machine().cpu();
    return {cpu.segment(cpu::SegmentRegister::cs).base + cpu.eip};
}

}  // namespace

std::string describe_snapshot(const std::string& path) {
    const snapshot::File file = snapshot::decode(path, read_file(path, largest_snapshot_mib));
    Archive archive(file.state);
    const Begin begin(path, archive);
    const auto said = nlohmann::ordered_json::parse(file.about, nullptr, false);
    if (!said.is_object()) {
        refuse(path, "a damaged snapshot: what it says of itself is no JSON");
    }
    nlohmann::ordered_json json;
    const auto take = [&](std::initializer_list<const char*> names) {
        for (const char* const name : names) {
            // Anything may stand there, and be too deep to be written.
            if (const auto found = said.find(name); found != said.end() && found->is_primitive()) {
                json[name] = *found;
            }
        }
    };
    take({"made_by", "format"});
    // From where resume takes them: what a file says of itself need not be true.
    add_options(json, begin.options);
    take({"clock", "place", "host_calls", "input_bytes"});
    json["files"] = input_paths(begin.options);
    return text_of(json);
}

SavedRun::SavedRun(const std::string& path, const std::string& folder) : path_(path) {
    state_ = snapshot::decode(path, read_file(path, largest_snapshot_mib)).state;
    archive_.emplace(state_);
    Begin begin(path, *archive_);
    options_ = std::move(begin.options);
    boot_digest_ = begin.boot_digest;
    options_.host_folder = folder;
    const auto paths = input_paths(options_);
    if (!std::equal(
            begin.files.begin(), begin.files.end(), paths.begin(), paths.end(),
            [](const InputFile& file, const std::string& name) { return file.path == name; })) {
        refuse("a damaged snapshot: its sums are of other files than its options name");
    }
    for (const InputFile& saved : begin.files) {
        const auto bytes = read_file(options_.host_path(saved.path));
        if (bytes.size() != saved.size || Sha256::of(bytes) != saved.sum) {
            refuse(
                fmt::format("{} is not the file that the run was begun with ({} bytes, SHA-256 "
                            "{}...)",
                            saved.path, saved.size, to_text(saved.sum).substr(0, 16)));
        }
    }
}

void SavedRun::refuse(std::string_view why) const {
    cli::refuse(path_, why);
}

void SavedRun::allow_mounts(const std::vector<std::string>& named) {
    std::vector<std::string> mounts;
    std::string missing;
    for (const std::string& saved : options_.mounts) {
        const auto found = std::find_if(named.begin(), named.end(), [&](const auto& mount) {
            return upcase(guest_path_of(mount)) == upcase(guest_path_of(saved));
        });
        if (found == named.end()) {
            missing += fmt::format(" --mount '{}'", saved);
        } else {
            mounts.push_back(*found);
        }
    }
    if (!missing.empty()) {
        refuse(fmt::format("the program sees folders of this machine; say so by{}", missing));
    }
    for (const std::string& mount : named) {
        if (std::find(mounts.begin(), mounts.end(), mount) == mounts.end()) {
            throw InputError(2, fmt::format("--mount {}: {} has no mount there", mount, path_));
        }
    }
    options_.mounts = std::move(mounts);
}

void SavedRun::load(World& world) {
    if (world.boot_digest() != boot_digest_) {
        refuse(
            "made by another build of Ringside: its guest kernel or libraries differ; resume it "
            "with the one that made it");
    }
    bool told = false;
    try {
        persist_all(*archive_, told);
        world.persist(*archive_);
        persist_all(*archive_, traced_);
        archive_->require(traced_ || archive_->at_end(), "something follows its end");
    } catch (const DamagedArchive& damage) {
        refuse(fmt::format("a damaged snapshot: {}", damage.what()));
    } catch (const InputError& error) {
        refuse(error.what());
    }
    if (told) {
        world.machine().observers().pass_probe(next_instruction(world));
    }
}

void SavedRun::load(trace::Tracer& tracer) {
    if (!traced_) {
        return;
    }
    try {
        tracer.persist(*archive_);
        archive_->require(archive_->at_end(), "something follows its end");
    } catch (const DamagedArchive& damage) {
        refuse(fmt::format("a damaged snapshot: {}", damage.what()));
    }
}

void SavedRun::take_input(const World& world, host::Console& console, int descriptor) const {
    struct stat status {};
    std::uint64_t left = world.journal().input_taken();
    if (left == 0 || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) ||
        ::lseek(descriptor, 0, SEEK_CUR) != 0) {
        return;
    }
    Sha256 sum;
    std::vector<std::byte> piece(1U << 16);
    while (left != 0) {
        const auto got =
            console.read(std::span(piece).first(std::min<std::uint64_t>(left, piece.size())));
        if (!got || *got == 0) {
            break;
        }
        sum.add(std::span(piece).first(*got));
        left -= *got;
    }
    if (left != 0 || sum.digest() != world.journal().loaded_input_sum()) {
        refuse(
            fmt::format("standard input is not the file of which the program had read {} bytes; "
                        "give that file, or what comes behind them through a pipe",
                        world.journal().input_taken()));
    }
}

void check_place(World& world, const SnapshotOptions& options) {
    if (!options.at.empty()) {
        static_cast<void>(goal_of(world, options.at));
    }
}

guest::StopReason run_and_save(World& world, guest::Limits limits, const SnapshotOptions& options,
                               trace::Tracer* tracer,
                               const std::function<void(std::string_view)>& warn) {
    if (options.at.empty()) {
        return world.run(limits);
    }
    bool there = false;
    guest::StopReason stop = run_there(world, limits, goal_of(world, options.at), there);
    if (!there) {
        warn(fmt::format(
            "no snapshot: the run ended at clock {}, before it came to --snapshot-at {}",
            world.machine().cpu().cycles().value, options.at));
        return stop;
    }
    const bool told = stop.kind == guest::StopKind::observer;
    save(world, tracer, told, options.file);
    if (options.stop) {
        return {guest::StopKind::guest_exit, 0, {}, {}};
    }
    if (told) {
        world.machine().observers().pass_probe(next_instruction(world));
    }
    return world.run(limits);
}

}  // namespace ringside::cli
