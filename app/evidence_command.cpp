// songda evidence: all evidence of one document as a file, whom its records mean, the receipt of
// its service, and how far sealing is.

#include <iostream>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/evidence_office.hpp"
#include "app/terminal.hpp"
#include "base/durable_file.hpp"
#include "delivery/channel_kind.hpp"
#include "delivery/evidence.hpp"
#include "delivery/evidence_package.hpp"
#include "delivery/service_receipt.hpp"
#include "verifier/record_of.hpp"

namespace songda::app {
namespace {

int write_output(const std::string& path, std::string_view content) {
    const auto written = replace_file(path, content);
    if (!written.ok()) {
        return tell_failure(written.error());
    }
    fmt::print("{}\n", path);
    return 0;
}

/// Which of the records mean what the line says: the addressee's code, an address, or the words of
/// an entry.
std::size_t count_matches(const std::vector<store::EvidenceRow>& records,
                          const store::DocumentRow& document, const delivery::ApplicantKeys& keys,
                          std::string_view line) {
    const delivery::EvidenceKeys hashes(keys.evidence_secret());
    const Digest addressee = hashes.addressee(keys.inbox_of(document.department, line));
    const std::string words = delivery::words_trail(hashes.words(line));
    std::size_t matches = 0;
    for (const store::EvidenceRow& each : records) {
        const auto record = ledger::read_record(each.text);
        if (!record.ok()) {
            continue;
        }
        const auto& way = record.value().way;
        const bool by_address = way && way->address == hashes.address(way->channel, line);
        const bool by_words = record.value().trail == words;
        if (record.value().addressee == addressee || by_address || by_words) {
            ++matches;
            fmt::print("  第 {} 条 {} · {}\n", record.value().position, record.value().code,
                       by_address ? "送达地址 address"
                       : by_words ? "所记说明 words"
                                  : "受送达人 addressee");
        }
    }
    return matches;
}

} // namespace

int run_evidence_status(const EvidenceArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    if (!store) {
        return 2;
    }
    const auto counts = store->count_evidence();
    if (!counts.ok()) {
        return tell_failure(counts.error());
    }
    fmt::print("送达证据 records {} · 已封存 sealed {}（{} 批 batches）\n", counts.value().records,
               counts.value().sealed, counts.value().batches);
    if (counts.value().without_token != 0) {
        fmt::print("  {} 批尚无时间戳，最早自 {} batches without a time-stamp, since then\n",
                   counts.value().without_token, to_china_time(*counts.value().oldest_without));
    }
    return 0;
}

int run_evidence_export(const EvidenceArguments& arguments) {
    const auto beside = open_beside_or_tell(arguments.config);
    const auto document = beside ? find_or_tell(*beside->store, arguments.document) : std::nullopt;
    if (!document) {
        return 2;
    }
    const SystemClock clock;
    std::optional<signer::EvidenceSeal> seal;
    if (beside->config.evidence) {
        auto opened =
            open_evidence_seal(*beside->config.evidence, beside->config.production, clock);
        if (!opened.ok()) {
            return tell_failure(opened.error());
        }
        seal.emplace(std::move(opened).value());
    }
    const auto package = delivery::make_evidence_package(
        evidence_desk(beside->config, *beside->store, clock, seal ? &*seal : nullptr), *document);
    return package.ok() ? write_output(arguments.output, as_text(package.value()))
                        : tell_failure(package.error());
}

int run_evidence_match(const EvidenceArguments& arguments) {
    const auto beside = open_beside_or_tell(arguments.config);
    const auto document = beside ? find_or_tell(*beside->store, arguments.document) : std::nullopt;
    if (!document) {
        return 2;
    }
    const auto keys = read_applicant_keys(beside->config);
    const auto records = beside->store->evidence_of(document->id);
    std::string line;
    if (!keys.ok() || !records.ok()) {
        return tell_failure(keys.ok() ? records.error() : keys.error());
    }
    if (!std::getline(std::cin, line) || line.empty()) {
        return tell_failure("请由标准输入给出证件号码、送达地址或人工送达的说明",
                            "give a code, an address or an entry's words on standard input");
    }
    const std::size_t matches = count_matches(records.value(), *document, keys.value(), line);
    fmt::print("{} 条记录中 {} 条相符 of these records fit\n", records.value().size(), matches);
    return matches == 0 ? 1 : 0;
}

int run_evidence_receipt(const EvidenceArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    const auto document = store ? find_or_tell(*store, arguments.document) : std::nullopt;
    if (!document) {
        return 2;
    }
    const auto issued = store->read_issued(*document);
    const auto record = issued.ok() ? verifier::record_of(issued.value()) : std::nullopt;
    if (!record) {
        return tell_failure(issued.ok() ? Error{Fault::corrupt, "the file has no record"}
                                        : issued.error());
    }
    auto decision =
        delivery::decide_receipt(*store, *document, as_text(*record), SystemClock().now());
    if (!decision.ok()) {
        return decision.error().fault == Fault::conflict
                   ? tell_failure("文书尚未送达，不能出具送达回证",
                                  "the document is not served; there is nothing to attest yet")
                   : tell_failure(decision.error());
    }
    if (decision.value().issued) {
        const std::string key = to_text(decision.value().issued->key);
        return tell_failure("送达回证已出具：" + key, "the receipt was issued already: " + key);
    }
    std::string& row = decision.value().json;
    row.insert(1, "\"idempotency_key\":\"" + decision.value().idempotency_key + "\",");
    return write_output(arguments.output, row + "\n");
}

} // namespace songda::app
