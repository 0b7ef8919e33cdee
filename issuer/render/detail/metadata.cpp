#include "issuer/render/detail/metadata.hpp"

#include <algorithm>

#include "issuer/render/detail/compiled.hpp"

namespace songda::issuer::detail {
namespace {

/// Escapes for XML, and `/` too, so that no value can put `/ByteRange` into the file.
void put_xml(Bytes& to, std::string_view text) {
    for (const char c : text) {
        switch (c) {
        case '&': put(to, "&amp;"); break;
        case '<': put(to, "&lt;"); break;
        case '>': put(to, "&gt;"); break;
        case '/': put(to, "&#47;"); break;
        default: to.push_back(static_cast<std::uint8_t>(c));
        }
    }
}

Bytes make_xmp(const MetadataInput& input) {
    const std::string time = to_china_time(input.issued_at);
    Bytes to;
    to.reserve(1200);
    put(to,
        "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta "
        "xmlns:x=\"adobe:ns:meta/\">"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description "
        "rdf:about=\"\""
        " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
        " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
        "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">"
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    put_xml(to, input.title);
    to.push_back(' ');
    put_xml(to, input.number);
    put(to, "</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>");
    put_xml(to, input.creator);
    put(to, "</rdf:li></rdf:Seq></dc:creator><xmp:CreateDate>");
    put(to, time);
    put(to, "</xmp:CreateDate><xmp:ModifyDate>");
    put(to, time);
    put(to, "</xmp:ModifyDate><pdf:Producer>Songda</pdf:Producer></rdf:Description></rdf:RDF></"
            "x:xmpmeta>"
            "<?xpacket end=\"r\"?>");
    return to;
}

} // namespace

std::string pdf_date(TimeMs time) {
    std::string text = to_china_time(time).substr(0, 19); // 2026-11-24T09:02:03
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; }),
               text.end());
    return "D:" + text + "+08'00'";
}

void write_metadata(Objects& objects, const MetadataInput& input) {
    objects.stream(object_metadata, "/Type/Metadata/Subtype/XML", make_xmp(input));
    objects.plain(object_file_specification, "<</Type/Filespec/F(record.json)/UF(record.json)/"
                                             "AFRelationship/Data/EF<</F 14 0 R/UF 14 0 R>>>>");
    Bytes dictionary;
    put(dictionary, "/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</ModDate(");
    put(dictionary, pdf_date(input.issued_at));
    put(dictionary, ")/Size ");
    put_number(dictionary, static_cast<std::int64_t>(input.record.size()));
    put(dictionary, ">>");
    objects.stream(object_record, as_text(dictionary), input.record);
}

} // namespace songda::issuer::detail
