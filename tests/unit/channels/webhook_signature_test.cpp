// Webhook signatures against the vector of the Standard Webhooks specification (v1) and one that
// Python's cryptography made (v1a); keys and secrets that must be refused.
#include "delivery/channels/webhook_signature.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/fakes/child_process.hpp"

namespace songda::delivery {
namespace {

constexpr WebhookStamp stamp = {"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330};
constexpr std::string_view body = R"({"test": 2432232314})";
constexpr std::string_view v1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
// Ed25519PrivateKey.from_private_bytes(bytes(range(32))).sign(…) of python3-cryptography 38.0.4
constexpr std::string_view v1a =
    "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ==";
constexpr std::string_view pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
    "-----END PRIVATE KEY-----\n";

Private<std::string> secret(std::string_view text) {
    return Private(std::string(text));
}

const auto specified = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

class WebhookSignature : public testing::Test {
protected:
    std::string file(std::string_view content) {
        std::string path = folder_.path() / std::to_string(files_++);
        std::ofstream(path) << content;
        std::filesystem::permissions(path, std::filesystem::perms(0600));
        return path;
    }

private:
    fakes::TemporaryFolder folder_;
    int files_ = 0;
};

TEST_F(WebhookSignature, V1IsTheSpecificationsVector) {
    const auto signer = WebhookSigner::make("", {specified});
    ASSERT_TRUE(signer.ok());
    EXPECT_EQ(signer.value().sign(stamp, body).value(), v1);
}

TEST_F(WebhookSignature, V1aIsPythonsVector) {
    const auto signer = WebhookSigner::make(file(pem), {});
    ASSERT_TRUE(signer.ok());
    EXPECT_EQ(signer.value().sign(stamp, body).value(), v1a);
}

TEST_F(WebhookSignature, ARotationSignsWithAll) {
    const auto other = secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    const auto signer = WebhookSigner::make(file(pem), {specified, other});
    ASSERT_TRUE(signer.ok());
    const std::string all = signer.value().sign(stamp, body).value();
    EXPECT_TRUE(all.starts_with(std::string(v1a) + " " + std::string(v1) + " v1,")) << all;
    EXPECT_EQ(std::count(all.begin(), all.end(), ' '), 2);
}

TEST_F(WebhookSignature, BadKeysAndSecretsAreRefusedWithoutShowingThem) {
    const std::string short_secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY="; // 23 bytes
    for (const std::string& text :
         {short_secret, std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), std::string("whsec_"),
          std::string("whsec_not base64 at all, not at all"), "whsec_" + std::string(88, 'A')}) {
        const auto made = WebhookSigner::make("", {secret(text)});
        ASSERT_FALSE(made.ok()) << text;
        EXPECT_EQ(made.error().fault, Fault::invalid_input);
        if (text.size() > 6) {
            EXPECT_EQ(made.error().detail.find(text.substr(6)), std::string::npos);
        }
    }
    EXPECT_EQ(WebhookSigner::make("", {}).error().fault, Fault::invalid_input);
    EXPECT_EQ(WebhookSigner::make("/nowhere/key", {}).error().fault, Fault::not_found);
    EXPECT_EQ(WebhookSigner::make(file("not a key"), {}).error().fault, Fault::invalid_input);
    const std::string p256 = "-----BEGIN PRIVATE KEY-----\n"
                             "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5dn3Tz/7qdDKD3jI\n"
                             "v1kkwxtZ72Tmy2ADvlTVCmOGx8qhRANCAATujUo/7OMYQJShN02fiNOjOV4EcImK\n"
                             "JaK05l1EbBLXg4VHwoWuDR5SW9SysAq37tduUOQGtx57Y8OO0NrsnjZz\n"
                             "-----END PRIVATE KEY-----\n";
    EXPECT_EQ(WebhookSigner::make(file(p256), {}).error().fault, Fault::invalid_input);
}

} // namespace
} // namespace songda::delivery
