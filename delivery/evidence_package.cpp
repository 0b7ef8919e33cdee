#include "delivery/evidence_package.hpp"

#include <map>
#include <memory>

#include "base/sha256.hpp"
#include "base/stored_zip.hpp"
#include "base/text_codec.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/evidence_package.hpp"
#include "ledger/evidence_record.hpp"

namespace songda::delivery {
namespace {

namespace names = ledger::package;

/// A sealed batch, and the leaves of its tree.
struct Batch {
    store::EvidenceBatchRow row;
    std::vector<Digest> leaves;
};

class Packing {
public:
    Packing(const EvidenceDesk& desk, const store::DocumentRow& document)
        : desk_(desk), document_(document) {}

    Result<Bytes> run() {
        for (const auto step : {&Packing::put_document, &Packing::put_records,
                                &Packing::put_batches, &Packing::put_traces, &Packing::close}) {
            const auto done = (this->*step)();
            if (!done.ok()) {
                return done.error();
            }
        }
        std::vector<ZipMember> members;
        for (const auto& [name, bytes] : files_) {
            members.push_back({name, bytes});
        }
        return write_zip(members);
    }

private:
    void put(std::string_view name, Bytes bytes) {
        manifest_.files.push_back({std::string(name), sha256(bytes)});
        files_.emplace_back(name, std::move(bytes));
    }
    void put(std::string_view name, std::string_view text) {
        put(name, Bytes(text.begin(), text.end()));
    }

    Result<void> put_document() {
        auto file = desk_.store.read_file(document_);
        const auto revisions = desk_.store.revisions(document_.id);
        if (!file.ok() || !revisions.ok()) {
            return file.ok() ? revisions.error() : file.error();
        }
        manifest_.document = document_.id;
        manifest_.at = desk_.clock.now();
        manifest_.sizes.push_back(document_.file.size);
        for (const store::RevisionRow& each : revisions.value()) {
            manifest_.sizes.push_back(each.size);
        }
        put(names::readme, ledger::package_readme());
        put(names::document, std::move(file).value());
        return {};
    }

    Result<void> put_records() {
        auto records = desk_.store.evidence_of(document_.id);
        if (!records.ok()) {
            return records.error();
        }
        records_ = std::move(records).value();
        std::string lines;
        for (const store::EvidenceRow& each : records_) {
            lines += each.text;
            lines += '\n';
        }
        manifest_.records = records_.size();
        manifest_.head = records_.empty() ? document_.file_hash : hash_of(records_.back());
        put(names::records, lines);
        return {};
    }

    Result<Batch> read_batch(const store::EvidenceBatchRow& row) {
        Batch batch{row, {}};
        for (std::uint64_t after = row.first - 1; after < row.last;) {
            const auto some = desk_.store.list_evidence(after, row.last - after);
            if (!some.ok() || some.value().empty()) {
                return some.ok() ? Error{Fault::corrupt, "a record of a sealed batch is gone"}
                                 : some.error();
            }
            for (const store::EvidenceRow& each : some.value()) {
                batch.leaves.push_back(ledger::leaf_hash(hash_of(each)));
            }
            after = some.value().back().sequence;
        }
        return batch;
    }

    /// The batch of a record; null while it is not sealed.
    Result<const Batch*> batch_of(std::uint64_t sequence) {
        const auto row = desk_.store.evidence_batch_of(sequence);
        if (!row.ok()) {
            return row.error();
        }
        if (!row.value()) {
            return static_cast<const Batch*>(nullptr);
        }
        const auto known = batches_.find(row.value()->number);
        if (known != batches_.end()) {
            return static_cast<const Batch*>(&known->second);
        }
        auto batch = read_batch(*row.value());
        if (!batch.ok()) {
            return batch.error();
        }
        return static_cast<const Batch*>(
            &batches_.emplace(row.value()->number, std::move(batch).value()).first->second);
    }

    Result<void> put_batches() {
        std::string proofs;
        for (const store::EvidenceRow& record : records_) {
            const auto batch = batch_of(record.sequence);
            if (!batch.ok()) {
                return batch.error();
            }
            if (batch.value() == nullptr) {
                continue;
            }
            const std::vector<Digest>& leaves = batch.value()->leaves;
            const std::uint64_t index = record.sequence - batch.value()->row.first;
            proofs += ledger::write_proof(
                {record.position,
                 batch.value()->row.number,
                 {index, leaves.size(), ledger::inclusion_path(leaves, index)}});
            proofs += '\n';
        }
        put(names::proofs, proofs);
        for (const auto& [number, batch] : batches_) {
            const std::string folder = std::string(names::batches) + std::to_string(number) + '/';
            put(folder + std::string(names::statement), batch.row.statement);
            put(folder + std::string(names::seal), batch.row.seal);
            if (!batch.row.token.empty()) {
                put(folder + std::string(names::token), batch.row.token);
            }
        }
        return {};
    }

    /// Those that are kept and still what the record says.
    Result<void> put_traces() {
        std::map<Digest, Bytes> traces;
        for (const store::EvidenceRow& each : records_) {
            const auto record = ledger::read_record(each.text);
            if (!record.ok() || !record.value().trace || !desk_.find_trace) {
                continue;
            }
            auto bytes = desk_.find_trace(*record.value().trace);
            if (bytes && sha256(*bytes) == *record.value().trace) {
                traces.emplace(*record.value().trace, *std::move(bytes));
            }
        }
        for (auto& [hash, bytes] : traces) {
            put(std::string(names::traces) + to_hex(hash), std::move(bytes));
        }
        return {};
    }

    Result<void> close() {
        const std::string text = ledger::write_manifest(manifest_);
        files_.emplace_back(names::manifest, Bytes(text.begin(), text.end()));
        if (desk_.seal) {
            auto seal = desk_.seal(text);
            if (!seal.ok()) {
                return seal.error();
            }
            files_.emplace_back(names::manifest_seal, std::move(seal).value());
        }
        return {};
    }

    const EvidenceDesk& desk_;
    const store::DocumentRow& document_;
    ledger::Manifest manifest_;
    std::vector<std::pair<std::string, Bytes>> files_;
    std::vector<store::EvidenceRow> records_;
    std::map<std::uint64_t, Batch> batches_;
};

} // namespace

Result<Bytes> make_evidence_package(const EvidenceDesk& desk, const store::DocumentRow& document) {
    return Packing(desk, document).run();
}

} // namespace songda::delivery
