// The sample configuration is read whole, and a wrong one is told every fault at once.
#include "app/config.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace songda::app {
namespace {

std::string write(const std::string& text) {
    const std::string path = std::filesystem::temp_directory_path() /
                             ("songda-config-" + std::to_string(getpid()) + ".toml");
    std::ofstream(path) << text;
    return path;
}

TEST(Config, SampleIsReadAndItsPathsAreTakenFromItsFolder) {
    const auto config = read_config(SONGDA_SOURCE_DIR "/config/songda.toml");
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config.value().templates_folder, SONGDA_SOURCE_DIR "/templates");
    EXPECT_FALSE(config.value().production);
    ASSERT_EQ(config.value().departments.size(), 1U);
    const auto& supervisors = config.value().departments[0].supervisors;
    ASSERT_EQ(supervisors.size(), 1U);
    EXPECT_EQ(supervisors[0].email, "supervision@scjg.example.org");
    EXPECT_EQ(supervisors[0].templates.size(), 3U);
    EXPECT_FALSE(supervisors[0].issued);
    EXPECT_FALSE(config.value().four_eyes) << "one person tries the sample out";
    EXPECT_EQ(config.value().departments[0].published_types.value().size(), 17U);
    EXPECT_EQ(config.value().seals->folder, SONGDA_SOURCE_DIR "/var/seals");
    EXPECT_FALSE(config.value().seals->four_eyes);
}

TEST(Config, EveryFaultIsToldAtOnce) {
    const auto config = read_config(
        write("prodution = true\n[http]\npublic_base = \"https://x/\"\ntls_key = \"k\"\n"));
    ASSERT_FALSE(config.ok());
    for (const auto* finding :
         {"prodution: is not a known key", "templates_folder: is missing",
          "http.public_base: must begin", "http.tls_key: tls_certificate and tls_key go together",
          "store.folder: is missing", "department: at least one"}) {
        EXPECT_NE(config.error().detail.find(finding), std::string::npos) << finding << "\n"
                                                                          << config.error().detail;
    }
}

TEST(Config, WrongDepartmentCodeIsRefused) {
    const auto config = read_config(write("[[department]]\ncode = \"113201990141388600\"\n"));
    EXPECT_NE(config.error().detail.find("department[0].code: the check digit is wrong"),
              std::string::npos);
}

/// The sample with one line replaced; what is told about it.
std::string told_when(const std::string& from, const std::string& to) {
    std::ifstream in(SONGDA_SOURCE_DIR "/config/songda.toml");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const auto config = read_config(write(text));
    return config.ok() ? "" : config.error().detail;
}

TEST(Config, TwoPeoplePublishUnlessTheFileSaysOtherwise) {
    std::ifstream in(SONGDA_SOURCE_DIR "/config/songda.toml");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::string key = "four_eyes = false";
    text.replace(text.find(key), key.size(), "");
    const auto config = read_config(write(text));
    EXPECT_TRUE(config.value().four_eyes);
}

TEST(Config, TheRegisterOfSealsIsWhereTheKeysAre) {
    EXPECT_EQ(told_when("[seals]\n", "[other]\n").find("seals: is needed"), std::string::npos)
        << "a sample may do without";
    const std::string in_production = told_when("production = false", "production = true");
    EXPECT_EQ(in_production.find("seals"), std::string::npos) << in_production;
    EXPECT_NE(told_when("folder = \"../var/seals\"", "").find("seals.folder: is missing"),
              std::string::npos);
    EXPECT_NE(read_config(write("production = true\n"))
                  .error()
                  .detail.find("seals: is needed in production"),
              std::string::npos);
    EXPECT_EQ(read_config(write("production = true\n[signer]\nsocket = \"s\"\n"))
                  .error()
                  .detail.find("seals: "),
              std::string::npos);
}

