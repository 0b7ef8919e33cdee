#include "app/verify/no_network.hpp"

#include <array>
#include <cerrno>
#include <memory>

#include <seccomp.h>

namespace songda::app {
namespace {

struct ReleaseFilter {
    void operator()(void* filter) const { seccomp_release(filter); }
};

/// Sockets by any way (io_uring makes them too), other processes, the machine's own set-up.
constexpr std::array refused = {SCMP_SYS(socket),           SCMP_SYS(socketpair),
                                SCMP_SYS(connect),          SCMP_SYS(bind),
                                SCMP_SYS(listen),           SCMP_SYS(accept),
                                SCMP_SYS(accept4),          SCMP_SYS(sendto),
                                SCMP_SYS(sendmsg),          SCMP_SYS(sendmmsg),
                                SCMP_SYS(io_uring_setup),   SCMP_SYS(ptrace),
                                SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
                                SCMP_SYS(pidfd_getfd),      SCMP_SYS(bpf),
                                SCMP_SYS(keyctl),           SCMP_SYS(mount),
                                SCMP_SYS(unshare),          SCMP_SYS(setns)};

} // namespace

bool renounce_network() {
    const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_ALLOW));
    if (!filter) {
        return false;
    }
    for (const int call : refused) {
        if (seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0) != 0) {
            return false;
        }
    }
    return seccomp_load(filter.get()) == 0;
}

} // namespace songda::app
