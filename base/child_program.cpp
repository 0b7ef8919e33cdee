#include "base/child_program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include <poll.h>
#include <sys/mman.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace songda {
namespace {

constexpr std::size_t complaint_bytes_max = 400;

/// A file that is nowhere but in memory: a stream of a child that can neither block nor break.
class MemoryFile {
public:
    explicit MemoryFile(const char* name) : file_(memfd_create(name, MFD_CLOEXEC)) {}
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        if (file_ >= 0) {
            close(file_);
        }
    }
    [[nodiscard]] int get() const { return file_; }

    [[nodiscard]] bool fill(ByteView bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = write(file_, bytes.data(), bytes.size());
            if (written <= 0) {
                return false;
            }
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return lseek(file_, 0, SEEK_SET) == 0;
    }

    [[nodiscard]] Bytes content(std::size_t most) const {
        struct stat state {};
        const bool known = fstat(file_, &state) == 0;
        Bytes bytes(known ? std::min(most, static_cast<std::size_t>(state.st_size)) : 0);
        std::size_t have = 0;
        while (have < bytes.size()) {
            const ssize_t got =
                pread(file_, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
            if (got <= 0) {
                break;
            }
            have += static_cast<std::size_t>(got);
        }
        bytes.resize(have);
        return bytes;
    }

private:
    int file_;
};

std::string find_program(const std::string& name) {
    if (name.starts_with('/')) {
        return access(name.c_str(), X_OK) == 0 ? name : std::string();
    }
    for (const char* const folder : {"/usr/bin/", "/bin/"}) {
        if (access((folder + name).c_str(), X_OK) == 0) {
            return folder + name;
        }
    }
    return {};
}

void limit(__rlimit_resource_t what, std::size_t most) {
    // At the hard limit of processor time comes SIGKILL, which could be anybody's.
    const rlimit set{most, what == RLIMIT_CPU ? most + 1 : most};
    setrlimit(what, &set);
}

/// In the new process: only what is safe after a fork of a process with threads.
[[noreturn]] void become(const ChildProgram& program, const char* path, char* const* words,
                         const std::array<int, 3>& streams) {
    static const std::array<const char*, 3> environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
                                                           nullptr};
    for (int stream = 0; stream < 3; ++stream) {
        if (dup2(streams[static_cast<std::size_t>(stream)], stream) < 0) {
            _exit(126);
        }
    }
    close_range(3, ~0U, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, static_cast<std::size_t>(program.processor_limit.count()));
    limit(RLIMIT_AS, program.memory_bytes_max);
    limit(RLIMIT_FSIZE, program.output_bytes_max + complaint_bytes_max);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr); // the service blocks what ends it
    execve(path, words, const_cast<char* const*>(environment.data()));
    _exit(126);
}

/// Its wait status; nothing when it had to be ended for its time.
std::optional<int> wait_for(pid_t child, std::chrono::seconds limit) {
    const int handle = static_cast<int>(
        syscall(SYS_pidfd_open, child, 0)); // glibc 2.36 declares its own for C only;
    pollfd waiting{handle, POLLIN, 0};
    int ended = 0;
    do {
        ended = poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(limit).count()));
    } while (ended < 0 && errno == EINTR);
    if (ended <= 0) {
        kill(child, SIGKILL);
    }
    close(handle);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return ended > 0 ? std::optional(status) : std::nullopt;
}

std::string first_line(const Bytes& complaint) {
    std::string line(as_text(complaint).substr(0, as_text(complaint).find('\n')));
    std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return line;
}

} // namespace

Result<Bytes> run_child(const ChildProgram& program, ByteView input) {
    const std::string& name = program.words.front();
    const std::string path = find_program(name);
    if (path.empty()) {
        return Error{Fault::not_found, name + " is not installed"};
    }
    const MemoryFile in("in");
    const MemoryFile out("out");
    const MemoryFile complaints("err");
    if (in.get() < 0 || out.get() < 0 || complaints.get() < 0 || !in.fill(input)) {
        return Error{Fault::overloaded, name + ": there is no memory for its streams"};
    }
    std::vector<std::string> spelled = program.words;
    std::vector<char*> words;
    for (std::string& word : spelled) {
        words.push_back(word.data());
    }
    words.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        become(program, path.c_str(), words.data(), {in.get(), out.get(), complaints.get()});
    }
    if (child < 0) {
        return Error{Fault::overloaded, name + ": cannot be started now"};
    }
    const auto status = wait_for(child, program.limit);
    if (!status || (WIFSIGNALED(*status) && WTERMSIG(*status) == SIGXCPU)) {
        return Error{Fault::unavailable, name + ": took too long"};
    }
    if (WIFSIGNALED(*status) && WTERMSIG(*status) == SIGXFSZ) {
        return Error{Fault::invalid_input, name + ": writes more than is allowed"};
    }
    if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
        const std::string why = first_line(complaints.content(complaint_bytes_max));
        return Error{Fault::invalid_input, name + ": " + (why.empty() ? "failed" : why)};
    }
    Bytes made = out.content(program.output_bytes_max + 1);
    if (made.size() > program.output_bytes_max) {
        return Error{Fault::invalid_input, name + ": writes more than is allowed"};
    }
    return made;
}

std::string beside_this_program(std::string_view name) {
    std::array<char, 4096> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
    const std::string_view self(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return std::string(self.substr(0, self.rfind('/') + 1)) + std::string(name);
}

} // namespace songda
