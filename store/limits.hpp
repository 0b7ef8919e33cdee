#pragma once

#include <cstddef>

/// Every bound of the store by name.
namespace songda::store {

/// Above about 2 030 bytes LMDB moves a value to a page of its own and doubles its cost on disk.
inline constexpr std::size_t record_bytes_max = 1950;
inline constexpr std::size_t department_bytes_max = 64;
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr std::size_t sequence_name_bytes_max = 128;
inline constexpr std::size_t template_version_bytes_max = 128;
inline constexpr std::size_t case_number_bytes_max = 255;
inline constexpr std::size_t kid_bytes_max = 64;
inline constexpr std::size_t scopes_max = 64;
/// Far above what any number pattern holds; sums of two stay far below 2^64.
inline constexpr unsigned long long sequence_value_max = 999'999'999'999;
/// Rest of one file, or one shared prefix.
inline constexpr std::size_t blob_bytes_max = 64U << 20U;
/// A decision that waits: on pages of its own in the database, gone when it waits no more.
inline constexpr std::size_t draft_decision_bytes_max = 1U << 20U;
/// An edition's bytes: a guide, a list of items, a template's folder. On pages of their own.
inline constexpr std::size_t edition_bytes_max = 8U << 20U;
inline constexpr std::size_t edition_name_bytes_max = 128;
inline constexpr std::size_t paper_copies_max = 10'000;
/// Renewed every few years; each may hold several of a file's revisions.
inline constexpr std::size_t revisions_max = 64;
/// Of one document: what counts for its service, and what its recipient agreed to.
inline constexpr std::size_t service_entries_max = 1000;
/// Browsers of one recipient; the one that came first makes room for another.
inline constexpr std::size_t push_subscriptions_max = 8;
inline constexpr std::size_t rating_case_bytes_max = 255;
/// A record of evidence with its row around it: on pages of its own where it is long.
inline constexpr std::size_t evidence_row_bytes_max = 48U << 10U;
inline constexpr std::size_t evidence_rows_max = 1000; // some kilobytes each
inline constexpr std::size_t evidence_text_bytes_max = 40U << 10U;
/// Statement, seal and token of one batch.
inline constexpr std::size_t evidence_batch_bytes_max = 160U << 10U;
/// Reports of one leg: some twenty are usual, the rest is for a source that has gone wild.
inline constexpr std::size_t tracked_events_max = 500;
inline constexpr std::size_t tracked_name_bytes_max = 64;
inline constexpr std::size_t tracked_text_bytes_max = 720;
inline constexpr std::size_t tracked_voids_max = 8;
inline constexpr std::size_t case_events_max = 1000;
inline constexpr std::size_t case_documents_max = 1000;
inline constexpr std::size_t issues_per_call_max = 4096;
inline constexpr std::size_t legs_per_issue_max = 64;
inline constexpr std::size_t claim_max = 4096;
inline constexpr std::size_t list_rows_max = 10'000;
inline constexpr std::size_t prune_rows_max = 10'000;
/// Each brings its legs, read and written on the thread that commits.
inline constexpr std::size_t expiry_rows_max = 1000;

} // namespace songda::store
