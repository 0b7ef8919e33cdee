// What the register says of a use: every reason to refuse, by its rule, at its edges; what another
// process writes counts at the next use; a register that is cut, replaced or forged refuses all.
#include "signer/seals/register_watch.hpp"

#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/seals/seal_ruling.hpp"
#include "signer/seals/seal_source.hpp"
#include "tests/fakes/sample_seal.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

class Watch : public ::testing::Test {
protected:
    Watch() {
        face_.department = fakes::department;
        face_.chain = {Bytes{'c', 'e', 'r', 't'}, Bytes{'r', 'o', 'o', 't'}};
        face_.qr_public_key = Bytes{'q', 'r'};
    }
    /// Of what the cupboard holds.
    [[nodiscard]] NewSeal seal_of_face() const {
        NewSeal seal = fakes::new_seal();
        seal.certificate.hash = to_hex(sha256(face_.chain.front()));
        seal.qr_key = key_hash(face_.qr_public_key);
        return seal;
    }
    [[nodiscard]] std::unique_ptr<SealRules> watch() const {
        auto opened = open_register_watch(folder_.folder(), {face_, stamp_});
        EXPECT_TRUE(opened.ok()) << opened.error().detail;
        return std::move(opened).value();
    }
    static SealRuling ask(SealRules& rules, const SealUse& use = {"key:A1", "SPJY", "t@1", {}},
                          TimeMs now = fakes::noon,
                          const DepartmentCode& department = fakes::department) {
        return rules.rule(department, SealPurpose::document, use, now);
    }
    /// Empty: allowed.
    static std::string rule(const SealRuling& ruling) {
        return ruling.refused ? ruling.refused->rule : "";
    }

    fakes::TemporaryFolder place_;
    fakes::SealFolder folder_{place_.path() / "seals"};
    SealFace face_;
    SealFace stamp_{{}, {Bytes{1}}, {}};
};

TEST_F(Watch, AnActiveSealMayBeUsedWithinItsTerms) {
    const std::string id = folder_.activate(seal_of_face());
    const auto rules = watch();
    const SealRuling allowed = ask(*rules);
    EXPECT_EQ(allowed.seal, id);
    EXPECT_FALSE(allowed.refused) << allowed.refused->en;
    for (const SealPurpose purpose : {SealPurpose::document, SealPurpose::qr}) {
        EXPECT_FALSE(
            rules->rule(fakes::department, purpose, {"", "ZY", "", {}}, fakes::noon).refused);
    }
}

TEST_F(Watch, EachRefusalNamesItsRuleAndTheNextCommand) {
    const std::string id = folder_.activate(seal_of_face());
    const auto rules = watch();
    const auto refused = [&](const SealRuling& ruling, const std::string& wanted,
                             const std::string& next) {
        EXPECT_EQ(rule(ruling), wanted);
        EXPECT_EQ(ruling.seal, id);
        ASSERT_TRUE(ruling.refused) << wanted;
        EXPECT_NE(ruling.refused->zh.find(next), std::string::npos) << ruling.refused->zh;
        EXPECT_NE(ruling.refused->en.find(next), std::string::npos) << ruling.refused->en;
    };
    const SealUse use{"key:A1", "SPJY", "t@1", {}};
    refused(ask(*rules, {"key:A1", "BYSL", "t@1", {}}), "type_not_allowed",
            "songda seal allow " + id);
    refused(ask(*rules, {"key:A1", "", "", {}}), "type_not_allowed", "SPJY ZY");
    // Days are China's; both are included.
    const TimeMs first = china_midnight({2026, 11, 15});
    const TimeMs last = china_midnight({2028, 11, 1}) + -1;
    refused(ask(*rules, use, first + -1), "seal_not_yet_valid", "2026-11-15");
    EXPECT_EQ(rule(ask(*rules, use, first)), "");
    EXPECT_EQ(rule(ask(*rules, use, last)), "");
    refused(ask(*rules, use, last + 1), "seal_expired", "2028-10-31");
    SealTerms terms = seal_of_face().terms;
    terms.users = {"key:A1", "key:B2"};
    ASSERT_FALSE(folder_.as("li").allow(id, terms, "两人").value().refused);
    EXPECT_EQ(rule(ask(*rules)), "");
    refused(ask(*rules, {"key:C3", "SPJY", "", {}}), "user_not_allowed", "key:C3");
    refused(ask(*rules, {"", "SPJY", "", {}}), "user_not_allowed", "house");
    ASSERT_FALSE(folder_.as("li").suspend(id, "疑似冒用").value().refused);
    refused(ask(*rules), "seal_suspended", "songda seal resume " + id);
    ASSERT_FALSE(folder_.as("li").retire(id, "冒用").value().refused);
    refused(ask(*rules), "seal_retired", "songda seal make");
}

