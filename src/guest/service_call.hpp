// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "guest/service_state.hpp"

namespace ringside::guest {

/// One argument as a reader wants it.
struct ServiceArgument {
    std::string name;  ///< empty when the prototype gives none
    std::uint32_t value = 0;
    std::string text;  ///< the value decoded: a file name, a handle's kind, flags
};

/// A system service at the moment its body runs: what the personality knows and the CPU does not.
struct ServiceCall {
    std::string_view name;
    std::uint32_t number = 0;
    std::uint32_t thread_id = 0;
    /// Where the copied arguments stand.
    LinearAddress arguments{};
    std::uint32_t argument_bytes = 0;
    std::vector<ServiceArgument> decoded;
    ServiceStanding standing;
    bool from_user = true;
};

/// What a service's body came to.
struct ServiceResult {
    std::uint32_t status = 0;
    std::string status_name;  ///< "STATUS_SUCCESS"
    /// Output arguments, decoded after the call.
    std::vector<ServiceArgument> outputs;
};

/// Is told of service bodies. Observing changes nothing that the guest can tell.
class ServiceObserver {
  public:
    virtual ~ServiceObserver() = default;
    virtual void service_begins(const ServiceCall& call) = 0;
    virtual void service_ends(const ServiceCall& call, const ServiceResult& result) = 0;
    /// The thread never runs user code again; what it was in the middle of never ends.
    virtual void thread_ended(std::uint32_t thread_id) = 0;
};

}  // namespace ringside::guest
