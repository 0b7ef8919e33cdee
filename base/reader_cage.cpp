#include "base/reader_cage.hpp"

#include <array>

#include <seccomp.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "base/syscall_filter.hpp"

namespace songda {
namespace {

constexpr int failed = 1;

/// Memory, the open streams, and what abort() needs so that a defect is seen as one.
constexpr std::array allowed = {
    SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(lseek),          SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),   SCMP_SYS(brk),          SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime)};

bool read_all(Bytes& to, std::size_t bytes_max) {
    struct stat state {};
    if (fstat(STDIN_FILENO, &state) != 0 || state.st_size < 0 ||
        static_cast<std::size_t>(state.st_size) > bytes_max) {
        return false;
    }
    to.resize(static_cast<std::size_t>(state.st_size));
    std::size_t have = 0;
    while (have < to.size()) {
        const ssize_t got = ::read(STDIN_FILENO, to.data() + have, to.size() - have);
        if (got <= 0) {
            return false;
        }
        have += static_cast<std::size_t>(got);
    }
    return true;
}

bool write_all(int stream, ByteView from) {
    std::size_t done = 0;
    while (done < from.size()) {
        const ssize_t put = write(stream, from.data() + done, from.size() - done);
        if (put <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(put);
    }
    return true;
}

} // namespace

bool enter_reader_cage(FileWish files) {
    const rlimit no_files{0, 0}; // those that are open stay
    if (setrlimit(RLIMIT_NOFILE, &no_files) != 0) {
        return false;
    }
    SyscallFilter filter;
    filter.allow(allowed);
    filter.allow_abort();
    filter.allow_without_code(SCMP_SYS(mmap));
    filter.allow_without_code(SCMP_SYS(mprotect));
    if (files == FileWish::fails) {
        filter.fail(SCMP_SYS(openat));
    }
    return filter.load();
}

void run_caged_reader(const CagedReader& reader) {
    if (!enter_reader_cage(reader.files)) {
        (void)write_all(STDERR_FILENO, as_bytes(no_cage));
        (void)write_all(STDERR_FILENO, as_bytes("\n"));
        _exit(failed);
    }
    Bytes input;
    const bool done =
        read_all(input, reader.input_bytes_max) && write_all(STDOUT_FILENO, reader.read(input));
    _exit(done ? 0 : failed); // nothing that the libraries do at an end is wanted
}

} // namespace songda
