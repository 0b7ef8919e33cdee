#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <stdlib.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/courier.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/evidence.hpp"
#include "delivery/plan.hpp"
#include "delivery/service_case.hpp"
#include "store/lmdb/open_lmdb.hpp"

/// The real store in a folder of its own, filled with legs that wait, for benches of delivery.
namespace songda::bench {

class DeliveryOffice {
public:
    explicit DeliveryOffice(const std::string& directory)
        : folder_(directory + "/delivery-XXXXXX") {
        SONGDA_CHECK(mkdtemp(folder_.data()) != nullptr);
        store::LmdbOptions options;
        options.directory = folder_ + "/store";
        options.follow_leg = delivery::follow_service;
        options.testify =
            delivery::make_testify(delivery::EvidenceKeys(Digest{7})); // as the service
        options.gives_up = delivery::gives_up;
        auto opened = store::open_lmdb(options);
        SONGDA_CHECK(opened.ok());
        store_ = std::move(opened).value();
    }
    ~DeliveryOffice() {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    DeliveryOffice(const DeliveryOffice&) = delete;
    DeliveryOffice& operator=(const DeliveryOffice&) = delete;

    [[nodiscard]] store::Store& store() { return *store_; }
    [[nodiscard]] const std::string& folder() const { return folder_; }

    static DepartmentCode department(std::size_t number) {
        const std::string digits = std::to_string(100 + number);
        return {"11320199014138" + digits + "W"};
    }

    /// Documents of one department, each with `legs` legs over the portal that are due now.
    void issue(const DepartmentCode& department, std::size_t documents, std::size_t legs) {
        constexpr std::size_t documents_per_commit = 512;
        for (std::size_t done = 0; done < documents; done += documents_per_commit) {
            issue_some(department, std::min(documents_per_commit, documents - done), legs);
        }
    }

    delivery::CourierParts parts(std::vector<delivery::Lane> lanes) {
        return {*store_, keys_, clock_, random_, metrics_, std::move(lanes)};
    }

private:
    void issue_some(const DepartmentCode& department, std::size_t documents, std::size_t legs) {
        const TimeMs now = clock_.now();
        std::vector<store::Intent> intents(documents);
        std::vector<store::IssueWrite> writes(documents);
        for (std::size_t at = 0; at < documents; ++at) {
            store::DocumentRow& row = writes[at].document;
            row.id = make_document_id(now, random_);
            row.key = make_document_key(random_);
            row.department = department;
            row.title = "食品经营许可证";
            row.template_version = "food-business-licence@1";
            row.issued_at = now;
            row.file_hash = sha256(file_);
            row.file.size = file_.size();
            row.first_status = {store::DocumentStatus::valid, now, "issued", "bench"};
            writes[at].rest = file_;
            writes[at].audit = {now, "bench", "document_issued", to_text(row.id), ""};
            const std::vector<delivery::Choice> choices(
                legs, {delivery::ChannelKind::portal, Private<std::string>("account")});
            writes[at].legs = planner_.plan({row, choices, std::to_string(++recipients_)});
            intents[at].id = row.id;
            intents[at].department = department;
            intents[at].at = now;
        }
        SONGDA_CHECK(store_->put_intents(intents).ok());
        const auto issued = store_->put_issues(writes);
        SONGDA_CHECK(issued.ok() &&
                     issued.value().back().kind == store::IssueOutcome::Kind::created);
    }

    std::string folder_;
    std::unique_ptr<store::Store> store_;
    SystemClock clock_;
    SystemRandom random_;
    metrics::Registry metrics_;
    const Bytes file_ = Bytes(200, 7);
    delivery::ApplicantKeys keys_ =
        delivery::ApplicantKeys::make(Bytes(32, 7), "https://songda.example").value();
    delivery::Planner planner_{keys_, random_};
    std::uint64_t recipients_ = 0;
};

} // namespace songda::bench
