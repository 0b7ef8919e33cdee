// From the store to the issuer with a clock that the test sets: an edition that is scheduled issues
// from midnight of China on without another look, a withdrawn one gives its place back, one that
// cannot be used leaves what was in force and is told until it is gone; only departments that take
// the type and lie in the area get it; and all of it while documents are issued.
#include "app/published_templates.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "app/desk.hpp"
#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/file_signer.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/sample_desk.hpp"
#include "verifier/own_output.hpp"

namespace songda::app {
namespace {

using store::EditionState;

class MovableClock final : public Clock {
public:
    [[nodiscard]] TimeMs now() const override { return {now_.load()}; }
    void set(TimeMs now) { now_ = now.value; }

private:
    std::atomic<std::int64_t> now_{SystemClock().now().value + 86'400'000};
};

class PublishedTemplatesTest : public ::testing::Test {
protected:
    void SetUp() override {
        department_ = fakes::sample_department(fakes::department);
        department_.published_types = {"SPJY"};
        signer_ = signer::open_file_signer({{fakes::department, department_.seal_key,
                                             department_.seal_certificate, department_.qr_key, ""}},
                                           false, clock_)
                      .value();
        EXPECT_TRUE(own_.add_seal(read_certificates(department_.seal_certificate).value()).ok());
        issuer_ = std::make_unique<issuer::Issuer>(issuer::IssuerParts{
            .store = store_,
            .signer = *signer_,
            .clock = clock_,
            .random = random_,
            .metrics = metrics_,
            .check_output = [this](std::span<const ByteView> files) { return own_.check(files); },
            .profiles = &profiles_,
            .verify_base = "http://localhost/v/"});
        const auto own = compile(department_, read(3).value()).value();
        own_.add_prefix(own->prefix());
        ASSERT_TRUE(issuer_->add_template(own).ok());
        departments_ = {department_};
        published_ = std::make_unique<PublishedTemplates>(PublishedTemplates::Parts{
            .store = store_,
            .issuer = *issuer_,
            .clock = clock_,
            .metrics = metrics_,
            .departments = departments_,
            .compile =
                [this](const DepartmentConfig& department, const issuer::Template& spec) {
                    ++compiled_;
                    return compile(department, spec);
                },
            .taken =
                [this](const issuer::CompiledTemplate& made) { own_.add_prefix(made.prefix()); },
            .known = [](const issuer::Template&) {},
            .between_looks = std::chrono::milliseconds(1)});
    }

