// SPDX-License-Identifier: MIT
#include "gdb/session.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gdb/hex.hpp"

namespace ringside::gdb {
namespace {

constexpr std::string_view ok = "OK";
constexpr std::string_view malformed = "E01";
constexpr std::string_view impossible = "E22";
constexpr std::string_view no_access = "E14";
constexpr std::string_view elsewhere = "only the thread that runs has registers to write to";

/// The error reply whose text gdb shows as it is, without the bytes that mean something in a
/// packet.
std::string refusal(std::string_view why) {
    std::string text = fmt::format("E.{}", why);
    std::erase_if(
        text, [](char c) { return std::string_view("#$}*").find(c) != std::string_view::npos; });
    return text;
}

}  // namespace

Session::Session(Debuggee debuggee, Connection& connection)
    : debuggee_(std::move(debuggee)),
      connection_(connection),
      memory_(debuggee_.machine, debuggee_.personality),
      threads_(debuggee_.machine, debuggee_.personality),
      files_(debuggee_.machine, debuggee_.personality),
      inspector_(debuggee_.machine, debuggee_.personality),
      execution_(debuggee_, connection.descriptor(), [this] { return wants_stop(); }),
      registers_(registers_of(debuggee_.machine.cpu().model)),
      description_(target_description(registers_)) {
    const auto stop = execution_.run_to_entry();
    last_stop_ = stopped(stop.value_or(Stop{}));
    farewell_.reset();
}

bool Session::send(std::string_view content) {
    last_sent_ = framed(content);
    return connection_.write(last_sent_);
}

bool Session::take_input(bool wait) {
    const auto bytes = connection_.read(wait);
    if (!bytes) {
        line_broken_ = true;
        return false;
    }
    reader_.feed(*bytes);
    return true;
}

/// While the machine runs, gdb sends nothing but the wish to stop it.
bool Session::wants_stop() {
    if (!take_input(false)) {
        return true;
    }
    Arrival arrival;
    while (reader_.next(arrival)) {
        if (arrival.kind == Arrival::Kind::interrupt) {
            return true;
        }
        if (arrival.kind == Arrival::Kind::packet && acknowledges_) {
            static_cast<void>(connection_.write("-"));
        }
    }
    return false;
}

Farewell Session::serve() {
    while (!farewell_) {
        Arrival arrival;
        if (!reader_.next(arrival)) {
            if (debuggee_.interrupted()) {
                return Farewell::host_stop;
            }
            if (!take_input(true)) {
                return Farewell::lost;
            }
            continue;
        }
        switch (arrival.kind) {
            case Arrival::Kind::interrupt: continue;  // it stands still already
            case Arrival::Kind::damaged: static_cast<void>(connection_.write("-")); continue;
            case Arrival::Kind::resend: static_cast<void>(connection_.write(last_sent_)); continue;
            case Arrival::Kind::packet: break;
        }
        if (acknowledges_ && !connection_.write("+")) {
            return Farewell::lost;
        }
        const auto reply = answer(arrival.text);
        if (line_broken_ || (reply && !send(*reply))) {
            return debuggee_.interrupted() ? Farewell::host_stop : Farewell::lost;
        }
    }
    return *farewell_;
}

std::optional<std::string> Session::answer(std::string_view packet) {
    if (packet.empty()) {
        return std::string();
    }
    const char kind = packet.front();
    const std::string_view rest = packet.substr(1);
    switch (kind) {
        case '?': return last_stop_;
        case 'g': return read_registers();
        case 'G': return write_registers(rest);
        case 'p': return read_register(rest);
        case 'P': return write_register(rest);
        case 'm': return read_memory(rest);
        case 'M': return write_memory(rest, false);
        case 'X': return write_memory(rest, true);
        case 'Z': return change_point(rest, true);
        case 'z': return change_point(rest, false);
        case 'H': return select_thread(rest);
        case 'T': {
            const auto id = hex_dword(rest);
            return std::string(id && threads_.find(*id) ? ok : malformed);
        }
        case 'c':
        case 'C': return continue_by(";c");
        case 's':
        case 'S': return continue_by(";s");
        case 'b': return go_back(rest);
        case 'D': farewell_ = Farewell::detached; return std::string(ok);
        case 'k': farewell_ = Farewell::killed; return std::nullopt;
        case 'v': return answer_v(rest);
        case 'q': return answer_query(rest);
        case 'Q': return answer_setting(rest);
        default: return std::string();
    }
}

std::optional<std::string> Session::answer_v(std::string_view packet) {
    if (take_prefix(packet, "File:")) {
        return files_.answer(packet);
    }
    if (packet == "Cont?") {
        return "vCont;c;C;s;S";
    }
    if (take_prefix(packet, "Cont")) {
        return continue_by(packet);
    }
    if (packet.starts_with("Kill;")) {
        farewell_ = Farewell::killed;
        return std::string(ok);
    }
    return std::string();
}

/// `;action[:thread]` one behind the other. There is one processor, so that of several actions the
/// first step is what counts.
std::string Session::continue_by(std::string_view actions) {
    if (!take_prefix(actions, ";") || actions.empty()) {
        return std::string(malformed);
    }
    std::optional<std::uint32_t> stepped;
    bool steps = false;
    while (!actions.empty()) {
        std::string_view action = take_until(actions, ';');
        const std::string_view verb = take_until(action, ':');
        if (verb.empty() || std::string_view("cCsS").find(verb.front()) == std::string_view::npos) {
            return std::string(malformed);
        }
        if (!steps && (verb.front() == 's' || verb.front() == 'S')) {
            steps = true;
            stepped = hex_dword(action);
        }
    }
    if (!steps) {
        return stopped(execution_.resume());
    }
    if (stepped && *stepped != threads_.current()) {
        if (const auto thread = threads_.find(*stepped)) {
            return stopped(execution_.step(*thread));
        }
    }
    return stopped(execution_.step());
}

std::string Session::go_back(std::string_view how) {
    if (!execution_.goes_back()) {
        return {};
    }
    if (how == "s") {
        return stopped(execution_.step_back());
    }
    return how == "c" ? stopped(execution_.resume_back()) : std::string(malformed);
}

/// What gdb has no words for itself. A debugger that did not ask for system calls by a packet would
/// pass over one that is told of in a packet.
std::string Session::spoken(const Stop& stop) const {
    const bool enters = stop.reason == Stop::Reason::syscall_entry;
    if (knows_calls_ || (!enters && stop.reason != Stop::Reason::syscall_return)) {
        return stop.text;
    }
    const auto services = debuggee_.personality.services();
    const auto service = std::find_if(services.begin(), services.end(), [&stop](const auto& row) {
        return row.number == stop.number;
    });
    return fmt::format(
        "{} {} the kernel",
        service == services.end() ? fmt::format("call {:X}", stop.number) : service->name,
        enters ? "enters" : "leaves");
}

std::string Session::stopped(const Stop& stop) {
    if (stop.reason == Stop::Reason::host_stop) {
        farewell_ = Farewell::host_stop;
        return fmt::format("X{:02x}", signal_number::interrupt);
    }
    if (stop.reason == Stop::Reason::ended) {
        farewell_ = Farewell::run_ended;
        const bool exited = execution_.end()->kind == guest::StopKind::guest_exit;
        return exited ? fmt::format("W{:02x}", execution_.end()->exit_status())
                      : fmt::format("X{:02x}", signal_number::abort);
    }
    if (const std::string text = spoken(stop); !text.empty()) {
        static_cast<void>(send(fmt::format("O{}", to_hex(fmt::format("ringside: {}\n", text)))));
    }
    selected_ = 0;
    inspector_.moved();
    std::string text = fmt::format("T{:02x}thread:{:x};", stop.signal, threads_.current());
    for (const unsigned number :
         {register_number::esp, register_number::ebp, register_number::eip}) {
        text += fmt::format("{:02x}:{};", number, register_value(registers_.at(number)));
    }
    switch (stop.reason) {
        case Stop::Reason::software_breakpoint:
            text += knows_kinds_of_breakpoints_ ? "swbreak:;" : "";
            break;
        case Stop::Reason::hardware_breakpoint:
            text += knows_kinds_of_breakpoints_ ? "hwbreak:;" : "";
            break;
        case Stop::Reason::watch:
            text += fmt::format("{}:{:x};",
                                stop.watch == Stop::Watch::write  ? "watch"
                                : stop.watch == Stop::Watch::read ? "rwatch"
                                                                  : "awatch",
                                stop.address.value);
            break;
        case Stop::Reason::syscall_entry:
            text += knows_calls_ ? fmt::format("syscall_entry:{:x};", stop.number) : "";
            break;
        case Stop::Reason::syscall_return:
            text += knows_calls_ ? fmt::format("syscall_return:{:x};", stop.number) : "";
            break;
        case Stop::Reason::library: text += "library:;"; break;
        case Stop::Reason::history_begin: text += "replaylog:begin;"; break;
        case Stop::Reason::history_end: text += "replaylog:end;"; break;
        case Stop::Reason::step:
        case Stop::Reason::interrupted:
        case Stop::Reason::exception:
        case Stop::Reason::failed:
        case Stop::Reason::ended:
        case Stop::Reason::host_stop: break;
    }
    last_stop_ = text;
    return text;
}

std::string Session::register_value(const Register& reg) const {
    if (selected_ != 0 && selected_ != threads_.current()) {
        if (const auto thread = threads_.find(selected_); thread && thread->resumes) {
            return value_of(*thread->resumes, reg);
        }
    }
    return value_of(debuggee_.machine.cpu(), reg);
}

std::string Session::read_registers() const {
    std::string text;
    for (const Register& reg : registers_) {
        text += register_value(reg);
    }
    return text;
}

/// gdb sends all of them when it means one, so that what stays as it is may be what cannot change.
std::string Session::write_registers(std::string_view hex) {
    if (selected_ != 0 && selected_ != threads_.current()) {
        return refusal(elsewhere);
    }
    if (hex.size() != read_registers().size()) {
        return std::string(malformed);
    }
    std::string answer(ok);
    bool any = false;
    for (const Register& reg : registers_) {
        const std::string_view value = hex.substr(0, reg.bytes() * 2);
        hex.remove_prefix(value.size());
        const auto bytes = from_hex(value);
        if (answer == ok && bytes && to_hex(*bytes) != register_value(reg)) {
            any = true;
            answer = set_register(reg, *bytes);
        }
    }
    if (any) {
        execution_.changed();
    }
    return answer;
}

std::string Session::set_register(const Register& reg, const std::vector<std::byte>& to) {
    const auto set = set_value(debuggee_.machine.cpu(), reg, to);
    return set ? std::string(ok) : refusal(fmt::format("{}: {}", reg.name, set.error()));
}

std::string Session::read_register(std::string_view number) const {
    const auto index = hex_dword(number);
    return index && *index < registers_.size() ? register_value(registers_[*index])
                                               : std::string(malformed);
}

std::string Session::write_register(std::string_view assignment) {
    const auto index = hex_dword(take_until(assignment, '='));
    const auto bytes = from_hex(assignment);
    if (!index || *index >= registers_.size() || !bytes) {
        return std::string(malformed);
    }
    if (selected_ != 0 && selected_ != threads_.current()) {
        return refusal(elsewhere);
    }
    // A refused selector was looked up, which the TLB knows.
    const Register& reg = registers_[*index];
    const std::string answer = set_register(reg, *bytes);
    if (answer == ok || reg.source == Source::selector) {
        execution_.changed();
    }
    return answer;
}

std::string Session::read_memory(std::string_view request) const {
    const auto from = hex_dword(take_until(request, ','));
    const auto length = hex_dword(request);
    if (!from || !length) {
        return std::string(malformed);
    }
    const std::size_t most = largest_packet / 2;
    const auto bytes = memory_.read(LinearAddress{*from}, std::min<std::size_t>(*length, most));
    return bytes.empty() && *length != 0 ? std::string(no_access) : to_hex(bytes);
}

std::string Session::write_memory(std::string_view request, bool binary) {
    const auto to = hex_dword(take_until(request, ','));
    const auto length = hex_dword(take_until(request, ':'));
    if (!to || !length) {
        return std::string(malformed);
    }
    const auto content = binary ? unescaped(request) : text_from_hex(request).value_or("");
    if (content.size() != *length) {
        return std::string(malformed);
    }
    if (*length == 0) {
        return std::string(ok);
    }
    const auto written = memory_.write(LinearAddress{*to}, std::as_bytes(std::span(content)));
    if (written != Memory::Written::nothing) {
        execution_.changed();
    }
    return std::string(written == Memory::Written::all ? ok : no_access);
}

std::string Session::change_point(std::string_view request, bool insert) {
    const auto kind = hex_dword(take_until(request, ','));
    const auto at = hex_dword(take_until(request, ','));
    // Conditions and commands may follow the length; gdb was not told that they would be heard.
    const auto length = hex_dword(take_until(request, ';'));
    if (!kind || !at || !length) {
        return std::string(malformed);
    }
    StopPoints& points = execution_.stop_points();
    const LinearAddress address{*at};
    constexpr std::uint32_t hardware_breakpoint = 1;
    constexpr std::uint32_t write_watch = 2;
    constexpr std::uint32_t access_watch = 4;
    if (*kind <= hardware_breakpoint) {
        const bool hardware = *kind == hardware_breakpoint;
        insert ? points.add_breakpoint(address, hardware)
               : points.remove_breakpoint(address, hardware);
        return std::string(ok);
    }
    if (*kind > access_watch) {
        return {};
    }
    const auto watch = static_cast<Stop::Watch>(*kind - write_watch);
    if (!insert) {
        points.remove_watch(address, *length, watch);
        return std::string(ok);
    }
    return std::string(points.add_watch(address, *length, watch) ? ok : impossible);
}

std::string Session::select_thread(std::string_view request) {
    const bool for_registers = take_prefix(request, "g");
    if (!for_registers && !take_prefix(request, "c")) {
        return std::string(malformed);
    }
    if (request == "0" || request == "-1") {
        selected_ = for_registers ? 0 : selected_;
        return std::string(ok);
    }
    const auto id = hex_dword(request);
    if (!id || !threads_.find(*id)) {
        return std::string(malformed);
    }
    selected_ = for_registers ? *id : selected_;
    return std::string(ok);
}

}  // namespace ringside::gdb
