#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace songda::app {

/// The decisions of one NDJSON file, a line each, read as they are needed: a file of any length
/// takes the memory of `chunk_rows` lines. Belongs to one thread.
class RowFile {
public:
    static constexpr std::size_t chunk_rows = 256;

    /// Reads the file once to count its lines. Fault not_found.
    [[nodiscard]] static Result<RowFile> open(const std::string& path);

    [[nodiscard]] std::size_t rows() const { return rows_; }
    /// The next lines, `chunk_rows` but for the last; none at the end. Good until the next call.
    [[nodiscard]] const std::vector<std::string>& next();
    /// Number of the first line of what `next` gave, from 1.
    [[nodiscard]] std::size_t first_row() const { return first_row_; }

private:
    explicit RowFile(std::ifstream in) : in_(std::move(in)) {}

    std::ifstream in_;
    std::size_t rows_ = 0;
    std::size_t first_row_ = 1;
    std::vector<std::string> chunk_;
};

} // namespace songda::app
