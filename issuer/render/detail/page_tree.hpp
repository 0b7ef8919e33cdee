#pragma once

#include <span>

#include "issuer/render/detail/compiled.hpp"

namespace songda::issuer::detail {

/// A page and what this document alone shows on it.
struct PageObjects {
    std::size_t page = 0;
    std::size_t content = 0;
};

/// Writes the page tree and its pages, of which there is at least one: all share the document's
/// resources, the last has the signature field.
void write_page_tree(Objects& objects, ByteBuffer& to, const CompiledTemplate::Impl& compiled,
                     std::span<const PageObjects> pages);

} // namespace songda::issuer::detail