TEST(Config, ValuesThatCouldNotWorkAreToldWithFileLineAndKey) {
    struct Case {
        std::string from;
        std::string to;
        std::string told;
    };
    for (const auto& [from, to, told] : std::vector<Case>{
             {"address = \"127", "address = \"localhost\" #", ":22: http.address: must be a num"},
             {"operations_peers = [", "operations_peers = [\"lan\", ",
              "http.operations_peers: must"},
             {"hosts = [", "hosts = [\"Example.org\", ", "http.hosts: must be names in lower case"},
             {"hosts = [", "hosts = [\"example.org:80\", ", "http.hosts: must be names"},
             {"\"http://localhost:8080\"", "\"http://a b\"", "http.public_base: must begin"},
             {"\"http://localhost:8080\"", "\"https://\"", "http.public_base: must begin"},
             {"per_minute_document = 120", "per_minute_document = 0",
              "http.requests_per_minute_document: must be more"},
             {"\"http://127.0.0.1:8090/songda\"", "\"ftp://x\"", "delivery.portal.url: must begin"},
             {"\"noreply@songda.example.org\"", "\"nobody\"", "delivery.email.from: must be a m"},
             {"\"bounce.songda.example.org\"", "\"a b\"", "delivery.email.bounce_domain: must"},
             {"\"supervision@scjg.example.org\"", "\"scjg\"",
              "department[0].supervisor[0].email: must be a mailbox"},
             {"email = \"supervision@scjg.example.org\"\n# Account at the government portal.\n"
              "portal_account = \"jg-320199-scjg\"",
              "", "department[0].supervisor[0].email: email, portal_account or both"},
             {"region = \"320199\"", "region = \"3201\"", "department[0].region: must be 6"}}) {
        EXPECT_NE(told_when(from, to).find(told), std::string::npos) << to << "\n"
                                                                     << told_when(from, to);
    }
}

TEST(Config, FilesThatAreNotThereAreToldWithFileLineAndKey) {
    std::ifstream in(SONGDA_SOURCE_DIR "/config/songda.toml");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::string nowhere = "\"/nowhere/";
    for (std::size_t at = 0; (at = text.find("\"../", at)) != std::string::npos;) {
        text.replace(at, 4, nowhere);
    }
    text.replace(text.find("tls_certificate = \"\""), 20, "tls_certificate = \"/nowhere/tls\"");
    text.replace(text.find("tls_key = \"\""), 12, "tls_key = \"/nowhere/tls\"");
    text.replace(text.find("authority = \"\""), 14, "authority = \"/nowhere/tls\"");
    const std::string path = write(text);
    EXPECT_TRUE(read_config(path).ok()) << "commands that need none of them";
    const auto config = read_config(path, Files::present);
    ASSERT_FALSE(config.ok());
    const std::string& told = config.error().detail;
    for (const auto* key : {"templates_folder",
                            "profiles_folder",
                            "calendar_folder",
                            "register_folders",
                            "fonts_folder",
                            "web_folder",
                            "trust_folder",
                            "http.tls_certificate",
                            "http.tls_key",
                            "http.tls_client_authority",
                            "delivery.secret_file",
                            "delivery.portal.signing_key",
                            "delivery.portal.secret_files",
                            "delivery.email.ca_file",
                            "delivery.email.password_file",
                            "delivery.provider[0].file",
                            "delivery.provider[0].secret_files.report_token",
                            "department[0].templates",
                            "department[0].seal_key",
                            "department[0].seal_certificate",
                            "department[0].qr_key",
                            "department[0].client_certificates"}) {
        const std::size_t at = told.find(std::string(": ") + key + ": /nowhere/");
        ASSERT_NE(at, std::string::npos) << key << "\n" << told;
        const std::size_t line_begin = told.rfind('\n', at) + 1;
        EXPECT_EQ(told.compare(line_begin, path.size() + 1, path + ':'), 0) << told;
    }
    EXPECT_EQ(told.find("store.folder"), std::string::npos) << "made when it is not there";
}

TEST(Config, KeysOnTokensAreCheckedBeforeAnythingIsOpened) {
    const std::string qr = "qr_key = \"../var/keys/11320199014138860W/qr.key\"";
    const auto told = [&](const std::string& address, const std::string& more = "") {
        return told_when(qr, "qr_key = \"" + address + "\"\n" + more);
    };
    EXPECT_NE(told("pkcs11:token=a;object=qr")
                  .find("department[0].qr_key: a pkcs11: address needs "
                        "the table [pkcs11]"),
              std::string::npos);
    const std::string pin = told("pkcs11:token=a;object=qr?pin-value=7777");
    EXPECT_NE(pin.find("department[0].qr_key: pkcs11: address: a PIN does not stand here"),
              std::string::npos)
        << pin;
    EXPECT_EQ(pin.find("7777"), std::string::npos);
}

