#pragma once

#include <memory>
#include <span>

namespace songda {

/// What a process may still ask of the kernel (seccomp): these calls and no other; another one ends
/// the process at once (SIGSYS). Belongs to one thread. A library of its own (`songda::cage`), so
/// that only programs with a cage link libseccomp.
class SyscallFilter {
public:
    SyscallFilter();

    /// Numbers of SCMP_SYS(); those that this machine does not have are passed over.
    void allow(std::span<const int> calls);
    /// mmap or mprotect, but never of memory that can be executed.
    void allow_without_code(int call);
    /// openat with these flags and no others. With O_CREAT and O_EXCL in them files are made that
    /// were not there, and none is opened that was.
    void allow_new_files(int flags);
    /// That call fails (EACCES), whatever it asks for, and the process goes on.
    void fail(int call);
    /// What abort() needs, so that a defect is seen as one: a signal of that number alone.
    void allow_abort();
    /// New threads of this process, no other process.
    void allow_threads();

    enum class Threads { this_one, all };
    /// From here on. False if the kernel does not grant it, or a rule could not be made.
    [[nodiscard]] bool load(Threads threads = Threads::this_one);

private:
    struct Release {
        void operator()(void* filter) const;
    };
    std::unique_ptr<void, Release> filter_;
    bool good_ = false;
};

} // namespace songda
