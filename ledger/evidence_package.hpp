#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/tree.hpp"

/// The texts of a package of evidence (docs/formats/evidence.md), each with one spelling: what is
/// in it, and where a record stands in the tree of its batch.
namespace songda::ledger {

/// Names of a package's members.
namespace package {
inline constexpr std::string_view readme = "README.txt";
inline constexpr std::string_view document = "document.pdf";
inline constexpr std::string_view records = "records.jsonl";
inline constexpr std::string_view proofs = "proofs.jsonl";
inline constexpr std::string_view manifest = "manifest.json";
inline constexpr std::string_view manifest_seal = "manifest.p7s";
inline constexpr std::string_view traces = "traces/";
/// `batches/12/statement.json`, `seal.p7s`, `timestamp.tst`.
inline constexpr std::string_view batches = "batches/";
inline constexpr std::string_view statement = "statement.json";
inline constexpr std::string_view seal = "seal.p7s";
inline constexpr std::string_view token = "timestamp.tst";
} // namespace package

/// In which batch a record is, and how its root follows.
struct RecordProof {
    std::uint32_t position = 0; ///< of the record in its chain
    std::uint64_t batch = 0;
    Inclusion inclusion;
};
[[nodiscard]] std::string write_proof(const RecordProof& proof);
/// For bytes from anybody, as those below. Fault invalid_input: not the one spelling.
[[nodiscard]] Result<RecordProof> read_proof(std::string_view text);

struct Manifest {
    DocumentId document;
    TimeMs at;                        ///< when the package was made
    std::uint64_t records = 0;        ///< so many there were then
    Digest head{};                    ///< SHA-256 of the last of them
    std::vector<std::uint64_t> sizes; ///< of the file as issued, then with each revision
    struct File {
        std::string name; ///< such as a ZIP's member may have
        Digest hash{};
        bool operator==(const File&) const = default;
    };
    std::vector<File> files; ///< all but the manifest and its seal, in their order
    bool operator==(const Manifest&) const = default;
};
[[nodiscard]] std::string write_manifest(const Manifest& manifest);
[[nodiscard]] Result<Manifest> read_manifest(std::string_view text);

/// README.txt, in Chinese and English: what is what, and how to check it without us.
[[nodiscard]] std::string_view package_readme();

} // namespace songda::ledger
