// SPDX-License-Identifier: MIT
#include "nt/objects/file_object.hpp"

#include <algorithm>

#include "host/utf16.hpp"

namespace ringside::nt {
namespace {

/// Each kind of access with the sharing that another opener must have granted for it.
struct Rule {
    std::uint32_t access;
    std::uint32_t share;
};
constexpr Rule rules[] = {{FILE_READ_DATA | FILE_EXECUTE, FILE_SHARE_READ},
                          {FILE_WRITE_DATA | FILE_APPEND_DATA, FILE_SHARE_WRITE},
                          {DELETE, FILE_SHARE_DELETE}};

}  // namespace

bool ShareAccess::permits(std::uint64_t identity, Use wanted) const {
    const auto [first, last] = uses_.equal_range(identity);
    return std::all_of(first, last, [wanted](const auto& entry) {
        const Use& other = entry.second;
        return std::all_of(std::begin(rules), std::end(rules), [&](const Rule& rule) {
            const bool they_refuse =
                (wanted.access & rule.access) != 0 && (other.share & rule.share) == 0;
            const bool we_refuse =
                (other.access & rule.access) != 0 && (wanted.share & rule.share) == 0;
            return !they_refuse && !we_refuse;
        });
    });
}

void ShareAccess::remove(std::uint64_t identity, Use use) {
    const auto [first, last] = uses_.equal_range(identity);
    const auto found = std::find_if(first, last, [use](const auto& entry) {
        return entry.second.access == use.access && entry.second.share == use.share;
    });
    if (found != last) {
        uses_.erase(found);
    }
}

FileObject::FileObject(std::shared_ptr<host::File> opened, std::u16string path_text,
                       ShareAccess& shares, std::uint64_t identity, ShareAccess::Use use)
    : Object(ObjectType::file),
      file(std::move(opened)),
      path(std::move(path_text)),
      shares_(&shares),
      identity_(identity),
      use_(use) {
    shares.add(identity, use);
}

FileObject::FileObject(Device kind, host::Stream which)
    : Object(ObjectType::file), device(kind), stream(which), synchronous(true) {}

FileObject::FileObject(Device kind, host::Stream which, std::shared_ptr<host::File> opened)
    : Object(ObjectType::file), device(kind), stream(which), file(std::move(opened)) {}

FileObject::~FileObject() {
    if (shares_ != nullptr && shares_->discarding()) {
        return;
    }
    if (shares_ != nullptr) {
        shares_->remove(identity_, use_);
    }
    if (delete_on_close && file) {
        // Another opener may have taken the name away already; nobody is left to tell.
        static_cast<void>(file->remove());
    }
}

std::string FileObject::describe() const {
    switch (device) {
        case Device::disk: return host::to_printable(path);
        case Device::null: return "NUL";
        case Device::console: break;
    }
    switch (stream) {
        case host::Stream::input: return "stdin";
        case host::Stream::output: return "stdout";
        case host::Stream::error: return "stderr";
    }
    return "console";
}

}  // namespace ringside::nt
