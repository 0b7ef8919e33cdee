// songda-inspector: a PDF on standard input, what signatures it holds on standard output
// (verifier/inspection.hpp). Reads nothing before the cage is shut.

#include <cstdio>

#include <unistd.h>

#include <sys/stat.h>

#include "verifier/inspection.hpp"
#include "verifier/inspector/inspect.hpp"
#include "verifier/inspector/sandbox.hpp"

namespace {

using songda::Bytes;

constexpr int failed = 1;

bool read_all(Bytes& to) {
    struct stat state {};
    if (fstat(STDIN_FILENO, &state) != 0 || state.st_size < 0 ||
        static_cast<std::size_t>(state.st_size) > songda::verifier::inspected_bytes_max) {
        return false;
    }
    to.resize(static_cast<std::size_t>(state.st_size));
    std::size_t have = 0;
    while (have < to.size()) {
        const ssize_t got = read(STDIN_FILENO, to.data() + have, to.size() - have);
        if (got <= 0) {
            return false;
        }
        have += static_cast<std::size_t>(got);
    }
    return true;
}

bool write_all(const Bytes& from) {
    std::size_t done = 0;
    while (done < from.size()) {
        const ssize_t put = write(STDOUT_FILENO, from.data() + done, from.size() - done);
        if (put <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(put);
    }
    return true;
}

} // namespace

int main() {
    if (!songda::inspector::enter_sandbox()) {
        static constexpr char why[] = "the kernel does not grant the cage\n";
        (void)!write(STDERR_FILENO, why, sizeof why - 1);
        _exit(failed);
    }
    Bytes file;
    const bool done =
        read_all(file) &&
        write_all(songda::verifier::write_inspection(songda::inspector::inspect(file)));
    _exit(done ? 0 : failed); // nothing that the libraries do at an end is wanted
}
