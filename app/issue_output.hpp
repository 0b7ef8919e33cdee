#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

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

/// Where a running service is.
struct ServiceAddress {
    std::string address; ///< numeric
    unsigned short port = 0;
    std::string host; ///< value of the Host header
};

/// `http://ADDRESS[:PORT]` with a numeric address or `localhost`. Fault invalid_input says what is
/// wrong with it, `https` included: the command line speaks plain HTTP on its own machine only.
[[nodiscard]] Result<ServiceAddress> parse_service_url(std::string_view url);

/// Issues `lines` through the service, with the API key in `key_file`, and downloads the PDFs to
/// `folder`. Returns the exit status. What fails on the way is safe to repeat: every row has its
/// idempotency key.
int issue_through(const ServiceAddress& service, const std::string& key_file,
                  const std::vector<std::string>& lines, const std::string& folder);

} // namespace songda::app
