#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "issuer/byte_buffer.hpp"
#include "issuer/finding.hpp"
#include "issuer/render/photo.hpp"
#include "issuer/templates/compiled_template.hpp"

namespace songda::issuer {

/// One value of a document. Names: `number`, `decided_on`, `valid_from`, `valid_until` (days as
/// `2026-11-24`), `recipient.name`, `recipient.code`, `fields.NAME`.
struct NamedValue {
    std::string_view name;
    std::string_view text;
};

/// A document's values set on its template's page (issuer/render/value_check.hpp).
class PlacedValues;

/// What became of setting them. `number` and the days may be absent (they are not assigned yet);
/// then they count as empty.
struct Placement {
    std::vector<Finding> findings; ///< all faults, measured as printed; empty: they can be printed
    std::shared_ptr<PlacedValues> values; ///< for `render`, so that nothing is set twice
};

/// Everything that one document differs by. Views are used during the call only.
struct RenderInput {
    std::span<const NamedValue> values;
    ByteView record;             ///< docs/formats/record.md, escaped as it says
    Digest record_hash;          ///< SHA-256 of `record`
    std::string_view qr_head;    ///< `https://HOST/v/KEY#`: byte segment
    std::string_view qr_payload; ///< base41: alphanumeric segment
    TimeMs issued_at;
    DocumentKey key; ///< also the file's /ID, by which an upload is found
    /// Made by `place` from the same template and values, all but the number. Null: set them now.
    PlacedValues* placed = nullptr;
    ByteView licence_metadata = {}; ///< of a licence's template; escaped as the record is
    const Photo* photo = nullptr;   ///< of a template with a place for one
};

/// A finished file but for its signature. The hexadecimal digits of /Contents are
/// `file[hex_begin, hex_end)`; `digest` is SHA-256 over all but `<`…`>` around them.
struct Unsigned {
    ByteBuffer file;
    std::size_t hex_begin = 0;
    std::size_t hex_end = 0;
    Digest digest{};
    Sha256 before_hex; ///< over `file[0, hex_begin)`: the finished file's hash goes on from it
    const std::uint8_t* prefix = nullptr; ///< of the template whose prefix the file begins with
};

/// Sets documents. Deterministic: the same template and input give the same bytes. One object
/// belongs to one thread and keeps its buffers from document to document. Templates outlive the
/// renderers that set them.
class Renderer {
public:
    Renderer();
    ~Renderer();
    Renderer(Renderer&&) noexcept;
    Renderer& operator=(Renderer&&) noexcept;

    /// Faults: invalid_input (`detail` names pointer and rule of the first finding of
    /// `place`, never the value), internal (QR text longer than the template has room for).
    [[nodiscard]] Result<Unsigned> render(const CompiledTemplate& compiled,
                                          const RenderInput& input);

    /// The pages that `render` would set, for somebody to look at and approve: marked 预览 PREVIEW
    /// on every page, a dashed ring where the seal will stand, a crossed square where the code
    /// will, without number, key, licence identifier, record, metadata and any field that could be
    /// signed. The same template and values give the same bytes, whose hash is what an approval
    /// names. `compiled` is made by compile_preview. Fault: invalid_input, as render.
    [[nodiscard]] Result<ByteBuffer> preview(const CompiledTemplate& compiled,
                                             std::span<const NamedValue> values,
                                             const Photo* photo = nullptr);

    /// Sets the values; the template outlives the placement.
    [[nodiscard]] Placement place(const CompiledTemplate& compiled,
                                  std::span<const NamedValue> values);

    /// A file that nobody needs any more: the next one of its template is written behind its
    /// prefix.
    void take_back(Unsigned file);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Puts a DER CMS into its slot: lower-case hexadecimal, zeros after it. Fault: internal if it is
/// longer than the slot.
[[nodiscard]] Result<void> insert_signature(Unsigned& document, ByteView cms);

/// SHA-256 of the whole file with its signature in it.
[[nodiscard]] Digest file_hash(const Unsigned& document);

} // namespace songda::issuer
