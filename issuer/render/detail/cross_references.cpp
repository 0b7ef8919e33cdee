#include "issuer/render/detail/cross_references.hpp"

#include "issuer/render/detail/pdf_text.hpp"

namespace songda::issuer::detail {

void put_cross_references(ByteBuffer& to, const std::vector<std::size_t>& offsets,
                          std::string_view members) {
    const std::size_t at = to.size();
    put(to, "xref\n0 ");
    put_number(to, static_cast<std::int64_t>(offsets.size()));
    put(to, "\n0000000000 65535 f \n");
    for (std::size_t number = 1; number < offsets.size(); ++number) {
        put_padded(to, offsets[number], 10);
        put(to, offsets[number] != 0 ? " 00000 n \n" : " 65535 f \n");
    }
    put(to, "trailer\n<</Size ");
    put_number(to, static_cast<std::int64_t>(offsets.size()));
    put(to, "/Root 1 0 R");
    put(to, members);
    put(to, ">>\nstartxref\n");
    put_number(to, static_cast<std::int64_t>(at));
    put(to, "\n%%EOF\n");
}

} // namespace songda::issuer::detail
