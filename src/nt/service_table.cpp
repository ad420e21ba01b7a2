// SPDX-License-Identifier: MIT
#include "nt/service_table.hpp"

namespace ringside::nt {

const std::vector<ServiceRow>& service_table() {
    static const std::vector<ServiceRow> table = [] {
        std::vector<ServiceRow> rows;
        for (const auto family : {apc_services(),
                                  directory_services(),
                                  event_services(),
                                  exception_services(),
                                  file_services(),
                                  file_information_services(),
                                  memory_services(),
                                  mutant_services(),
                                  object_services(),
                                  object_directory_services(),
                                  process_services(),
                                  registry_services(),
                                  section_services(),
                                  semaphore_services(),
                                  system_services(),
                                  thread_services(),
                                  thread_context_services(),
                                  thread_information_services(),
                                  time_services(),
                                  timer_services(),
                                  wait_services(),
                                  win32k_services()}) {
            rows.insert(rows.end(), family.begin(), family.end());
        }
        return rows;
    }();
    return table;
}

}  // namespace ringside::nt
