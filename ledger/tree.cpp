#include "ledger/tree.hpp"

#include <bit>

#include "base/check.hpp"
#include "base/sha256.hpp"

namespace songda::ledger {
namespace {

/// The largest power of two below `size`, which is at least 2.
std::size_t split(std::size_t size) {
    return std::bit_floor(size - 1);
}

} // namespace

Digest leaf_hash(ByteView entry) {
    const std::uint8_t mark = 0;
    Sha256 hash;
    hash.update({&mark, 1});
    hash.update(entry);
    return hash.finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
    const std::uint8_t mark = 1;
    Sha256 hash;
    hash.update({&mark, 1});
    hash.update(left);
    hash.update(right);
    return hash.finish();
}

/// Level by level: a node without a neighbour goes up as it is, which is the tree of §2.1.1.
Digest tree_hash(std::span<const Digest> leaves) {
    if (leaves.empty()) {
        return sha256({});
    }
    std::vector<Digest> level(leaves.begin(), leaves.end());
    while (level.size() > 1) {
        std::size_t to = 0;
        for (std::size_t at = 0; at < level.size(); at += 2) {
            level[to++] = at + 1 < level.size() ? node_hash(level[at], level[at + 1]) : level[at];
        }
        level.resize(to);
    }
    return level.front();
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::size_t index) {
    SONGDA_CHECK(index < leaves.size());
    std::vector<Digest> path;
    while (leaves.size() > 1) {
        const std::size_t left = split(leaves.size());
        const bool is_left = index < left;
        path.insert(path.begin(), tree_hash(is_left ? leaves.subspan(left) : leaves.first(left)));
        leaves = is_left ? leaves.first(left) : leaves.subspan(left);
        index -= is_left ? 0 : left;
    }
    return path;
}

std::optional<Digest> root_from(const Digest& leaf, const Inclusion& inclusion) {
    if (inclusion.index >= inclusion.size) {
        return std::nullopt;
    }
    std::uint64_t node = inclusion.index;
    std::uint64_t last = inclusion.size - 1;
    Digest root = leaf;
    for (const Digest& beside : inclusion.path) {
        if (last == 0) {
            return std::nullopt;
        }
        if (node % 2 == 1 || node == last) {
            root = node_hash(beside, root);
            while (node % 2 == 0 && node != 0) {
                node /= 2;
                last /= 2;
            }
        } else {
            root = node_hash(root, beside);
        }
        node /= 2;
        last /= 2;
    }
    return last == 0 ? std::optional(root) : std::nullopt;
}

} // namespace songda::ledger
