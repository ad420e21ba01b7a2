// SPDX-License-Identifier: MIT
#include "nt/scheduling/resume.hpp"

#include <array>

#include "nt/service_context.hpp"
#include "nt/services/wait.hpp"
#include "nt/win32k/win32k.hpp"

namespace ringside::nt {
namespace {

using ResumeFunction = ServiceOutcome (*)(ServiceContext&, const kernelkit::Resume&,
                                          const kernelkit::WaitResult&);

ServiceOutcome return_status(ServiceContext&, const kernelkit::Resume& resume,
                             const kernelkit::WaitResult&) {
    return resume.state<NTSTATUS>();
}

ServiceOutcome end_of_suspension(ServiceContext&, const kernelkit::Resume&,
                                 const kernelkit::WaitResult&) {
    return STATUS_SUCCESS;
}

// By ResumeNumber.
constexpr std::array<ResumeFunction, resume_numbers> functions{
    return_status, end_of_delay, end_of_wait, end_of_suspension, end_of_message_filter};

}  // namespace

ServiceOutcome run_resume(ServiceContext& context, const kernelkit::Resume& resume,
                          const kernelkit::WaitResult& result) {
    return functions.at(resume.number())(context, resume, result);
}

}  // namespace ringside::nt
