#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/private.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// How carriers speak: their numbers, their codes and the shape of their reports, from a file each
/// (config/carriers; docs/formats/carrier.md). Pure: no network, no clock.
namespace songda::postal {

/// What a carrier's code means, in the words of tracked events (delivery/tracking_words.hpp).
struct CodeMeaning {
    std::string status;           ///< `out_for_delivery`
    std::string received_by = {}; ///< with `delivered`: `addressee`, `sender`, `locker` …
    bool signed_for = false;
    std::string reason = {};
    bool operator==(const CodeMeaning&) const = default;
};

/// Where in a JSON report what is (RFC 6901); an empty pointer: it is not there.
struct ReportShape {
    std::string list;            ///< the array of events; empty: the report is it, or one event
    std::string number;          ///< of the waybill: in the event, else in the report
    std::vector<std::string> id; ///< together the event's own id; none: the hash of what it says
    std::string code;
    std::string second; ///< a second code that says more: why, or to whom
    std::string time;
    std::string text;
    std::vector<std::string> place; ///< joined by a blank
};

struct Carrier {
    std::string name;  ///< `ems`
    std::string title; ///< 邮政特快专递
    /// Only a postal enterprise carries letters of state organs (邮政法 §55).
    bool postal_enterprise = false;
    /// `A` a capital letter, `9` a digit, any other character itself; `S10` an identifier of UPU
    /// S10 with its check digit.
    std::vector<std::string> numbers;
    ReportShape report;
    /// `CODE`, or `CODE SECOND`, which is looked for first. A `delivered` counts without its second
    /// code only where the event has none.
    std::map<std::string, CodeMeaning> codes;
};

/// Faults: as TomlFile; each key that is wrong, with its line.
[[nodiscard]] Result<Carrier> read_carrier(const std::string& path);

[[nodiscard]] bool is_number_of(const Carrier& carrier, std::string_view number);

/// One event of a report, as the carrier said it.
struct CarrierEvent {
    std::string number;
    std::string id;
    std::string code; ///< raw, with the second: `704 10`
    std::string said_at;
    std::optional<TimeMs> occurred;     ///< none: its time cannot be read
    std::optional<CodeMeaning> meaning; ///< none: the code is in no table; never taken for a move
    Private<std::string> text = {};
    Private<std::string> place = {};
};

/// The events of one report, in its order. One that lacks a number or a code is in the list all the
/// same, so that nothing is dropped. Fault invalid_input: it is no JSON, or has no list where the
/// shape says; then it is for a person to look at.
[[nodiscard]] Result<std::vector<CarrierEvent>> read_report(const Carrier& carrier,
                                                            std::string_view report);

} // namespace songda::postal
