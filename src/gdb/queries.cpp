// SPDX-License-Identifier: MIT
// What gdb asks and sets by packets that begin with q and Q.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "gdb/hex.hpp"
#include "gdb/session.hpp"

namespace ringside::gdb {
namespace {

constexpr std::string_view ok = "OK";
constexpr std::string_view malformed = "E01";

/// `OFFSET,LENGTH` of an object, with `m` when there is more and `l` when there is not.
std::string part_of(std::string_view object, std::string_view range) {
    const auto offset = hex_number(take_until(range, ','));
    const auto length = hex_number(range);
    if (!offset || !length) {
        return std::string(malformed);
    }
    if (*offset >= object.size()) {
        return "l";
    }
    // Every byte may need two.
    const auto most = std::min<std::uint64_t>(*length, largest_packet / 2 - 1);
    const std::string_view part = object.substr(*offset, static_cast<std::size_t>(most));
    const bool last = *offset + part.size() == object.size();
    return fmt::format("{}{}", last ? 'l' : 'm', escaped(part));
}

}  // namespace

std::string Session::features(std::string_view theirs) {
    while (!theirs.empty()) {
        const std::string_view feature = take_until(theirs, ';');
        knows_kinds_of_breakpoints_ =
            knows_kinds_of_breakpoints_ || feature == "swbreak+" || feature == "hwbreak+";
    }
    return fmt::format(
        "PacketSize={:x};QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;QCatchSyscalls+;"
        "qXfer:features:read+;qXfer:libraries:read+;qXfer:threads:read+;qXfer:exec-file:read+{}",
        largest_packet, execution_.goes_back() ? ";ReverseStep+;ReverseContinue+" : "");
}

std::string Session::transfer(std::string_view request) const {
    const std::string_view object = take_until(request, ':');
    const std::string_view operation = take_until(request, ':');
    const std::string_view annex = take_until(request, ':');
    if (operation != "read") {
        return {};
    }
    if (object == "features") {
        return annex == "target.xml" ? part_of(description_, request) : "E00";
    }
    if (object == "libraries") {
        return part_of(files_.library_list(), request);
    }
    if (object == "threads") {
        return part_of(threads_.list(), request);
    }
    return object == "exec-file" ? part_of(files_.program_path(), request) : std::string();
}

std::string Session::answer_query(std::string_view packet) {
    if (take_prefix(packet, "Supported")) {
        static_cast<void>(take_prefix(packet, ":"));
        return features(packet);
    }
    if (take_prefix(packet, "Xfer:")) {
        return transfer(packet);
    }
    if (take_prefix(packet, "Rcmd,")) {
        const auto command = text_from_hex(packet);
        return command ? monitor(*command) : std::string(malformed);
    }
    if (packet == "C") {
        return fmt::format("QC{:x}", threads_.current());
    }
    if (packet == "fThreadInfo") {
        std::string ids;
        for (const guest::SystemThread& thread : threads_.all()) {
            ids += fmt::format("{}{:x}", ids.empty() ? "m" : ",", thread.id);
        }
        return ids;
    }
    if (packet == "sThreadInfo") {
        return "l";
    }
    if (take_prefix(packet, "ThreadExtraInfo,")) {
        const auto id = hex_dword(packet);
        const auto thread = id ? threads_.find(*id) : std::nullopt;
        return thread ? to_hex(thread->state) : std::string(malformed);
    }
    if (packet.starts_with("Attached")) {
        return "0";  // gdb's `quit` is then `kill`: nobody else waits for the run
    }
    return packet.starts_with("Symbol:") ? std::string(ok) : std::string();
}

std::string Session::answer_setting(std::string_view packet) {
    if (packet == "StartNoAckMode") {
        // The answer is acknowledged a last time; the stream skips that byte.
        acknowledges_ = false;
        return std::string(ok);
    }
    return take_prefix(packet, "CatchSyscalls:") ? catch_calls(packet) : std::string();
}

/// `0`, or `1` with the numbers of the calls that are meant, all when there are none.
std::string Session::catch_calls(std::string_view request) {
    const std::string_view wanted = take_until(request, ';');
    if (wanted == "0") {
        knows_calls_ = false;
        execution_.stop_points().catch_calls(std::nullopt);
        return std::string(ok);
    }
    if (wanted != "1") {
        return std::string(malformed);
    }
    std::set<std::uint32_t> numbers;
    while (!request.empty()) {
        const auto number = hex_dword(take_until(request, ';'));
        if (!number) {
            return std::string(malformed);
        }
        numbers.insert(*number);
    }
    execution_.stop_points().catch_calls(std::move(numbers));
    knows_calls_ = true;
    return std::string(ok);
}

}  // namespace ringside::gdb
