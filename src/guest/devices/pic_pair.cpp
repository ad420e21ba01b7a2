// SPDX-License-Identifier: MIT
#include "guest/devices/pic_pair.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint16_t master_ports = 0x20;
constexpr std::uint16_t slave_ports = 0xA0;
constexpr std::uint16_t level_ports = 0x4D0;
// The timer, the keyboard and the cascade, and the clock and the coprocessor, are edges for ever.
constexpr std::uint8_t master_level_lines = 0xF8;
constexpr std::uint8_t slave_level_lines = 0xDE;
/// What the processor reads when no controller answers INTA.
constexpr std::uint8_t floating_bus = 0xFF;

}  // namespace

void PicPair::attach_to(PortTable& ports) {
    ports.attach(master_ports, 2, *this);
    ports.attach(slave_ports, 2, *this);
    ports.attach(level_ports, 2, *this);
}

std::uint8_t PicPair::in(std::uint16_t port) {
    if (port >= level_ports) {
        return port == level_ports ? master_.level_lines() : slave_.level_lines();
    }
    Pic& pic = port < slave_ports ? master_ : slave_;
    const std::uint8_t value = pic.read(port & 1U);
    connect();
    return value;
}

std::optional<StopReason> PicPair::out(std::uint16_t port, std::uint8_t value) {
    if (port == level_ports) {
        master_.set_level_lines(value & master_level_lines);
    } else if (port > level_ports) {
        slave_.set_level_lines(value & slave_level_lines);
    } else {
        Pic& pic = port < slave_ports ? master_ : slave_;
        pic.write(port & 1U, value);
        connect();
    }
    return std::nullopt;
}

void PicPair::connect() {
    master_.set_line(cascade_line, slave_.request().has_value());
}

void PicPair::set_line(unsigned line, bool high) {
    if (line < 8) {
        if (line != cascade_line) {
            master_.set_line(line, high);
        }
        return;
    }
    slave_.set_line(line - 8, high);
    connect();
}

PicPair::Acknowledged PicPair::acknowledge() {
    const auto requested = master_.request();
    const unsigned line = master_.acknowledge();
    if (line != cascade_line || (master_.cascade() & (1U << cascade_line)) == 0) {
        return {master_.vector_of(line), requested};
    }
    Acknowledged result{floating_bus, std::nullopt};
    if (slave_.cascade() == cascade_line) {
        const auto behind = slave_.request();
        result.vector = slave_.vector_of(slave_.acknowledge());
        if (behind) {
            result.line = *behind + 8;
        }
    }
    // INT falls with INTA, so that a further request of the slave is an edge again.
    master_.set_line(cascade_line, false);
    connect();
    return result;
}

bool PicPair::is_masked(unsigned line) const {
    const Pic& pic = line < 8 ? master_ : slave_;
    return (pic.mask() >> (line & 7) & 1) != 0;
}

bool PicPair::would_request(unsigned line) const {
    PicPair trial = *this;
    trial.set_line(line, false);
    trial.set_line(line, true);
    return trial.requests();
}

void PicPair::start() {
    master_.start(0x08, 1U << cascade_line);
    slave_.start(0x70, cascade_line);
    connect();
}

}  // namespace ringside::guest
