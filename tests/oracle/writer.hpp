// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "vectors/container.hpp"

namespace ringside::oracle {

/// Writes a vector file (docs/vectors.md) with one test that was recorded on this host's processor.
/// Throws InputError (2) when the host does not let it.
void write_vector(const std::string& path, const vectors::Environment& machine,
                  const vectors::TestVector& test, std::uint64_t seed);

}  // namespace ringside::oracle
