#include "delivery/evidence_package.hpp"

#include <map>
#include <optional>

#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/stored_zip.hpp"
#include "base/text_codec.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/evidence_package.hpp"
#include "ledger/evidence_record.hpp"

namespace songda::delivery {
namespace {

namespace names = ledger::package;

/// Of all traces together: whoever sends mail to a return path decides how large it is.
constexpr std::size_t traces_bytes_max = 64U << 20U;

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
        manifest_.document = document_.id;
        manifest_.at = desk_.clock.now();
        // What is written meanwhile names a later file, so records are read first and the file
        // last.
        for (const auto step :
             {&Packing::read_records, &Packing::put_document, &Packing::put_records,
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

    Result<void> read_records() {
        auto records = desk_.store.evidence_of(document_.id);
        if (!records.ok()) {
            return records.error();
        }
        records_ = std::move(records).value();
        return {};
    }

    /// As it is with the revisions that are there, whatever comes behind them meanwhile.
    Result<void> put_document() {
        const auto revisions = desk_.store.revisions(document_.id);
        if (!revisions.ok()) {
            return revisions.error();
        }
        manifest_.sizes.push_back(document_.file.size);
        for (const store::RevisionRow& each : revisions.value()) {
            manifest_.sizes.push_back(each.size);
        }
        auto file = desk_.store.read_file(document_);
        if (!file.ok()) {
            return file.error();
        }
        if (file.value().size() < manifest_.sizes.back()) {
            return Error{Fault::corrupt, "a file is shorter than its revisions say"};
        }
        file.value().resize(static_cast<std::size_t>(manifest_.sizes.back()));
        put(names::readme, ledger::package_readme());
        put(names::document, std::move(file).value());
        return {};
    }

    Result<void> put_records() {
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

    /// The batch of a record; null while it is not sealed. Records come in their order, so the
    /// leaves of one batch are enough at a time.
    Result<const Batch*> batch_of(std::uint64_t sequence) {
        if (batch_ && batch_->row.first <= sequence && sequence <= batch_->row.last) {
            return static_cast<const Batch*>(&*batch_);
        }
        const auto row = desk_.store.evidence_batch_of(sequence);
        if (!row.ok()) {
            return row.error();
        }
        if (!row.value()) {
            return static_cast<const Batch*>(nullptr);
        }
        auto leaves = leaves_of(desk_.store, *row.value());
        if (!leaves.ok()) {
            return leaves.error();
        }
        sealed_.push_back(*row.value());
        batch_ = Batch{*row.value(), std::move(leaves).value()};
        return static_cast<const Batch*>(&*batch_);
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
        for (const store::EvidenceBatchRow& each : sealed_) {
            const std::string folder =
                std::string(names::batches) + std::to_string(each.number) + '/';
            put(folder + std::string(names::statement), each.statement);
            put(folder + std::string(names::seal), each.seal);
            if (!each.token.empty()) {
                put(folder + std::string(names::token), each.token);
            }
        }
        return {};
    }

    /// Those that are kept and still what the record says.
    Result<void> put_traces() {
        std::map<Digest, Bytes> traces;
        std::size_t bytes_left = traces_bytes_max;
        for (const store::EvidenceRow& each : records_) {
            const auto record = ledger::read_record(each.text);
            if (!record.ok() || !record.value().trace || !desk_.find_trace ||
                traces.contains(*record.value().trace)) {
                continue;
            }
            auto bytes = desk_.find_trace(*record.value().trace);
            if (bytes && bytes->size() <= bytes_left && sha256(*bytes) == *record.value().trace) {
                bytes_left -= bytes->size();
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
        auto seal = desk_.seal ? desk_.seal(text) : Result<Bytes>(Bytes());
        if (!seal.ok()) {
            log::warning("evidence_manifest_unsealed", {{"document", to_text(document_.id)},
                                                        {"fault", fault_name(seal.error().fault)},
                                                        {"why", seal.error().detail}});
        } else if (!seal.value().empty()) {
            files_.emplace_back(names::manifest_seal, std::move(seal).value());
        }
        return {};
    }

    const EvidenceDesk& desk_;
    const store::DocumentRow& document_;
    ledger::Manifest manifest_;
    std::vector<std::pair<std::string, Bytes>> files_;
    std::vector<store::EvidenceRow> records_;
    std::optional<Batch> batch_; ///< of the record that was looked at last
    std::vector<store::EvidenceBatchRow> sealed_;
};

} // namespace

Result<std::vector<Digest>> leaves_of(store::Store& store, const store::EvidenceBatchRow& batch) {
    std::vector<Digest> leaves;
    for (std::uint64_t after = batch.first - 1; after < batch.last;) {
        const auto some = store.list_evidence(after, batch.last - after);
        if (!some.ok() || some.value().empty()) {
            return some.ok() ? Error{Fault::corrupt, "a record of a sealed batch is gone"}
                             : some.error();
        }
        for (const store::EvidenceRow& each : some.value()) {
            leaves.push_back(ledger::leaf_hash(hash_of(each)));
        }
        after = some.value().back().sequence;
    }
    return leaves;
}

Result<Bytes> make_evidence_package(const EvidenceDesk& desk, const store::DocumentRow& document) {
    return Packing(desk, document).run();
}

} // namespace songda::delivery
