// kill -9 of the real service at random moments, under load over HTTP and while it starts: every
// answered document is there with the bytes that were promised, no key and no case has a second
// one, every signature has its intent and no intent is left open. Clients whose answer was lost ask
// again under the same key. Meanwhile a mail server and a portal receive: every document has the
// legs that its decision chose, no mail comes twice, and what a leg says is what was received.
// SONGDA_KILLS sets the number of kills, SONGDA_SEED the moments.
#include <algorithm>
#include <atomic>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/courier.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/evidence.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/service_case.hpp"
#include "store/lmdb/open_lmdb.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"
#include "verifier/frame.hpp"

namespace songda {
namespace {

using nlohmann::json;

constexpr std::size_t connections = 4;
constexpr std::size_t batch_rows_max = 24;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// One call of a client: asked again with the same bytes until it is answered.
struct Call {
    bool batch = false;
    std::vector<std::string> keys;
    std::string body;
};

/// What an answer promised.
struct Promise {
    std::string id;
    std::string number;
    std::string verify_key;
    std::string sha256;
    bool operator==(const Promise&) const = default;
};

/// Makes calls that no other call resembles: every row has a key and a case of its own.
class Decisions {
public:
    Decisions() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; std::getline(in, line);) {
            samples_.push_back(json::parse(line));
        }
    }
    Call make(std::mt19937_64& random) {
        const std::scoped_lock lock(mutex_);
        Call call;
        call.batch = random() % 3 != 0;
        const std::size_t rows = call.batch ? 1 + random() % batch_rows_max : 1;
        for (std::size_t i = 0; i < rows; ++i) {
            const std::string number = std::to_string(++count_);
            json row = samples_[random() % samples_.size()];
            row["case_number"] = "case-" + number;
            row["idempotency_key"] = "key-" + number;
            call.keys.push_back("key-" + number);
            channels_[row["case_number"]] = row["delivery"].size();
            call.body += row.dump() + (call.batch ? "\n" : "");
        }
        return call;
    }

    /// How many channels the decision of a case chose.
    [[nodiscard]] std::size_t channels_of(const std::string& case_number) const {
        return channels_.at(case_number);
    }

private:
    std::mutex mutex_;
    std::vector<json> samples_;
    std::uint64_t count_ = 0;
    std::map<std::string, std::size_t> channels_;
};

