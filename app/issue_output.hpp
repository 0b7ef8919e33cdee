#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/client.hpp"

/// What the two ways of `songda issue` share: rows in, PDFs and words out.
namespace songda::app {

inline constexpr std::size_t issue_rows_per_call = 256;

struct IssueCounts {
    std::size_t issued = 0;
    std::size_t replayed = 0;
    std::size_t refused = 0;
};

/// The lines of a file. Fault not_found.
[[nodiscard]] Result<std::vector<std::string>> read_lines(const std::string& path);

/// Whole or not at all: a half-written file never has the final name.
[[nodiscard]] bool write_file(const std::string& path, ByteView bytes);

/// One finding of one row on standard error.
struct RowFinding {
    std::string_view pointer;
    std::string_view rule;
    std::string_view zh;
    std::string_view en;
};
void tell_finding(std::size_t row, const RowFinding& finding);
void tell_row(std::size_t row, std::string_view why);

/// The last line, and the exit status: 0 when nothing was refused, else 1.
int tell_counts(const IssueCounts& counts, const std::string& folder);

/// How to reach a running service, and as whom.
struct ServiceAccess {
    http::ClientOptions connection;
    std::string key_file; ///< file with the API key; empty: the client certificate says who we are
};

/// `http://ADDRESS[:PORT]` with a numeric address or `localhost`, since a key must not cross a
/// network in the clear, or `https://HOST[:PORT]`. Fault invalid_input says what is wrong with it.
[[nodiscard]] Result<http::ClientOptions> parse_service_url(std::string_view url);

/// Issues `lines` through the service and downloads the PDFs to `folder`. Returns the exit status.
/// What fails on the way is safe to repeat: every row has its idempotency key.
int issue_through(const ServiceAccess& service, const std::vector<std::string>& lines,
                  const std::string& folder);

} // namespace songda::app
