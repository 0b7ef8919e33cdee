#include "signer/seals/use_line.hpp"

#include <algorithm>
#include <array>

#include <rapidjson/document.h>

#include "base/json.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::uint64_t version = 1;

struct PurposeWord {
    SealPurpose purpose;
    std::string_view word;
};
constexpr std::array purposes = {
    PurposeWord{SealPurpose::document, "document"}, PurposeWord{SealPurpose::qr, "qr"},
    PurposeWord{SealPurpose::timestamp, "timestamp"}, PurposeWord{SealPurpose::record, "record"},
    PurposeWord{SealPurpose::electronic_seal, "electronic_seal"}};

/// With the member that its detail is under.
struct OutcomeWord {
    UseOutcome outcome;
    std::string_view word;
    std::string_view detail;
};
constexpr std::array outcomes = {OutcomeWord{UseOutcome::made, "signed", "signature"},
                                 OutcomeWord{UseOutcome::refused, "refused", "rule"},
                                 OutcomeWord{UseOutcome::failed, "failed", "fault"},
                                 OutcomeWord{UseOutcome::unfinished, "unfinished", ""}};

const OutcomeWord& word_of(UseOutcome outcome) {
    return *std::find_if(outcomes.begin(), outcomes.end(),
                         [outcome](const OutcomeWord& each) { return each.outcome == outcome; });
}

void write_begin(std::string& json, const SegmentBegin& begin) {
    JsonObject object(json);
    object.raw("version", std::to_string(version));
    object.raw("segment", std::to_string(begin.segment));
    object.text("follows", begin.follows);
    object.raw("lines", std::to_string(begin.lines));
    object.raw("uses", std::to_string(begin.uses));
    object.begin("open");
    append_json_array(json, begin.open,
                      [&json](std::uint64_t number) { json += std::to_string(number); });
    object.end();
}

void write_row(std::string& json, const UseRow& row) {
    JsonObject object(json);
    object.raw("use", std::to_string(row.number));
    object.text("purpose", purpose_name(row.purpose));
    object.text_if("seal", row.seal);
    object.text_if("department", row.department.text);
    object.text_if("actor", row.use.actor);
    object.text_if("type", row.use.type);
    object.text_if("template", row.use.template_version);
    if (row.use.document != DocumentId{}) {
        object.text("document", to_text(row.use.document));
    }
    if (row.asked) {
        object.raw("asked", "true");
    } else {
        object.text("sha256", to_hex(row.content));
    }
    object.end();
}

void write_end(std::string& json, const UseEnd& end) {
    const OutcomeWord& word = word_of(end.outcome);
    JsonObject object(json);
    object.raw("use", std::to_string(end.number));
    object.text("outcome", word.word);
    if (!word.detail.empty()) {
        object.text(word.detail, end.detail);
    }
    object.end();
}

using Json = rapidjson::Value;

std::optional<std::uint64_t> number_in(const Json& object, std::string_view name) {
    const Json* const found = find_member(object, name);
    return found != nullptr && found->IsUint64() ? std::optional(found->GetUint64()) : std::nullopt;
}

/// Calls `take` for each element; false when it is no array or an element is not taken.
template <class Take>
bool each_of(const Json* array, Take take) {
    return array != nullptr && array->IsArray() && std::all_of(array->Begin(), array->End(), take);
}

bool take_begin(const Json& from, SegmentBegin& to) {
    to.segment = static_cast<std::uint32_t>(number_in(from, "segment").value_or(0));
    to.follows = member_text(from, "follows");
    to.lines = number_in(from, "lines").value_or(0);
    to.uses = number_in(from, "uses").value_or(0);
    return number_in(from, "version") == version &&
           each_of(find_member(from, "open"), [&to](const Json& number) {
               to.open.push_back(number.IsUint64() ? number.GetUint64() : 0);
               return number.IsUint64();
           });
}

bool take_row(const Json& from, UseRow& to) {
    const auto* const word =
        std::find_if(purposes.begin(), purposes.end(), [&from](const PurposeWord& each) {
            return each.word == member_text(from, "purpose");
        });
    if (word == purposes.end()) {
        return false;
    }
    to.number = number_in(from, "use").value_or(0);
    to.purpose = word->purpose;
    to.seal = member_text(from, "seal");
    to.department.text = member_text(from, "department");
    to.use.actor = member_text(from, "actor");
    to.use.type = member_text(from, "type");
    to.use.template_version = member_text(from, "template");
    if (find_member(from, "document") != nullptr) {
        const auto id = parse_document_id(member_text(from, "document"));
        to.use.document = id.value_or(DocumentId{});
    }
    to.asked = find_member(from, "asked") != nullptr;
    const auto digest = from_hex(member_text(from, "sha256"));
    if (digest && digest->size() == to.content.size()) {
        std::copy(digest->begin(), digest->end(), to.content.begin());
    }
    return true;
}

bool take_end(const Json& from, UseEnd& to) {
    const auto* const word =
        std::find_if(outcomes.begin(), outcomes.end(), [&from](const OutcomeWord& each) {
            return each.word == member_text(from, "outcome");
        });
    if (word == outcomes.end()) {
        return false;
    }
    to = {number_in(from, "use").value_or(0), word->outcome,
          std::string(member_text(from, word->detail))};
    return true;
}

/// An absent array is an empty one.
template <class Row, class Take>
bool take_rows(const Json& line, std::string_view name, std::vector<Row>& to, Take take) {
    const Json* const array = find_member(line, name);
    return array == nullptr ||
           each_of(array, [&](const Json& each) { return take(each, to.emplace_back()); });
}

} // namespace

std::string_view outcome_name(UseOutcome outcome) {
    return word_of(outcome).word;
}

std::string_view purpose_name(SealPurpose purpose) {
    const auto* const found =
        std::find_if(purposes.begin(), purposes.end(),
                     [purpose](const PurposeWord& each) { return each.purpose == purpose; });
    return found == purposes.end() ? std::string_view() : found->word;
}

std::string write_use_line(const UseLine& line) {
    std::string json;
    json.reserve(64 + line.before.size() * 400 + line.after.size() * 96);
    JsonObject object(json);
    object.text("time", to_rfc3339(line.time));
    if (line.begin) {
        object.begin("begin");
        write_begin(json, *line.begin);
    }
    if (!line.before.empty()) {
        object.begin("before");
        append_json_array(json, line.before, [&](const UseRow& row) { write_row(json, row); });
    }
    if (!line.after.empty()) {
        object.begin("after");
        append_json_array(json, line.after, [&](const UseEnd& end) { write_end(json, end); });
    }
    object.end();
    return json;
}

Result<UseLine> read_use_line(std::string_view json) {
    const auto text = parse_json(json, 4);
    if (!text.ok()) {
        return Error{Fault::corrupt, text.error().detail};
    }
    const Json& root = text.value().root();
    UseLine line;
    const auto time = parse_rfc3339(member_text(root, "time"));
    line.time = time.value_or(TimeMs{});
    const Json* const begin = find_member(root, "begin");
    const bool read = (begin == nullptr || take_begin(*begin, line.begin.emplace())) &&
                      take_rows(root, "before", line.before, take_row) &&
                      take_rows(root, "after", line.after, take_end);
    // Whatever has another spelling has members that nobody would look at.
    if (!read || write_use_line(line) != json) {
        return Error{Fault::corrupt, "is no line of a book of uses"};
    }
    return line;
}

std::string signature_mark(const EcdsaSignature& signature) {
    return to_hex(ByteView(signature.r).first(signature.r.size() / 2));
}

} // namespace songda::signer
