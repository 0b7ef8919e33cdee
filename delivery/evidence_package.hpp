#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "store/store.hpp"

namespace songda::delivery {

/// What a package of evidence is made with. All outlive the call.
struct EvidenceDesk {
    store::Store& store;
    const Clock& clock;
    /// The service's own seal, over the manifest; empty: there is none.
    std::function<Result<Bytes>(std::string_view)> seal = {};
    /// A raw report or mail by its SHA-256, where it is kept; empty: none is looked for.
    std::function<std::optional<Bytes>(const Digest&)> find_trace = {};
};

/// One document with all evidence of its delivery, as a ZIP that proves itself
/// (docs/formats/evidence.md). Records that are not sealed yet are in it without a proof; a seal
/// that is away leaves the manifest without one. Faults: those of the store.
[[nodiscard]] Result<Bytes> make_evidence_package(const EvidenceDesk& desk,
                                                  const store::DocumentRow& document);

/// The tree of a sealed batch over its records as they stand in the store. Faults: those of the
/// store; corrupt (records of it are not there).
[[nodiscard]] Result<std::vector<Digest>> leaves_of(store::Store& store,
                                                    const store::EvidenceBatchRow& batch);

} // namespace songda::delivery