TEST_F(Watch, AMessageOverARecordNeedsNoUserOfItsOwnButTheTypeAndTheState) {
    NewSeal seal = seal_of_face();
    seal.terms.users = {"key:A1"};
    const std::string id = folder_.activate(seal);
    const auto rules = watch();
    const auto of_record = [&](const std::string& type) {
        return rule(rules->rule(fakes::department, SealPurpose::record, {"", type, "t@1", {}},
                                fakes::noon));
    };
    EXPECT_EQ(of_record("SPJY"), "");
    EXPECT_EQ(of_record("BYSL"), "type_not_allowed");
    ASSERT_FALSE(folder_.as("li").suspend(id, "疑似冒用").value().refused);
    EXPECT_EQ(of_record("SPJY"), "seal_suspended");
}

TEST_F(Watch, ASealThatIsNotTheCupboardsIsNoSeal) {
    {
        const auto open = folder_.as("zhang"); // an empty register
    }
    const auto rules = watch();
    EXPECT_EQ(rule(ask(*rules)), "no_seal");
    EXPECT_EQ(rule(ask(*rules, {"", "SPJY", "", {}}, fakes::noon, fakes::other_department)),
              "no_seal");
    NewSeal other = seal_of_face();
    other.certificate.hash = std::string(64, 'e');
    (void)folder_.activate(other);
    EXPECT_EQ(rule(ask(*rules)), "other_certificate");
    other = seal_of_face();
    other.qr_key = std::string(64, 'e');
    (void)folder_.as("zhang").make(other, "旧二维码密钥");
    EXPECT_EQ(rule(ask(*rules)), "other_certificate") << "another QR key";
    const std::string id = folder_.as("zhang").make(seal_of_face(), "新制").value().seal;
    EXPECT_EQ(rule(ask(*rules)), "not_active");
    EXPECT_EQ(ask(*rules).seal, id);
    (void)folder_.as("zhang").activate(id, "启用");
    EXPECT_EQ(rule(ask(*rules)), "not_active");
    (void)folder_.as("li").activate(id, "启用");
    EXPECT_EQ(rule(ask(*rules)), "");
}

TEST_F(Watch, OfSeveralOfOneCertificateTheActiveOneCounts) {
    const std::string first = folder_.activate(seal_of_face());
    const auto rules = watch();
    NewSeal next = seal_of_face();
    next.renews = first;
    next.words = "示例市数据局";
    const std::string second = folder_.as("zhang").make(next, "更名").value().seal;
    EXPECT_EQ(ask(*rules).seal, first);
    (void)folder_.as("zhang").activate(second, "启用");
    (void)folder_.as("li").activate(second, "启用");
    EXPECT_EQ(ask(*rules).seal, second);
    EXPECT_EQ(rule(ask(*rules)), "");
}

TEST_F(Watch, TimeStampsAreNotTheRegisters) {
    (void)folder_.activate(seal_of_face());
    const auto rules = watch();
    const SealRuling ruling = rules->rule({}, SealPurpose::timestamp, {}, fakes::noon);
    EXPECT_TRUE(ruling.seal.empty());
    EXPECT_FALSE(ruling.refused);
}

