#pragma once

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "api/routes.hpp"
#include "app/desk.hpp"
#include "base/check.hpp"
#include "base/sha256.hpp"
#include "http/router.hpp"
#include "tests/fakes/sample_desk.hpp"

namespace songda::api {

/// The guarded routes over a real desk of two departments, asked without a network. The clock
/// stands still, so that no rate limit recovers while a test looks.
class CounterTest : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("songda-counter-") + std::to_string(getpid()) +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::create_directories(folder_);
        app::Config config =
            fakes::sample_config(folder_, {fakes::sample_department(fakes::department),
                                           fakes::sample_department(fakes::other_department)});
        configure(config);
        Result<std::unique_ptr<app::Desk>> opened = app::Desk::open(config);
        while (!opened.ok() && opened.error().fault == Fault::forbidden) {
            std::this_thread::yield(); // certificates made in this second are valid from the next
            opened = app::Desk::open(config);
        }
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        desk_ = std::move(opened).value();
        gatekeeper_ =
            std::make_unique<Gatekeeper>(desk_->store(), std::map<Digest, DepartmentCode>());
        collecting_ = std::make_unique<delivery::Collecting>(
            desk_->store(), desk_->applicant_keys(), clock_, desk_->link_ms());
        parts_.reset(new ApiParts{.store = desk_->store(),
                                  .issuer = desk_->issuer(),
                                  .clock = clock_,
                                  .random = desk_->random(),
                                  .metrics = desk_->metrics(),
                                  .gatekeeper = *gatekeeper_,
                                  .collecting = *collecting_,
                                  .applicant_keys = desk_->applicant_keys(),
                                  .trust = desk_->trust(),
                                  .inspector = inspector_,
                                  .calendar = desk_->calendar(),
                                  .known = desk_->known(),
                                  .profiles = desk_->profiles(),
                                  .key_list = [this] { return desk_->key_list(); },
                                  .ready = [] { return true; },
                                  .follow_status = desk_->follow_status(),
                                  .web_folder = SONGDA_SOURCE_DIR "/web",
                                  .public_base = config.http.public_base,
                                  .operations_peers = {"127.0.0.1"},
                                  .limits = {},
                                  .publish_folder = folder_ / "publish"});
        router_ = std::make_unique<http::Router>(guard_routes(routes(), *parts_));
    }
    void TearDown() override {
        router_.reset();
        desk_.reset();
        std::filesystem::remove_all(folder_);
    }

    /// What a test wants otherwise, before the desk opens.
    virtual void configure(app::Config& /*config*/) {}

    [[nodiscard]] std::vector<ApiRoute> routes() const {
        auto made = make_api_routes(*parts_);
        SONGDA_CHECK(made.ok());
        return std::move(made).value();
    }
    /// A key of `owner`, and its row as stored.
    NewApiKey make_key(const DepartmentCode& owner, const std::vector<std::string>& scopes,
                       std::int64_t days = 1) {
        NewApiKey key = make_api_key({owner, scopes, "test", days}, clock_.now(), desk_->random());
        SONGDA_CHECK(desk_->store().put_api_key(key.row, {}).ok());
        return key;
    }
    store::EditionRow add_edition(store::EditionKind kind, const std::string& name,
                                  const std::string& title, const std::string& text) {
        store::EditionRow row;
        row.kind = kind;
        row.name = name;
        row.title = title;
        row.content = sha256(as_bytes(text));
        const auto number = desk_->store().put_edition(row, as_bytes(text), {});
        EXPECT_TRUE(number.ok());
        row.number = number.value();
        return row;
    }
    /// Reviewed, and in force from the day on.
    void publish_edition(const store::EditionRow& draft, Date from) {
        store::EditionRow review = draft;
        review.state = store::EditionState::in_review;
        EXPECT_TRUE(desk_->store().step_edition(draft, review, {}).value());
        store::EditionRow published = review;
        published.state = store::EditionState::published;
        published.document = "示审发〔2026〕1号";
        published.effective_from = from;
        EXPECT_TRUE(desk_->store().step_edition(review, published, {}).value());
    }
    http::Response ask(http::Request request) {
        const auto match = router_->find(request.method, request.path);
        SONGDA_CHECK(match.route != nullptr);
        request.path_values = match.path_values;
        if (request.peer.empty()) {
            request.peer = "192.0.2.1";
        }
        return match.route->handle(request);
    }
    http::Response ask(const std::string& method, const std::string& path,
                       const std::string& bearer = {}, const std::string& body = {}) {
        http::Request request;
        request.method = method;
        request.path = path;
        request.body = body;
        if (!bearer.empty()) {
            request.headers.emplace_back("Authorization", "Bearer " + bearer);
        }
        return ask(std::move(request));
    }

    std::filesystem::path folder_;
    fakes::FixedClock clock_;
    const verifier::Inspector inspector_{SONGDA_BINARY_DIR "/app/songda-inspector"};
    std::unique_ptr<app::Desk> desk_;
    std::unique_ptr<Gatekeeper> gatekeeper_;
    std::unique_ptr<delivery::Collecting> collecting_;
    std::unique_ptr<ApiParts> parts_;
    std::unique_ptr<http::Router> router_;
};

} // namespace songda::api
