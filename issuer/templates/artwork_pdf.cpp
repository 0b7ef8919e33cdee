#include "issuer/templates/artwork_pdf.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <podofo/podofo.h>

#include "issuer/render/detail/deflate.hpp"

namespace songda::issuer::detail {
namespace {

using PoDoFo::PdfDictionary;
using PoDoFo::PdfName;
using PoDoFo::PdfObject;
using PoDoFo::PdfReference;

constexpr std::size_t objects_max = 500;
constexpr int depth_max = 20;

/// What a picture has no use for.
bool is_refused_key(const std::string& key) {
    static const std::set<std::string> refused = {
        "JS",       "JavaScript", "AA",        "OpenAction", "EmbeddedFile", "EmbeddedFiles",
        "AcroForm", "ByteRange",  "RichMedia", "Launch"};
    return refused.count(key) > 0;
}

/// Walks what is reachable, gives new numbers and writes each object once.
class Importer {
public:
    Importer(PoDoFo::PdfMemDocument& document, std::size_t first, PdfText text)
        : document_(document), next_(first), text_(text) {}

    Result<Artwork> run() {
        if (document_.GetEncrypted() || document_.GetPageCount() < 1) {
            return Error{Fault::invalid_input, "encrypted or without a page"};
        }
        for (const char* const key : {"OpenAction", "AA", "AcroForm", "Names"}) {
            if (document_.GetCatalog()->GetDictionary().HasKey(key)) {
                return Error{Fault::invalid_input,
                             std::string("the artwork's catalog has /") + key};
            }
        }
        PoDoFo::PdfPage* const page = document_.GetPage(0);
        for (const char* const key : {"AA", "Annots", "Rotate"}) {
            if (page->GetObject()->GetDictionary().HasKey(key)) {
                return Error{Fault::invalid_input, std::string("the artwork's page has /") + key};
            }
        }
        Artwork artwork;
        const PoDoFo::PdfRect box = page->GetMediaBox();
        artwork.width = box.GetWidth();
        artwork.height = box.GetHeight();
        artwork.object = next_++;
        Bytes form;
        append(form, form_head(box));
        if (PdfObject* const resources = page->GetResources()) {
            write(*resources, form, 0);
        } else {
            append(form, "<<>>");
        }
        const std::string content = read_content(*page);
        const Bytes packed = deflate(as_bytes(content));
        append(form, "/Filter/FlateDecode/Length " + std::to_string(packed.size()) + ">>stream\n");
        append(form, packed);
        append(form, "\nendstream");
        objects_[artwork.object] = std::move(form);
        if (!fault_.empty()) {
            return Error{Fault::invalid_input, fault_};
        }
        for (auto& [number, body] : objects_) {
            artwork.objects.push_back({number, std::move(body)});
        }
        return artwork;
    }

private:
    /// The page's lower left corner becomes the origin, wherever its box lies.
    static std::string form_head(const PoDoFo::PdfRect& box) {
        return fmt::format("<</Type/XObject/Subtype/Form/BBox[{0:.3f} {1:.3f} {2:.3f} {3:.3f}]"
                           "/Matrix[1 0 0 1 {4:.3f} {5:.3f}]/Resources ",
                           box.GetLeft(), box.GetBottom(), box.GetLeft() + box.GetWidth(),
                           box.GetBottom() + box.GetHeight(), -box.GetLeft(), -box.GetBottom());
    }

    static bool has_name(const PdfDictionary& dictionary, const char* key,
                         std::initializer_list<const char*> names) {
        const PdfObject* const value = dictionary.GetKey(key);
        return value != nullptr && value->IsName() &&
               std::any_of(names.begin(), names.end(),
                           [value](const char* name) { return value->GetName() == PdfName(name); });
    }

    /// ISO 19005-3 §6.2.11.4: every font program is embedded. The standard 14 fonts have no
    /// descriptor at all; Type0 and Type3 fonts need none.
    void check_font(const PdfDictionary& dictionary) {
        if (text_ == PdfText::refused && has_name(dictionary, "Type", {"Font"})) {
            refuse(
                "it holds text, which would be set with whatever fonts this machine has: turn it "
                "into outlines (路径), or let a [[text]] of the template say it");
        }
        const bool simple =
            has_name(dictionary, "Subtype",
                     {"Type1", "MMType1", "TrueType", "CIDFontType0", "CIDFontType2"});
        if (simple && has_name(dictionary, "Type", {"Font"}) &&
            !dictionary.HasKey("FontDescriptor")) {
            refuse("a font is not embedded");
        }
        if (has_name(dictionary, "Type", {"FontDescriptor"}) && !dictionary.HasKey("FontFile") &&
            !dictionary.HasKey("FontFile2") && !dictionary.HasKey("FontFile3")) {
            refuse("a font is not embedded");
        }
    }

