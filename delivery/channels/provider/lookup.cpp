#include "delivery/channels/provider/lookup.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/foreign_time.hpp"
#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "delivery/channels/provider/answer.hpp"

namespace songda::delivery::provider {
namespace {

using Kind = Found::Kind;
using Elements = std::vector<const rapidjson::Value*>;

constexpr std::size_t elements_max = 10'000;
constexpr std::size_t code_bytes_max = 64;

std::string text_at(const rapidjson::Value& value, const std::string& pointer) {
    const auto* const found = pointer.empty() ? nullptr : find_at(value, pointer);
    return found == nullptr ? std::string() : scalar_text(*found);
}

/// It names no message: it may be ours.
bool is_nameless(const Lookup& lookup, const rapidjson::Value& element) {
    return text_at(element, lookup.leg).empty() && text_at(element, lookup.ref).empty();
}

bool is_ours(const Lookup& lookup, const rapidjson::Value& element, const Sought& sought) {
    const std::string leg = text_at(element, lookup.leg);
    if (!leg.empty()) { // our own id counts, whatever else is said
        return leg == sought.leg;
    }
    return !sought.ref.empty() && text_at(element, lookup.ref) == sought.ref;
}

/// In the order of what they tell.
int rank_of(Kind kind) {
    constexpr std::array order = {Kind::unsure, Kind::absent, Kind::failed, Kind::taken,
                                  Kind::reached};
    return static_cast<int>(std::find(order.begin(), order.end(), kind) - order.begin());
}

/// Why it failed, in the words of reports where the file has them.
Reason reason_of(const Spec& spec, const std::string& why, Reason otherwise) {
    if (!spec.callback) {
        return otherwise;
    }
    const auto known = spec.callback->status.find(why);
    return known != spec.callback->status.end() && known->second.kind == ReportKind::failed
               ? known->second.reason
               : otherwise;
}

LookupAnswer read_element(const Spec& spec, const rapidjson::Value& element, const Sought& sought) {
    const Lookup& lookup = *spec.lookup;
    const std::string code = text_at(element, lookup.code);
    LookupAnswer answer;
    answer.found.trace = "code " + trimmed(code, sought.to, code_bytes_max);
    const auto known = lookup.status.find(code);
    if (known == lookup.status.end()) {
        answer.unknown_code = true;
        return answer;
    }
    answer.found.kind = known->second.kind;
    if (answer.found.kind == Kind::failed) {
        const std::string why = text_at(element, lookup.why);
        answer.found.reason = reason_of(spec, why, known->second.reason);
        answer.found.trace += why.empty() ? "" : ' ' + trimmed(why, sought.to, code_bytes_max);
    }
    if (answer.found.kind == Kind::reached || answer.found.kind == Kind::failed) {
        answer.found.happened = read_foreign_time(text_at(element, lookup.time));
    }
    return answer;
}

/// The elements, if the answer is one that can be read.
std::optional<Elements> elements_in(const Lookup& lookup, const rapidjson::Value& root) {
    if (!lookup.success.empty() && text_at(root, lookup.success) != lookup.is) {
        return std::nullopt;
    }
    if (lookup.list.empty()) {
        return Elements{&root};
    }
    const auto* const list = find_at(root, lookup.list);
    if (list == nullptr || kind_of(*list) != "array") {
        return std::nullopt;
    }
    Elements elements = elements_of(*list);
    return elements.size() <= elements_max ? std::optional(std::move(elements)) : std::nullopt;
}

/// Nothing that the provider has of the kind that was asked for is missing, and each is named.
bool is_whole(const Lookup& lookup, const rapidjson::Value& root, const Elements& elements) {
    const bool counted =
        lookup.total.empty() || text_at(root, lookup.total) == std::to_string(elements.size());
    return !lookup.list.empty() && counted &&
           std::none_of(elements.begin(), elements.end(), [&](const rapidjson::Value* element) {
               return is_nameless(lookup, *element);
           });
}

LookupAnswer read_whole(const Spec& spec, const rapidjson::Value& root, const Sought& sought) {
    const Lookup& lookup = *spec.lookup;
    const auto elements = elements_in(lookup, root);
    if (!elements) {
        return {};
    }
    LookupAnswer best;
    bool ours = false;
    for (const rapidjson::Value* const element : *elements) {
        if (!is_ours(lookup, *element, sought)) {
            continue;
        }
        LookupAnswer answer = read_element(spec, *element, sought);
        if (!std::exchange(ours, true) || rank_of(best.found.kind) < rank_of(answer.found.kind)) {
            best = std::move(answer);
        }
    }
    if (!ours && is_whole(lookup, root, *elements)) {
        best.found.trace = fmt::format("not among {}", elements->size());
        best.found.kind = Kind::absent;
    }
    if (best.found.kind == Kind::absent && !sought.complete) {
        best.found.kind = Kind::unsure;
    }
    return best;
}

} // namespace

LookupAnswer read_lookup(const Spec& spec, const HttpReply& reply, const Sought& sought) {
    LookupAnswer answer;
    const bool good = reply.whole() && reply.status >= 200 && reply.status <= 299;
    if (const auto json = good ? parse_json(reply.body) : Error{}; json.ok()) {
        answer = read_whole(spec, json.value().root(), sought);
    }
    answer.found.trace = fmt::format("http {}{}{}", reply.status,
                                     answer.found.trace.empty() ? "" : " ", answer.found.trace);
    return answer;
}

} // namespace songda::delivery::provider
