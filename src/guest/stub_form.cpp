// SPDX-License-Identifier: MIT
#include "guest/stub_form.hpp"

#include <algorithm>

namespace ringside::guest {

std::optional<StubForm> stub_form_named(std::string_view name) {
    const auto* const found =
        std::find_if(stub_form_names.begin(), stub_form_names.end(),
                     [name](const StubFormName& row) { return row.name == name; });
    if (found == stub_form_names.end()) {
        return std::nullopt;
    }
    return found->form;
}

}  // namespace ringside::guest
