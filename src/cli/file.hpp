// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::cli {

/// A whole host file. Throws InputError: 127 when it does not exist, 126 when it is a directory,
/// larger than `most_mib` MiB or cannot be read.
[[nodiscard]] std::vector<std::byte> read_file(const std::string& path,
                                               std::uint64_t most_mib = 512);
[[nodiscard]] std::string read_text_file(const std::string& path);

/// Throws InputError (2) when a file that is to be written is read too, or is written twice. Empty
/// paths stand for no file; devices and pipes may be both.
void keep_apart(const std::vector<std::string>& written, const std::vector<std::string>& read);

/// A host file to be written, or one of our own streams. A reader that went away is no error:
/// what is written from then on is lost. Anything else that fails throws InputError (125).
///
/// A file stays what it was until begin() or the first flush, so that an error in the command line
/// or in what is read costs nobody a file; when there is neither, no file is left behind either.
class Output {
  public:
    /// `path` empty: `descriptor`, which is left open. Throws InputError (2) for a file that cannot
    /// be opened.
    Output(const std::string& path, int descriptor);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// From here on the file has what is written, and nothing of what it had.
    void begin();
    void write(std::string_view text);
    void flush();
    [[nodiscard]] bool is_terminal() const;

  private:
    void open(const std::string& path);

    std::string name_;
    int descriptor_;
    bool owned_;
    bool begun_;         ///< or there is nothing to begin: a stream
    bool made_ = false;  ///< there was no such file
    bool lost_ = false;
    std::string buffer_;
};

}  // namespace ringside::cli
