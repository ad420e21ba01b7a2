// SPDX-License-Identifier: MIT
#include "host/journal.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "host/persist.hpp"

namespace ringside::host {

namespace {

/// What reading came to, with the bytes.
struct Read {
    Expected<std::size_t, HostError> answer = std::size_t{0};
    std::vector<std::byte> bytes;

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, answer, bytes);
    }
};

Read read_by(std::span<std::byte> to, const auto& read) {
    Read result{read(to), {}};
    if (result.answer) {
        const auto got = to.first(*result.answer);
        result.bytes.assign(got.begin(), got.end());
    }
    return result;
}

Expected<std::size_t, HostError> give(const Read& result, std::span<std::byte> to) {
    ensure(result.bytes.size() <= to.size(), "a run that is repeated reads what it read before");
    std::copy(result.bytes.begin(), result.bytes.end(), to.begin());
    return result.answer;
}

struct Opening {
    Opened action = Opened::opened;
    std::uint64_t number = 0;

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, action, number);
    }
};

}  // namespace

// --- Journal ------------------------------------------------------------------------------------

std::span<const std::byte> Journal::answer_of(Effect effect) const {
    const auto& answer = answers_.at(static_cast<std::size_t>(position_ - first_));
    ensure(answer.front() == std::byte{static_cast<std::uint8_t>(effect)},
           "a run that is repeated asks the host what it asked before");
    return std::span(answer).subspan(1);
}

void Journal::forget_future() {
    answers_.resize(std::min<std::size_t>(answers_.size(), position_ - first_));
}

void Journal::forget_all() {
    answers_.clear();
    first_ = position_;
}

std::uint64_t Journal::keep(std::unique_ptr<File> file, OpenedAs as) {
    open_[++last_file_] = {std::move(file), std::move(as)};
    return last_file_;
}

File* Journal::file(std::uint64_t number) const {
    const auto found = open_.find(number);
    return found != open_.end() ? found->second.file.get() : nullptr;
}

void Journal::moved(std::uint64_t number, std::u16string path) {
    if (const auto found = open_.find(number); found != open_.end()) {
        found->second.as.path = std::move(path);
    }
}

void Journal::close(std::uint64_t number) {
    if (!discarding_ && !replaying()) {
        open_.erase(number);
    }
}

void Journal::note_input(std::span<const std::byte> bytes) {
    input_taken_ += bytes.size();
    input_sum_.add(bytes);
}

// --- files --------------------------------------------------------------------------------------

JournaledFile::~JournaledFile() {
    journal_.close(number_);
}

template <typename Result, typename Call>
Result JournaledFile::call(Effect effect, const Call& make) const {
    if (journal_.discarding()) {
        return Unexpected{HostError::device_error};
    }
    return journal_.call<Result>(effect, [&]() -> Result {
        File* const file = journal_.file(number_);
        return file != nullptr ? make(*file) : Unexpected{HostError::device_error};
    });
}

Expected<FileFacts, HostError> JournaledFile::facts() const {
    return call<Expected<FileFacts, HostError>>(Effect::facts,
                                                [](File& file) { return file.facts(); });
}

Expected<std::size_t, HostError> JournaledFile::read_at(std::uint64_t offset,
                                                        std::span<std::byte> to) const {
    if (journal_.discarding()) {
        return Unexpected{HostError::device_error};
    }
    const Read result = journal_.call<Read>(Effect::read, [&] {
        File* const file = journal_.file(number_);
        return file != nullptr
                   ? read_by(to, [&](auto bytes) { return file->read_at(offset, bytes); })
                   : Read{Unexpected{HostError::device_error}, {}};
    });
    return give(result, to);
}

Expected<void, HostError> JournaledFile::write_at(std::uint64_t offset,
                                                  std::span<const std::byte> from) {
    return call<Expected<void, HostError>>(Effect::write,
                                           [&](File& file) { return file.write_at(offset, from); });
}

Expected<void, HostError> JournaledFile::set_size(std::uint64_t size) {
    return call<Expected<void, HostError>>(Effect::set_size,
                                           [&](File& file) { return file.set_size(size); });
}

Expected<void, HostError> JournaledFile::set_written(FileTime time) {
    return call<Expected<void, HostError>>(Effect::set_written,
                                           [&](File& file) { return file.set_written(time); });
}

Expected<void, HostError> JournaledFile::flush() {
    return call<Expected<void, HostError>>(Effect::flush, [](File& file) { return file.flush(); });
}

Expected<void, HostError> JournaledFile::remove() {
    return call<Expected<void, HostError>>(Effect::remove,
                                           [](File& file) { return file.remove(); });
}

Expected<void, HostError> JournaledFile::may_remove() const {
    return call<Expected<void, HostError>>(Effect::may_remove,
                                           [](File& file) { return file.may_remove(); });
}

Expected<std::vector<DirectoryEntry>, HostError> JournaledFile::entries() const {
    return call<Expected<std::vector<DirectoryEntry>, HostError>>(
        Effect::entries, [](File& file) { return file.entries(); });
}

Expected<OpenedFile, HostError> JournaledFiles::open(const GuestPath& path,
                                                     const OpenRequest& request) {
    using Answer = Expected<Opening, HostError>;
    const auto opening = journal_.call<Answer>(Effect::open, [&]() -> Answer {
        auto opened = files_.open(path, request);
        if (!opened) {
            return Unexpected{opened.error()};
        }
        const bool write = request.write || opened->action != Opened::opened;
        return Opening{opened->action,
                       journal_.keep(std::move(opened->file), {to_text(path), write})};
    });
    if (!opening) {
        return Unexpected{opening.error()};
    }
    return OpenedFile{std::make_unique<JournaledFile>(journal_, opening->number), opening->action};
}

Expected<void, HostError> JournaledFiles::rename(File& file, const GuestPath& to, bool replace) {
    using Answer = Expected<void, HostError>;
    return journal_.call<Answer>(Effect::rename, [&]() -> Answer {
        const auto number = dynamic_cast<JournaledFile&>(file).number();
        File* const real = journal_.file(number);
        if (real == nullptr) {
            return Unexpected{HostError::device_error};
        }
        const Answer renamed = files_.rename(*real, to, replace);
        if (renamed) {
            journal_.moved(number, to_text(to));
        }
        return renamed;
    });
}

// --- streams ------------------------------------------------------------------------------------

Expected<std::size_t, HostError> JournaledConsole::read(std::span<std::byte> to) {
    const Read result = journal_.call<Read>(Effect::console_read, [&] {
        Read live = read_by(to, [&](auto bytes) { return console_.read(bytes); });
        journal_.note_input(live.bytes);
        return live;
    });
    return give(result, to);
}

Expected<void, HostError> JournaledConsole::write(Stream stream, std::span<const std::byte> from) {
    return journal_.call<Expected<void, HostError>>(Effect::console_write,
                                                    [&] { return console_.write(stream, from); });
}

}  // namespace ringside::host
