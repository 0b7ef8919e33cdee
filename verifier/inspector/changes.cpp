#include "verifier/inspector/changes.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "verifier/inspector/added_bytes.hpp"
#include "verifier/inspector/document.hpp"

namespace songda::inspector {
namespace {

using Object = QPDFObjectHandle;
using verifier::LaterChange;

/// Which rules hold for an object that is compared.
enum class Place { plain, trailer, catalog, form, fields, annotations };

/// More updates than any file of an office has.
constexpr std::size_t revisions_max = 24;

struct Pair {
    Object before;
    Object after;
    Place place = Place::plain;
};

const std::set<std::string> trailer_keys = {"/Root", "/Info", "/Encrypt"};
const std::set<std::string> widget_keys = {"/Type", "/Subtype", "/FT", "/T", "/V",
                                           "/F",    "/Rect",    "/P",  "/Ff"};

bool is_name(Object object, const char* name) {
    return object.isName() && object.getName() == name;
}

bool is_timestamp(Object signature) {
    return is_name(signature.getKey("/SubFilter"), "/ETSI.RFC3161");
}

/// A rectangle without an area; none at all is one too.
bool is_empty_place(Object rectangle) {
    if (rectangle.isNull()) {
        return true;
    }
    return rectangle.isArray() && rectangle.getArrayNItems() == 4 &&
           rectangle.getArrayItem(0).isNumber() && rectangle.getArrayItem(2).isNumber() &&
           rectangle.getArrayItem(0).getNumericValue() ==
               rectangle.getArrayItem(2).getNumericValue();
}

/// Compares two states of one document.
class Comparison {
public:
    Comparison(QPDF& before, QPDF& after) : before_(before) {
        work_.push_back({before.getTrailer(), after.getTrailer(), Place::trailer});
    }

    LaterChange run() {
        while (!work_.empty() && same_) {
            Pair pair = work_.back();
            work_.pop_back();
            if (!seen_before(pair)) {
                compare(pair);
            }
        }
        return !same_ ? LaterChange::unknown : found_;
    }

private:
    void differ() { same_ = false; }
    void found(bool timestamp) {
        found_ = timestamp && found_ != LaterChange::signatures ? LaterChange::proofs
                                                                : LaterChange::signatures;
    }

    /// Indirect objects once; the two must have one number.
    bool seen_before(const Pair& pair) {
        if (pair.before.isIndirect() != pair.after.isIndirect()) {
            differ();
            return true;
        }
        if (!pair.before.isIndirect()) {
            return false;
        }
        if (pair.before.getObjGen() != pair.after.getObjGen()) {
            differ();
            return true;
        }
        if (seen_.size() > objects_max) {
            throw Costly();
        }
        return !seen_.insert(pair.before.getObjGen()).second;
    }

    void compare(Pair& pair) {
        if (pair.before.getTypeCode() != pair.after.getTypeCode()) {
            differ();
        } else if (pair.before.isDictionary()) {
            compare_dictionaries(pair);
        } else if (pair.before.isArray()) {
            compare_arrays(pair);
        } else if (pair.before.isStream()) {
            work_.push_back({pair.before.getDict(), pair.after.getDict()});
            compare_data(pair.before, pair.after);
        } else if (pair.before.unparseResolved() != pair.after.unparseResolved()) {
            differ();
        }
    }

    void compare_data(Object before, Object after) {
        const auto left = before.getRawStreamData();
        const auto right = after.getRawStreamData();
        if (left->getSize() != right->getSize() ||
            std::memcmp(left->getBuffer(), right->getBuffer(), left->getSize()) != 0) {
            differ();
        }
    }

    void compare_arrays(Pair& pair) {
        const int size = pair.before.getArrayNItems();
        const int later_size = pair.after.getArrayNItems();
        const bool may_grow = pair.place == Place::fields || pair.place == Place::annotations;
        if (later_size < size || (later_size > size && !may_grow)) {
            return differ();
        }
        for (int at = 0; at < size; ++at) {
            work_.push_back({pair.before.getArrayItem(at), pair.after.getArrayItem(at)});
        }
        for (int at = size; at < later_size; ++at) {
            check_new_field(pair.after.getArrayItem(at));
        }
    }

    /// A field of the added bytes that holds a signature and shows nothing.
    void check_new_field(Object field) {
        if (!field.isIndirect() || !field.isDictionary() || !is_new(field) ||
            !is_name(field.getKey("/FT"), "/Sig") || !is_empty_place(field.getKey("/Rect"))) {
            return differ();
        }
        for (const std::string& key : field.getKeys()) {
            if (widget_keys.count(key) == 0) {
                return differ();
            }
        }
        Object value = field.getKey("/V");
        if (!value.isDictionary()) {
            return differ();
        }
        found(is_timestamp(value));
    }

