#include "verifier/evidence_package.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "base/stored_zip.hpp"
#include "base/text_codec.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/evidence_package.hpp"
#include "verifier/evidence_seal.hpp"

namespace songda::verifier {
namespace {

namespace names = ledger::package;

/// The service's clock and an authority's may differ by so much.
constexpr std::int64_t skew_ms = 300'000;
/// Of a document. A renewal comes every few years.
constexpr std::size_t revisions_max = 1000;

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

class Checker {
public:
    Checker(const TrustStore& trust, TimeMs now, const Certificates& seals)
        : trust_(trust), now_(now) {
        for (const auto& each : seals) {
            own_seals_.insert(sha256(certificate_der(each.get())));
        }
    }

    EvidenceReport run(ByteView package) {
        const auto read = read_zip(package);
        if (!read.ok()) {
            say(Answer::no, fmt::format("文件包结构已损坏（{}）", read.error().detail),
                read.error().detail);
            return std::move(report_);
        }
        for (const std::string& name : read.value().damaged) {
            say(Answer::no, fmt::format("{} 已损坏，与校验和不符", name),
                name + " is damaged: it does not fit its checksum");
        }
        for (const ZipMember& member : read.value().members) {
            if (!members_.emplace(member.name, member.bytes).second) {
                say(Answer::no, fmt::format("{} 出现两次", member.name),
                    member.name + " is there twice");
            }
        }
        look_at_manifest();
        look_at_document();
        look_at_chain();
        look_at_proofs();
        look_at_batches();
        look_at_traces();
        look_at_sealers();
        return std::move(report_);
    }

private:
    void say(Answer answer, std::string zh, std::string en) {
        report_.findings.push_back({answer, std::move(zh), std::move(en)});
    }
    [[nodiscard]] std::optional<ByteView> member(const std::string& name) const {
        const auto found = members_.find(name);
        return found == members_.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::string_view text(std::string_view name) const {
        const auto found = member(std::string(name));
        return found ? as_text(*found) : std::string_view();
    }

    void look_at_manifest() {
        const auto read = ledger::read_manifest(text(names::manifest));
        if (!read.ok()) {
            say(Answer::no, "清单 manifest.json 缺失或不合格式",
                "manifest.json is missing or misshapen");
            return;
        }
        manifest_ = read.value();
        report_.as_of = manifest_->at;
        std::set<std::string> listed;
        std::size_t wrong = 0;
        for (const auto& file : manifest_->files) {
            listed.insert(file.name);
            const auto bytes = member(file.name);
            if (!bytes || sha256(*bytes) != file.hash) {
                ++wrong;
                say(Answer::no, fmt::format("{} {}", file.name, bytes ? "与清单不符" : "缺失"),
                    file.name + (bytes ? " differs from the manifest" : " is missing"));
            }
        }
        for (const auto& [name, bytes] : members_) {
            if (!listed.contains(name) && name != names::manifest && name != names::manifest_seal) {
                ++wrong;
                say(Answer::no, fmt::format("{} 不在清单中", name),
                    name + " is not in the manifest");
            }
        }
        if (wrong == 0) {
            say(Answer::yes, fmt::format("{} 个文件均与清单一致", manifest_->files.size()),
                fmt::format("all {} files are those of the manifest", manifest_->files.size()));
        }
        const auto seal = member(std::string(names::manifest_seal));
        if (!seal) {
            say(Answer::unknown, "清单没有签章：无从判断末尾是否缺少记录",
                "the manifest has no seal: records at the end could be missing");
            return;
        }
        tell_seal("清单", "the manifest",
                  judge_evidence_seal(*seal, as_bytes(text(names::manifest)), std::nullopt, trust_,
                                      now_));
    }

    void tell_seal(std::string_view zh, std::string_view en, const EvidenceSealVerdict& verdict) {
        if (verdict.answer != Answer::no) {
            sealers_.emplace(verdict.certificate, verdict.who);
        }
        if (verdict.answer == Answer::yes) {
            say(Answer::yes, fmt::format("{}由 {} 签章，证书可信", zh, verdict.who),
                fmt::format("{} is sealed by {}, which is trusted", en, verdict.who));
            return;
        }
        const std::string by = verdict.who.empty() ? "" : fmt::format("由 {} ", verdict.who);
        say(verdict.answer,
            fmt::format("{}{}{}：{}", zh, by,
                        verdict.answer == Answer::no ? "签章，该签章不能采信"
                                                     : "签章，可信与否不明",
                        reason_text_zh(verdict.reason)),
            fmt::format("the seal of {}{}{} is {}: {}", en, verdict.who.empty() ? "" : " by ",
                        verdict.who, verdict.answer == Answer::no ? "wrong" : "not known",
                        reason_text_en(verdict.reason)));
    }

    void look_at_document() {
        const auto document = member(std::string(names::document));
        if (!document || !manifest_ || manifest_->sizes.empty()) {
            say(Answer::no, "文书 document.pdf 缺失", "document.pdf is missing");
            return;
        }
        report_.document = *document;
        if (manifest_->sizes.size() > revisions_max ||
            manifest_->sizes.back() != document->size()) {
            say(Answer::no, "文书的长度与清单所说的不符",
                "the document has another length than the manifest says");
            return;
        }
        Sha256 hash;
        std::size_t from = 0;
        for (const std::uint64_t size : manifest_->sizes) {
            if (size <= from || size > document->size()) {
                say(Answer::no, "清单所列的文书长度不是递增的",
                    "the document's lengths in the manifest do not grow");
                versions_.clear();
                return;
            }
            hash.update(document->subspan(from, static_cast<std::size_t>(size) - from));
            from = static_cast<std::size_t>(size);
            versions_.push_back(Sha256(hash).finish());
        }
    }

    /// What a record says of its place and of the document.
    [[nodiscard]] std::string fault_of(const ledger::EvidenceRecord& record,
                                       const Digest& previous) const {
        if (record.previous != previous) {
            return "与前一条不相接 does not follow the one before";
        }
        if (record.position != report_.records.size() + 1) {
            return "序号不对 has another position";
        }
        if (!manifest_ || record.document.id != manifest_->document) {
            return "属于另一份文书 is about another document";
        }
        if (versions_.empty() || record.document.issued != versions_.front() ||
            std::find(versions_.begin(), versions_.end(), record.document.delivered) ==
                versions_.end()) {
            return "所指的文书与本包中的不同 names another file than the one here";
        }
        return record.result == "negative" && record.reason.empty() ? "没有写明原因 gives no reason"
                                                                    : "";
    }

    void look_at_chain() {
        const auto lines = lines_of(text(names::records));
        Digest previous = versions_.empty() ? Digest{} : versions_.front();
        std::size_t wrong = 0;
        for (std::size_t at = 0; at < lines.size(); ++at) {
            const auto read = ledger::read_record(lines[at]);
            const std::string fault =
                read.ok() ? fault_of(read.value(), previous) : "不合格式 is misshapen";
            if (!fault.empty()) {
                ++wrong;
                say(Answer::no, fmt::format("第 {} 条记录{}", at + 1, fault),
                    fmt::format("record {}", at + 1));
            }
            previous = sha256(as_bytes(lines[at]));
            hashes_.push_back(previous);
            report_.records.push_back(read.ok() ? read.value() : ledger::EvidenceRecord());
        }
        if (manifest_ && (lines.size() != manifest_->records ||
                          (!lines.empty() && previous != manifest_->head))) {
            ++wrong;
            say(Answer::no,
                fmt::format("应有 {} 条记录，现有 {} 条，或末条不同", manifest_->records,
                            lines.size()),
                fmt::format("there should be {} records and are {}, or the last is another",
                            manifest_->records, lines.size()));
        }
        if (wrong == 0 && !lines.empty()) {
            say(Answer::yes, fmt::format("{} 条记录首尾相接，均指向本文书", lines.size()),
                fmt::format("{} records follow one another and are about this document",
                            lines.size()));
        } else if (lines.empty()) {
            say(Answer::unknown, "没有送达记录", "there are no records");
        }
    }

    /// A batch's statement, once its seal and its token are told.
    struct Batch {
        std::optional<ledger::BatchStatement> statement;
        Digest hash{};                ///< of the statement
        std::optional<TimeMs> proven; ///< by its token
    };
    const Batch& batch(std::uint64_t number) {
        const auto [found, fresh] = batches_.try_emplace(number);
        if (!fresh) {
            return found->second;
        }
        const std::string folder = fmt::format("{}{}/", names::batches, number);
        const auto statement = member(folder + std::string(names::statement));
        const auto seal = member(folder + std::string(names::seal));
        const auto read = statement ? ledger::read_statement(as_text(*statement))
                                    : Result<ledger::BatchStatement>(Error{});
        if (!read.ok() || !seal || read.value().number != number) {
            say(Answer::no, fmt::format("第 {} 批的封存文件缺失或不合格式", number),
                fmt::format("statement or seal of batch {} is missing or misshapen", number));
            return found->second;
        }
        const auto proven =
            look_at_token(number, member(folder + std::string(names::token)), *seal);
        const auto verdict = judge_evidence_seal(*seal, *statement, proven, trust_, now_);
        tell_seal(fmt::format("第 {} 批", number), fmt::format("batch {}", number), verdict);
        if (verdict.answer != Answer::no) {
            found->second = {read.value(), sha256(*statement), proven};
        }
        return found->second;
    }

    /// The time that a trusted token proves.
    std::optional<TimeMs> look_at_token(std::uint64_t number, std::optional<ByteView> token,
                                        ByteView seal) {
        if (!token) {
            say(Answer::unknown, fmt::format("第 {} 批尚无时间戳", number),
                fmt::format("batch {} has no time-stamp yet", number));
            return std::nullopt;
        }
        const auto verdict = judge_evidence_token(*token, seal, trust_, now_);
        const std::string time = to_china_time(verdict.time);
        if (verdict.answer == Answer::yes) {
            say(Answer::yes,
                fmt::format("第 {} 批于 {} 前已封存（时间戳 {}）", number, time, verdict.authority),
                fmt::format("batch {} was sealed before {}", number, time));
            return verdict.time;
        }
        say(verdict.answer,
            verdict.answer == Answer::no
                ? fmt::format("第 {} 批的时间戳不能采信：{}", number,
                              reason_text_zh(verdict.reason))
                : fmt::format("第 {} 批有时间戳 {}，可信与否不明：{}", number, time,
                              reason_text_zh(verdict.reason)),
            fmt::format("the time-stamp of batch {} is {}: {}", number,
                        verdict.answer == Answer::no ? "wrong" : "not known",
                        reason_text_en(verdict.reason)));
        return std::nullopt;
    }

    void look_at_proofs() {
        std::set<std::uint32_t> proven;
        std::size_t wrong = 0;
        for (const std::string_view line : lines_of(text(names::proofs))) {
            const auto read = ledger::read_proof(line);
            if (!read.ok() || read.value().position == 0 ||
                read.value().position > hashes_.size() ||
                !proven.insert(read.value().position).second) {
                ++wrong;
                say(Answer::no, "proofs.jsonl 有一行不合格式",
                    "a line of proofs.jsonl is misshapen");
                continue;
            }
            const auto& proof = read.value();
            const auto& statement = batch(proof.batch).statement;
            const auto root =
                ledger::root_from(ledger::leaf_hash(hashes_[proof.position - 1]), proof.inclusion);
            if (!statement || !root || *root != statement->root ||
                proof.inclusion.size != statement->records) {
                ++wrong;
                say(Answer::no,
                    fmt::format("第 {} 条记录不在第 {} 批中", proof.position, proof.batch),
                    fmt::format("record {} is not in batch {}", proof.position, proof.batch));
            } else if (proven_before(proof.batch, report_.records[proof.position - 1].learned)) {
                ++wrong;
                say(Answer::no,
                    fmt::format("第 {} 条记录自称在第 {} 批封存之后才得知", proof.position,
                                proof.batch),
                    fmt::format("record {} says that it was learned after batch {} was sealed",
                                proof.position, proof.batch));
            }
        }
        const std::size_t open = hashes_.size() - proven.size();
        if (open != 0) {
            say(Answer::unknown, fmt::format("{} 条记录尚未封存", open),
                fmt::format("{} records are not sealed yet", open));
        }
        if (wrong == 0 && !proven.empty()) {
            say(Answer::yes, fmt::format("{} 条记录均在已封存的批次中", proven.size()),
                fmt::format("{} records are in sealed batches", proven.size()));
        }
    }

    [[nodiscard]] bool proven_before(std::uint64_t number, TimeMs learned) {
        const auto& proven = batch(number).proven;
        return proven && *proven + skew_ms < learned;
    }

    /// Those that are here side by side; others may stand between.
    void look_at_batches() {
        const Batch* before = nullptr;
        std::uint64_t last = 0;
        for (const auto& [number, each] : batches_) {
            const bool follow =
                before != nullptr && before->statement && each.statement && number == last + 1;
            if (follow &&
                (each.statement->previous != before->hash ||
                 each.statement->first != before->statement->first + before->statement->records)) {
                say(Answer::no, fmt::format("第 {} 批与第 {} 批不相接", number, last),
                    fmt::format("batch {} does not follow batch {}", number, last));
            }
            before = &each;
            last = number;
        }
    }

    /// By their names; the manifest holds those that nobody names.
    void look_at_traces() {
        std::size_t there = 0;
        std::size_t named = 0;
        for (const auto& record : report_.records) {
            const auto bytes = record.trace
                                   ? member(std::string(names::traces) + to_hex(*record.trace))
                                   : std::nullopt;
            named += record.trace ? 1U : 0U;
            if (bytes && sha256(*bytes) != *record.trace) {
                say(Answer::no, fmt::format("第 {} 条记录的原始数据不符", record.position),
                    fmt::format("the raw data of record {} is another", record.position));
            } else {
                there += bytes ? 1U : 0U;
            }
        }
        if (named != 0) {
            say(there == named ? Answer::yes : Answer::unknown,
                fmt::format("记录提及 {} 份原始数据，本包中有 {} 份", named, there),
                fmt::format("{} of {} raw reports are in the package", there, named));
        }
    }

    /// Other certificates under the same roots seal too, a department's for one: whose seal this is
    /// follows from no chain.
    void look_at_sealers() {
        std::string unknown;
        for (const auto& [certificate, who] : sealers_) {
            if (!own_seals_.contains(certificate)) {
                unknown += fmt::format("{}{}，SHA-256 {}", unknown.empty() ? "" : "；", who,
                                       to_hex(certificate));
            }
        }
        if (!own_seals_.empty() && !unknown.empty()) {
            say(Answer::no, fmt::format("签章者不是所给的封存印章：{}", unknown),
                "sealed by another certificate than the evidence seal given: " + unknown);
        } else if (sealers_.size() > 1 && !unknown.empty()) {
            say(Answer::unknown,
                fmt::format("清单与各批由不同的证书签章，是否均为送达服务的封存印章须另行确认：{}",
                            unknown),
                "the signer changes between manifest and batches, and whose seals these are must "
                "be known otherwise: " +
                    unknown);
        } else if (!unknown.empty()) {
            say(Answer::unknown,
                fmt::format("由 {} 封存：是否为送达服务的封存印章须另行确认", unknown),
                "sealed by " + unknown +
                    ": that this is the service's evidence seal must be known otherwise");
        } else if (!sealers_.empty()) {
            say(Answer::yes, "签章者即所给的封存印章", "sealed by the evidence seal given");
        }
    }

    const TrustStore& trust_;
    const TimeMs now_;
    EvidenceReport report_;
    std::map<std::string, ByteView> members_;
    std::optional<ledger::Manifest> manifest_;
    std::vector<Digest> versions_; ///< of the document as issued, then with each revision
    std::vector<Digest> hashes_;   ///< of the records
    std::map<std::uint64_t, Batch> batches_;
    std::map<Digest, std::string> sealers_; ///< whose seals fit, by their certificates
    std::set<Digest> own_seals_;            ///< certificates that the service is known by
};

} // namespace

Answer EvidenceReport::answer() const {
    Answer worst = findings.empty() ? Answer::unknown : Answer::yes;
    for (const EvidenceFinding& each : findings) {
        if (each.answer == Answer::no) {
            return Answer::no;
        }
        worst = each.answer == Answer::unknown ? Answer::unknown : worst;
    }
    return worst;
}

EvidenceReport check_evidence(ByteView package, const TrustStore& trust, TimeMs now,
                              const Certificates& seals) {
    return Checker(trust, now, seals).run(package);
}

} // namespace songda::verifier
