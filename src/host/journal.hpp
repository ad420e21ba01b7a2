// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.hpp"
#include "base/sha256.hpp"
#include "host/console.hpp"
#include "host/file_system.hpp"

namespace ringside::host {

/// What a call of the host was, to find out when a run does not repeat itself.
enum class Effect : std::uint8_t {
    open,
    rename,
    facts,
    read,
    write,
    set_size,
    set_written,
    flush,
    remove,
    may_remove,
    entries,
    console_read,
    console_write,
    message,
};

/// Between a kernel and the host: every call passes here, in order. A recording journal keeps the
/// answers; when the run goes back and comes by again, the host is left alone and they answer in
/// its place, until the run is where it had come to. Nothing is then written twice, and what was
/// read is read the same.
///
/// It also knows which files are open, by numbers that outlive the kernel's objects for them.
class Journal {
  public:
    enum class Keeps : std::uint8_t { nothing, answers };
    explicit Journal(Keeps keeps) : keeps_(keeps) {}
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Calls so far.
    [[nodiscard]] std::uint64_t position() const { return position_; }
    [[nodiscard]] bool replaying() const { return position_ < first_ + answers_.size(); }
    /// What was kept of the calls from here on answers nobody any more: they are made again.
    void forget_future();
    /// While set, kernel objects die without a trace: nothing is written, closed or noted.
    void set_discarding(bool discarding) { discarding_ = discarding; }
    [[nodiscard]] bool discarding() const { return discarding_; }

    /// Makes a call of the host, or answers as it did.
    template <typename Result, typename Call>
    Result call(Effect effect, const Call& make) {
        if (replaying()) {
            Result result = blank<Result>();
            Archive answer(answer_of(effect));
            persist_all(answer, result);
            ++position_;
            return result;
        }
        Result result = make();
        if (keeps_ == Keeps::answers) {
            Archive answer;
            answer.number(effect);
            persist_all(answer, result);
            answers_.push_back(std::move(answer.written()));
        }
        ++position_;
        return result;
    }

    // --- open files -----------------------------------------------------------------------------
    struct OpenedAs {
        std::u16string path;
        bool write = false;
    };
    [[nodiscard]] std::uint64_t keep(std::unique_ptr<File> file, OpenedAs as);
    /// Null for one that was closed since.
    [[nodiscard]] File* file(std::uint64_t number) const;
    void moved(std::uint64_t number, std::u16string path);
    void close(std::uint64_t number);

    // --- what a snapshot has of it --------------------------------------------------------------
    /// In memory the position; else also what was read of the console, and the open files by path,
    /// size and sum: loading opens them again in `files`, and throws InputError (126), naming the
    /// file, when one is not what it was. So does saving when a file has lost its name.
    void persist(Archive& archive, FileSystem& files);
    /// Input that the guest has taken from the console: bytes, and their sum.
    [[nodiscard]] std::uint64_t input_taken() const { return input_taken_; }
    [[nodiscard]] Sha256::Digest input_sum() const { return input_sum_.digest(); }
    void note_input(std::span<const std::byte> bytes);
    /// The digest that a loaded snapshot brought, of input_taken() bytes.
    [[nodiscard]] const Sha256::Digest& loaded_input_sum() const { return loaded_input_sum_; }

  private:
    struct Open {
        std::unique_ptr<File> file;
        OpenedAs as;
    };

    /// Something to load an answer into.
    template <typename Result>
    static Result blank() {
        if constexpr (std::is_default_constructible_v<Result>) {
            return Result();
        } else {
            return Unexpected{HostError{}};
        }
    }
    [[nodiscard]] std::span<const std::byte> answer_of(Effect effect) const;
    void forget_all();
    void save_files(Archive& archive, FileSystem& files);
    void load_files(Archive& archive, FileSystem& files);

    Keeps keeps_;
    bool discarding_ = false;
    std::uint64_t position_ = 0;
    std::uint64_t first_ = 0;  ///< position of the first answer
    std::deque<std::vector<std::byte>> answers_;
    std::map<std::uint64_t, Open> open_;
    std::uint64_t last_file_ = 0;
    std::uint64_t input_taken_ = 0;
    Sha256 input_sum_;
    Sha256::Digest loaded_input_sum_{};
};

/// A file that was opened through a journal.
class JournaledFile final : public File {
  public:
    JournaledFile(Journal& journal, std::uint64_t number) : journal_(journal), number_(number) {}
    ~JournaledFile() override;

    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] Expected<FileFacts, HostError> facts() const override;
    [[nodiscard]] Expected<std::size_t, HostError> read_at(std::uint64_t offset,
                                                           std::span<std::byte>) const override;
    [[nodiscard]] Expected<void, HostError> write_at(std::uint64_t offset,
                                                     std::span<const std::byte>) override;
    [[nodiscard]] Expected<void, HostError> set_size(std::uint64_t) override;
    [[nodiscard]] Expected<void, HostError> set_written(FileTime) override;
    [[nodiscard]] Expected<void, HostError> flush() override;
    [[nodiscard]] Expected<void, HostError> remove() override;
    [[nodiscard]] Expected<void, HostError> may_remove() const override;
    [[nodiscard]] Expected<std::vector<DirectoryEntry>, HostError> entries() const override;

  private:
    template <typename Result, typename Call>
    Result call(Effect effect, const Call& make) const;

    Journal& journal_;
    std::uint64_t number_;
};

/// A file system whose calls pass through a journal.
class JournaledFiles final : public FileSystem {
  public:
    JournaledFiles(Journal& journal, FileSystem& files) : journal_(journal), files_(files) {}

    [[nodiscard]] Expected<OpenedFile, HostError> open(const GuestPath&,
                                                       const OpenRequest&) override;
    [[nodiscard]] Expected<void, HostError> rename(File&, const GuestPath& to,
                                                   bool replace) override;
    /// Which there are never changes.
    [[nodiscard]] bool has_drive(char16_t letter) const override {
        return files_.has_drive(letter);
    }

  private:
    Journal& journal_;
    FileSystem& files_;
};

/// The same for the streams.
class JournaledConsole final : public Console {
  public:
    JournaledConsole(Journal& journal, Console& console) : journal_(journal), console_(console) {}

    Expected<std::size_t, HostError> read(std::span<std::byte>) override;
    Expected<void, HostError> write(Stream, std::span<const std::byte>) override;
    [[nodiscard]] bool is_terminal(Stream stream) const override {
        return console_.is_terminal(stream);
    }

  private:
    Journal& journal_;
    Console& console_;
};

}  // namespace ringside::host
