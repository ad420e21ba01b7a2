// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "trace/sink.hpp"
#include "trace/words.hpp"

namespace ringside::trace {

struct TextOptions {
    bool color = false;
    bool frames = false;   ///< every field of each frame
    bool verbose = false;  ///< a line for each exception and interrupt that changes nothing
    bool entries = false;  ///< a line where a passage begins: what runs inside it follows
};

/// Three lines a call: the call and its result, who made it, and the way through the kernel with
/// clocks. A call during which another thread's record is printed has a line of its own before
/// that one, and is resumed where it ends. Exceptions and interrupts after which the program just
/// goes on are counted on one line.
class TextSink : public Sink {
  public:
    TextSink(Write write, TextOptions options) : write_(std::move(write)), options_(options) {}
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void entered(const Record& record) override;
    void suspended(const Record& record) override;
    void instruction(const Instruction& instruction) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;

  private:
    void call(const Record& record);
    void other(const Record& record);
    void frame(const Record& record);
    void flush_transparent();
    /// Before a line of that thread: the calls of others that were left open.
    void flush_open(std::uint32_t thread);
    [[nodiscard]] std::string colored(std::string_view text, std::string_view code) const;

    Write write_;
    TextOptions options_;
    struct Transparent {
        std::uint64_t count = 0;
        std::uint64_t clocks = 0;
    };
    std::map<std::string, Transparent> transparent_;
    struct OpenCall {
        std::uint32_t thread = 0;
        std::string what;  ///< the call with its arguments; empty once it is written
    };
    std::map<std::uint64_t, OpenCall> open_;  ///< by number
    ThreadMarks threads_;
};

/// The stages of a call on one line: "gate IDT[2E] nt!KiSystemService 51 > stack ... > exit iretd
/// 40".
[[nodiscard]] std::string path_text(const Record& record);
/// First and last lines of the text formats, with their newlines.
[[nodiscard]] std::string header_text(const Header& header);
[[nodiscard]] std::string footer_text(const Footer& footer);
/// All fields of a frame by name and offset, four to a line.
[[nodiscard]] std::string frame_text(const Frame& frame, std::string_view indent);

}  // namespace ringside::trace
