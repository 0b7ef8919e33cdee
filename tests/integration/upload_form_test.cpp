// The upload form of the page over the network, filled in by curl as a browser without JavaScript
// would: the page comes back with the answer in it, and where something is wrong a page says so.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

TEST(UploadForm, IsAnsweredWithThePage) {
    live::Service service;
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string key = service.folder() / "api-key";
    std::ofstream(key) << service.make_key();
    const std::string url = "http://127.0.0.1:" + std::to_string(service.port());
    const std::string out = service.folder() / "pdf";
    const live::CommandResult issued = live::run_command(
        "head -n 1 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + out + ".jsonl");
    ASSERT_EQ(issued.status, 0);
    ASSERT_EQ(
        live::run_songda("issue " + out + ".jsonl --out " + out + " --url " + url + " --key " + key)
            .status,
        0);
    const auto send = [&](const std::string& form) {
        return live::run_command("curl -s -w '\\n%{http_code}\\n' " + form + ' ' + url + "/verify")
            .output;
    };
    const std::string good = send("-F file=@$(ls " + out + "/*.pdf)");
    EXPECT_NE(good.find("class=\"answer yes\""), std::string::npos) << good;
    EXPECT_NE(good.find("\n200\n"), std::string::npos);
    const std::string other = send("-F file=@" + service.config());
    EXPECT_NE(other.find("class=\"answer no\""), std::string::npos) << other;
    EXPECT_NE(send("-F 'file=;filename='").find("\n400\n"), std::string::npos);
    EXPECT_NE(send("-F file=@" + key + " -F more=x").find("\n400\n"), std::string::npos);
    EXPECT_NE(send("-d file=x").find("\n415\n"), std::string::npos);
    const std::string large = service.folder() / "large";
    ASSERT_EQ(live::run_command("head -c 11000000 /dev/zero >" + large).status, 0);
    EXPECT_NE(send("-F file=@" + large).find("\n413\n"), std::string::npos);
    const std::string told = send("-H 'Accept: text/html' -F file=@" + large);
    EXPECT_NE(told.find("\n413\n"), std::string::npos) << told;
    EXPECT_NE(told.find("<h1>文件太大"), std::string::npos) << told;
}

TEST(Problems, BrowsersGetAPageAndProgramsADocument) {
    live::Service service;
    ASSERT_TRUE(service.start()) << service.complaint();
    const auto get = [&](const std::string& path, const std::string& accept) {
        return live::run_command("curl -si -H 'Accept: " + accept +
                                 "' http://127.0.0.1:" + std::to_string(service.port()) + path)
            .output;
    };
    for (const auto* path : {"/no/such/page", "/api/v1/verify/0123456789ABCDEF"}) {
        const std::string page = get(path, "text/html,application/xhtml+xml,*/*;q=0.8");
        EXPECT_TRUE(page.starts_with("HTTP/1.1 404 ")) << page;
        EXPECT_NE(page.find("\r\nContent-Type: text/html; charset=utf-8\r\n"), std::string::npos);
        EXPECT_NE(page.find("\r\nContent-Security-Policy: default-src 'none';"), std::string::npos);
        EXPECT_NE(page.find("<h1>这里没有您要找的内容"), std::string::npos) << page;
        const std::string document = get(path, "*/*");
        EXPECT_TRUE(document.starts_with("HTTP/1.1 404 "));
        EXPECT_NE(document.find("\r\nContent-Type: application/problem+json\r\n"),
                  std::string::npos);
        EXPECT_NE(document.find("\r\nVary: Accept\r\n"), std::string::npos);
    }
    EXPECT_EQ(service.stop(), 0);
}

/// Looked up by the key that its trailer names, recognised by the hash of all its bytes.
TEST(Upload, OnlyTheBytesThatWereIssuedAreRecognised) {
    live::Service service;
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string key = service.folder() / "api-key";
    std::ofstream(key) << service.make_key();
    const std::string out = service.folder() / "pdf";
    ASSERT_EQ(live::run_command("head -n 2 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + out +
                                ".jsonl")
                  .status,
              0);
    ASSERT_EQ(live::run_songda("issue " + out + ".jsonl --out " + out + " --url http://127.0.0.1:" +
                               std::to_string(service.port()) + " --key " + key)
                  .status,
              0);
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(out)) {
        std::ifstream in(entry.path(), std::ios::binary);
        files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    ASSERT_EQ(files.size(), 2U);
    auto client = service.client();
    const auto is_recognised = [&](const std::string& file) {
        const auto answer = client.value().send("POST", "/api/v1/verify", {}, file);
        return answer.ok() && answer.value().status == 200 &&
               answer.value().body.find("exact_bytes") != std::string::npos;
    };
    constexpr std::string_view name = "/ID[<";
    constexpr std::size_t key_digits = 20;
    std::string with_other_key = files[0];
    std::string with_no_key = files[0];
    const std::size_t at = files[0].rfind(name) + name.size();
    with_other_key.replace(at, key_digits, files[1], files[1].rfind(name) + name.size(),
                           key_digits);
    with_no_key.replace(at - name.size(), name.size(), "/IX[<");
    std::string flipped = files[0];
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    EXPECT_TRUE(is_recognised(files[0]));
    EXPECT_TRUE(is_recognised(files[1]));
    for (const std::string& other : {with_other_key, with_no_key, flipped, files[0] + ' ',
                                     files[0].substr(0, files[0].size() - 1)}) {
        EXPECT_FALSE(is_recognised(other));
    }
}

} // namespace
} // namespace songda
