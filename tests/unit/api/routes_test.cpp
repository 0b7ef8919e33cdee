// Every route names its policy, and the list is golden: adding a route forces a decision. What is
// not public answers nobody without a live credential of the right scope, and another department's
// document looks like one that does not exist, byte for byte.
#include "tests/unit/api/counter.hpp"

#include <fstream>
#include <sstream>

#include "tests/fakes/golden_file.hpp"

namespace songda::api {
namespace {

/// One decision of the samples.
std::string decision() {
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::string line;
    std::getline(in, line);
    return line;
}

/// The pattern with something in each `{}`.
std::string example_path(std::string pattern) {
    for (std::size_t at = 0; (at = pattern.find('{')) != std::string::npos;) {
        pattern.replace(at, pattern.find('}', at) + 1 - at, "0123456789ABCDEF");
    }
    return pattern;
}

std::string whole(const http::Response& response) {
    std::string text = std::to_string(response.status) + '\n' + response.content_type + '\n';
    for (const auto& [name, value] : response.headers) {
        text += name + ": " + value + '\n';
    }
    return text + response.body + (response.shared_body ? *response.shared_body : "");
}

std::vector<std::string> all_scopes() {
    std::vector<std::string> scopes;
    for (const Policy policy : credential_policies) {
        scopes.emplace_back(policy_name(policy));
    }
    return scopes;
}

bool is_guarded(const ApiRoute& route) {
    return std::find(credential_policies.begin(), credential_policies.end(), route.policy) !=
           credential_policies.end();
}

TEST_F(CounterTest, EveryRouteNamesItsPolicyAndIsOnTheGoldenList) {
    std::string list;
    for (const ApiRoute& route : routes()) {
        list += route.method + ' ' + route.pattern + ' ' + std::string(policy_name(route.policy)) +
                ' ' + std::to_string(route.body_bytes_max) + '\n';
    }
    EXPECT_EQ(list, fakes::golden_file("routes.txt"))
        << "A route is new, gone or guarded otherwise: decide who may use it, then change "
           "tests/golden/routes.txt and docs/formats/api.md.";
}

TEST_F(CounterTest, EveryWriteSaysWhatItAcceptsAndRefusesTheRest) {
    const std::string bearer = make_key(fakes::department, all_scopes()).bearer;
    const std::string cookie =
        std::string(session_cookie) + '=' +
        desk_->applicant_keys().make_session(store::InboxId{}, clock_.now() + 60'000);
    for (const ApiRoute& route : routes()) {
        SCOPED_TRACE(route.method + ' ' + route.pattern);
        EXPECT_EQ(route.accepts.empty(), route.body_bytes_max == 0);
        if (route.accepts.empty() || route.accepts == any_type) {
            continue;
        }
        const auto status_as = [&](const std::string& type) {
            http::Request request;
            request.method = route.method;
            request.path = example_path(route.pattern);
            request.headers = {{"Authorization", "Bearer " + bearer}, {"Cookie", cookie}};
            if (!type.empty()) {
                request.headers.emplace_back("Content-Type", type);
            }
            request.body = "{}";
            return ask(std::move(request));
        };
        const http::Response refused = status_as("application/x-www-form-urlencoded");
        EXPECT_EQ(refused.status, 415);
        EXPECT_NE(refused.body.find("-H 'Content-Type: " + route.accepts + "'"), std::string::npos)
            << "the fix is told: " << refused.body;
        EXPECT_EQ(refused.headers.back(), std::make_pair(std::string("Accept"), route.accepts));
        for (const std::string& other : {std::string("text/plain"), route.accepts + "x"}) {
            EXPECT_EQ(status_as(other).status, 415) << other;
        }
        for (const std::string& good :
             {std::string(), route.accepts, route.accepts + ";charset=utf-8",
              route.accepts + " ; charset=UTF-8",
              static_cast<char>(route.accepts[0] - 'a' + 'A') + route.accepts.substr(1)}) {
            EXPECT_NE(status_as(good).status, 415) << good;
        }
    }
}

TEST_F(CounterTest, EveryRouteOfTheInterfaceIsDocumented) {
    std::ifstream in(SONGDA_SOURCE_DIR "/docs/formats/api.md");
    std::ostringstream text;
    text << in.rdbuf();
    for (const ApiRoute& route : routes()) {
        if (route.place == http::Place::quick && route.policy == Policy::anyone &&
            !route.pattern.starts_with("/api/")) {
            continue; // pages and their files: web/README.md
        }
        EXPECT_NE(text.str().find(route.pattern), std::string::npos) << route.pattern;
    }
}

TEST_F(CounterTest, NothingGuardedAnswersWithoutALiveCredential) {
    const std::vector<std::string> all = all_scopes();
    const NewApiKey revoked = make_key(fakes::department, all);
    ASSERT_TRUE(desk_->store().revoke_api_key(revoked.row.kid, clock_.now(), {}).ok());
    const NewApiKey expired = make_key(fakes::department, all, 0);
    const NewApiKey good = make_key(fakes::department, all);
    const std::vector<std::string> bearers = {"",
                                              revoked.bearer,
                                              expired.bearer,
                                              good.row.kid,
                                              good.row.kid + '.',
                                              good.row.kid + ".0000",
                                              good.bearer + '0',
                                              "." + good.bearer,
                                              std::string(100, 'A') + '.' + std::string(56, 'A')};
    int guarded = 0;
    for (const ApiRoute& route : routes()) {
        if (!is_guarded(route)) {
            continue;
        }
        ++guarded;
        const std::string path = example_path(route.pattern);
        const std::string refusal = whole(ask(route.method, path));
        EXPECT_EQ(refusal.substr(0, 3), "401") << path;
        for (const std::string& bearer : bearers) {
            EXPECT_EQ(whole(ask(route.method, path, bearer)), refusal) << path << ' ' << bearer;
        }
        EXPECT_NE(ask(route.method, path, good.bearer).status, 401) << path;
    }
    EXPECT_GE(guarded, 4);
}

TEST_F(CounterTest, ScopeOfAnotherPolicyIsNotEnough) {
    std::map<Policy, std::string> bearers;
    for (const Policy policy : credential_policies) {
        bearers[policy] = make_key(fakes::department, {std::string(policy_name(policy))}).bearer;
    }
    const std::string none = make_key(fakes::department, {"operations", "anyone"}).bearer;
    for (const ApiRoute& route : routes()) {
        if (!is_guarded(route)) {
            continue;
        }
        const std::string path = example_path(route.pattern);
        EXPECT_EQ(ask(route.method, path, none).status, 401) << path;
        for (const auto& [policy, bearer] : bearers) {
            EXPECT_EQ(ask(route.method, path, bearer).status != 401, policy == route.policy)
                << path << ' ' << policy_name(policy);
        }
    }
}

TEST_F(CounterTest, OperationsAreForTheirPeersOnly) {
    http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    EXPECT_EQ(ask(request).status, 404);
    const std::string bearer = make_key(fakes::department, {"issue", "read", "operations"}).bearer;
    EXPECT_EQ(ask("GET", "/metrics", bearer).status, 404);
    request.peer = "127.0.0.1";
    EXPECT_EQ(ask(request).status, 200);
}

TEST_F(CounterTest, DocumentOfAnotherDepartmentLooksLikeNone) {
    const std::string own = make_key(fakes::department, all_scopes()).bearer;
    const std::string other = make_key(fakes::other_department, all_scopes()).bearer;
    http::Request request;
    request.method = "POST";
    request.path = "/api/v1/documents";
    request.headers = {{"Authorization", "Bearer " + own}};
    request.body = decision();
    const http::Response issued = ask(request);
    ASSERT_EQ(issued.status, 201) << issued.body;
    const std::string location = issued.headers.back().second;
    ASSERT_EQ(location.rfind("/api/v1/documents/", 0), 0U);
    std::string absent = location;
    absent.back() = absent.back() == '0' ? '1' : '0';
    for (const std::string tail : {"", "/file"}) {
        EXPECT_EQ(ask("GET", location + tail, own).status, 200);
        const std::string nothing = whole(ask("GET", absent + tail, other));
        EXPECT_EQ(nothing.substr(0, 3), "404");
        EXPECT_EQ(whole(ask("GET", location + tail, other)), nothing);
        EXPECT_EQ(whole(ask("GET", "/api/v1/documents/nonsense" + tail, other)), nothing);
    }
    // Keys and cases are a department's own too: the other one issues the same rows anew.
    request.headers[0].second = "Bearer " + other;
    const http::Response again = ask(request);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_NE(again.headers.back().second, location);
}

TEST_F(CounterTest, KeyStandsInTheHeaderOrInTheDecisionAndNeverTwoOfThem) {
    const std::string bearer = make_key(fakes::department, {"issue"}).bearer;
    const std::string with_key = decision();
    std::string without = with_key;
    const std::size_t at = without.find("\"idempotency_key\"");
    ASSERT_NE(at, std::string::npos);
    const std::size_t end = without.find(',', at) + 1;
    const std::string member = without.substr(at, end - at);
    const std::string own =
        member.substr(member.find(": \"") + 3, member.rfind('"') - member.find(": \"") - 3);
    without.erase(at, end - at);
    const auto post = [&](const std::string& body, const std::string& header) {
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/documents";
        request.headers = {{"Authorization", "Bearer " + bearer}};
        if (!header.empty()) {
            request.headers.emplace_back("Idempotency-Key", header);
        }
        request.body = body;
        return ask(request);
    };
    EXPECT_EQ(post(without, "").status, 400);
    EXPECT_NE(post(without, "").body.find("idempotency-key-missing"), std::string::npos);
    EXPECT_EQ(post(without, "two words").status, 400);
    EXPECT_NE(post(without, "two words").body.find("idempotency-key-malformed"), std::string::npos);
    const http::Response differs = post(with_key, "another");
    EXPECT_EQ(differs.status, 422);
    EXPECT_NE(differs.body.find("/idempotency_key"), std::string::npos) << differs.body;
    const http::Response first = post(with_key, "");
    ASSERT_EQ(first.status, 201) << first.body;
    const http::Response again = post(with_key, own);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.headers.back().first, "Idempotency-Replayed");
}

TEST_F(CounterTest, BatchOfNoRowsOrTooManyIsRefused) {
    const std::string bearer = make_key(fakes::department, {"issue"}).bearer;
    const std::string path = "/api/v1/documents:batch";
    EXPECT_EQ(ask("POST", path, bearer, "").status, 400);
    std::string many;
    for (std::size_t i = 0; i <= parts_->limits.batch_rows_max; ++i) {
        many += "{}\n";
    }
    EXPECT_EQ(ask("POST", path, bearer, many).status, 413);
}

TEST_F(CounterTest, PublicRoutesAreLimitedPerAddress) {
    int served = 0;
    http::Response last;
    for (; served < 1000; ++served) {
        last = ask("GET", "/healthz");
        if (last.status != 200) {
            break;
        }
    }
    EXPECT_EQ(last.status, 429);
    EXPECT_EQ(last.headers.back().first, "Retry-After");
    EXPECT_GE(served, static_cast<int>(parts_->limits.per_address.burst));
    EXPECT_LE(served, static_cast<int>(parts_->limits.per_address.burst) + 1);
    http::Request request;
    request.method = "GET";
    request.path = "/healthz";
    request.peer = "192.0.2.2";
    EXPECT_EQ(ask(request).status, 200) << "another address is not slowed by the first";
}

TEST_F(CounterTest, QuestionsAboutOneDocumentAreLimitedWhoeverAsks) {
    http::Request request;
    request.method = "GET";
    request.path = "/api/v1/verify/0123456789ABCDEF";
    int served = 0;
    for (; served < 1000; ++served) {
        request.peer = "192.0.2." + std::to_string(served % 250);
        if (ask(request).status == 429) {
            break;
        }
    }
    EXPECT_LE(served, static_cast<int>(parts_->limits.per_document.burst) + 1);
    request.path = "/api/v1/verify/0123456789ABCDEG";
    EXPECT_EQ(ask(request).status, 404) << "another document is not slowed by the first";
}

} // namespace
} // namespace songda::api
