// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::cli {

/// A whole host file. Throws InputError: 127 when it does not exist, 126 when it is a directory or
/// cannot be read.
[[nodiscard]] std::vector<std::byte> read_file(const std::string& path);
[[nodiscard]] std::string read_text_file(const std::string& path);

/// A host file to be written, or one of our own streams. A reader that went away is no error:
/// what is written from then on is lost. Anything else that fails throws InputError (125).
class Output {
  public:
    /// `path` empty: `descriptor`, which is left open.
    Output(const std::string& path, int descriptor);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view text);
    void flush();
    [[nodiscard]] bool is_terminal() const;

  private:
    std::string name_;
    int descriptor_;
    bool owned_;
    bool lost_ = false;
    std::string buffer_;
};

}  // namespace ringside::cli
