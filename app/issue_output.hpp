#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/row_file.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "http/client.hpp"

/// What the two ways of `songda issue` share: rows in, PDFs and words out.
namespace songda::app {

struct IssueCounts {
    std::size_t issued = 0;
    std::size_t replayed = 0;
    std::size_t refused = 0;
};

/// `folder`/KEY.pdf. An empty folder: the files stay in the store, and nothing here is asked.
[[nodiscard]] std::string file_path(const std::string& folder, const DocumentKey& key);
/// Is that very file there already, from a run before?
[[nodiscard]] bool is_kept(const std::string& path, std::string_view sha256_hex);
/// Whole or not at all: a half-written file never has the final name.
[[nodiscard]] bool write_file(const std::string& path, ByteView bytes);
/// The same run may be tried again once there is room.
[[nodiscard]] inline Error cannot_write(const std::string& path) {
    return {Fault::unavailable, path + ": cannot be written"};
}

/// One finding of one row on standard error.
struct RowFinding {
    std::string_view pointer;
    std::string_view rule;
    std::string_view zh;
    std::string_view en;
};
void tell_finding(std::size_t row, const RowFinding& finding);
void tell_row(std::size_t row, std::string_view why);

/// Hands the file's rows to `issue`, chunk after chunk (the lines, the number of the first), with
/// progress, until the end, a fault or Ctrl-C; then tells `counts`, how long it took and how to go
/// on. Returns the exit status: 0, 1 when rows were refused, 2 after a fault, 130 when stopped.
using IssueChunk =
    std::function<Result<void>(const std::vector<std::string>& lines, std::size_t first_row)>;
int issue_rows(RowFile& rows, const IssueCounts& counts, const std::string& folder,
               const IssueChunk& issue);

/// How to reach a running service, and as whom.
struct ServiceAccess {
    http::ClientOptions connection;
    std::string key_file; ///< file with the API key; empty: the client certificate says who we are
};

/// `http://ADDRESS[:PORT]` with a numeric address or `localhost`, since a key must not cross a
/// network in the clear, or `https://HOST[:PORT]`. Fault invalid_input says what is wrong with it.
[[nodiscard]] Result<http::ClientOptions> parse_service_url(std::string_view url);

/// Issues the rows through the service and downloads the PDFs to `folder` (empty: does not).
/// Returns the exit status. What fails on the way is safe to repeat: every row has its idempotency
/// key.
int issue_through(const ServiceAccess& service, RowFile& rows, const std::string& folder);

} // namespace songda::app
