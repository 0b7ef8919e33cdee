#include "signer/process/seal_client.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include <poll.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/open_file.hpp"
#include "signer/process/message.hpp"

namespace songda::signer {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// Requests that one question asks for: beyond that nothing is won, and a slow token must be
/// through with them in the time of one answer.
constexpr std::size_t requests_of_a_question = 16;

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

bool wait_for(int connection, short what, SteadyTime deadline) {
    pollfd waiting{connection, what, 0};
    int ready = 0;
    do {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_now()).count();
        ready = poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/// A connection that nobody is using has nothing to read, unless it has ended.
bool is_alive(const Descriptor& connection) {
    std::uint8_t any = 0;
    return recv(connection.get(), &any, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

std::string why_not_connected(int code) {
    switch (code) {
    case ENOENT:
    case ECONNREFUSED: return "nobody answers: is songda-signer running?";
    case EACCES: return "this user may not open it: is it in the group of the socket's folder?";
    case EAGAIN: return "it is busy";
    default: return std::strerror(code);
    }
}

/// Uses that the signer allowed a moment ago, so that the rows of a burst ask once. Safe to call
/// from several threads.
class Allowed {
public:
    [[nodiscard]] std::optional<SealRuling> find(const SealQuestion& question, SteadyTime now) {
        const std::scoped_lock lock(mutex_);
        const auto found = known_.find(key_of(question));
        return found != known_.end() && now - found->second.since < remembered
                   ? std::optional(found->second.ruling)
                   : std::nullopt;
    }
    void keep(const SealQuestion& question, const SealRuling& ruling, SteadyTime since) {
        const std::scoped_lock lock(mutex_);
        if (known_.size() >= known_max) {
            known_.clear();
        }
        if (!ruling.refused) {
            known_.insert_or_assign(key_of(question), Known{ruling, since});
        }
    }
    void forget() {
        const std::scoped_lock lock(mutex_);
        known_.clear();
    }

private:
    using Key = std::tuple<SealPurpose, std::string, std::string, std::string, std::string>;
    struct Known {
        SealRuling ruling;
        SteadyTime since;
    };
    static constexpr milliseconds remembered{1000};
    static constexpr std::size_t known_max = 4096;

    static Key key_of(const SealQuestion& question) {
        return {question.purpose, question.department.text, question.use.type, question.use.actor,
                question.use.template_version};
    }

    std::mutex mutex_;
    std::map<Key, Known> known_; ///< guarded by mutex_
};

/// The order of SM2's curve is below that of P-256, and nothing makes one of its two s the right
/// one.
bool fits_request(const Result<EcdsaSignature>& made, const SealRequest& request) {
    return !made.ok() ||
           (is_in_range(made.value()) && (is_by_sm2(request.purpose) || has_low_s(made.value())));
}

class SealClient final : public SealCupboard {
public:
    explicit SealClient(SealClientOptions options) : options_(std::move(options)) {}

    [[nodiscard]] Result<void> start();
    const std::vector<SealFace>& faces() const override { return faces_; }
    std::vector<Result<EcdsaSignature>> sign(std::span<const SealRequest> requests) override;
    Result<std::vector<SealRuling>> permits(std::span<const SealQuestion> questions) override;
    Result<BookHead> book_head() override;

private:
    using Lock = std::unique_lock<std::mutex>;

    [[nodiscard]] Result<Descriptor> take(SteadyTime deadline);
    void give_back(Descriptor connection, bool usable);
    [[nodiscard]] Result<Descriptor> connect_now() const;
    [[nodiscard]] Result<message::Answer> ask(const Descriptor& connection, ByteView question,
                                              std::size_t answer_bytes_max,
                                              SteadyTime deadline) const;
    [[nodiscard]] Result<std::vector<SealFace>> ask_faces(const Descriptor& connection,
                                                          SteadyTime deadline) const;
    /// One question over a connection; `fits` says whether an answer is one to it.
    template <class Fits>
    [[nodiscard]] Result<message::Answer> exchange(ByteView question, std::size_t answer_bytes_max,
                                                   Fits fits);
    [[nodiscard]] Result<message::Signatures> ask_signatures(std::span<const SealRequest> requests);
    [[nodiscard]] Result<std::vector<SealRuling>>
    ask_permits(std::span<const SealQuestion> questions);
    void tell(const std::optional<Error>& away);
    [[nodiscard]] Error ended() const {
        return named(Fault::unavailable, "it ended the connection: does it run, and is this user "
                                         "among the `users` of its configuration?");
    }
    [[nodiscard]] Error named(Fault fault, const std::string& why) const {
        return {fault, "signer at " + options_.socket + ": " + why};
    }

    const SealClientOptions options_;
    std::vector<SealFace> faces_; ///< written by `start` alone

    std::mutex mutex_; ///< guards all to `why_`
    std::condition_variable changed_;
    std::vector<Descriptor> idle_;
    std::size_t open_ = 0;
    milliseconds pause_{0};
    SteadyTime retry_at_{};
    Error why_;

    Allowed allowed_;
    std::atomic<std::uint32_t> number_{0};
    std::atomic<bool> away_{false};
    std::mutex telling_; ///< `told` hears things in their order
};

Result<void> SealClient::start() {
    const SteadyTime deadline = steady_now() + options_.wait_at_start;
    milliseconds pause = options_.pause_first;
    while (true) {
        auto connection = connect_now();
        if (connection.ok()) {
            auto faces = ask_faces(connection.value(), steady_now() + options_.wait);
            if (!faces.ok()) {
                return faces.error();
            }
            faces_ = std::move(faces).value();
            open_ = 1;
            idle_.push_back(std::move(connection).value());
            return {};
        }
        if (steady_now() + pause > deadline) {
            return connection.error();
        }
        std::this_thread::sleep_for(pause);
    }
}

std::vector<Result<EcdsaSignature>> SealClient::sign(std::span<const SealRequest> requests) {
    std::vector<Result<EcdsaSignature>> made;
    made.reserve(requests.size());
    while (made.size() < requests.size()) {
        const auto rest = requests.subspan(made.size());
        std::size_t count = 0;
        std::size_t size = message::question_head_bytes;
        while (count < std::min(rest.size(), requests_of_a_question) &&
               message::may_be_sent(rest[count]) &&
               size + message::size_of(rest[count]) <= message::bytes_max) {
            size += message::size_of(rest[count++]);
        }
        if (count == 0) {
            made.push_back(Error{Fault::invalid_input, "too long for the signer"});
            continue;
        }
        auto answer = ask_signatures(rest.first(count));
        if (answer.ok()) {
            std::move(answer.value().made.begin(), answer.value().made.end(),
                      std::back_inserter(made));
        } else { // nor would the rest be answered
            made.insert(made.end(), rest.size(), answer.error());
        }
    }
    return made;
}

Result<message::Signatures> SealClient::ask_signatures(std::span<const SealRequest> requests) {
    const std::uint32_t number = ++number_;
    auto answer =
        exchange(message::write_signatures_wanted(number, requests),
                 message::signatures_bytes_max(requests.size()), [&](const message::Answer& given) {
                     const auto* const signatures = std::get_if<message::Signatures>(&given);
                     return signatures != nullptr && signatures->number == number &&
                            signatures->made.size() == requests.size() &&
                            std::equal(signatures->made.begin(), signatures->made.end(),
                                       requests.begin(), &fits_request);
                 });
    if (!answer.ok()) {
        return answer.error();
    }
    auto& signatures = *std::get_if<message::Signatures>(&answer.value());
    if (std::any_of(signatures.made.begin(), signatures.made.end(), [](const auto& each) {
            return !each.ok() && each.error().fault == Fault::forbidden;
        })) {
        allowed_.forget(); // whoever asks why must not hear what was true before
    }
    return std::move(signatures);
}

Result<std::vector<SealRuling>> SealClient::permits(std::span<const SealQuestion> questions) {
    std::vector<SealRuling> rulings(questions.size());
    std::vector<std::size_t> places;
    std::vector<SealQuestion> unknown;
    const SteadyTime now = steady_now();
    for (std::size_t i = 0; i < questions.size(); ++i) {
        if (auto known = allowed_.find(questions[i], now)) {
            rulings[i] = *std::move(known);
        } else if (message::may_be_sent(questions[i])) {
            places.push_back(i);
            unknown.push_back(questions[i]);
        } // else signing will say that it is too long
    }
    for (std::size_t at = 0; at < unknown.size(); at += message::permits_max) {
        const auto some = std::span<const SealQuestion>(unknown).subspan(
            at, std::min(message::permits_max, unknown.size() - at));
        auto answer = ask_permits(some);
        if (!answer.ok()) {
            return answer.error();
        }
        for (std::size_t i = 0; i < some.size(); ++i) {
            allowed_.keep(some[i], answer.value()[i], now);
            rulings[places[at + i]] = std::move(answer.value()[i]);
        }
    }
    return rulings;
}

Result<std::vector<SealRuling>> SealClient::ask_permits(std::span<const SealQuestion> questions) {
    const std::uint32_t number = ++number_;
    auto answer = exchange(message::write_permits_wanted(number, questions), message::bytes_max,
                           [&](const message::Answer& given) {
                               const auto* const permits = std::get_if<message::Permits>(&given);
                               return permits != nullptr && permits->number == number &&
                                      permits->rulings.size() == questions.size();
                           });
    return answer.ok() ? Result(std::get<message::Permits>(std::move(answer).value()).rulings)
                       : answer.error();
}

Result<BookHead> SealClient::book_head() {
    const message::AskBook question{++number_};
    auto answer = exchange(message::write(question), message::book_bytes_max,
                           [&question](const message::Answer& given) {
                               const auto* const book = std::get_if<message::Book>(&given);
                               return book != nullptr && book->number == question.number;
                           });
    return answer.ok() ? Result(std::get<message::Book>(std::move(answer).value()).head)
                       : answer.error();
}

template <class Fits>
Result<message::Answer> SealClient::exchange(ByteView question, std::size_t answer_bytes_max,
                                             Fits fits) {
    const SteadyTime deadline = steady_now() + options_.wait;
    auto connection = take(deadline);
    if (!connection.ok()) {
        return connection.error();
    }
    auto answer = ask(connection.value(), question, answer_bytes_max, deadline);
    const bool fitting = answer.ok() && fits(answer.value());
    give_back(std::move(connection).value(), fitting);
    if (fitting) {
        tell(std::nullopt);
        return answer;
    }
    const Error why = answer.ok()
                          ? named(Fault::unavailable, "its answer does not fit the question")
                          : answer.error();
    tell(why);
    return why;
}

Result<Descriptor> SealClient::take(SteadyTime deadline) {
    Lock lock(mutex_);
    while (true) {
        while (!idle_.empty()) {
            Descriptor connection = std::move(idle_.back());
            idle_.pop_back();
            if (is_alive(connection)) {
                return connection;
            }
            --open_;
        }
        if (open_ >= options_.connections_max) {
            if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) {
                return named(Fault::unavailable, "all connections to it are busy");
            }
            continue;
        }
        if (steady_now() < retry_at_) {
            return why_;
        }
        ++open_;
        lock.unlock();
        auto made = connect_now();
        if (made.ok()) {
            const auto faces = ask_faces(made.value(), deadline);
            if (!faces.ok()) {
                made = faces.error();
            } else if (faces.value() != faces_) {
                made = named(Fault::unavailable, "it has other seals than at the start of this "
                                                 "service: restart the service");
            }
        }
        lock.lock();
        if (made.ok()) {
            pause_ = milliseconds(0);
            return made;
        }
        --open_;
        if (steady_now() >= retry_at_) { // of those that tried at once, one makes the pause longer
            pause_ = std::min(std::max(pause_ * 2, options_.pause_first), options_.pause_max);
            retry_at_ = steady_now() + pause_;
        }
        why_ = {Fault::unavailable, made.error().detail};
        const Error why = why_;
        changed_.notify_all();
        lock.unlock();
        tell(why);
        return why;
    }
}

void SealClient::give_back(Descriptor connection, bool usable) {
    {
        const Lock lock(mutex_);
        if (usable) {
            idle_.push_back(std::move(connection));
        } else {
            --open_;
        }
    }
    changed_.notify_one();
}

Result<Descriptor> SealClient::connect_now() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (options_.socket.size() >= sizeof address.sun_path) {
        return named(Fault::unavailable, "the path of a socket has at most 107 bytes");
    }
    std::copy(options_.socket.begin(), options_.socket.end(), address.sun_path);
    Descriptor made(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    if (made.get() < 0 || connect(made.get(), to, sizeof address) != 0) {
        return named(Fault::unavailable, why_not_connected(errno));
    }
    return made;
}

Result<message::Answer> SealClient::ask(const Descriptor& connection, ByteView question,
                                        std::size_t answer_bytes_max, SteadyTime deadline) const {
    while (send(connection.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            return ended();
        }
        if (!wait_for(connection.get(), POLLOUT, deadline)) {
            return named(Fault::unavailable, "it does not take a question in time");
        }
    }
    Bytes room(answer_bytes_max);
    ssize_t got = -1;
    while ((got = recv(connection.get(), room.data(), room.size(), MSG_TRUNC)) < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            return ended();
        }
        if (!wait_for(connection.get(), POLLIN, deadline)) {
            return named(Fault::unavailable, "it does not answer in time");
        }
    }
    if (got == 0) {
        return ended();
    }
    const auto size = static_cast<std::size_t>(got);
    auto answer =
        size <= room.size() ? message::parse_answer(ByteView(room).first(size)) : std::nullopt;
    if (!answer) {
        return named(Fault::unavailable, "it speaks another language: are both of one version?");
    }
    if (const auto* const refusal = std::get_if<message::Refusal>(&*answer)) {
        return named(Fault::unavailable, "it refused the question: " + refusal->why);
    }
    return *std::move(answer);
}

Result<std::vector<SealFace>> SealClient::ask_faces(const Descriptor& connection,
                                                    SteadyTime deadline) const {
    std::vector<SealFace> faces;
    while (true) {
        const message::AskFaces question{1, static_cast<std::uint16_t>(faces.size())};
        auto answer = ask(connection, message::write(question), message::bytes_max, deadline);
        if (!answer.ok()) {
            return answer.error();
        }
        auto* const told = std::get_if<message::Faces>(&answer.value());
        if (told == nullptr || told->number != question.number ||
            faces.size() + told->faces.size() > told->total ||
            (told->faces.empty() && faces.size() < told->total)) {
            return named(Fault::unavailable, "its list of seals is broken");
        }
        std::move(told->faces.begin(), told->faces.end(), std::back_inserter(faces));
        if (faces.size() == told->total) {
            return faces;
        }
    }
}

void SealClient::tell(const std::optional<Error>& away) {
    if (away_ == away.has_value()) { // nearly always; a lock saved
        return;
    }
    const std::scoped_lock telling(telling_);
    if (away_.exchange(away.has_value()) != away.has_value() && options_.told) {
        options_.told(away);
    }
}

} // namespace

Result<std::unique_ptr<SealCupboard>> open_seal_client(SealClientOptions options) {
    auto client = std::make_unique<SealClient>(std::move(options));
    const auto started = client->start();
    if (!started.ok()) {
        return started.error();
    }
    return std::unique_ptr<SealCupboard>(std::move(client));
}

} // namespace songda::signer