    Result<std::shared_ptr<const issuer::CompiledTemplate>>
    compile(const DepartmentConfig& department, const issuer::Template& spec) {
        static const auto fonts = issuer::FontSet::load(SONGDA_SOURCE_DIR "/build/fonts").value();
        return issuer::compile_template(spec, face_of(department), fonts,
                                        {signer_->cms_bytes_reserved(fakes::department).value()});
    }
    /// The sample licence with another version and more keys.
    static Bytes content(int version, const std::string& more = "") {
        const auto files =
            issuer::TemplateFiles::read_folder(SONGDA_SOURCE_DIR "/templates/food-business-licence")
                .value();
        const Bytes& before = *files.find("template.toml");
        std::string toml(as_text(before));
        const std::size_t at = toml.find("version = ");
        toml.replace(at, toml.find('\n', at) - at, "version = " + std::to_string(version));
        std::string text = files.published();
        const std::string old = to_base64(before);
        text.replace(text.find(old), old.size(), to_base64(as_bytes(toml + more)));
        return Bytes(text.begin(), text.end());
    }
    static Result<issuer::Template> read(int version) {
        return issuer::read_template(
            issuer::TemplateFiles::read_published(content(version), "").value());
    }
    store::EditionRow publish(const Bytes& bytes, Date from, const std::string& name = "SPJY") {
        store::EditionRow row;
        row.kind = store::EditionKind::template_;
        row.name = name;
        row.content = sha256(bytes);
        row.created = clock_.now();
        row.number = store_.put_edition(row, bytes, {}).value();
        row.state = EditionState::draft;
        row = step(row, EditionState::in_review);
        row.effective_from = from;
        return step(row, EditionState::published);
    }
    store::EditionRow step(const store::EditionRow& changed, EditionState to) {
        const auto stored = store_.editions(changed.kind, changed.name).value();
        store::EditionRow after = changed;
        after.state = to;
        EXPECT_TRUE(store_.step_edition(stored.at(changed.number - 1), after, {}).value());
        return after;
    }
    /// `id@version` of the next document.
    std::string issued() {
        const issuer::Answer answer = issue(std::to_string(++next_));
        if (answer.kind != issuer::Answer::Kind::issued) {
            return answer.findings.empty() ? answer.error.detail
                                           : answer.findings[0].pointer + answer.findings[0].rule;
        }
        return answer.document.template_version;
    }
    issuer::Answer issue(const std::string& case_number) {
        const std::string row = decision(case_number);
        const issuer::Row one{row, ""};
        return issuer_->issue(fakes::department, {&one, 1}).front();
    }
    std::string decision(const std::string& case_number) {
        return R"({"idempotency_key":"key-)" + std::to_string(++keys_) + R"(","case_number":")" +
               case_number + R"(","template":"food-business-licence","decided_on":"2026-11-16",)" +
               R"("valid_from":"2026-11-16","valid_until":"2031-11-15","recipient":{)" +
               R"("kind":"organisation","name":"示例市堃记酒店管理有限公司","code":"91320199MA5JMH929H",)" +
               R"("email":"a@example.org"},"fields":{"legal_representative":"张三","domicile":"示例市",)" +
               R"("premises":"示例市","business_form":"食品销售经营者（商场超市）",)" +
               R"("business_items":"糕点类食品制售","supervisor":"示例市","signatory":"郑雨珺"},)" +
               R"("delivery":["email"]})";
    }
    bool becomes(int version) {
        const auto begun = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - begun < std::chrono::seconds(30)) {
            if (issued() == "food-business-licence@" + std::to_string(version)) {
                return true;
            }
        }
        return false;
    }

    MovableClock clock_;
    fakes::MemoryStore store_;
    SystemRandom random_;
    metrics::Registry metrics_;
    catalogue::Profiles profiles_ =
        catalogue::Profiles::read(SONGDA_SOURCE_DIR "/catalogue/profiles").value();
    verifier::OwnOutputCheck own_;
    DepartmentConfig department_;
    std::vector<DepartmentConfig> departments_;
    std::unique_ptr<signer::Signer> signer_;
    std::unique_ptr<issuer::Issuer> issuer_;
    std::unique_ptr<PublishedTemplates> published_;
    std::atomic<int> compiled_{0};
    std::atomic<int> next_{0};
    std::atomic<int> keys_{0};
    const Date today_ = china_date(clock_.now());
    const Date tomorrow_ = china_date(clock_.now() + 86'400'000);
};

TEST_F(PublishedTemplatesTest, ScheduledEditionIssuesFromMidnightWithoutAnotherLook) {
    publish(content(4), today_);
    publish(content(5), tomorrow_);
    EXPECT_EQ(issued(), "food-business-licence@3");
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@4");
    clock_.set(china_midnight(tomorrow_) + -1);
    EXPECT_EQ(issued(), "food-business-licence@4");
    clock_.set(china_midnight(tomorrow_));
    EXPECT_EQ(issued(), "food-business-licence@5");
    EXPECT_EQ(compiled_, 2);
    published_->look();
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@5");
    EXPECT_EQ(compiled_, 2) << "nothing is compiled again";
}

TEST_F(PublishedTemplatesTest, WithdrawnEditionGivesItsPlaceBack) {
    publish(content(4), today_);
    const auto second = publish(content(5), today_);
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@5");
    step(second, EditionState::withdrawn);
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@4");
}