TEST(Config, AllKeysOnTokensAreOnOne) {
    std::ifstream in(SONGDA_SOURCE_DIR "/config/songda.toml");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    for (const auto& [key, token] : {std::pair("seal", "one"), std::pair("qr", "two")}) {
        const std::string from = "../var/keys/11320199014138860W/" + std::string(key) + ".key";
        text.replace(text.find(from), from.size(),
                     "pkcs11:object=" + std::string(key) + ";token=" + token);
    }
    text += "\n[pkcs11]\nmodule = \"/lib/x.so\"\npin_file = \"pin\"\n";
    const auto config = read_config(write(text));
    ASSERT_FALSE(config.ok());
    EXPECT_NE(config.error().detail.find("department[0].qr_key: is on another token"),
              std::string::npos)
        << config.error().detail;
    text.replace(text.find("token=two"), 9, "token=one");
    const auto good = read_config(write(text));
    ASSERT_TRUE(good.ok()) << good.error().detail;
    EXPECT_FALSE(good.value().pkcs11->require_unextractable) << "the sample is no production";
}

/// Nobody may believe that a key in this file protects anything, or is read.
TEST(Config, WithASignerProcessKeysAreRefusedWithThePlaceWhereTheyGo) {
    const std::string told =
        told_when("[[department]]\n", "[pkcs11]\nmodule = \"/lib/x.so\"\npin_file = \"pin\"\n"
                                      "[signer]\nsocket = \"/run/s\"\n[[department]]\n");
    for (const auto* key : {"key", "certificate", "key_passphrase_file"}) {
        EXPECT_NE(told.find("timestamp.authority." + std::string(key) +
                            ": is the signer process's, as this file has [signer]: move it to "
                            "[timestamp] of songda-signer.toml"),
                  std::string::npos)
            << told;
    }
    for (const auto* key : {"seal_key", "seal_certificate", "qr_key", "key_passphrase_file",
                            "sm2_key", "sm2_certificate"}) {
        EXPECT_NE(told.find("department[0]." + std::string(key) +
                            ": is the signer process's, as this file has [signer]: move it to "
                            "[[seal]] of songda-signer.toml"),
                  std::string::npos)
            << told;
    }
    EXPECT_NE(told.find("pkcs11: is the signer process's"), std::string::npos) << told;
}

TEST(Config, WithASignerProcessNoKeyIsNeeded) {
    std::ifstream in(SONGDA_SOURCE_DIR "/config/songda.toml");
    std::string text;
    std::string table;
    for (std::string line; std::getline(in, line);) {
        const std::string key = line.substr(0, line.find(" ="));
        table = line.starts_with('[') ? line : table;
        // The seal over evidence is the service's own and stays with it.
        if (table == "[evidence]") {
            text += line + '\n';
        } else if (key != "key" && key != "certificate" && key != "seal_key" &&
                   key != "seal_certificate" && key != "qr_key" && key != "key_passphrase_file" &&
                   !key.starts_with("sm2_")) {
            text += line + '\n';
        }
    }
    const auto config = read_config(write(text + "[signer]\nsocket = \"run/socket\"\n"));
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_TRUE(config.value().signer->socket.ends_with("/run/socket"));
    EXPECT_TRUE(config.value().signer->socket.starts_with("/"));
    EXPECT_EQ(config.value().signer->wait_ms, 5000);
    EXPECT_FALSE(read_config(write(text)).ok());
}

TEST(Config, AnSm2SealIsAKeyFileWithItsCertificate) {
    const std::string key = "sm2_key = \"\"";
    const std::string certificate = "sm2_certificate = \"\"";
    EXPECT_NE(
        told_when(key, "sm2_key = \"seal.key\"").find("department[0].sm2_certificate: is missing"),
        std::string::npos);
    EXPECT_NE(told_when(certificate, "sm2_certificate = \"seal.pem\"")
                  .find("department[0].sm2_key: is missing"),
              std::string::npos);
    const std::string token = told_when(key, "sm2_key = \"pkcs11:token=a;object=sm2\"");
    EXPECT_NE(token.find("department[0].sm2_key: must be a key file: SoftHSM has no SM2"),
              std::string::npos)
        << token;
}

