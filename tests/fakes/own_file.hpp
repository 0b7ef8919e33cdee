#pragma once

#include <cstdio>
#include <string>

namespace songda::fakes {

/// The parts of an issued file that an archive time-stamp looks at, and nothing else: form, page,
/// seal field, cross-reference table and trailer. Always the same bytes.
inline std::string own_file() {
    std::string text = "%PDF-1.7\n";
    std::string rows = "0000000000 65535 f \n";
    for (int number = 1; number <= 15; ++number) {
        std::string body;
        switch (number) {
        case 1: body = "<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R>>"; break;
        case 2: body = "<</Type/Pages/Kids[3 0 R]/Count 1>>"; break;
        case 3: body = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[15 0 R]>>"; break;
        case 7: body = "<</Fields[15 0 R]/SigFlags 3>>"; break;
        case 15:
            body = "<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/F 132/P 3 0 R/Rect[0 0 0 0]>>";
            break;
        default: body = "<<>>";
        }
        char row[32];
        std::snprintf(row, sizeof row, "%010zu 00000 n \n", text.size());
        rows += row;
        text += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
    }
    const std::string table = std::to_string(text.size());
    return text + "xref\n0 16\n" + rows +
           "trailer\n<</Size 16/Root 1 0 R/ID[<00><00>]>>\nstartxref\n" + table + "\n%%EOF\n";
}

} // namespace songda::fakes
