#include "verifier/inspection.hpp"

#include <array>
#include <charconv>

#include "base/word_table.hpp"

namespace songda::verifier {
namespace {

constexpr std::string_view head = "songda-inspection 2\n";

constexpr std::array sub_filters = {Word<SubFilter>{SubFilter::cades, "cades"},
                                    Word<SubFilter>{SubFilter::pkcs7_detached, "pkcs7"},
                                    Word<SubFilter>{SubFilter::pkcs7_sha1, "pkcs7-sha1"},
                                    Word<SubFilter>{SubFilter::x509_rsa_sha1, "x509-sha1"},
                                    Word<SubFilter>{SubFilter::timestamp, "timestamp"},
                                    Word<SubFilter>{SubFilter::sm2_seal, "sm2-seal"},
                                    Word<SubFilter>{SubFilter::other, "other"}};
constexpr std::array kinds = {Word<SignatureKind>{SignatureKind::approval, "approval"},
                              Word<SignatureKind>{SignatureKind::certification, "certification"},
                              Word<SignatureKind>{SignatureKind::timestamp, "timestamp"}};
constexpr std::array changes = {Word<LaterChange>{LaterChange::none, "none"},
                                Word<LaterChange>{LaterChange::proofs, "proofs"},
                                Word<LaterChange>{LaterChange::signatures, "signatures"},
                                Word<LaterChange>{LaterChange::unknown, "unknown"}};
constexpr std::array faults = {
    Word<InspectionFault>{InspectionFault::none, "none"},
    Word<InspectionFault>{InspectionFault::unreadable, "unreadable"},
    Word<InspectionFault>{InspectionFault::costly, "costly"},
    Word<InspectionFault>{InspectionFault::range, "range"},
    Word<InspectionFault>{InspectionFault::contents, "contents"},
    Word<InspectionFault>{InspectionFault::orphan, "orphan"},
    Word<InspectionFault>{InspectionFault::several_definitions, "several-definitions"}};
constexpr std::array evidence_kinds = {
    Word<Evidence::Kind>{Evidence::Kind::certificate, "certificate"},
    Word<Evidence::Kind>{Evidence::Kind::crl, "crl"},
    Word<Evidence::Kind>{Evidence::Kind::ocsp, "ocsp"}};

/// Takes words off the front; `failed` once one was not what was asked for.
class Words {
public:
    explicit Words(ByteView bytes) : rest_(as_text(bytes)) {}

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    void expect(std::string_view text) {
        failed_ = failed_ || !rest_.starts_with(text);
        rest_.remove_prefix(failed_ ? 0 : text.size());
    }
    [[nodiscard]] bool next_is(std::string_view text) const {
        return !failed_ && rest_.starts_with(text);
    }
    std::string_view word(char end) {
        const std::size_t size = rest_.find(end);
        if (failed_ || size == std::string_view::npos) {
            failed_ = true;
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size + 1);
        return taken;
    }
    /// Shortest decimal form, at most `most`.
    std::size_t number(char end, std::size_t most) {
        const std::string_view digits = word(end);
        std::size_t value = 0;
        const auto [stop, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        failed_ = failed_ || fault != std::errc() || stop != digits.data() + digits.size() ||
                  value > most || (digits.size() > 1 && digits.front() == '0');
        return failed_ ? 0 : value;
    }
    template <class Value, std::size_t Count>
    Value choice(const std::array<Word<Value>, Count>& words, char end) {
        const auto value = value_of(words, word(end));
        failed_ = failed_ || !value;
        return value.value_or(words.front().first);
    }
    Bytes bytes(std::size_t size) {
        failed_ = failed_ || size > rest_.size();
        if (failed_) {
            return {};
        }
        const ByteView taken = as_bytes(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return {taken.begin(), taken.end()};
    }

private:
    std::string_view rest_;
    bool failed_ = false;
};

InspectedSignature take_signature(Words& words) {
    InspectedSignature signature;
    words.expect("signature ");
    signature.gap_begin = words.number(' ', inspected_bytes_max);
    signature.gap_end = words.number(' ', inspected_bytes_max);
    signature.end = words.number(' ', inspected_bytes_max);
    signature.sub_filter = words.choice(sub_filters, ' ');
    signature.kind = words.choice(kinds, ' ');
    signature.permission = static_cast<int>(words.number(' ', 3));
    signature.later = words.choice(changes, '\n');
    return signature;
}

} // namespace

Bytes write_inspection(const Inspection& inspection) {
    Bytes to;
    append(to, head);
    append(to, "fault " + std::string(word_of(faults, inspection.fault)) + '\n');
    for (const InspectedSignature& each : inspection.signatures) {
        append(to, "signature " + std::to_string(each.gap_begin) + ' ' +
                       std::to_string(each.gap_end) + ' ' + std::to_string(each.end) + ' ' +
                       std::string(word_of(sub_filters, each.sub_filter)) + ' ' +
                       std::string(word_of(kinds, each.kind)) + ' ' +
                       std::to_string(each.permission) + ' ' +
                       std::string(word_of(changes, each.later)) + '\n');
    }
    for (const Evidence& each : inspection.evidence) {
        append(to, "evidence " + std::string(word_of(evidence_kinds, each.kind)) + ' ' +
                       std::to_string(each.der.size()) + '\n');
        append(to, each.der);
        append(to, "\n");
    }
    append(to, "end\n");
    return to;
}

Result<Inspection> parse_inspection(ByteView bytes) {
    Words words(bytes);
    Inspection inspection;
    words.expect(head);
    words.expect("fault ");
    inspection.fault = words.choice(faults, '\n');
    while (words.next_is("signature ") && inspection.signatures.size() < inspected_signatures_max) {
        inspection.signatures.push_back(take_signature(words));
    }
    std::size_t total = 0;
    while (words.next_is("evidence ") && inspection.evidence.size() < evidence_items_max) {
        words.expect("evidence ");
        Evidence evidence;
        evidence.kind = words.choice(evidence_kinds, ' ');
        const std::size_t size = words.number('\n', evidence_bytes_max - total);
        total += size;
        evidence.der = words.bytes(size);
        words.expect("\n");
        inspection.evidence.push_back(std::move(evidence));
    }
    words.expect("end\n");
    if (words.failed() || !words.at_end()) {
        return Error{Fault::corrupt, "the inspector's answer has another form"};
    }
    return inspection;
}

} // namespace songda::verifier
