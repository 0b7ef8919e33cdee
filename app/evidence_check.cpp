#include "app/evidence_check.hpp"

#include <array>

#include <fmt/format.h>

#include "base/sha256.hpp"
#include "delivery/evidence_package.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/tree.hpp"
#include "verifier/foreign_cms.hpp"

namespace songda::app {
namespace {

constexpr std::size_t findings_max = 1000;

/// Empty: it is as it was sealed.
std::string_view fault_of(const store::EvidenceBatchRow& batch, const std::vector<Digest>& leaves,
                          const Digest& previous) {
    const std::string statement = ledger::write_statement(
        {batch.number, batch.first, leaves.size(), ledger::tree_hash(leaves), previous, batch.at});
    if (statement != batch.statement) {
        return "记录或前一批与封存的不同 its records or the batch before differ from what was "
               "sealed";
    }
    const auto seal =
        verifier::check_foreign_cms(batch.seal, std::array{as_bytes(batch.statement)}, {});
    return seal.answer == verifier::Answer::yes
               ? ""
               : "签章不是对这份封存说明的 its seal is not over its statement";
}

} // namespace

Result<std::vector<std::string>> check_batches(store::Store& store) {
    std::vector<std::string> findings;
    Digest previous{};
    for (std::uint64_t sequence = 1; findings.size() < findings_max;) {
        const auto batch = store.evidence_batch_of(sequence);
        if (!batch.ok()) {
            return batch.error();
        }
        if (!batch.value()) {
            break; // what follows is not sealed yet
        }
        const auto leaves = delivery::leaves_of(store, *batch.value());
        if (!leaves.ok() && leaves.error().fault != Fault::corrupt) {
            return leaves.error();
        }
        const std::string_view fault = leaves.ok()
                                           ? fault_of(*batch.value(), leaves.value(), previous)
                                           : "缺少记录 records of it are gone";
        if (!fault.empty()) {
            findings.push_back(
                fmt::format("送达证据第 {} 批 evidence batch: {}", batch.value()->number, fault));
        }
        previous = sha256(as_bytes(batch.value()->statement));
        sequence = batch.value()->last + 1;
    }
    return findings;
}

} // namespace songda::app
