#include "issuer/render/detail/metadata.hpp"

#include <algorithm>

#include "issuer/render/detail/compiled.hpp"

namespace songda::issuer::detail {
namespace {

/// Escapes for XML, and `/` too, so that no value can put `/ByteRange` into the file.
void put_xml(ByteBuffer& to, std::string_view text) {
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

void put_xmp(ByteBuffer& to, const MetadataInput& input) {
    const std::string time = to_china_time(input.issued_at);
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
}

} // namespace

std::string pdf_date(TimeMs time) {
    const std::string moment = to_china_time(time); // 2026-11-24T09:02:03+08:00
    std::string text = "D:";
    for (const char c : std::string_view(moment).substr(0, 19)) {
        if (c >= '0' && c <= '9') {
            text += c;
        }
    }
    return text + "+08'00'";
}

void write_metadata(Objects& objects, ByteBuffer& to, const MetadataInput& input) {
    objects.begin_stream(object_metadata, "/Type/Metadata/Subtype/XML");
    put_xmp(to, input);
    objects.end_stream();
    objects.plain(object_file_specification, "<</Type/Filespec/F(record.json)/UF(record.json)/"
                                             "AFRelationship/Data/EF<</F 14 0 R/UF 14 0 R>>>>");
    const std::string head = "/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</ModDate(" +
                             pdf_date(input.issued_at) + ")/Size ";
    objects.stream(object_record, head + std::to_string(input.record.size()) + ">>", input.record);
    if (!input.licence.empty()) {
        objects.stream(object_licence_metadata, head + std::to_string(input.licence.size()) + ">>",
                       input.licence);
    }
}

} // namespace songda::issuer::detail
