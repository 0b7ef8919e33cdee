#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace songda {

/// Reads one table of a TOML file (the configuration, a template) so that nothing in it goes
/// unseen: every key that nobody asked for, every missing key and every value of the wrong type
/// becomes a finding with file, line and key. `finish` tells them all at once. Belongs to one
/// thread. Views of it must not outlive the TomlFile.
class TomlTable {
public:
    struct Impl;
    explicit TomlTable(std::shared_ptr<Impl> impl);

    [[nodiscard]] std::string text(std::string_view key);
    [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise);
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::int64_t integer_or(std::string_view key, std::int64_t otherwise,
                                          std::int64_t least, std::int64_t most);
    [[nodiscard]] double number(std::string_view key);
    [[nodiscard]] double number_or(std::string_view key, double otherwise);
    [[nodiscard]] bool boolean_or(std::string_view key, bool otherwise);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts_or_none(std::string_view key);
    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] bool is_text(std::string_view key) const;
    /// Name of the file that says the key: what was laid below keeps its own.
    [[nodiscard]] std::string file_of(std::string_view key) const;
    /// The names of all its keys, in the order of the alphabet: for a table whose keys are the
    /// writer's own words. Each is still to be asked for.
    [[nodiscard]] std::vector<std::string> names() const;
    /// A missing table reads as an empty one, whose required keys then are findings.
    [[nodiscard]] TomlTable table(std::string_view key);
    /// `[[key]]`, in order; none if absent.
    [[nodiscard]] std::vector<TomlTable> tables(std::string_view key);

    /// Adds a finding of the reader's own about `key`.
    void refuse(std::string_view key, std::string_view why);

private:
    std::shared_ptr<Impl> impl_;
};

class TomlFile {
public:
    /// Faults: not_found (no such file), invalid_input (not TOML, with line and column).
    [[nodiscard]] static Result<TomlFile> open(const std::string& path);
    [[nodiscard]] static Result<TomlFile> parse(std::string_view text, const std::string& name);

    [[nodiscard]] TomlTable root() const;

    /// Lays `under` below this file, all but its key `but`: keys that this file lacks are taken
    /// from it, tables are joined, lists of tables come before this file's own. Before the first
    /// look at what is joined.
    void lay_over(TomlFile under, std::string_view but);
    /// Every table with the key `use` takes the keys that it lacks from that table of `[shared]`,
    /// which may itself use another, and loses `use`; then `[shared]` is gone. A name that is not
    /// there is a finding.
    void resolve_shared();

    /// Ok if nothing was wrong or left unread; else invalid_input with one finding a line.
    [[nodiscard]] Result<void> finish() const;

private:
    std::shared_ptr<TomlTable::Impl> root_;
};

} // namespace songda
