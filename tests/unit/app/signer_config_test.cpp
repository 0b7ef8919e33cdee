// The signer's sample configuration is read whole, and a wrong one is told every fault at once.
#include "app/signer/config.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.hpp"

namespace songda::app {
namespace {

TEST(SignerConfig, SampleIsReadAndItsPathsAreTakenFromItsFolder) {
    const auto config =
        read_signer_config(SONGDA_SOURCE_DIR "/config/songda-signer.toml", Files::named);
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config.value().socket, SONGDA_SOURCE_DIR "/var/signer/socket");
    EXPECT_EQ(config.value().users, std::vector<uid_t>{0});
    ASSERT_EQ(config.value().seals.size(), 1U);
    EXPECT_TRUE(config.value().seals[0].key.ends_with("/seal.key"));
    EXPECT_EQ(config.value().seals[0].sm2.key, "");
    EXPECT_EQ(config.value().timestamp->tolerance_seconds, 60);
    EXPECT_FALSE(config.value().on_token);
    EXPECT_EQ(config.value().register_of_seals->folder, SONGDA_SOURCE_DIR "/var/seals");
    EXPECT_FALSE(config.value().register_of_seals->four_eyes);
}

TEST(SignerConfig, EveryFaultIsToldAtOnce) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "songda-signer.toml";
    std::ofstream(path) << "socket = \"s\"\nusers = [\"no-such-user\", \"7\"]\n"
                           "run_as = \"no-such-user\"\nthreads = 0\nport = 1\n"
                           "[[seal]]\ndepartment = \"1\"\nkey = \"/nowhere/seal.key\"\n"
                           "certificate = \"/nowhere/seal.pem\"\n"
                           "qr_key = \"pkcs11:token=a;object=qr\"\n"
                           "sm2_key = \"/nowhere/sm2.key\"\n"
                           "sm2_certificate = \"/nowhere/sm2.pem\"\n";
    const auto config = read_signer_config(path);
    ASSERT_FALSE(config.ok());
    for (const auto* finding :
         {"seals: is needed in production", "users: \"no-such-user\" is no user of this machine",
          "run_as: is no user", "threads: ", "port: is not a known key",
          "seal[0].department: must be the 18 characters",
          "seal[0].key: /nowhere/seal.key: cannot be read",
          "seal[0].certificate: /nowhere/seal.pem: cannot be read",
          "seal[0].sm2_key: /nowhere/sm2.key: cannot be read",
          "seal[0].sm2_certificate: /nowhere/sm2.pem: cannot be read",
          "seal[0].qr_key: a pkcs11: address needs the table [pkcs11]"}) {
        EXPECT_NE(config.error().detail.find(finding), std::string::npos) << finding << '\n'
                                                                          << config.error().detail;
    }
    EXPECT_EQ(config.error().detail.find("\"7\""), std::string::npos) << "a number is a user";
}

TEST(SignerConfig, SomethingMustBeSigned) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "songda-signer.toml";
    std::ofstream(path) << "socket = \"s\"\nusers = [\"0\"]\n";
    EXPECT_NE(read_signer_config(path).error().detail.find("at least one [[seal]]"),
              std::string::npos);
}

} // namespace
} // namespace songda::app
