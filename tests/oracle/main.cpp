// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/ensure.hpp"
#include "oracle/native/host.hpp"
#include "oracle/session.hpp"

namespace {

// Of this program: nothing differs, something does, wrong usage, and what CTest takes as skipped.
constexpr int same = 0;
constexpr int different = 1;
constexpr int skipped = 77;

}  // namespace

int main(int argc, char** argv) {
    ringside::oracle::Options options;
    CLI::App app("Runs random programs on Ringside's processor and on this host's own.");
    app.add_option("--seed", options.seed, "the programs' seed")->capture_default_str();
    app.add_option("--first", options.first, "number of the first program")->capture_default_str();
    app.add_option("--count", options.count, "programs")->capture_default_str();
    app.add_option("--only", options.only, "instructions of this mnemonic only");
    app.add_option("--known", options.known, "differences that are explained (docs/vectors.md)");
    app.add_option("--save", options.save, "folder for vectors of the others");
    app.add_flag("--coverage", options.coverage, "tell how often each mnemonic ran");
    CLI11_PARSE(app, argc, argv);
    try {
        return ringside::oracle::Session(options).run() ? same : different;
    } catch (const ringside::oracle::HostCannot& reason) {
        fmt::print("oracle: skipped, this host cannot run 32-bit code: {}\n", reason.what());
        return skipped;
    } catch (const ringside::InputError& error) {
        fmt::print(stderr, "oracle: {}\n", error.what());
        return error.exit_status();
    }
}
