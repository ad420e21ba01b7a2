// SPDX-License-Identifier: MIT
#include "cli/vector_jobs.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/ensure.hpp"
#include "vectors/files.hpp"

namespace ringside::cli {
namespace {

/// Vectors to a piece of work: small enough that the last one is soon done, large enough that a
/// machine of its own costs nothing.
constexpr std::size_t slice_size = 4096;

/// A file while it is worked on. What its slices gave is put together in their order.
struct OpenFile {
    explicit OpenFile(vectors::VectorFile&& read)
        : file(std::move(read)),
          slices((file.container.tests.size() + slice_size - 1) / slice_size),
          left(slices.size()) {}

    vectors::VectorFile file;
    std::vector<vectors::RunResult> slices;
    std::size_t left;
    std::string error;
};

/// Either a file to be read, or a slice of one that is read.
struct Work {
    std::size_t index = 0;
    std::shared_ptr<OpenFile> file;
    std::size_t slice = 0;
};

class Queue {
  public:
    Queue(const std::vector<std::string>& paths, const vectors::RunOptions& options)
        : paths_(paths), options_(options), results_(paths.size()) {}

    void work() {
        try {
            while (auto work = next()) {
                if (work->file != nullptr) {
                    run(*work);
                } else {
                    read(work->index);
                }
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            broken_ = std::current_exception();
            changed_.notify_all();
        }
    }

    /// The result of a file, once it is there.
    vectors::FileResult wait_for(std::size_t index) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return results_[index].has_value() || broken_; });
        if (broken_) {
            std::rethrow_exception(broken_);
        }
        return std::move(*results_[index]);
    }

  private:
    /// Slices before files, so that few files are in memory at a time.
    std::optional<Work> next() {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (broken_) {
                return std::nullopt;
            }
            if (!slices_.empty()) {
                Work work = std::move(slices_.front());
                slices_.pop_front();
                return work;
            }
            if (next_file_ < paths_.size()) {
                ++reading_;
                return Work{next_file_++, nullptr, 0};
            }
            if (reading_ == 0) {
                return std::nullopt;
            }
            changed_.wait(lock);
        }
    }

    void read(std::size_t index) {
        std::shared_ptr<OpenFile> file;
        std::string error;
        try {
            file = std::make_shared<OpenFile>(vectors::read_vector_file(paths_[index]));
        } catch (const InputError& input) {
            error = input.what();
        }
        const std::lock_guard lock(mutex_);
        --reading_;
        if (file == nullptr || file->slices.empty()) {
            results_[index] = vectors::FileResult{paths_[index], {}, error};
        } else {
            for (std::size_t slice = 0; slice < file->slices.size(); ++slice) {
                slices_.push_back({index, file, slice});
            }
        }
        changed_.notify_all();
    }

    void run(const Work& work) {
        OpenFile& open = *work.file;
        const std::size_t from = work.slice * slice_size;
        const std::size_t to = std::min(from + slice_size, open.file.container.tests.size());
        vectors::RunResult result;
        std::string error;
        try {
            result = vectors::run_vectors(open.file, from, to, options_);
        } catch (const InputError& input) {
            error = input.what();
        }
        const std::lock_guard lock(mutex_);
        open.slices[work.slice] = std::move(result);
        if (open.error.empty()) {
            open.error = error;
        }
        if (--open.left == 0) {
            vectors::FileResult file{paths_[work.index], {}, open.error};
            for (vectors::RunResult& slice : open.slices) {
                if (open.error.empty()) {
                    file.result.add(std::move(slice), options_.first);
                }
            }
            results_[work.index] = std::move(file);
            changed_.notify_all();
        }
    }

    const std::vector<std::string>& paths_;
    const vectors::RunOptions& options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> slices_;
    std::size_t next_file_ = 0;
    std::size_t reading_ = 0;
    std::vector<std::optional<vectors::FileResult>> results_;
    std::exception_ptr broken_;
};

}  // namespace

void run_vector_files(const std::vector<std::string>& paths, const vectors::RunOptions& options,
                      unsigned jobs, const std::function<void(vectors::FileResult&&)>& done) {
    Queue queue(paths, options);
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < jobs; ++i) {
        workers.emplace_back([&queue] { queue.work(); });
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
        done(queue.wait_for(i));
    }
}

}  // namespace ringside::cli
