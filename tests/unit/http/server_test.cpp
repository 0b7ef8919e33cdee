// The live server on loopback, spoken to in raw bytes: limits have clear answers, a refusal closes
// the connection, slow senders are cut, and stopping lets a running request finish.
#include "http/server.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "http/client.hpp"

namespace songda::http {
namespace {

class RawConnection {
public:
    explicit RawConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawConnection() { ::close(fd_); }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    void send(const std::string& bytes) const {
        EXPECT_TRUE(connected_);
        (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    [[nodiscard]] std::string read_some() const {
        char buffer[4096];
        const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
        return {buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }
    /// Everything until the other side closes.
    [[nodiscard]] std::string read_all() const {
        std::string all;
        char buffer[4096];
        for (ssize_t got = 0; (got = ::recv(fd_, buffer, sizeof buffer, 0)) > 0;) {
            all.append(buffer, static_cast<std::size_t>(got));
        }
        return all;
    }

private:
    int fd_;
    bool connected_ = false;
};

/// `1,`, `2,` and so on up to `last`, each after an empty piece; then the end.
class Counting final : public Pieces {
public:
    explicit Counting(int last) : last_(last) {}
    Piece next() override {
        const bool says = ++asked_ % 2 == 0;
        return {says ? std::to_string(asked_ / 2) + ',' : "", asked_ / 2 == last_};
    }

private:
    int asked_ = 0;
    int last_;
};

Response counting(const std::string& last) {
    Response response;
    response.body = "from ";
    response.pieces = std::make_shared<Counting>(std::stoi(last));
    return response;
}

class LiveServer : public ::testing::Test {
protected:
    void SetUp() override {
        ServerOptions options;
        options.header_time = std::chrono::milliseconds(300);
        options.body_time = std::chrono::milliseconds(300);
        options.drain_time = std::chrono::milliseconds(5000);
        options.connections_per_address_max = 8;
        options.worker_threads = 2;
        options.pieces_time = std::chrono::milliseconds(1);
        options.pieces_max = 2;
        options.waiting_max = 2;
        options.last_look = [](const Request& request, Response& response) {
            response.headers.emplace_back("Looked", request.method + request.path + ' ' +
                                                        std::string(request.header("Accept")));
        };
        const auto echo = [](const Request& request) {
            Response response;
            response.body = request.method + ' ' + request.path + ' ' + request.body;
            return response;
        };
        const auto slow = [this](const Request&) {
            ++entered_;
            while (!release_) {
                std::this_thread::yield();
            }
            return Response{};
        };
        auto started = Server::start(
            options,
            {{"GET", "/quick", 0, Place::quick, echo},
             {"POST", "/echo", 100, Place::worker, echo},
             {"GET", "/slow", 0, Place::worker, slow},
             {"GET", "/counting", 0, Place::worker,
              [](const Request& request) { return counting(request.query); }},
             {"GET", "/throws", 0, Place::worker,
              [](const Request&) -> Response { throw std::runtime_error("x"); }}},
            [](int status, std::string_view why) {
                Response response;
                response.status = status;
                response.body = why;
                return response;
            },
            registry_);
        ASSERT_TRUE(started.ok());
        server_ = std::move(started).value();
    }
    void TearDown() override { release_ = true; }

    std::string ask(const std::string& bytes) {
        const RawConnection connection(server_->port());
        connection.send(bytes);
        return connection.read_all();
    }

    metrics::Registry registry_;
    std::atomic<int> entered_{0};
    std::atomic<bool> release_{false};
    std::unique_ptr<Server> server_;
};

TEST(ServerStart, TlsFileThatCannotBeReadIsNamed) {
    metrics::Registry registry;
    ServerOptions options;
    options.port = 0;
    options.tls = {"/nowhere/server.pem", "/nowhere/server.key", ""};
    const auto refused = Server::start(
        options, {}, [](int, std::string_view) { return Response{}; }, registry);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().detail, "/nowhere/server.pem: cannot be read");
}

TEST_F(LiveServer, KeepsAConnectionForManyRequests) {
    ClientOptions options;
    options.port = server_->port();
    auto client = Client::connect(options);
    ASSERT_TRUE(client.ok());
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.value().send("POST", "/echo", {}, "body");
        ASSERT_TRUE(answer.ok());
        EXPECT_EQ(answer.value().body, "POST /echo body");
    }
}

TEST_F(LiveServer, BareLineFeedIsRefusedAtOnce) {
    for (const auto* bytes :
         {"GET /quick HTTP/1.1\nHost: a\n\n", "GET /quick HTTP/1.1\r\nHost: a\nX", "\n",
          "GET /quick HTTP/1.1\r\nHost: a\r\n\n"}) {
        const auto started = std::chrono::steady_clock::now();
        const std::string answer = ask(bytes);
        EXPECT_EQ(answer.substr(9, 3), "400") << bytes << answer;
        EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(280))
            << "not after the time for headers";
    }
}

TEST_F(LiveServer, HeadInPiecesIsRead) {
    const RawConnection connection(server_->port());
    for (const char byte :
         std::string("GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
        connection.send(std::string(1, byte));
        std::this_thread::yield();
    }
    EXPECT_EQ(connection.read_all().substr(9, 3), "200");
}

TEST_F(LiveServer, PlainHttpPromisesNoTls) {
    EXPECT_EQ(
        ask("GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").find("Strict-Transport"),
        std::string::npos);
}

TEST_F(LiveServer, ReadsChunkedBodies) {
    const std::string answer = ask(
        "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_NE(answer.find("POST /echo abcde"), std::string::npos) << answer;
}

TEST_F(LiveServer, LimitsHaveClearAnswers) {
    const auto status = [&](const std::string& bytes) { return ask(bytes).substr(9, 3); };
    EXPECT_EQ(status("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"), "413");
    EXPECT_EQ(status("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" +
                     std::string(128, 'x') + "\r\n0\r\n\r\n"),
              "413");
    EXPECT_EQ(
        status("GET /quick HTTP/1.1\r\nHost: a\r\nX: " + std::string(100000, 'a') + "\r\n\r\n"),
        "431");
    EXPECT_EQ(status("GET /quick HTTP/1.1\r\nHost: a\r\n"), "408");
    EXPECT_EQ(status("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), "408");
    EXPECT_EQ(status("GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), "404");
    EXPECT_EQ(status("GET /throws HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), "500");
    const std::string other = ask("DELETE /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(other.substr(9, 3), "405");
    EXPECT_NE(other.find("Allow: POST"), std::string::npos);
}

TEST_F(LiveServer, LastLookSeesEveryAnswerBesideItsRequest) {
    const auto look = [&](const std::string& line, const std::string& rest = "\r\n") {
        const std::string answer = ask(line +
                                       " HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n"
                                       "Connection: close\r\n" +
                                       rest);
        const std::size_t at = answer.find("Looked: ");
        return answer.substr(9, 4) + answer.substr(at, answer.find('\r', at) - at);
    };
    EXPECT_EQ(look("GET /quick"), "200 Looked: GET/quick text/html");
    EXPECT_EQ(look("GET /none"), "404 Looked: GET/none text/html");
    EXPECT_EQ(look("DELETE /echo"), "405 Looked: DELETE/echo text/html");
    EXPECT_EQ(look("GET /throws"), "500 Looked: GET/throws text/html");
    EXPECT_EQ(look("POST /echo", "Content-Length: 101\r\n\r\n"), "413 Looked: POST/echo text/html");
    EXPECT_EQ(look("POST /echo", "Content-Length: 10\r\n\r\nabc"),
              "408 Looked: POST/echo text/html");
    EXPECT_EQ(look("POST /echo", "Transfer-Encoding: chunked\r\n\r\nx\r\n"),
              "400 Looked: POST/echo text/html");
    EXPECT_EQ(look("GET /quick", "Content-Length: 3, 3\r\n\r\n"), "400 Looked:  ")
        << "what did not pass the gate is no request";
}

TEST_F(LiveServer, SecondRequestAfterARefusalIsNeverServed) {
    const std::string answer = ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n"
                                   "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(answer.substr(9, 3), "400");
    EXPECT_EQ(answer.find("GET /quick"), std::string::npos);
}

TEST_F(LiveServer, PipelinedRequestsAreAllAnswered) {
    const std::string answer =
        ask("GET /quick HTTP/1.1\r\nHost: a\r\n\r\nGET /quick HTTP/1.1\r\nHost: a\r\n\r\n"
            "HEAD /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::size_t first = answer.find("GET /quick ");
    EXPECT_NE(answer.find("GET /quick ", first + 1), std::string::npos);
    EXPECT_EQ(answer.find("HEAD /quick "), std::string::npos);
}

TEST_F(LiveServer, TooManyConnectionsOfOneAddressAreTold) {
    std::vector<std::unique_ptr<RawConnection>> held;
    for (int i = 0; i < 8; ++i) {
        held.push_back(std::make_unique<RawConnection>(server_->port()));
        held.back()->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"); // counted once it is read
    }
    while (entered_ < 2) {
        std::this_thread::yield();
    }
    std::string answer;
    for (int i = 0; i < 5000 && answer.substr(0, 12) != "HTTP/1.1 429"; ++i) {
        answer = ask("GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 429");
}

TEST_F(LiveServer, FullQueueIsTold) {
    const RawConnection first(server_->port());
    const RawConnection second(server_->port());
    first.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    second.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (entered_ < 2) {
        std::this_thread::yield();
    }
    const std::string answer =
        ask("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(answer.substr(9, 3), "503");
    EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
}

TEST_F(LiveServer, AnswerThatGoesOnIsReadAsItComesAndEndsWithItsConnection) {
    const std::string answer = ask("GET /counting?4 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Content-Length"), std::string::npos) << answer;
    EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), "from 1,2,3,4,");
}

TEST_F(LiveServer, ReaderWhoLeavesAndAServerThatStopsEndAnAnswerThatGoesOn) {
    const std::string endless = "GET /counting?1000000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    {
        const RawConnection gone(server_->port());
        gone.send(endless);
    }
    const RawConnection stays(server_->port());
    stays.send(endless);
    server_->stop();
    const std::string read = stays.read_all();
    EXPECT_TRUE(read.empty() || read.starts_with("HTTP/1.1 200")) << read;
}

TEST_F(LiveServer, StreamsBeyondTheBoundAreTold) {
    const std::string endless = "GET /counting?1000000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const RawConnection first(server_->port());
    const RawConnection second(server_->port());
    first.send(endless);
    second.send(endless);
    EXPECT_FALSE(first.read_some().empty());
    EXPECT_FALSE(second.read_some().empty());
    const std::string refused = ask("GET /counting?1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 503")) << refused;
}

TEST_F(LiveServer, StoppingLetsARunningRequestFinish) {
    const RawConnection connection(server_->port());
    connection.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (entered_ < 1) {
        std::this_thread::yield();
    }
    std::thread stopper([this] { server_->stop(); });
    release_ = true;
    const std::string answer = connection.read_all();
    stopper.join();
    EXPECT_EQ(answer.substr(9, 3), "200");
}

} // namespace
} // namespace songda::http
