#include "postal-adapter/carrier.hpp"

#include <algorithm>
#include <array>

#include "base/foreign_time.hpp"
#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/toml_reader.hpp"
#include "postal-adapter/s10.hpp"

namespace songda::postal {
namespace {

constexpr std::string_view s10_pattern = "S10";
constexpr std::string_view delivered = "delivered";

/// `delivered addressee signed`, `attempted not_home`, `in_transit`.
std::optional<CodeMeaning> parse_meaning(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    const bool to_somebody = !words.empty() && words[0] == delivered;
    if (words.empty() || words.size() > (to_somebody ? 3U : 2U) ||
        (to_somebody && words.size() < 2) || (words.size() == 3 && words[2] != "signed")) {
        return std::nullopt;
    }
    CodeMeaning meaning;
    meaning.status = words[0];
    (to_somebody ? meaning.received_by : meaning.reason) = words.size() > 1 ? words[1] : "";
    meaning.signed_for = words.size() == 3;
    return meaning;
}

std::map<std::string, CodeMeaning> read_codes(TomlTable codes) {
    std::map<std::string, CodeMeaning> meanings;
    for (const std::string& code : codes.names()) {
        if (auto meaning = parse_meaning(codes.text(code))) {
            meanings.emplace(code, *std::move(meaning));
        } else {
            codes.refuse(code,
                         "must be a status, with a reason; or delivered, to whom, and signed");
        }
    }
    return meanings;
}

ReportShape read_shape(TomlTable table) {
    ReportShape shape;
    shape.list = table.text_or("list", "");
    shape.number = table.text("number");
    shape.id = table.texts_or_none("id");
    shape.code = table.text("code");
    shape.second = table.text_or("second", "");
    shape.time = table.text("time");
    shape.text = table.text_or("text", "");
    shape.place = table.texts_or_none("place");
    return shape;
}

bool fits(std::string_view pattern, std::string_view number) {
    if (pattern == s10_pattern) {
        return check_s10(number) == S10Verdict::good;
    }
    return pattern.size() == number.size() &&
           std::equal(pattern.begin(), pattern.end(), number.begin(), [](char p, char c) {
               return p == 'A' ? c >= 'A' && c <= 'Z' : p == '9' ? c >= '0' && c <= '9' : p == c;
           });
}

std::string text_at(const rapidjson::Value& value, std::string_view pointer) {
    const rapidjson::Value* const found = pointer.empty() ? nullptr : find_at(value, pointer);
    return found == nullptr ? std::string() : scalar_text(*found);
}

std::string joined(const rapidjson::Value& value, const std::vector<std::string>& pointers,
                   char between) {
    std::string all;
    for (const std::string& pointer : pointers) {
        const std::string one = text_at(value, pointer);
        all += (all.empty() || one.empty() ? "" : std::string(1, between)) + one;
    }
    return all;
}

/// A second code that the table lacks may say that somebody else took it: then nobody knows to whom
/// it was delivered.
std::optional<CodeMeaning> meaning_of(const Carrier& carrier, const std::string& code,
                                      const std::string& second) {
    const auto whole = carrier.codes.find(code + ' ' + second);
    if (!second.empty() && whole != carrier.codes.end()) {
        return whole->second;
    }
    const auto bare = carrier.codes.find(code);
    const bool known =
        bare != carrier.codes.end() && (second.empty() || bare->second.status != delivered);
    return known ? std::optional(bare->second) : std::nullopt;
}

/// By which an event without an id is known when it is told again.
std::string hash_of_what_is_said(const CarrierEvent& event) {
    Sha256 hash;
    for (const std::string_view part :
         {std::string_view(event.number), std::string_view(event.code),
          std::string_view(event.said_at), std::string_view(event.text.reveal()),
          std::string_view(event.place.reveal())}) {
        hash.update(as_bytes(part));
        hash.update(as_bytes(std::string_view("\n")));
    }
    return to_hex(hash.finish());
}

CarrierEvent read_event(const Carrier& carrier, const rapidjson::Value& report,
                        const rapidjson::Value& element) {
    const ReportShape& shape = carrier.report;
    CarrierEvent event;
    event.number = text_at(element, shape.number);
    if (event.number.empty()) {
        event.number = text_at(report, shape.number);
    }
    const std::string code = text_at(element, shape.code);
    const std::string second = text_at(element, shape.second);
    event.code = second.empty() ? code : code + ' ' + second;
    event.meaning = meaning_of(carrier, code, second);
    event.said_at = text_at(element, shape.time);
    event.occurred = read_foreign_time(event.said_at);
    event.text = Private<std::string>(text_at(element, shape.text));
    event.place = Private<std::string>(joined(element, shape.place, ' '));
    event.id = joined(element, shape.id, '/');
    if (event.id.empty()) {
        event.id = hash_of_what_is_said(event);
    }
    return event;
}

} // namespace

Result<Carrier> read_carrier(const std::string& path) {
    auto file = TomlFile::open(path);
    if (!file.ok()) {
        return file.error();
    }
    TomlTable root = file.value().root();
    Carrier carrier;
    carrier.name = root.text("name");
    carrier.title = root.text("title");
    carrier.postal_enterprise = root.boolean_or("postal_enterprise", false);
    carrier.numbers = root.texts("numbers");
    carrier.report = read_shape(root.table("report"));
    carrier.codes = read_codes(root.table("codes"));
    const auto done = file.value().finish();
    return done.ok() ? Result<Carrier>(std::move(carrier)) : done.error();
}

bool is_number_of(const Carrier& carrier, std::string_view number) {
    return std::any_of(carrier.numbers.begin(), carrier.numbers.end(),
                       [&](const std::string& pattern) { return fits(pattern, number); });
}

Result<std::vector<CarrierEvent>> read_report(const Carrier& carrier, std::string_view report) {
    const auto json = parse_json(report);
    if (!json.ok()) {
        return json.error();
    }
    const rapidjson::Value& root = json.value().root();
    const rapidjson::Value* const list = find_at(root, carrier.report.list);
    const std::string_view kind = list == nullptr ? std::string_view() : kind_of(*list);
    std::vector<const rapidjson::Value*> elements;
    if (kind == "array") {
        elements = elements_of(*list);
    } else if (kind == "object" && carrier.report.list.empty()) {
        elements = {list};
    } else {
        return Error{Fault::invalid_input, "the report has no list of events"};
    }
    std::vector<CarrierEvent> events;
    for (const rapidjson::Value* const element : elements) {
        events.push_back(read_event(carrier, root, *element));
    }
    return events;
}

} // namespace songda::postal
