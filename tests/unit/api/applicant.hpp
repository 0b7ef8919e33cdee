#pragma once

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "delivery/leg_state.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {

using nlohmann::json;

/// An applicant at the counter: three documents of the first samples, and the way to their inbox.
class ApplicantTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        bearer_ = make_key(fakes::department, {"issue", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; std::getline(in, line) && documents_.size() < 3;) {
            http::Request request;
            request.method = "POST";
            request.path = "/api/v1/documents";
            request.headers = {{"Authorization", "Bearer " + bearer_}};
            request.body = line;
            documents_.push_back(json::parse(ask(request).body));
        }
    }

    /// Link's token and code, as the clerk is told them.
    std::pair<std::string, std::string> way_in(const json& document) {
        const json told = json::parse(
            ask("POST",
                "/api/v1/documents/" + document["id"].get<std::string>() + "/collection-code",
                bearer_)
                .body);
        const std::string link = told["link"];
        return {link.substr(link.rfind('/') + 1), told["code"]};
    }
    http::Response open(const std::string& token, const std::string& body) {
        return ask("POST", "/api/v1/inbox/" + token + ":open", {}, body);
    }
    static std::string code_body(const std::string& code) { return json({{"code", code}}).dump(); }
    static std::string cookie_of(const http::Response& response) {
        for (const auto& [name, value] : response.headers) {
            if (name == "Set-Cookie") {
                return value.substr(0, value.find(';'));
            }
        }
        return {};
    }
    http::Response ask_in(const std::string& cookie, const std::string& method,
                          const std::string& path, const std::string& body = {}) {
        http::Request request;
        request.method = method;
        request.path = path;
        request.headers = {{"Cookie", "other=1; " + cookie}};
        request.body = body;
        return ask(request);
    }
    http::Response download(const std::string& path, const std::string& cookie) {
        return ask_in(cookie, "GET", path);
    }
    /// As its couriers would: it was taken over, and then collected with link and code.
    std::string collect(const json& document) {
        const auto id = parse_document_id(document["id"].get<std::string>());
        store::LegUpdate taken;
        taken.state = static_cast<std::uint8_t>(delivery::LegState::accepted);
        for (const store::LegRow& leg : desk_->store().legs_of(*id).value()) {
            EXPECT_TRUE(desk_->store().append_leg_event(leg.id, leg.state, taken).value());
        }
        const auto [token, code] = way_in(document);
        std::string cookie = cookie_of(open(token, code_body(code)));
        EXPECT_EQ(download("/api/v1/inbox/files/" + to_text(*id), cookie).status, 200);
        return cookie;
    }

    std::string bearer_;
    std::vector<json> documents_;
};

} // namespace songda::api