    static std::string read_content(PoDoFo::PdfPage& page) {
        std::string all;
        const auto add = [&all](PdfObject* object) {
            if (object != nullptr && object->HasStream()) {
                char* buffer = nullptr;
                PoDoFo::pdf_long size = 0;
                object->GetStream()->GetFilteredCopy(&buffer, &size);
                all.append(buffer, static_cast<std::size_t>(size)).append("\n");
                PoDoFo::podofo_free(buffer);
            }
        };
        PdfObject* const contents = page.GetContents();
        if (contents != nullptr && contents->IsArray()) {
            for (PdfObject& part : contents->GetArray()) {
                add(part.IsReference() ? contents->GetOwner()->GetObject(part.GetReference())
                                       : &part);
            }
        } else {
            add(contents);
        }
        return all;
    }

    void refuse(const std::string& why) { fault_ = fault_.empty() ? why : fault_; }

    std::size_t import(const PdfReference& reference, int depth) {
        const auto key = std::make_pair(reference.ObjectNumber(), reference.GenerationNumber());
        const auto known = numbers_.find(key);
        if (known != numbers_.end()) {
            return known->second;
        }
        const std::size_t number = next_++;
        numbers_[key] = number;
        Bytes& body =
            objects_[number]; // claimed before the walk goes on: references may be circular
        PdfObject* const object = document_.GetObjects().GetObject(reference);
        if (object == nullptr || objects_.size() > objects_max) {
            refuse("a missing object, or too many");
            return number;
        }
        Bytes made;
        write(*object, made, depth + 1);
        body = std::move(made);
        return number;
    }

    void write(const PdfObject& object, Bytes& to, int depth) {
        if (depth > depth_max) {
            return refuse("nested too deeply");
        }
        if (object.IsReference()) {
            append(to, std::to_string(import(object.GetReference(), depth)) + " 0 R");
        } else if (object.IsDictionary()) {
            write_dictionary(object, to, depth);
        } else if (object.IsArray()) {
            append(to, "[");
            for (const PdfObject& item : object.GetArray()) {
                write(item, to, depth + 1);
                append(to, " ");
            }
            append(to, "]");
        } else {
            std::string text;
            object.ToString(text);
            append(to, text);
        }
    }

    void write_dictionary(const PdfObject& object, Bytes& to, int depth) {
        const PdfDictionary& dictionary = object.GetDictionary();
        check_font(dictionary);
        append(to, "<<");
        for (const auto& [name, value] : dictionary.GetKeys()) {
            const std::string key = name.GetName();
            if (is_refused_key(key)) {
                refuse("the artwork holds /" + key);
            }
            // ISO 19005-3 §6.2.8 allows no interpolation, and cairo asks for it in every picture.
            if (key == "Parent" || key == "Interpolate" ||
                (key == "Length" && object.HasStream())) {
                continue;
            }
            append(to, "/" + name.GetEscapedName() + ' ');
            write(*value, to, depth + 1);
        }
        if (!object.HasStream()) {
            append(to, ">>");
            return;
        }
        char* buffer = nullptr;
        PoDoFo::pdf_long size = 0;
        object.GetStream()->GetCopy(&buffer, &size);
        append(to, "/Length " + std::to_string(size) + ">>stream\n");
        append(to, std::string_view(buffer, static_cast<std::size_t>(size)));
        append(to, "\nendstream");
        PoDoFo::podofo_free(buffer);
    }

    PoDoFo::PdfMemDocument& document_;
    std::size_t next_;
    PdfText text_;
    std::map<std::pair<PoDoFo::pdf_objnum, PoDoFo::pdf_gennum>, std::size_t> numbers_;
    std::map<std::size_t, Bytes> objects_;
    std::string fault_;
};

} // namespace

Result<Artwork> import_pdf(ByteView file, std::size_t first_number, PdfText text) {
    PoDoFo::PdfError::EnableLogging(false);
    PoDoFo::PdfError::EnableDebug(false);
    try {
        PoDoFo::PdfMemDocument document;
        document.LoadFromBuffer(as_text(file).data(), static_cast<long>(file.size()));
        return Importer(document, first_number, text).run();
    } catch (const PoDoFo::PdfError& error) {
        return Error{Fault::invalid_input, PoDoFo::PdfError::ErrorName(error.GetError())};
    }
}

} // namespace songda::issuer::detail