TEST_F(PublishedTemplatesTest, CaseWithADocumentOfAnEarlierVersionGetsNoSecondOne) {
    const issuer::Answer first = issue("case");
    ASSERT_EQ(first.kind, issuer::Answer::Kind::issued);
    const auto edition = publish(content(4), today_);
    published_->look();
    const issuer::Answer again = issue("case");
    EXPECT_EQ(again.kind, issuer::Answer::Kind::case_conflict);
    EXPECT_EQ(again.document.id, first.document.id);
    const auto preview = issuer_->preview(fakes::department, decision("case"));
    EXPECT_FALSE(preview.value().file.empty()) << "what it looks like may be seen all the same";
    const issuer::Answer second = issue("another");
    EXPECT_EQ(second.document.template_version, "food-business-licence@4");
    step(edition, EditionState::withdrawn);
    published_->look();
    EXPECT_EQ(issue("another").document.id, second.document.id) << "though it was withdrawn";
}

TEST_F(PublishedTemplatesTest, WhatCannotBeUsedLeavesWhatWasAndIsTold) {
    publish(content(4), today_);
    const std::vector<store::EditionRow> bad = {
        publish(content(5, "\n[[text]]\ntext = \"x\"\nstyle = \"nobody's\"\nsize_pt = 6\nx_mm = 1\n"
                           "y_mm = 1\nwidth_mm = 60\n"),
                today_),
        publish(Bytes{'x'}, today_),
        publish(content(6, "[scope]\narea = \"320100\"\n"), tomorrow_), // another name's
        publish(content(4, "# other bytes\n"), today_),
    };
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@4");
    EXPECT_EQ(published_->failing().size(), 4U);
    EXPECT_NE(metrics_.text().find("songda_templates_failing 4"), std::string::npos);
    for (const store::EditionRow& row : bad) {
        step(row, EditionState::withdrawn);
    }
    published_->look();
    EXPECT_TRUE(published_->failing().empty());
    EXPECT_NE(metrics_.text().find("songda_templates_failing 0"), std::string::npos);
}

TEST_F(PublishedTemplatesTest, OnlyWhoTakesTheTypeInTheAreaGetsIt) {
    publish(content(4, "[scope]\narea = \"330100\"\n"), today_, "SPJY@330100");
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@3") << "elsewhere";
    publish(content(5, "[scope]\narea = \"320100\"\n"), today_, "SPJY@320100");
    departments_[0].published_types = std::vector<std::string>();
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@3") << "it takes none";
    departments_[0].published_types = {"SPJY"};
    publish(content(6), today_);
    published_->look();
    EXPECT_EQ(issued(), "food-business-licence@5") << "its city's before anybody's";
    EXPECT_EQ(issuer_->approvals_of(fakes::department, "food-business-licence"), 0);
}

TEST_F(PublishedTemplatesTest, IsTakenUpWhileDocumentsAreIssued) {
    std::atomic<bool> stop{false};
    std::atomic<int> others{0};
    std::vector<std::thread> threads;
    const auto end = [&] {
        stop = true;
        for (std::thread& thread : threads) {
            thread.join();
        }
        threads.clear();
    };
    const std::shared_ptr<void> at_end(nullptr, [&](void*) { end(); });
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!stop) {
                others += issued().starts_with("food-business-licence@") ? 0 : 1;
            }
        });
    }
    published_->start();
    std::vector<store::EditionRow> rows;
    for (int version = 4; version < 9; ++version) {
        rows.push_back(publish(content(version), today_));
        ASSERT_TRUE(becomes(version));
    }
    for (int version = 8; version > 3; --version) {
        step(rows.back(), EditionState::withdrawn);
        rows.pop_back();
        ASSERT_TRUE(becomes(version - 1));
    }
    end();
    EXPECT_EQ(others, 0);
}

} // namespace
} // namespace songda::app
