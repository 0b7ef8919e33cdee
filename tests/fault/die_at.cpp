// Preloaded into a command: ends it with kill -9 at its Nth change of a file, or fills the disk
// from then on. SONGDA_DIE_AT=N; SONGDA_DIE_HOW=before (nothing of the call is done), after (all of
// it), torn (a write is half done) or full (it and all later writes find no room). Each kind of
// call that makes something durable or visible counts; writing to a terminal does not.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

int calls = 0;

bool how(const char* word) {
    const char* const said = std::getenv("SONGDA_DIE_HOW");
    return said != nullptr && std::strcmp(said, word) == 0;
}

enum class Turn { no, now, later };

Turn turn() {
    const char* const at = std::getenv("SONGDA_DIE_AT");
    const int wanted = at == nullptr ? 0 : std::atoi(at);
    ++calls;
    return wanted == 0 || calls < wanted ? Turn::no : calls == wanted ? Turn::now : Turn::later;
}

void die() {
    kill(getpid(), SIGKILL);
}

template <class Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// A call that is done whole or not at all.
template <class Call>
auto whole(Call call) {
    const Turn when = turn();
    if (when == Turn::now && (how("before") || how("torn"))) {
        die();
    }
    const auto result = call();
    if (when == Turn::now && how("after")) {
        die();
    }
    return result;
}

/// A write, which may be half done; `put` writes that many bytes.
template <class Put>
ssize_t partly(std::size_t size, Put put) {
    const Turn when = turn();
    if (when != Turn::no && how("full")) {
        errno = ENOSPC;
        return -1;
    }
    if (when == Turn::now) {
        if (how("before")) {
            die();
        }
        const ssize_t done = put(how("torn") ? size / 2 : size);
        die();
        return done;
    }
    return put(size);
}

} // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
    const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
    return file <= 2 ? real(file, bytes, size)
                     : partly(size, [&](std::size_t part) { return real(file, bytes, part); });
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
    return partly(size, [&](std::size_t part) { return real(file, bytes, part, at); });
}

int fsync(int file) {
    return whole([&] { return next<int (*)(int)>("fsync")(file); });
}

int fdatasync(int file) {
    return whole([&] { return next<int (*)(int)>("fdatasync")(file); });
}

int rename(const char* from, const char* to) noexcept {
    return whole([&] { return next<int (*)(const char*, const char*)>("rename")(from, to); });
}

int ftruncate(int file, off_t size) noexcept {
    return whole([&] { return next<int (*)(int, off_t)>("ftruncate")(file, size); });
}

int mkdir(const char* path, mode_t mode) noexcept {
    return whole([&] { return next<int (*)(const char*, mode_t)>("mkdir")(path, mode); });
}

int unlink(const char* path) noexcept {
    return whole([&] { return next<int (*)(const char*)>("unlink")(path); });
}
}