TEST_F(Watch, WithoutARegisterItIsNotOpened) {
    const auto opened = open_register_watch(place_.path() / "nowhere", {face_});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().fault, Fault::not_found);
    EXPECT_NE(opened.error().detail.find("songda seal make"), std::string::npos);
}

TEST_F(Watch, WhatAnotherProcessWritesCountsAtTheNextUse) {
    const std::string id = folder_.activate(seal_of_face());
    const auto rules = watch();
    ASSERT_EQ(rule(ask(*rules)), "");
    const auto in_another_process = [&](auto step) {
        const pid_t child = fork();
        if (child == 0) {
            auto open = folder_.as("li");
            _exit(step(open).ok() ? 0 : 1);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    };
    for (int i = 0; i < 3; ++i) {
        in_another_process([&](SealRegister& open) { return open.suspend(id, "疑似冒用"); });
        EXPECT_EQ(rule(ask(*rules)), "seal_suspended");
        in_another_process([&](SealRegister& open) { return open.resume(id, "查明"); });
        EXPECT_EQ(rule(ask(*rules)), "seal_suspended");
        (void)folder_.as("wang").resume(id, "核对无误");
        EXPECT_EQ(rule(ask(*rules)), "");
    }
}

TEST_F(Watch, ALineThatIsBeingWrittenCountsWhenItIsWhole) {
    const std::string id = folder_.activate(seal_of_face());
    std::ifstream in(folder_.file(), std::ios::binary);
    const std::string before((std::istreambuf_iterator<char>(in)), {});
    (void)folder_.as("li").suspend(id, "疑似冒用");
    std::ifstream after_in(folder_.file(), std::ios::binary);
    const std::string after((std::istreambuf_iterator<char>(after_in)), {});
    std::filesystem::resize_file(folder_.file(), before.size());
    const auto rules = watch();
    for (std::size_t size = before.size() + 1; size <= after.size(); ++size) {
        std::ofstream(folder_.file(), std::ios::binary | std::ios::app) << after[size - 1];
        ASSERT_EQ(rule(ask(*rules)), size == after.size() ? "seal_suspended" : "") << size;
    }
    // A line of the same length in the place of one that was cut short.
    std::filesystem::resize_file(folder_.file(), before.size() + 7);
    const auto again = watch();
    ASSERT_EQ(rule(ask(*again)), "");
    std::filesystem::resize_file(folder_.file(), before.size());
    std::ofstream(folder_.file(), std::ios::binary | std::ios::app) << after.substr(before.size());
    EXPECT_EQ(rule(ask(*again)), "seal_suspended");
}

TEST_F(Watch, ARegisterThatIsNotWhatWasWrittenRefusesEveryUseForGood) {
    const std::string id = folder_.activate(seal_of_face());
    const std::string copy = folder_.folder() + "/copy";
    std::filesystem::copy_file(folder_.file(), copy);
    const auto append = [this](const std::string& text) {
        std::ofstream(folder_.file(), std::ios::binary | std::ios::app) << text;
    };
    const std::vector<std::pair<std::string, std::function<void()>>> damages = {
        {"a line that is none", [&] { append("nonsense\n"); }},
        {"cut", [&] { std::filesystem::resize_file(folder_.file(), 10); }},
        {"replaced", [&] { std::filesystem::rename(copy, folder_.file()); }},
        {"a step that is not allowed", [&] {
             auto journal = Journal::open(folder_.file()).value();
             (void)journal.append("resumed", {{"seal", id}, {"by", "operator:x"}, {"reason", "x"}},
                                  fakes::noon);
         }}};
    const std::string good = copy + ".good";
    std::filesystem::copy_file(folder_.file(), good);
    for (const auto& [what, damage] : damages) {
        const auto restore = [&] {
            std::filesystem::copy_file(good, folder_.file(),
                                       std::filesystem::copy_options::overwrite_existing);
        };
        restore();
        const auto rules = watch();
        ASSERT_EQ(rule(ask(*rules)), "") << what;
        damage();
        EXPECT_EQ(rule(ask(*rules)), "register_unreadable") << what;
        restore();
        EXPECT_EQ(rule(ask(*rules)), "register_unreadable") << what << ": a person looks first";
        EXPECT_EQ(rule(rules->rule({}, SealPurpose::timestamp, {}, fakes::noon)), "") << what;
    }
    append("nonsense\n");
    EXPECT_EQ(open_register_watch(folder_.folder(), {face_}).error().fault, Fault::corrupt);
}

TEST_F(Watch, AnyNumberOfThreadsAskWhileItIsWritten) {
    const std::string id = folder_.activate(seal_of_face());
    const auto rules = watch();
    std::vector<std::thread> threads;
    std::atomic<bool> stop = false;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!stop) {
                const std::string told = rule(ask(*rules));
                EXPECT_TRUE(told.empty() || told == "seal_suspended") << told;
            }
        });
    }
    for (int i = 0; i < 20; ++i) {
        (void)folder_.as("li").suspend(id, "疑似冒用");
        EXPECT_EQ(rule(ask(*rules)), "seal_suspended");
        (void)folder_.as("li").resume(id, "查明");
        (void)folder_.as("wang").resume(id, "核对无误");
        EXPECT_EQ(rule(ask(*rules)), "");
    }
    stop = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
}

