#include "app/row_file.hpp"

namespace songda::app {

Result<RowFile> RowFile::open(const std::string& path) {
    RowFile file{std::ifstream(path, std::ios::binary)};
    if (!file.in_) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    for (std::string line; std::getline(file.in_, line);) {
        ++file.rows_;
    }
    file.in_.clear();
    file.in_.seekg(0);
    return file;
}

const std::vector<std::string>& RowFile::next() {
    first_row_ += chunk_.size();
    chunk_.clear();
    for (std::string line; chunk_.size() < chunk_rows && std::getline(in_, line);) {
        chunk_.push_back(std::move(line));
    }
    return chunk_;
}

} // namespace songda::app
