#pragma once

#include <string>

#include "tests/fakes/framed_file.hpp"

namespace songda::fakes {

/// The parts of an issued file that an archive revision looks at, and nothing else: catalog, form,
/// page, seal field, cross-reference table and trailer. Always the same bytes; object 9 stands
/// last, as the signature does, and is `signature`.
inline std::string own_file(const std::string& signature = "") {
    std::string text = "%PDF-1.7\n";
    std::string rows = "0000000000 65535 f \n";
    const auto put = [&text](int number, const std::string& body) {
        char row[32];
        std::snprintf(row, sizeof row, "%010zu 00000 n \n", text.size());
        text += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
        return std::string(row);
    };
    std::string table_rows[16];
    for (int number = 1; number <= 15; ++number) {
        std::string body;
        switch (number) {
        case 1: body = "<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R>>"; break;
        case 2: body = "<</Type/Pages/Kids[3 0 R]/Count 1>>"; break;
        case 3: body = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[15 0 R]>>"; break;
        case 7: body = "<</Fields[15 0 R]/SigFlags 3>>"; break;
        case 8:
            body = signature.empty() ? "<<>>"
                                     : "<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 0>>"
                                       "\nstream\n\nendstream";
            break;
        case 15:
            body = "<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/F 132/P 3 0 R/Rect[0 0 0 0]>>";
            if (!signature.empty()) {
                body.insert(body.find("/Rect"), "/V 9 0 R");
            }
            break;
        default: body = "<<>>";
        }
        if (number != 9 || signature.empty()) {
            table_rows[number] = put(number, body);
        }
    }
    if (!signature.empty()) {
        table_rows[9] = put(9, signature);
    }
    for (int number = 1; number <= 15; ++number) {
        rows += table_rows[number];
    }
    const std::string table = std::to_string(text.size());
    return text + "xref\n0 16\n" + rows +
           "trailer\n<</Size 16/Root 1 0 R/ID[<00><00>]>>\nstartxref\n" + table + "\n%%EOF\n";
}

/// The same file with room for a CMS in its signature, and a few lines of nothing that make it as
/// large as a file must be.
inline FramedFile own_file_to_seal(std::size_t cms_bytes) {
    static const std::string range = "0000000 0000000 0000000";
    FramedFile file;
    file.text = own_file("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
                         "/M(D:20261124090203+08'00')/ByteRange[0 " +
                         range + "]/Contents<" + std::string(cms_bytes * 2, '0') + "> >>");
    file.gap_begin = file.text.find("/Contents<") + 9;
    file.gap_end = file.gap_begin + cms_bytes * 2 + 2;
    file.frame(file.text.find(range));
    return file;
}

} // namespace songda::fakes
