// The tree of RFC 9162: the vectors that certificate-transparency implementations share (leaves of
// RFC 6962's test data), and everything else against the recursive definition of §2.1.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "ledger/tree.hpp"

namespace songda::ledger {
namespace {

/// certificate-transparency-go, merkletree: eight entries and the roots of the trees of the first
/// one, two, …
const std::vector<std::string> entries = {"",
                                          "00",
                                          "10",
                                          "2021",
                                          "3031",
                                          "40414243",
                                          "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> roots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> leaves_of(std::size_t count) {
    std::vector<Digest> leaves;
    for (std::size_t at = 0; at < count; ++at) {
        leaves.push_back(leaf_hash(from_hex(entries[at]).value()));
    }
    return leaves;
}

/// §2.1.1 word by word.
Digest naive_root(std::span<const Digest> leaves) {
    if (leaves.empty()) {
        return sha256({});
    }
    if (leaves.size() == 1) {
        return leaves[0];
    }
    std::size_t split = 1;
    while (split * 2 < leaves.size()) {
        split *= 2;
    }
    return node_hash(naive_root(leaves.first(split)), naive_root(leaves.subspan(split)));
}

std::vector<Digest> numbered_leaves(std::size_t count) {
    std::vector<Digest> leaves;
    for (std::size_t at = 0; at < count; ++at) {
        leaves.push_back(leaf_hash(as_bytes(std::to_string(at))));
    }
    return leaves;
}

TEST(Tree, HasTheSharedRoots) {
    EXPECT_EQ(to_hex(tree_hash({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t count = 1; count <= roots.size(); ++count) {
        EXPECT_EQ(to_hex(tree_hash(leaves_of(count))), roots[count - 1]) << count;
    }
}

TEST(Tree, HasTheSharedPaths) {
    const auto path = inclusion_path(leaves_of(8), 0);
    ASSERT_EQ(path.size(), 3U);
    EXPECT_EQ(to_hex(path[0]), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    EXPECT_EQ(to_hex(path[1]), "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    EXPECT_EQ(to_hex(path[2]), "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
}

TEST(Tree, IsTheRecursiveOneForEverySize) {
    for (std::size_t count = 0; count <= 130; ++count) {
        const auto leaves = numbered_leaves(count);
        ASSERT_EQ(tree_hash(leaves), naive_root(leaves)) << count;
        for (std::size_t at = 0; at < count; ++at) {
            const Inclusion there{at, count, inclusion_path(leaves, at)};
            ASSERT_EQ(root_from(leaves[at], there), naive_root(leaves)) << at << " of " << count;
        }
    }
}

TEST(Tree, AnotherPlaceLengthOrHashLeadsElsewhere) {
    rc::check([] {
        const auto count = *rc::gen::inRange<std::size_t>(1, 300);
        const auto at = *rc::gen::inRange<std::size_t>(0, count);
        const auto leaves = numbered_leaves(count);
        const Digest root = tree_hash(leaves);
        const Inclusion right{at, count, inclusion_path(leaves, at)};
        RC_ASSERT(root_from(leaves[at], right) == root);
        const auto other = *rc::gen::inRange<std::size_t>(0, count);
        if (other != at) {
            const Inclusion moved{other, count, right.path};
            RC_ASSERT(root_from(leaves[at], moved) != root);
        }
        Inclusion changed = right;
        if (!changed.path.empty()) {
            changed.path[*rc::gen::inRange<std::size_t>(0, changed.path.size())][5] ^= 1U;
            RC_ASSERT(root_from(leaves[at], changed) != root);
            changed = right;
            changed.path.pop_back();
            RC_ASSERT(root_from(leaves[at], changed) != root);
        }
        changed = right;
        changed.path.push_back(root);
        RC_ASSERT(root_from(leaves[at], changed) != root);
        RC_ASSERT(!root_from(leaves[at], {count, count, right.path}));
    });
}

} // namespace
} // namespace songda::ledger