/// It is asked before every use; most of it is the kernel's fstat.
TEST_F(Watch, ARulingCostsLittleMoreThanOneQuestionToTheKernel) {
    (void)folder_.activate(seal_of_face());
    const auto rules = watch();
    const Descriptor file(open(folder_.file().c_str(), O_RDONLY));
    constexpr int times = 100'000;
    const auto nanoseconds = [](auto work) {
        const std::clock_t begun = std::clock();
        for (int i = 0; i < times; ++i) {
            work();
        }
        return static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC * 1e9 / times;
    };
    const double kernel = nanoseconds([&] {
        struct stat about {};
        ASSERT_EQ(fstat(file.get(), &about), 0);
    });
    const double ruling = nanoseconds([&] { ASSERT_FALSE(ask(*rules).refused); });
    std::cout << "a ruling: " << ruling << " ns of CPU, fstat alone: " << kernel << " ns\n";
    EXPECT_LT(ruling - kernel, 20'000) << "with a sanitizer too";
}

/// What a seal takes from the files of the sample department.
TEST(SealSource, ReadsCertificateAndKey) {
    const auto files = fakes::sample_seal();
    const auto read = read_seal_certificate(files.seal_certificate, fakes::department);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    const auto chain = read_certificates(files.seal_certificate).value();
    EXPECT_EQ(read.value().certificate.hash, to_hex(sha256(certificate_der(chain.front().get()))));
    EXPECT_EQ(read.value().common_name, "示例市行政审批局");
    EXPECT_EQ(read_seal_certificate(files.seal_certificate, fakes::other_department).error().fault,
              Fault::invalid_input);
    const std::string tls = fakes::sample_keys_folder() + "/tls/server.pem";
    EXPECT_NE(read_seal_certificate(tls, fakes::department).error().detail.find("not for sealing"),
              std::string::npos);
    const fakes::TemporaryFolder folder;
    const std::string pem = folder.path() / "qr.pub";
    ASSERT_EQ(std::system(("openssl pkey -in " + files.qr_key + " -pubout -out " + pem).c_str()),
              0);
    const auto key = open_key_file(files.qr_key, "").value();
    EXPECT_EQ(read_key_hash(pem).value(), key_hash(key->public_key()));
    EXPECT_EQ(read_key_hash(files.seal_certificate).error().fault, Fault::invalid_input);
}

} // namespace
} // namespace songda::signer
