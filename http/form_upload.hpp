#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace songda::http {

/// The bounds of what stands around the file in an upload form.
inline constexpr std::size_t form_boundary_bytes_max = 70; // RFC 2046 §5.1.1
inline constexpr std::size_t form_part_head_bytes_max = 1024;
/// More than the delimiters and the head of the one part take together.
inline constexpr std::size_t form_overhead_bytes_max = 2048;

/// Reads a multipart/form-data body (RFC 7578) that must hold exactly one part: the file of the
/// field `field`. Returns a view of its bytes inside `body`; empty when the person chose none.
///
/// Strict, since it is for bytes from anybody: one spelling of the delimiters, nothing before the
/// first and nothing after the last, in the part only Content-Disposition and Content-Type, no
/// parameter twice, no backslash and no control character in a name, the delimiter nowhere else in
/// the body. `content_type` is the request's header. The file's name is not looked at. Pure.
/// Fault invalid_input says which rule, and quotes nothing of the input.
[[nodiscard]] Result<std::string_view>
read_form_upload(std::string_view content_type, std::string_view body, std::string_view field);

} // namespace songda::http