TEST(Config, Sm2MessagesAreWrittenAsItSays) {
    const auto config = read_config(SONGDA_SOURCE_DIR "/config/songda.toml");
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config.value().sm2, (Sm2Style{Sm2Shape::gbt_35275, Sm2Algorithm::sm2_with_sm3}));
    EXPECT_EQ(config.value().departments[0].sm2_key, "");
    EXPECT_EQ(told_when("shape = \"gbt-35275\"", "shape = \"cades\""), "");
    EXPECT_NE(
        told_when("shape = \"gbt-35275\"", "shape = \"pkcs7\"").find("sm2.shape: is gbt-35275"),
        std::string::npos);
    EXPECT_EQ(told_when("\"sm2-with-sm3\"", "\"sm2-sign\""), "");
    EXPECT_NE(told_when("\"sm2-with-sm3\"", "\"sm2\"").find("sm2.algorithm: is sm2-with-sm3"),
              std::string::npos);
}

TEST(Config, MailsAreSignedByOneToFourKeys) {
    const auto config = read_config(SONGDA_SOURCE_DIR "/config/songda.toml");
    const EmailConfig& email = config.value().delivery.email;
    EXPECT_EQ(email.dkim_domain, "songda.example.org");
    ASSERT_EQ(email.dkim_keys.size(), 2U);
    EXPECT_EQ(email.dkim_keys[1].selector, "e1");
    EXPECT_EQ(email.dkim_keys[1].path, SONGDA_SOURCE_DIR "/var/keys/delivery/dkim-ed25519.key");
    EXPECT_EQ(email.bounces_folder, SONGDA_SOURCE_DIR "/var/bounces");
    EXPECT_FALSE(email.delivered_reports);
    EXPECT_NE(told_when("selector = \"s1\"", "selector = \"s 1\"").find("selector: must be labels"),
              std::string::npos);
    EXPECT_NE(told_when("[[delivery.email.dkim.key]]\nselector = \"e1\"",
                        "[[delivery.email.dkim.other]]\nselector = \"e1\"")
                  .find("delivery.email.dkim.other: is not a known key"),
              std::string::npos);
    EXPECT_NE(told_when("[delivery.email.dkim]\ndomain = \"songda.example.org\"",
                        "[delivery.email.dkim]\ndomain = \"songda\"")
                  .find("delivery.email.dkim.domain: must be a domain"),
              std::string::npos);
}

TEST(Config, WhatIsMissingIsToldOnce) {
    const std::string told = told_when("public_base = ", "# ");
    EXPECT_NE(told.find("http.public_base: is missing"), std::string::npos) << told;
    EXPECT_EQ(told.find('\n'), std::string::npos) << told;
}

TEST(Config, AProviderHasANameAChannelAndAFolder) {
    const auto config = read_config(SONGDA_SOURCE_DIR "/config/songda.toml");
    ASSERT_EQ(config.value().delivery.providers.size(), 1U);
    EXPECT_EQ(config.value().delivery.providers[0].secret_files.size(), 3U);
    EXPECT_NE(told_when("channel = \"sms\"", "channel = \"fax\"")
                  .find("delivery.provider[0].channel: must be sms, wechat or voice"),
              std::string::npos);
    EXPECT_NE(told_when("providers_folder", "provider_folder")
                  .find("delivery.providers_folder: is missing"),
              std::string::npos);
    EXPECT_NE(told_when("[[delivery.provider]]",
                        "[[delivery.provider]]\nname = \"sms\"\nchannel = \"sms\"\n"
                        "file = \"x\"\n[[delivery.provider]]")
                  .find("delivery.provider[1].channel: has another provider already"),
              std::string::npos);
}

TEST(Config, AugmentationAsksAuthoritiesThatThereAre) {
    const auto config = read_config(SONGDA_SOURCE_DIR "/config/songda.toml");
    ASSERT_TRUE(config.ok() && config.value().augmentation);
    EXPECT_EQ(config.value().augmentation->authorities, std::vector<std::string>{"built-in"});
    EXPECT_EQ(config.value().augmentation->renew_before_days, 180);
    const std::string line = "authorities = [\"built-in\"]";
    EXPECT_EQ(told_when(line, "authorities = [\"built-in\", \"内置 built-in\"]"), "");
    EXPECT_NE(told_when(line, "authorities = [\"elsewhere\"]")
                  .find("augmentation.authorities: elsewhere: is no name"),
              std::string::npos);
    EXPECT_NE(told_when(line, "authorities = []").find("at least one"), std::string::npos);
    EXPECT_NE(told_when("[timestamp.authority]", "[timestamp.elsewhere]").find("built-in"),
              std::string::npos);
}

} // namespace
} // namespace songda::app
