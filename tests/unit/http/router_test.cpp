// Routes match whole segments; unknown methods are told which ones exist; queries and cookies
// decode strictly.
#include "http/router.hpp"

#include <gtest/gtest.h>

namespace songda::http {
namespace {

Router make_router() {
    const Handler none = [](const Request&) { return Response{}; };
    return Router({{"POST", "/api/v1/documents", 10, Place::worker, none},
                   {"POST", "/api/v1/documents:batch", 10, Place::worker, none},
                   {"GET", "/api/v1/documents/{id}", 0, Place::worker, none},
                   {"POST", "/api/v1/inbox/{token}:open", 10, Place::worker, none},
                   {"GET", "/", 0, Place::quick, none}});
}

TEST(Router, FindsWholeSegments) {
    const Router router = make_router();
    EXPECT_EQ(router.find("POST", "/api/v1/documents:batch").route->pattern,
              "/api/v1/documents:batch");
    EXPECT_EQ(router.find("GET", "/api/v1/documents/abc").path_values,
              std::vector<std::string>{"abc"});
    EXPECT_EQ(router.find("POST", "/api/v1/inbox/tok:open").path_values,
              std::vector<std::string>{"tok"});
    EXPECT_NE(router.find("HEAD", "/").route, nullptr);
    EXPECT_EQ(router.find("GET", "/api/v1/documents/").route, nullptr);
    EXPECT_EQ(router.find("GET", "/api/v1/documents/a/b").route, nullptr);
    EXPECT_EQ(router.find("POST", "/api/v1/inbox/:open").route, nullptr);
}

TEST(Router, TheRestOfAPathMayBeOneValue) {
    const Handler none = [](const Request&) { return Response{}; };
    const Router router({{"POST", "/pki/ocsp", 10, Place::worker, none},
                         {"GET", "/pki/ocsp/{request...}", 0, Place::worker, none}});
    EXPECT_EQ(router.find("GET", "/pki/ocsp/MFE/+//x=").path_values,
              std::vector<std::string>{"MFE/+//x="});
    EXPECT_EQ(router.find("GET", "/pki/ocsp/").route, nullptr);
    EXPECT_EQ(router.find("GET", "/pki/ocsp").route, nullptr);
    EXPECT_EQ(router.find("GET", "/pki/other/M").route, nullptr);
}

TEST(Router, TellsTheMethodsOfAKnownPath) {
    const Router router = make_router();
    EXPECT_EQ(router.find("DELETE", "/api/v1/documents").allow, "POST");
    EXPECT_EQ(router.find("DELETE", "/nothing").allow, "");
}

TEST(Message, CookiesAndEscapesAreReadStrictly) {
    Request request;
    request.headers = {{"cookie", "a=1; session=xyz; sessionx=2"}};
    EXPECT_EQ(request.cookie("session"), "xyz");
    EXPECT_EQ(request.cookie("sess"), "");
    EXPECT_EQ(percent_decode("%E4%B8%AD+a", true), "中 a");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    for (const auto* bad : {"%", "%1", "%zz", "%00", "%C0%AF"}) {
        EXPECT_FALSE(percent_decode(bad)) << bad;
    }
}

} // namespace
} // namespace songda::http