/// What the clients know between them. Thread-safe.
class Memory {
public:
    void add_unanswered(Call call) {
        const std::scoped_lock lock(mutex_);
        unanswered_.push_back(std::move(call));
    }
    std::optional<Call> take_unanswered() {
        const std::scoped_lock lock(mutex_);
        if (unanswered_.empty()) {
            return std::nullopt;
        }
        Call call = std::move(unanswered_.front());
        unanswered_.pop_front();
        return call;
    }
    std::optional<Call> any_answered(std::mt19937_64& random) {
        const std::scoped_lock lock(mutex_);
        return answered_.empty() ? std::nullopt
                                 : std::optional(answered_[random() % answered_.size()]);
    }
    void keep_answered(const Call& call) {
        const std::scoped_lock lock(mutex_);
        answered_.push_back(call);
    }
    void keep(const std::string& key, const Promise& promise) {
        const std::scoped_lock lock(mutex_);
        const auto [place, fresh] = promises_.emplace(key, promise);
        if (!fresh && !(place->second == promise)) {
            faults_.push_back(key + " was answered with two documents");
        }
    }
    void fault(const std::string& what) {
        const std::scoped_lock lock(mutex_);
        faults_.push_back(what);
    }
    [[nodiscard]] const std::map<std::string, Promise>& promises() const { return promises_; }
    [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

private:
    std::mutex mutex_;
    std::deque<Call> unanswered_;
    std::vector<Call> answered_;
    std::map<std::string, Promise> promises_;
    std::vector<std::string> faults_;
};

Promise promise_of(const json& document) {
    return {document["id"], document["number"], document["key"], document["sha256"]};
}

/// Takes the answer apart; anything but whole success is a fault, since every row is right.
void take_answer(const Call& call, const http::Response& answer, Memory& memory) {
    if (answer.status != (call.batch ? 200 : 201)) {
        memory.fault(call.keys.front() + " was answered with " + std::to_string(answer.status));
        return;
    }
    if (!call.batch) {
        memory.keep(call.keys.front(), promise_of(json::parse(answer.body)));
        memory.keep_answered(call);
        return;
    }
    std::istringstream lines(answer.body);
    std::size_t row = 0;
    for (std::string line; std::getline(lines, line); ++row) {
        const json one = json::parse(line);
        if (row >= call.keys.size() || one["status"] != 201) {
            memory.fault("a row was answered with " + line);
            return;
        }
        memory.keep(call.keys[row], promise_of(one["document"]));
    }
    if (row != call.keys.size()) {
        memory.fault(call.keys.front() + ": rows are missing in the answer");
    }
    memory.keep_answered(call);
}

/// False when no answer came: the call will be made again.
bool make_call(http::Client& client, const std::string& api_key, const Call& call, Memory& memory) {
    http::Headers headers = {{"Authorization", "Bearer " + api_key}};
    if (!call.batch) {
        headers.emplace_back("Idempotency-Key", call.keys.front());
    }
    const auto answer = client.send(
        "POST", call.batch ? "/api/v1/documents:batch" : "/api/v1/documents", headers, call.body);
    if (!answer.ok()) {
        memory.add_unanswered(call);
        return false;
    }
    take_answer(call, answer.value(), memory);
    return true;
}

/// One client: first what was not answered, then new work, now and then an old key again.
void run_client(const live::Service& service, const std::string& api_key, Decisions& decisions,
                Memory& memory, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    auto client = service.client();
    if (!client.ok()) {
        return;
    }
    for (bool answered = true; answered;) {
        auto call = memory.take_unanswered();
        if (!call && random() % 8 == 0) {
            call = memory.any_answered(random);
        }
        answered =
            make_call(client.value(), api_key, call ? *call : decisions.make(random), memory);
    }
}

void kill_under_load(live::Service& service, const std::string& api_key, Decisions& decisions,
                     Memory& memory, std::mt19937_64& random) {
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < connections; ++i) {
        clients.emplace_back(
            [&, seed = random()] { run_client(service, api_key, decisions, memory, seed); });
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 300'000));
    service.kill();
}

/// The last start: every call that is still open gets its answer.
void answer_the_rest(const live::Service& service, const std::string& api_key, Memory& memory) {
    auto client = service.client();
    ASSERT_TRUE(client.ok());
    while (const auto call = memory.take_unanswered()) {
        ASSERT_TRUE(make_call(client.value(), api_key, *call, memory));
    }
}

void check_downloads(const live::Service& service, const std::string& api_key,
                     const Memory& memory) {
    auto client = service.client();
    ASSERT_TRUE(client.ok());
    for (const auto& [key, promise] : memory.promises()) {
        const auto file = client.value().send("GET", "/api/v1/documents/" + promise.id + "/file",
                                              {{"Authorization", "Bearer " + api_key}}, "");
        ASSERT_TRUE(file.ok()) << key;
        ASSERT_EQ(file.value().status, 200) << key;
        ASSERT_EQ(to_hex(sha256(as_bytes(file.value().body))), promise.sha256) << key;
    }
}

/// The digest that was signed is the one that the intent had named before.
bool is_signed_as_intended(store::Store& store, const store::DocumentRow& row) {
    const auto file = store.read_file(row);
    const auto intent = store.find_intent(row.id);
    if (!file.ok() || !intent.ok() || !intent.value()) {
        return false;
    }
    const auto frame = verifier::read_frame(file.value()).frame;
    if (!frame) {
        return false;
    }
    Sha256 hash;
    hash.update(ByteView(file.value()).first(frame->gap_begin));
    hash.update(ByteView(file.value()).subspan(frame->gap_end));
    return hash.finish() == intent.value()->digest && intent.value()->number == row.number;
}

/// What the outside received, by the leg's id.
struct Received {
    std::map<std::string, int> mails;
    std::set<std::string> events;
};

/// What the legs say of it.
struct Said {
    std::size_t legs = 0;
    std::size_t unknown_mails = 0; ///< shown as UNKNOWN: a mail that may have gone
    std::size_t asked_again = 0;   ///< webhooks that went again under the same id
};

Received receive(const live::Sinks& sinks) {
    Received received;
    for (const std::filesystem::path& file : sinks.mail_files()) {
        const std::string mail = fakes::read_file(file);
        const std::size_t at = mail.find("\r\nMessage-ID: <");
        ++received.mails[mail.substr(at + 15, 32)];
    }
    for (const json& event : sinks.events()) {
        received.events.insert(event["webhook_id"]);
    }
    return received;
}

/// A leg that waits to be sent was not received, one that says it was is there; while it is being
/// sent, or after its answer was lost, both may be.
void check_leg(const store::LegRow& leg, const Received& received, Said& said) {
    const std::string id = to_text(leg.id);
    const bool email = leg.channel == static_cast<std::uint8_t>(delivery::ChannelKind::email);
    const bool there = email ? received.mails.contains(id) : received.events.contains(id);
    const delivery::LegState state = *delivery::leg_state(leg.state);
    if (state == delivery::LegState::accepted || state == delivery::LegState::reached) {
        ASSERT_TRUE(there) << id << " says " << delivery::state_name(state);
    }
    if (email && (state == delivery::LegState::queued || state == delivery::LegState::retry_wait)) {
        ASSERT_FALSE(there) << id << " would be sent again";
    }
    ++said.legs;
}

void check_legs(store::Store& store, const store::DocumentRow& row, const Decisions& decisions,
                const Received& received, Said& said) {
    const auto legs = store.legs_of(row.id);
    ASSERT_TRUE(legs.ok());
    ASSERT_EQ(legs.value().size(), decisions.channels_of(row.case_number)) << to_text(row.id);
    for (const store::LegRow& leg : legs.value()) {
        check_leg(leg, received, said);
    }
}

void check_store(const live::Service& service, const Memory& memory, const Decisions& decisions,
                 const Received& received, Said& said) {
    store::LmdbOptions options;
    options.directory = service.store_folder();
    options.exclusive = false;
    options.segment_bytes = std::uint64_t{16} << 20U;
    const auto opened = store::open_lmdb(options);
    ASSERT_TRUE(opened.ok()) << opened.error().detail;
    store::Store& store = *opened.value();
    std::set<std::string> promised;
    std::set<std::string> numbers;
    for (const auto& [key, promise] : memory.promises()) {
        ASSERT_TRUE(promised.insert(promise.id).second) << key << " shares its document";
        ASSERT_TRUE(numbers.insert(promise.number).second) << key << " shares its number";
        const auto found = store.find_idempotent(fakes::department, key);
        ASSERT_TRUE(found.ok() && found.value()) << key;
        ASSERT_EQ(to_text(found.value()->document), promise.id);
    }
    std::set<std::string> cases;
    std::size_t stored = 0;
    std::optional<DocumentId> after;
    for (bool more = true; more;) {
        const auto rows = store.list_documents(fakes::department, after, 1000);
        ASSERT_TRUE(rows.ok());
        for (const store::DocumentRow& row : rows.value()) {
            ASSERT_TRUE(promised.contains(to_text(row.id))) << "nobody was told of " << row.number;
            ASSERT_TRUE(cases.insert(row.case_number).second) << row.case_number;
            ASSERT_TRUE(is_signed_as_intended(store, row)) << row.number;
            check_legs(store, row, decisions, received, said);
            after = row.id;
            ++stored;
        }
        more = !rows.value().empty();
    }
    ASSERT_EQ(stored, memory.promises().size());
    ASSERT_TRUE(store.open_intents().value().empty());
    ASSERT_TRUE(store.verify_audit().ok());
}

/// Takes everything, and looks whether it was received before.
class LastSink final : public delivery::Channel {
public:
    explicit LastSink(bool idempotent) : idempotent_(idempotent) {}
    [[nodiscard]] delivery::ChannelTraits traits() const override {
        return {idempotent_, false, 20'000};
    }
    [[nodiscard]] delivery::Outcome send(const delivery::Dispatch& dispatch) override {
        sent.insert(to_text(dispatch.leg.id));
        return {delivery::Outcome::Kind::accepted, delivery::Reason::none, "", 0};
    }
    std::set<std::string> sent;

private:
    bool idempotent_;
};

/// An hour later, when every lease is over: no mail that was received is sent again, and what may
/// have gone is UNKNOWN; webhooks go again under their ids, and their history says so.
void settle_by_time(const live::Service& service, const Received& received, Said& said) {
    store::LmdbOptions options;
    options.directory = service.store_folder();
    options.segment_bytes = std::uint64_t{16} << 20U;
    options.follow_leg = delivery::follow_service;
    options.testify = delivery::make_testify(delivery::EvidenceKeys(Digest{7}));
    options.gives_up = delivery::gives_up;
    const auto opened = store::open_lmdb(options);
    ASSERT_TRUE(opened.ok()) << opened.error().detail;
    store::Store& store = *opened.value();
    constexpr std::int64_t hour_ms = 3'600'000;
    const fakes::ManualClock clock(SystemClock().now() + hour_ms);
    fakes::SeededRandom random(1);
    metrics::Registry registry;
    const auto keys = delivery::ApplicantKeys::make(Bytes(32, 7), "https://songda.test");
    LastSink portal(true);
    LastSink email(false);
    delivery::Courier courier({store,
                               keys.value(),
                               clock,
                               random,
                               registry,
                               {{delivery::ChannelKind::portal, portal, 1, 1024},
                                {delivery::ChannelKind::email, email, 1, 1}}});
    while (courier.run_once() > 0) {
    }
    for (const std::string& id : email.sent) {
        EXPECT_FALSE(received.mails.contains(id)) << "the mail of leg " << id << " went again";
    }
    for (const std::string& id : portal.sent) {
        if (received.events.contains(id)) {
            ++said.asked_again;
            const auto events = store.leg_events(*parse_leg_id(id)).value();
            EXPECT_TRUE(std::any_of(
                events.begin(), events.end(),
                [](const auto& event) {
                    return event.kind ==
                               delivery::step_name(delivery::LegStep::idempotent_resend) ||
                           event.kind == delivery::step_name(delivery::LegStep::temp_fail);
                }))
                << id << " came again, and its history says nothing of it";
        }
    }
    for (const auto& [id, count] : received.mails) {
        const auto leg = store.find_leg(*parse_leg_id(id)).value();
        ASSERT_TRUE(leg) << "a mail of no leg: " << id;
        const auto state = *delivery::leg_state(leg->state);
        EXPECT_TRUE(state == delivery::LegState::accepted || state == delivery::LegState::unknown)
            << id << " was received and is " << delivery::state_name(state);
        said.unknown_mails += state == delivery::LegState::unknown ? 1U : 0U;
    }
}

TEST(ServiceCrash, NothingAnsweredIsLostByKill) {
    const std::uint64_t kills = from_environment("SONGDA_KILLS", 5);
    const std::uint64_t seed = from_environment("SONGDA_SEED", std::random_device{}());
    SCOPED_TRACE("SONGDA_SEED=" + std::to_string(seed));
    std::printf("SONGDA_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    const live::Sinks sinks;
    live::Service::Options options;
    options.portal_port = sinks.portal_port();
    options.mail_port = sinks.mail_port();
    live::Service service(options);
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string api_key = service.make_key();
    service.kill();
    Decisions decisions;
    Memory memory;
    std::vector<std::chrono::milliseconds> starts = {service.ready_time()};
    for (std::uint64_t kill = 1; kill <= kills; ++kill) {
        service.spawn();
        if (kill % 6 == 0) { // while it starts
            std::this_thread::sleep_for(std::chrono::microseconds(
                random() % static_cast<std::uint64_t>(1000 * starts.front().count() + 1)));
            service.kill();
            continue;
        }
        ASSERT_TRUE(service.wait_ready()) << service.complaint();
        starts.push_back(service.ready_time());
        kill_under_load(service, api_key, decisions, memory, random);
        ASSERT_EQ(memory.faults(), std::vector<std::string>());
    }
    ASSERT_TRUE(service.start()) << service.complaint();
    answer_the_rest(service, api_key, memory);
    ASSERT_EQ(memory.faults(), std::vector<std::string>());
    check_downloads(service, api_key, memory);
    EXPECT_EQ(service.stop(), 0) << service.complaint();
    const Received received = receive(sinks);
    Said said;
    check_store(service, memory, decisions, received, said);
    settle_by_time(service, received, said);
    for (const auto& [leg, count] : received.mails) {
        ASSERT_EQ(count, 1) << "the mail of leg " << leg << " came more than once";
    }
    const auto checked = live::run_songda("check-store -c " + service.config());
    EXPECT_EQ(checked.status, 0) << checked.output;
    EXPECT_GT(memory.promises().size(), kills) << "the clients never got far enough";
    std::sort(starts.begin(), starts.end());
    std::printf(
        "legs %zu; mails %zu, twice 0, shown as UNKNOWN %zu; portal messages %zu, seen again "
        "under their id %zu\n",
        said.legs, received.mails.size(), said.unknown_mails, received.events.size(),
        said.asked_again);
    std::printf("kills %llu, answered %zu, lost 0, doubled 0; start in %lld ms (median), %lld ms "
                "(slowest)\n",
                static_cast<unsigned long long>(kills), memory.promises().size(),
                static_cast<long long>(starts[starts.size() / 2].count()),
                static_cast<long long>(starts.back().count()));
}

} // namespace
} // namespace songda
