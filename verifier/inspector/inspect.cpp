#include "verifier/inspector/inspect.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/text_codec.hpp"
#include "verifier/inspector/changes.hpp"
#include "verifier/inspector/document.hpp"

namespace songda::inspector {
namespace {

using Object = QPDFObjectHandle;
using verifier::Evidence;
using verifier::InspectedSignature;
using verifier::Inspection;
using verifier::InspectionFault;
using verifier::SignatureKind;
using verifier::SubFilter;

constexpr std::size_t fields_max = 10'000;

std::string name_of(Object object) {
    return object.isName() ? object.getName() : std::string();
}

/// Signature dictionaries that are values of the document's fields, in the order of the form.
std::vector<Object> signatures_of_fields(QPDF& document) {
    struct Open {
        Object field;
        std::string type; ///< /FT is inherited (ISO 32000-1 §12.7.3.1)
    };
    std::vector<Open> open;
    std::vector<Object> found;
    std::set<QPDFObjGen> seen;
    const auto push_all = [&open](Object array, const std::string& type) {
        for (int at = array.isArray() ? array.getArrayNItems() : 0; at > 0; --at) {
            open.push_back({array.getArrayItem(at - 1), type});
        }
    };
    Object form = document.getRoot().getKey("/AcroForm");
    push_all(form.isDictionary() ? form.getKey("/Fields") : Object::newNull(), "");
    while (!open.empty()) {
        Open next = open.back();
        open.pop_back();
        if (!next.field.isDictionary() ||
            (next.field.isIndirect() && !seen.insert(next.field.getObjGen()).second)) {
            continue;
        }
        if (seen.size() > fields_max || open.size() > fields_max) {
            throw Costly();
        }
        const std::string own = name_of(next.field.getKey("/FT"));
        const std::string type = own.empty() ? next.type : own;
        Object value = next.field.getKey("/V");
        if (type == "/Sig" && value.isDictionary()) {
            found.push_back(value);
        }
        push_all(next.field.getKey("/Kids"), type);
    }
    return found;
}

SubFilter sub_filter_of(const std::string& name) {
    return name == "/ETSI.CAdES.detached"   ? SubFilter::cades
           : name == "/adbe.pkcs7.detached" ? SubFilter::pkcs7_detached
           : name == "/adbe.pkcs7.sha1"     ? SubFilter::pkcs7_sha1
           : name == "/adbe.x509.rsa_sha1"  ? SubFilter::x509_rsa_sha1
           : name == "/ETSI.RFC3161"        ? SubFilter::timestamp
           : name == "/GM.sm2seal"          ? SubFilter::sm2_seal
                                            : SubFilter::other;
}

/// /P of a DocMDP transform (ISO 32000-1 §12.8.2.2); nothing without one.
std::optional<int> certification_of(Object signature) {
    Object references = signature.getKey("/Reference");
    for (int at = 0; references.isArray() && at < references.getArrayNItems(); ++at) {
        Object reference = references.getArrayItem(at);
        if (!reference.isDictionary() ||
            name_of(reference.getKey("/TransformMethod")) != "/DocMDP") {
            continue;
        }
        Object parameters = reference.getKey("/TransformParams");
        Object permission = parameters.isDictionary() ? parameters.getKey("/P") : Object::newNull();
        const long long value = permission.isInteger() ? permission.getIntValue() : 2;
        return value >= 1 && value <= 3 ? static_cast<int>(value) : 1;
    }
    return std::nullopt;
}

/// `[0 a b c]` that leaves one gap, `<` to `>`, inside the file.
bool read_range(Object range, ByteView file, InspectedSignature& to) {
    std::array<std::size_t, 4> numbers{};
    if (!range.isArray() || range.getArrayNItems() != 4) {
        return false;
    }
    for (std::size_t at = 0; at < numbers.size(); ++at) {
        Object item = range.getArrayItem(static_cast<int>(at));
        const long long value = item.isInteger() ? item.getIntValue() : -1;
        if (value < 0 || static_cast<unsigned long long>(value) > file.size()) {
            return false;
        }
        numbers[at] = static_cast<std::size_t>(value);
    }
    const auto [first, first_size, last, last_size] = numbers;
    to.gap_begin = first_size;
    to.gap_end = last;
    to.end = last + last_size;
    return first == 0 && last > first_size + 2 && to.end <= file.size() && last_size > 0 &&
           file[first_size] == '<' && file[last - 1] == '>';
}

/// The gap spells the very string that the dictionary has as /Contents.
bool gap_is_contents(Object contents, ByteView file, const InspectedSignature& signature) {
    const std::string_view digits =
        as_text(file).substr(signature.gap_begin + 1, signature.gap_end - signature.gap_begin - 2);
    const auto bytes = from_hex(digits);
    return contents.isString() && bytes && as_text(*bytes) == contents.getStringValue();
}

void add_signature(Object dictionary, ByteView file, Inspection& to) {
    InspectedSignature signature;
    if (!read_range(dictionary.getKey("/ByteRange"), file, signature)) {
        to.fault = std::max(to.fault, InspectionFault::range);
        return;
    }
    if (!gap_is_contents(dictionary.getKey("/Contents"), file, signature)) {
        to.fault = std::max(to.fault, InspectionFault::contents);
        return;
    }
    signature.sub_filter = sub_filter_of(name_of(dictionary.getKey("/SubFilter")));
    const auto permission = certification_of(dictionary);
    signature.permission = permission.value_or(0);
    signature.kind = signature.sub_filter == SubFilter::timestamp ? SignatureKind::timestamp
                     : permission                                 ? SignatureKind::certification
                                                                  : SignatureKind::approval;
    signature.later = judge_changes(file, signature.end);
    to.signatures.push_back(signature);
}

/// Certificates, revocation lists and OCSP answers of the /DSS (ISO 32000-2 §12.8.4.3).
void add_evidence(QPDF& document, Inspection& to) {
    Object security = document.getRoot().getKey("/DSS");
    if (!security.isDictionary()) {
        return;
    }
    std::size_t left = verifier::evidence_bytes_max;
    const auto add = [&](const char* key, Evidence::Kind kind) {
        Object streams = security.getKey(key);
        for (int at = 0; streams.isArray() && at < streams.getArrayNItems(); ++at) {
            Object stream = streams.getArrayItem(at);
            if (!stream.isStream()) {
                continue;
            }
            if (to.evidence.size() == verifier::evidence_items_max) {
                throw Costly();
            }
            to.evidence.push_back({kind, decoded_stream(stream, left)});
            left -= to.evidence.back().der.size();
        }
    };
    add("/Certs", Evidence::Kind::certificate);
    add("/CRLs", Evidence::Kind::crl);
    add("/OCSPs", Evidence::Kind::ocsp);
}

/// Reads every object once, so that what is wrong with any of them is known.
bool holds_orphan(QPDF& document) {
    bool orphan = false;
    for (Object object : document.getAllObjects()) {
        orphan = orphan || (object.isDictionary() && object.hasKey("/ByteRange") &&
                            object.hasKey("/Contents"));
    }
    return orphan;
}

Inspection take_apart(ByteView file) {
    Inspection made;
    if (!as_text(file).starts_with("%PDF-")) {
        made.fault = InspectionFault::unreadable;
        return made;
    }
    const auto document = open_document(file);
    const std::vector<Object> signatures = signatures_of_fields(*document);
    if (signatures.size() > verifier::inspected_signatures_max) {
        throw Costly();
    }
    for (const Object& signature : signatures) {
        add_signature(signature, file, made);
    }
    if (holds_orphan(*document) && signatures.empty()) {
        made.fault = InspectionFault::orphan;
    }
    if (!signatures.empty()) {
        add_evidence(*document, made);
    }
    for (const QPDFExc& warning : document->getWarnings()) {
        // libqpdf takes a bound of memory for a damaged object, and goes on.
        if (std::string_view(warning.what()).find("bad_alloc") != std::string_view::npos) {
            throw Costly();
        }
        made.fault = std::max(made.fault, InspectionFault::several_definitions);
    }
    return made;
}

Inspection failed(InspectionFault fault) {
    Inspection made;
    made.fault = fault;
    return made;
}

} // namespace

Inspection inspect(ByteView file) {
    try {
        return take_apart(file);
    } catch (const Costly&) {
        return failed(InspectionFault::costly);
    } catch (const std::bad_alloc&) {
        return failed(InspectionFault::costly);
    } catch (const std::exception&) {
        return failed(InspectionFault::unreadable);
    }
}

} // namespace songda::inspector
