#include "base/syscall_filter.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>

#include <sys/mman.h>

namespace songda {

void SyscallFilter::Release::operator()(void* filter) const {
    seccomp_release(filter);
}

SyscallFilter::SyscallFilter()
    : filter_(seccomp_init(SCMP_ACT_KILL_PROCESS)), good_(filter_ != nullptr) {}

void SyscallFilter::allow(std::span<const int> calls) {
    for (const int call : calls) {
        good_ = good_ && seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 0) == 0;
    }
}

void SyscallFilter::allow_without_code(int call) {
    good_ = good_ && seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 1,
                                      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

void SyscallFilter::allow_new_files(int flags) {
    good_ = good_ && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) &&
            seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                             SCMP_A2(SCMP_CMP_EQ, static_cast<scmp_datum_t>(flags))) == 0;
}

void SyscallFilter::fail(int call) {
    good_ = good_ && seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(EACCES), call, 0) == 0;
}

void SyscallFilter::allow_abort() {
    // It raises a signal in its own thread; tgkill of another process is of no use without its
    // number.
    good_ = good_ && seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                      SCMP_A2(SCMP_CMP_EQ, SIGABRT)) == 0;
}

void SyscallFilter::allow_threads() {
    // The flags of clone3 are in memory, which a filter cannot see: the C library falls back to
    // clone, whose flags it can.
    good_ = good_ &&
            seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
            seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) == 0;
}

bool SyscallFilter::load(Threads threads) {
    if (good_ && threads == Threads::all) {
        good_ = seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1) == 0;
    }
    return good_ && seccomp_load(filter_.get()) == 0;
}

} // namespace songda
