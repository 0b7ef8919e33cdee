#include "signer/process/seal_service.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/check.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "signer/process/message.hpp"

namespace songda::signer {
namespace {

constexpr int waiting_max = 64;

Error system_error(const char* what) {
    return {Fault::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return Error{Fault::invalid_input, path + ": the path of a socket has 1 to 107 bytes"};
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

Result<void> check_folder(const std::string& path) {
    struct stat state {};
    const std::string folder = folder_of(path);
    if (stat(folder.c_str(), &state) != 0) {
        return file_error(folder, errno);
    }
    return (state.st_mode & S_IRWXO) != 0
               ? Error{Fault::invalid_input,
                       folder + ": everybody may enter the socket's folder: chmod 750"}
               : Result<void>();
}

} // namespace

Result<SealSocket> listen_for_seals(const std::string& path) {
    const auto address = address_of(path);
    if (!address.ok()) {
        return address.error();
    }
    const auto folder = check_folder(path);
    if (!folder.ok()) {
        return folder.error();
    }
    const std::string lock_path = path + ".lock";
    SealSocket made;
    made.lock = Descriptor(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (made.lock.get() < 0) {
        return file_error(lock_path, errno);
    }
    if (flock(made.lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error{Fault::conflict, path + ": another songda-signer answers there"};
    }
    unlink(path.c_str());
    made.listening = Descriptor(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* const at = reinterpret_cast<const sockaddr*>(&address.value());
    // Nobody may open it before its mode is set.
    const mode_t before = umask(0177);
    const bool bound = bind(made.listening.get(), at, sizeof(sockaddr_un)) == 0;
    umask(before);
    if (!bound || chmod(path.c_str(), 0660) != 0 ||
        listen(made.listening.get(), waiting_max) != 0) {
        return file_error(path, errno);
    }
    return made;
}

struct SealService::Impl {
    Impl(SealCupboard& cupboard_, SealSocket socket_, SealServiceOptions options_)
        : cupboard(cupboard_), socket(std::move(socket_)), options(std::move(options_)),
          events(epoll_create1(EPOLL_CLOEXEC)), stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          running(options.threads + 1) {}
    ~Impl() {
        for (const int connection : connections) {
            close(connection);
        }
    }

    [[nodiscard]] bool watch(int descriptor, std::uint32_t what, int how) const {
        epoll_event event{};
        event.events = what;
        event.data.fd = descriptor;
        return epoll_ctl(events.get(), how, descriptor, &event) == 0;
    }
    /// One thread at a time has a connection in its hands. Under the mutex, so that whom it wakes
    /// does not close it while this call is still on its way back.
    void watch_again(int descriptor) {
        const std::scoped_lock lock(mutex);
        SONGDA_CHECK(watch(descriptor, EPOLLIN | EPOLLONESHOT, EPOLL_CTL_MOD));
    }
    void work();
    void take_connection();
    [[nodiscard]] bool may_ask(int connection) const;
    void hear(int connection, Bytes& room);
    [[nodiscard]] Bytes answer(ByteView question, bool& understood) const;
    void end(int connection);

    SealCupboard& cupboard;
    const SealSocket socket;
    const SealServiceOptions options;
    const Descriptor events;
    const Descriptor stop;
    /// What a thread asks of the kernel while it starts is more than a cage allows later.
    std::latch running;
    std::mutex mutex;
    std::set<int> connections; ///< guarded by mutex
    std::vector<std::jthread> threads;
};

void SealService::Impl::work() {
    Bytes room(message::bytes_max + 1);
    while (true) {
        epoll_event event{};
        const int got = epoll_wait(events.get(), &event, 1, -1);
        if (got < 0 && errno != EINTR) {
            log::error("signer_stopped", {{"why", std::strerror(errno)}});
            return;
        }
        if (got <= 0) {
            continue;
        }
        if (event.data.fd == stop.get()) {
            return;
        }
        if (event.data.fd == socket.listening.get()) {
            take_connection();
        } else {
            hear(event.data.fd, room);
        }
    }
}

void SealService::Impl::take_connection() {
    const int connection =
        accept4(socket.listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    watch_again(socket.listening.get());
    if (connection < 0) {
        return;
    }
    if (!may_ask(connection)) {
        close(connection);
        return;
    }
    const std::scoped_lock lock(mutex);
    if (connections.size() >= options.connections_max ||
        !watch(connection, EPOLLIN | EPOLLONESHOT, EPOLL_CTL_ADD)) {
        close(connection);
        return;
    }
    connections.insert(connection);
}

bool SealService::Impl::may_ask(int connection) const {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return false;
    }
    const bool known =
        std::find(options.users.begin(), options.users.end(), peer.uid) != options.users.end();
    if (!known) {
        log::warning("signer_peer_refused", {{"uid", std::uint64_t{peer.uid}}});
    }
    return known;
}

void SealService::Impl::hear(int connection, Bytes& room) {
    const ssize_t got = recv(connection, room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        watch_again(connection);
        return;
    }
    if (got <= 0) {
        end(connection);
        return;
    }
    bool understood = true;
    const Bytes reply = answer(ByteView(room).first(static_cast<std::size_t>(got)), understood);
    const ssize_t sent = send(connection, reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (!understood || sent < 0) { // also one who does not take its answers
        end(connection);
        return;
    }
    watch_again(connection);
}

Bytes SealService::Impl::answer(ByteView question, bool& understood) const {
    const auto asked = message::parse_question(question);
    if (!asked) {
        understood = false;
        log::warning("signer_question_refused", {{"bytes", std::uint64_t{question.size()}}});
        return message::write(message::Refusal{"not a question of version 1"});
    }
    if (const auto* const faces = std::get_if<message::AskFaces>(&*asked)) {
        return message::write_faces(*faces, cupboard.faces());
    }
    if (const auto* const permits = std::get_if<message::AskPermits>(&*asked)) {
        auto rulings = cupboard.permits(permits->questions);
        if (!rulings.ok()) { // no cupboard that holds keys fails here: they know their rules
            return message::write(message::Refusal{rulings.error().detail});
        }
        return message::write(message::Permits{permits->number, std::move(rulings).value()});
    }
    if (const auto* const book = std::get_if<message::AskBook>(&*asked)) {
        auto head = cupboard.book_head();
        return message::write(message::Book{book->number, head.ok() ? head.value() : BookHead()});
    }
    const auto& wanted = *std::get_if<message::AskSignatures>(&*asked);
    return message::write(message::Signatures{wanted.number, cupboard.sign(wanted.requests)});
}

void SealService::Impl::end(int connection) {
    const std::scoped_lock lock(mutex);
    connections.erase(connection);
    close(connection);
}

Result<std::unique_ptr<SealService>> SealService::start(SealCupboard& cupboard, SealSocket socket,
                                                        SealServiceOptions options) {
    auto impl = std::make_unique<Impl>(cupboard, std::move(socket), std::move(options));
    if (impl->events.get() < 0 || impl->stop.get() < 0 ||
        !impl->watch(impl->stop.get(), EPOLLIN, EPOLL_CTL_ADD) ||
        !impl->watch(impl->socket.listening.get(), EPOLLIN | EPOLLONESHOT, EPOLL_CTL_ADD)) {
        return system_error("the signer's socket");
    }
    for (unsigned i = 0; i < impl->options.threads; ++i) {
        impl->threads.emplace_back([each = impl.get()] {
            each->running.count_down();
            each->work();
        });
    }
    impl->running.arrive_and_wait();
    return std::unique_ptr<SealService>(new SealService(std::move(impl)));
}

SealService::SealService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SealService::~SealService() {
    const std::uint64_t one = 1;
    (void)!write(impl_->stop.get(), &one, sizeof one);
    impl_->threads.clear();
}

} // namespace songda::signer
