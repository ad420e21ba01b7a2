// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace ringside::gdb {

/// The longest packet that is taken, in bytes between `$` and `#`; qSupported announces it.
inline constexpr std::size_t largest_packet = 0x10000;

/// What came over the line.
struct Arrival {
    enum class Kind {
        packet,     ///< `text` is its content
        interrupt,  ///< a lone byte 03: stop the machine
        damaged,    ///< a packet whose checksum does not fit, or that is too long
        resend,     ///< `-`: the other side wants the last packet again
    };
    Kind kind{};
    std::string text;
};

/// Takes the byte stream of the remote serial protocol apart (GDB manual, "Remote Protocol
/// Overview"): `$content#checksum`, acknowledgements, interrupts. Bytes between packets that mean
/// nothing are skipped.
class PacketReader {
  public:
    void feed(std::string_view bytes);
    /// False when nothing complete has come.
    [[nodiscard]] bool next(Arrival& arrival);

  private:
    enum class Place { between, content, first_digit, second_digit };
    void take(char c);

    std::deque<Arrival> arrived_;
    Place place_ = Place::between;
    std::string content_;
    bool too_long_ = false;
    unsigned char sum_ = 0;
    char digit_ = 0;
};

/// `$content#checksum`. Content is binary-safe already: see escaped().
[[nodiscard]] std::string framed(std::string_view content);
/// Binary data as packets carry it: `}` before a byte that means something, exclusive-or 20h.
[[nodiscard]] std::string escaped(std::string_view data);
/// The other way round.
[[nodiscard]] std::string unescaped(std::string_view data);

}  // namespace ringside::gdb