    [[nodiscard]] bool is_new(Object object) {
        return before_.getObject(object.getObjGen()).isNull();
    }

    void compare_dictionaries(Pair& pair) {
        std::set<std::string> keys = pair.before.getKeys();
        keys.merge(pair.after.getKeys());
        const bool page = is_name(pair.before.getKey("/Type"), "/Page");
        for (const std::string& key : keys) {
            if (pair.place == Place::trailer && trailer_keys.count(key) == 0) {
                continue;
            }
            Object before = pair.before.getKey(key);
            Object after = pair.after.getKey(key);
            if (pair.place == Place::catalog && (key == "/DSS" || key == "/Extensions")) {
                continue;
            }
            if (pair.place == Place::form && key == "/SigFlags") {
                continue;
            }
            if (before.isNull() && !after.isNull() && may_begin(pair, key, page)) {
                begin(after, key);
                continue;
            }
            work_.push_back({before, after, place_of(pair.place, key, page)});
        }
    }

    static Place place_of(Place parent, const std::string& key, bool page) {
        if (parent == Place::trailer && key == "/Root") {
            return Place::catalog;
        }
        if (parent == Place::catalog && key == "/AcroForm") {
            return Place::form;
        }
        if (parent == Place::form && key == "/Fields") {
            return Place::fields;
        }
        return page && key == "/Annots" ? Place::annotations : Place::plain;
    }

    /// Members that were not there before, and may be now.
    static bool may_begin(Pair& pair, const std::string& key, bool page) {
        return (pair.place == Place::catalog && key == "/AcroForm") || (page && key == "/Annots");
    }
    void begin(Object after, const std::string& key) {
        if (key == "/AcroForm") {
            for (const std::string& member :
                 after.isDictionary() ? after.getKeys() : std::set<std::string>{"/"}) {
                if (member != "/Fields" && member != "/SigFlags") {
                    return differ();
                }
            }
            after = after.getKey("/Fields");
        }
        if (!after.isArray()) {
            return differ();
        }
        for (int at = 0; at < after.getArrayNItems(); ++at) {
            check_new_field(after.getArrayItem(at));
        }
    }

    QPDF& before_;
    std::vector<Pair> work_;
    std::set<QPDFObjGen> seen_;
    bool same_ = true;
    LaterChange found_ = LaterChange::proofs;
};

std::set<std::size_t> named_offsets(QPDF& document) {
    std::set<std::size_t> named;
    for (const auto& [id, entry] : document.getXRefTable()) {
        if (entry.getType() == 1) {
            named.insert(static_cast<std::size_t>(entry.getOffset()));
        }
    }
    return named;
}

/// Where the revisions of the added bytes end; the last of them takes whatever stands behind it.
std::vector<std::size_t> revision_ends(ByteView file, std::size_t end) {
    static constexpr std::string_view mark = "%%EOF";
    const std::string_view text = as_text(file);
    std::vector<std::size_t> ends;
    for (std::size_t at = text.find(mark, end); at != std::string_view::npos;
         at = text.find(mark, at)) {
        at += mark.size();
        ends.push_back(at);
    }
    if (!ends.empty()) {
        ends.back() = file.size();
    }
    return ends;
}

/// One revision after the other, so that nothing can be shown between two and taken back.
LaterChange judge_steps(ByteView file, std::size_t end) {
    const std::vector<std::size_t> ends = revision_ends(file, end);
    if (ends.empty() || ends.size() > revisions_max) {
        return LaterChange::unknown;
    }
    auto before = open_document(file.first(end));
    LaterChange worst = LaterChange::proofs;
    for (const std::size_t next : ends) {
        const auto after = open_document(file.first(next));
        if (after->isEncrypted() || !are_revisions(file.first(next), end, named_offsets(*after))) {
            return LaterChange::unknown;
        }
        worst = std::max(worst, Comparison(*before, *after).run());
        if (before->anyWarnings() || after->anyWarnings()) {
            return LaterChange::unknown;
        }
        before = after;
        end = next;
    }
    return worst;
}

} // namespace

LaterChange judge_changes(ByteView file, std::size_t end) {
    if (end == file.size()) {
        return LaterChange::none;
    }
    try {
        return judge_steps(file, end);
    } catch (const Costly&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return LaterChange::unknown; // what was signed is no document by itself
    }
}

} // namespace songda::inspector
