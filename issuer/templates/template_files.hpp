#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::issuer {

/// Bounds of a template's files, so that one never outgrows an edition of the store.
inline constexpr std::size_t template_files_max = 64;
inline constexpr std::size_t template_bytes_max = 5U << 20U; ///< of all files together
inline constexpr std::size_t template_file_name_bytes_max = 100;

/// Everything that a template consists of, in memory: `template.toml`, its artwork, and below
/// `bases/` the bases that it names. A folder of a designer and an edition of the store become the
/// same object, so that what was checked in a folder is what is issued by. A value; share a const
/// one.
class TemplateFiles {
public:
    using Files = std::map<std::string, Bytes, std::less<>>;

    /// All files of the folder but hidden ones and backups (`.x`, `x~`), and those bases of
    /// `folder`/../bases that template.toml names, with their artwork. Faults: not_found (no
    /// template.toml or base), invalid_input (a folder inside, too many, too large, a name that is
    /// no file name).
    [[nodiscard]] static Result<TemplateFiles> read_folder(const std::string& folder);
    /// The form in which a template is published (docs/formats/template.md). Each content has one
    /// form and all others are refused. `where`: what messages call it. Fault invalid_input.
    [[nodiscard]] static Result<TemplateFiles> read_published(ByteView bytes,
                                                              const std::string& where);
    [[nodiscard]] std::string published() const;

    /// Null: there is none.
    [[nodiscard]] const Bytes* find(std::string_view name) const;
    [[nodiscard]] const Files& all() const { return files_; }
    /// `FOLDER/border.pdf`, as messages name it.
    [[nodiscard]] std::string path_of(std::string_view name) const;

private:
    explicit TemplateFiles(std::string where) : where_(std::move(where)) {}
    [[nodiscard]] Result<void> add(const std::string& name, Bytes bytes);
    [[nodiscard]] Result<void> add_file(const std::string& name, const std::string& path);
    [[nodiscard]] Result<void> add_bases(const std::string& folder);
    [[nodiscard]] Result<void> add_base_file(const std::string& name, const std::string& folder);
    [[nodiscard]] Result<void> add_base_artwork(const std::string& base, const std::string& folder);

    std::string where_;
    Files files_;
    std::size_t bytes_ = 0;
};

} // namespace songda::issuer
