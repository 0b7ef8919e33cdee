#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace songda {

/// Where the objects of a file are that this program wrote: one revision, one classic
/// cross-reference table (docs/formats/pdf.md). Looks at its own spelling only and never outside
/// the view, so that bytes from anybody do no harm; what it finds means something only once the
/// file's signature was checked. Keeps a view of the file.
class OwnPdf {
public:
    /// Fault corrupt: not as this program writes them.
    [[nodiscard]] static Result<OwnPdf> read(std::string_view file);

    /// From `<<` to before `endobj`; empty if there is no such object.
    [[nodiscard]] std::string_view body(std::size_t number) const;
    /// One more than the greatest object number.
    [[nodiscard]] std::size_t size() const { return offsets_.size(); }
    /// Offset of `xref`.
    [[nodiscard]] std::size_t table() const { return table_; }
    /// `/ID[…]` of the trailer; empty if it has none.
    [[nodiscard]] std::string_view id() const;

private:
    explicit OwnPdf(std::string_view file) : file_(file) {}

    std::string_view file_;
    std::size_t table_ = 0;
    std::vector<std::size_t> offsets_; ///< by object number; 0: none
};

} // namespace songda
