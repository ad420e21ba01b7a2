// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace ringside::oracle {

/// The host does not allow programs in 16- and 32-bit segments; what() says why.
class HostCannot : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What the last system call's errno says, behind `what`.
[[nodiscard]] HostCannot host_refuses(const std::string& what);

/// Throws HostCannot when this build or this host cannot run programs natively.
void require_host();

/// Puts the rows of oracle/segments.hpp into the process's LDT. Throws HostCannot.
void install_segments();

}  // namespace ringside::oracle
