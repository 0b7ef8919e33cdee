#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"

/// The Merkle tree of RFC 9162 §2.1 (the same as RFC 6962's) over SHA-256, as pure functions. Safe
/// from several threads.
namespace songda::ledger {

/// SHA-256(00 ‖ entry).
[[nodiscard]] Digest leaf_hash(ByteView entry);
/// SHA-256(01 ‖ left ‖ right).
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);

/// Root of the tree whose leaves have these hashes; of no leaves SHA-256 of nothing (§2.1.1).
[[nodiscard]] Digest tree_hash(std::span<const Digest> leaves);

/// The path from a leaf to the root, nearest first (§2.1.3.1). `index` is less than the number of
/// leaves.
[[nodiscard]] std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::size_t index);

/// A leaf's place in a tree, with its path; for bytes from anybody.
struct Inclusion {
    std::uint64_t index = 0;
    std::uint64_t size = 0; ///< leaves of the tree
    std::vector<Digest> path;
};
/// The root that the path leads to from a leaf (§2.1.3.2); nothing when no tree has such a path.
[[nodiscard]] std::optional<Digest> root_from(const Digest& leaf, const Inclusion& inclusion);

} // namespace songda::ledger
