#include "issuer/render/detail/page_tree.hpp"

namespace songda::issuer::detail {
namespace {

void put_reference(ByteBuffer& to, std::size_t number) {
    put_number(to, static_cast<std::int64_t>(number));
    put(to, " 0 R");
}

} // namespace

void write_page_tree(Objects& objects, ByteBuffer& to, const CompiledTemplate::Impl& compiled,
                     std::span<const PageObjects> pages) {
    objects.begin(object_pages);
    put(to, "<</Type/Pages/Kids[");
    for (std::size_t i = 0; i < pages.size(); ++i) {
        put(to, i == 0 ? "" : " ");
        put_reference(to, pages[i].page);
    }
    put(to, "]/Count ");
    put_number(to, static_cast<std::int64_t>(pages.size()));
    put(to, ">>");
    objects.end();
    for (std::size_t i = 0; i < pages.size(); ++i) {
        objects.begin(pages[i].page);
        put(to, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 ");
        put_points(to, compiled.spec.page_width);
        to.push_back(' ');
        put_points(to, compiled.spec.page_height);
        put(to, "]/Group<</S/Transparency/CS/DeviceRGB>>/Resources 11 0 R/Contents[");
        const std::size_t behind = i == 0 ? object_static_content : compiled.later_static_content;
        if (behind != 0) {
            put_reference(to, behind);
            to.push_back(' ');
        }
        put_reference(to, pages[i].content);
        // A preview has no field for a signature.
        const bool signs = i + 1 == pages.size() && compiled.mark != PageMark::preview;
        put(to, signs ? "]/Annots[15 0 R]>>" : "]>>");
        objects.end();
    }
}

} // namespace songda::issuer::detail
